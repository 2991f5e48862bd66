import type { Snapshot } from "../../../../agent/facts/snapshot.ts";
import { crashed, podOf } from "../../status/objects.ts";
import { of } from "../rule_row.ts";
import type { Relative } from "./relative.ts";

/** A program that keeps ending, with its last line. */
export function said(component: "db" | "redis" | "alga-core" | "temporal", line: string): Snapshot {
  const made = podOf(component, crashed("waiting", { restarts: 7 }));
  const { namespace = "", name } = made.metadata;
  const container = made.spec.containers[0].name;
  return of(component, [made], [], {
    logs: [{ namespace, pod: name, container, restartCount: 7, lines: [line] }],
  });
}

/** What programs say before they end. */
export const PROGRAMS: readonly Relative[] = [
  {
    name: "a port that may not be used is not a file",
    snapshot: said("alga-core", "Error: listen EACCES: permission denied 0.0.0.0:80"),
    id: "app.crash",
    never: /its own files/,
  },
  {
    name: "PostgreSQL without memory",
    snapshot: said("db", "FATAL:  could not map anonymous shared memory: Cannot allocate memory"),
    id: "mem.oom-host",
  },
  ...[
    "FATAL:  control file contains invalid checkpoint location",
    'FATAL:  could not open directory "pg_tblspc": No such file or directory',
    "PANIC:  could not open critical system index 2662",
    "FATAL:  incorrect checksum in control file",
    'FATAL:  could not open file "global/pg_filenode.map": No such file or directory',
  ].map((line): Relative => ({
    name: `PostgreSQL whose files are damaged is nothing to try again with: ${line.slice(8, 40)}`,
    snapshot: said("db", line),
    id: "app.db-start",
    says: /Do not delete anything/,
  })),
  {
    name: "PostgreSQL that does not like the rights of its folder",
    snapshot: said("db", 'FATAL:  data directory "/var/lib/postgresql/data" has invalid permissions'),
    id: "stor.owner",
  },
  {
    name: "Redis that cannot load its data",
    snapshot: said("redis", "1:M # Fatal error loading the DB, check server logs. Exiting."),
    id: "app.redis-damaged",
  },
  {
    name: "a program that speaks like a runtime is quoted in the details",
    snapshot: said(
      "temporal",
      '{"level":"fatal","msg":"Unable to start server: sql: dial tcp 10.43.0.5:5432: connect: connection refused"}',
    ),
    id: "app.crash",
    says: /details/,
    never: /dial tcp/,
  },
];
