import type { Cause } from "../../causes/cause.ts";
import { APP } from "../../causes/app.ts";
import { BOOTSTRAP } from "../../causes/bootstrap.ts";
import { CONFIG } from "../../causes/config.ts";
import { DATABASE } from "../../causes/database.ts";
import { DNS } from "../../causes/dns.ts";
import { IMAGE } from "../../causes/image.ts";
import { MACHINE } from "../../causes/machine.ts";
import { STORAGE } from "../../causes/storage.ts";
import { DISK_ERRORS, DISK_FULL } from "../kernel_words.ts";
import { MIGRATION_FAILED } from "./migration_words.ts";

/** What a cause may ask of a container that stopped. */
export interface CrashWords {
  component: string;
  image: string;
  times: number;
  detail: string;
  /** Level of a processor that is asked for; "" where not told. */
  level: string;
  /** Number of a port that is taken; "" where not told. */
  port: string;
  /** Who holds it. */
  holder: "previous" | "machine" | "own";
}

interface CrashPattern {
  cause: Cause<CrashWords>;
  test: RegExp;
  /** Where the cause lies, when that is not the component that stops. */
  component?: string;
  only?: readonly string[];
}

/** "listen EADDRINUSE: address already in use :::3000", "listen tcp :8080: bind: address already in use", "could not bind …" */
export const PORT_TAKEN = /EADDRINUSE|address already in use/i;

/** What the last lines of a container that stopped tell; first match wins. */
export const CRASH_PATTERNS: readonly CrashPattern[] = [
  {
    cause: MACHINE.cpuTooOld,
    test:
      /CPU does not support x86-64-v\d|CPU ISA level is lower than required|requires? (?:a |an )?(?:CPU|processor) with|can only be run on AMD64 processors with v\d|\bIllegal instruction\b|\bSIGILL\b|Instruction set not supported|CPU lacks AVX/i,
  },
  { cause: MACHINE.diskErrors, test: DISK_ERRORS },
  { cause: APP.portTaken, test: PORT_TAKEN },
  { cause: APP.temporalSchema, test: /sql schema version compatibility check failed/i },
  {
    cause: CONFIG.serviceLinks,
    test: /cannot unmarshal .{0,80}tcp:\/\/|tcp:\/\/.{1,140} into .{0,20}int|parsing "tcp:\/\//,
  },
  {
    cause: DATABASE.version,
    test:
      /database files are incompatible with server|data directory was initialized by PostgreSQL version|database files were initialized with/i,
  },
  { cause: MACHINE.diskReadOnly, test: /read-only file system/i },
  { cause: MACHINE.diskPressure, test: DISK_FULL },
  {
    cause: MACHINE.outOfMemory,
    test: /could not (?:map anonymous shared memory|fork [\w ]{1,60}process): Cannot allocate memory/i,
    only: ["db"],
  },
  // No program can be started beside it: of its own limit the runtime would tell.
  { cause: MACHINE.outOfMemory, test: /\bspawn ENOMEM\b|\bfork: (?:retry: )?Cannot allocate memory/i },
  {
    cause: APP.redisDamaged,
    test:
      /Bad file format reading the append only file|Fatal error loading the DB|AOF loading aborted|Unexpected end of file reading the append only file|Error (?:opening\/)?reading the append|AOF file \S{1,200} doesn't exist|Invalid AOF manifest|Unrecoverable error reading the append|(?:Short read or OOM|Wrong signature|Terminating server after rdb file reading failure|RDB CRC error)/i,
    only: ["redis"],
  },
  {
    cause: DATABASE.start,
    test:
      /could not locate a valid checkpoint record|invalid (?:primary )?checkpoint (?:record|location)|could not read block|invalid page in block|checksum in control file|could not open (?:file|directory|relation mapping file) "(?:pg_|base\/|global\/)|could not access status of transaction|could not find the database system|is not a valid data directory|could not read file "global\/pg_control"|requested timeline \d+ (?:is not a child|does not contain)|invalid data in file "backup_label"|could not locate required checkpoint|WAL ends before|\bPANIC: /,
    only: ["db"],
  },
  {
    cause: DATABASE.auth,
    test: /password authentication failed|PostgreSQL authentication failed/i,
    component: "db",
  },
  {
    cause: STORAGE.owner,
    test:
      /initdb: error: directory .{0,200} not empty|(?<!\b(?:EACCES|bind|connect|socket): )permission denied(?! for )|EACCES: permission denied, |(?:\b(?:chown|chmod|chgrp|mkdir|open|unlink|rename|scandir)\b|ownership|permissions of|directory|EPERM:).{0,200}operation not permitted|EPERM: operation not permitted|has wrong ownership|has invalid permissions|has group or world access/i,
    only: ["db", "redis", "alga-core", "storage"],
  },
  {
    cause: BOOTSTRAP.migrationFailed,
    test: MIGRATION_FAILED,
    only: ["alga-core", "email-service", "workflow-worker", "temporal-worker"],
  },
  { cause: DNS.corednsLoop, test: /\bLoop \(.{0,200}\) detected/, only: ["coredns"] },
  { cause: DNS.corednsNone, test: /no nameservers found|no valid upstream addresses/i, only: ["coredns"] },
  // A shell that is given a program of another processor reads it as a script.
  { cause: IMAGE.arch, test: /exec format error|: line 1: .{0,3}ELF.{0,40}: not found/i },
  { cause: APP.redisUnsaved, test: /\bMISCONF\b/, component: "redis" },
  {
    cause: APP.redis,
    test: /\bNOAUTH\b|\bWRONGPASS\b|ECONNREFUSED .{0,40}:6379|redis.{0,80}connection refused/i,
    component: "redis",
  },
];

/** One that could not be started has touched neither its data nor the disk; a volume may be read-only on purpose. */
export const BEGUN_ONLY: readonly Cause[] = [STORAGE.owner, MACHINE.diskReadOnly];
/** One cause for the whole machine. */
export const WIDE: readonly Cause[] = [
  MACHINE.diskReadOnly,
  MACHINE.diskPressure,
  MACHINE.diskErrors,
  MACHINE.cpuTooOld,
  MACHINE.outOfMemory,
];
