import type { Snapshot } from "../../../../agent/facts/snapshot.ts";
import { crashed, podOf } from "../../status/objects.ts";
import { of } from "../rule_row.ts";
import type { Relative } from "./relative.ts";

/** A program that keeps ending, with its last line. */
export function said(
  component: "db" | "redis" | "alga-core" | "temporal" | "workflow-worker" | "coredns",
  line: string,
): Snapshot {
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
    name: "Node.js of a look-up that found no answer",
    snapshot: said("alga-core", "Error: getaddrinfo EAI_AGAIN smtp.example.com"),
    id: "dns.failed",
    says: /smtp\.example\.com[^]*resolvectl/,
  },
  {
    name: "Node.js of a look-up within the cluster",
    snapshot: said("alga-core", "Error: getaddrinfo EAI_AGAIN db.msp.svc.cluster.local"),
    id: "dns.failed",
    says: /name service of the cluster/,
    never: /resolvectl/,
  },
  {
    name: "a name that nobody knows may be the program's own mistake",
    snapshot: said("alga-core", "Error: getaddrinfo ENOTFOUND db.msp"),
    id: "app.crash",
  },
  {
    name: "Go of a server that fails",
    snapshot: said("temporal", "dial tcp: lookup smtp.example.com on 10.43.0.10:53: server misbehaving"),
    id: "dns.servfail",
  },
  {
    name: "what the kernel forbids a program says nothing of files",
    snapshot: said(
      "redis",
      "Fatal: Can't initialize Background Jobs. Error message: Operation not permitted",
    ),
    id: "app.crash",
    never: /another user/,
  },
  {
    name: "a file that it may not give to itself",
    snapshot: said("db", "chown: changing ownership of '/var/lib/postgresql/data': Operation not permitted"),
    id: "stor.owner",
  },
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
