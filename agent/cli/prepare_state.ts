import { someOf } from "../text/some_of.ts";
import * as z from "zod";
import { CredentialFile } from "../access/credential.ts";
import { SessionsFile } from "../access/sessions.ts";
import { SelfSignedFile } from "../tls/self_signed.ts";
import { isToken } from "../access/token.ts";
import type { Clock } from "../clock.ts";
import type { Host } from "../host/host.ts";
import { Selection } from "../setup/release_selection.ts";
import { Generated } from "../setup/steps/values.ts";
import { InputsFile } from "../setup/inputs/stored.ts";
import { readStateFile } from "../state/json_file.ts";
import { versionOf } from "../state/migrations.ts";
import { asideText, moveAside, moveNonFileAside } from "../state/move_aside.ts";
import { MODE, PATHS, STATE_PATHS } from "../state/paths.ts";
import { migrateStateFiles, requireKnownVersions } from "../state/state_versions.ts";

const FOLDERS = [PATHS.stateDir, PATHS.configDir, PATHS.logDir, PATHS.runDir] as const;

/** What each file must be for its owner to read it; the ones that nobody reads back are only recognised. */
const STATE_FILES: readonly [path: string, shape: z.ZodType][] = [
  [PATHS.installState, z.object({ status: z.string(), phase: z.string() })],
  [PATHS.setupInputs, InputsFile],
  [PATHS.releaseSelection, Selection],
  [PATHS.generatedSecrets, Generated],
  [PATHS.sessions, SessionsFile],
  [PATHS.selfSigned, SelfSignedFile],
  [PATHS.credential, CredentialFile],
  [PATHS.statusMemory, z.object({ tiers: z.object({}) })],
];

const PRIVATE_FILES = [
  ...STATE_FILES.map(([path]) => path),
  PATHS.journal,
  PATHS.setupToken,
  PATHS.audit,
  PATHS.auditOlder,
] as const;

/**
 * Makes the folders of the state, private as they have to be, and room for the lock of the one agent. Gives what was found
 * otherwise, in words.
 */
export async function prepareFolders(host: Host, clock: Clock): Promise<string[]> {
  const found: string[] = [];
  for (const path of FOLDERS) {
    const mode = (await host.info(path))?.mode;
    if (mode === MODE.privateFolder) continue;
    await host.makeFolder(path, { mode: MODE.privateFolder });
    if (mode !== undefined) found.push(`"${path}" had the mode ${octal(mode)}; it is private again`);
  }
  const nonFile = await moveNonFileAside(host, PATHS.agentLock, clock);
  return nonFile === undefined ? found : [...found, nonFile];
}

/**
 * Moves aside what is not a file or a damaged one, so that its owner starts again, brings older ones to the present form, and
 * makes open ones private; the journal looks after itself.
 * Gives what was found, in words, and the paths of what was damaged. @throws {AgentError} STATE_NEWER
 */
export async function prepareFiles(
  host: Host,
  clock: Clock,
): Promise<{ found: string[]; damaged: string[] }> {
  const found: string[] = [];
  const damaged: string[] = [];
  // Side by side, like the looks below: the start waits for them.
  const nonFiles = await Promise.all(STATE_PATHS.map((path) => moveNonFileAside(host, path, clock)));
  for (const [index, path] of STATE_PATHS.entries()) {
    const nonFile = nonFiles[index];
    if (nonFile === undefined) continue;
    found.push(nonFile);
    damaged.push(path);
  }
  await requireKnownVersions(host);
  await migrateStateFiles(host);
  const infos = await Promise.all(PRIVATE_FILES.map((path) => host.info(path)));
  for (const [index, path] of PRIVATE_FILES.entries()) {
    const info = infos[index];
    if (info?.kind !== "file" || (info.mode & 0o077) === 0) continue;
    await host.setMode(path, MODE.secretFile);
    found.push(`"${path}" had the mode ${octal(info.mode)}; it is private again`);
  }
  for (const [path, shape] of STATE_FILES) {
    const read = await readStateFile(host, path, shape, { clock, schemaVersion: versionOf(path) });
    if (read.status !== "damaged") continue;
    found.push(`${read.problem}. ${asideText(path)}`);
    damaged.push(path);
  }
  for (const [path, isWhole] of [[PATHS.setupToken, isToken], [PATHS.siteId, isSiteId]] as const) {
    const text = await host.readText(path, { maxBytes: 1_000 });
    if (text === undefined || isWhole(text.trim())) continue;
    await moveAside(host, path, clock);
    found.push(`"${path}" is damaged. ${asideText(path)}`);
    damaged.push(path);
  }
  return { found, damaged };
}

/** A card has no room for more; the log names every one. */
const MOST_NAMED = 8;

/** What the status says of damage that was found at the start; `undefined` when all was whole. Names only. */
export function damageText(
  damaged: readonly string[],
  journalDamage: string | undefined,
): string | undefined {
  const names = [...new Set(damaged.map((it) => it.slice(it.lastIndexOf("/") + 1)))];
  const files = names.length === 0 ? [] : [
    `Damaged: ${someOf(names, MOST_NAMED)}; what is left of it is in ${PATHS.damagedDir}`,
  ];
  return [...journalDamage === undefined ? [] : [journalDamage], ...files].join(". ") || undefined;
}

function isSiteId(text: string): boolean {
  return /^[\x21-\x7e]{0,100}$/.test(text);
}

function octal(mode: number): string {
  return mode.toString(8).padStart(4, "0");
}
