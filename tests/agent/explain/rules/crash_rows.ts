import { type BlockerId } from "../../../../agent/causes/cause.ts";
import type { Snapshot } from "../../../../agent/facts/snapshot.ts";
import { ago, crashed, podOf } from "../../status/objects.ts";
import { of, type Row } from "../rule_row.ts";

const CRASHES: [BlockerId, Parameters<typeof podOf>[0], string, string][] = [
  [
    "app.temporal-schema",
    "temporal",
    "temporal",
    'sql schema version compatibility check failed: version mismatch for keyspace/database: "temporal"',
  ],
  [
    "cfg.service-links",
    "temporal-ui",
    "temporal-ui",
    "config file corrupted: yaml: unmarshal errors: line 5: cannot unmarshal !!str `tcp://1...` into int",
  ],
  ["app.db-version", "db", "db", "FATAL:  database files are incompatible with server"],
  [
    "mem.oom-host",
    "db",
    "db",
    "FATAL:  could not map anonymous shared memory: Cannot allocate memory",
  ],
  [
    "app.redis-damaged",
    "redis",
    "redis",
    "# Bad file format reading the append only file appendonly.aof.1.incr.aof: make a backup of your AOF file, then use ./redis-check-aof --fix <filename>",
  ],
  ["app.db-start", "db", "db", "FATAL:  invalid page in block 7 of relation base/16384/2619"],
  ["app.db-start", "db", "db", "PANIC:  could not locate a valid checkpoint record"],
  [
    "stor.owner",
    "db",
    "db",
    "initdb: error: could not change permissions of directory: Operation not permitted",
  ],
  [
    "disk.io-error",
    "db",
    "db",
    'ERROR:  could not read block 12 in file "base/16384/2601": Input/output error',
  ],
  ["disk.io-error", "db", "db", 'PANIC:  could not write to file "pg_wal/xlogtemp.27": Input/output error'],
  [
    "app.redis-damaged",
    "redis",
    "redis",
    "Bad file format reading the append only file appendonly.aof.1.incr.aof: make a backup of your AOF file, then use ./redis-check-aof --fix <filename>",
  ],
  ["disk.readonly", "redis", "redis", "Can't open or create append-only dir: Read-only file system"],
  ["disk.pressure", "redis", "redis", "Write error saving DB on disk: No space left on device"],
  [
    "app.db-auth",
    "pgbouncer",
    "pgbouncer",
    'server login failed: FATAL password authentication failed for user "app_user"',
  ],
  [
    "app.redis-unsaved",
    "workflow-worker",
    "workflow-worker",
    "ReplyError: MISCONF Redis is configured to save RDB snapshots, but it's currently unable to persist to disk.",
  ],
  ["app.migration-failed", "alga-core", "sebastian", "MigrationLocked: Migration table is already locked"],
  ["app.redis", "workflow-worker", "workflow-worker", "ReplyError: NOAUTH Authentication required."],
  [
    "img.arch",
    "email-service",
    "email-service",
    "exec /usr/local/bin/docker-entrypoint.sh: exec format error",
  ],
  [
    "img.arch",
    "email-service",
    "email-service",
    "/app/start: line 1: \u007fELF\u0002\u0001\u0001: not found",
  ],
  [
    "dns.coredns-loop",
    "coredns",
    "coredns",
    '[FATAL] plugin/loop: Loop (127.0.0.1:55953 -> :1053) detected for zone "."',
  ],
  ["dns.coredns-none", "coredns", "coredns", "plugin/forward: no nameservers found"],
  ["node.cpu-too-old", "redis", "redis", "Fatal glibc error: CPU does not support x86-64-v3"],
  [
    "node.cpu-too-old",
    "email-service",
    "email-service",
    "This program can only be run on AMD64 processors with v2 microarchitecture support.",
  ],
  ["node.cpu-too-old", "db", "db", "Illegal instruction (core dumped)"],
  ["disk.io-error", "db", "db", 'PANIC:  could not fsync file "base/1/2": Input/output error'],
  ["app.port-taken", "alga-core", "sebastian", "Error: listen EADDRINUSE: address already in use :::3000"],
  ["app.port-taken", "email-service", "email-service", "listen tcp :8025: bind: address already in use"],
  ["app.crash", "workflow-worker", "workflow-worker", "Error: something that nobody has seen"],
];

function crash(component: Parameters<typeof podOf>[0], container: string, line: string): Snapshot {
  const pod = podOf(component, crashed("waiting", { restarts: 6 }));
  return of(component, [pod], [], {
    logs: [{
      namespace: pod.metadata.namespace ?? "",
      pod: pod.metadata.name,
      container,
      restartCount: 6,
      lines: ["starting", line],
    }],
  });
}

/** Every way in which the rules of this family find something. */
export const CRASH_ROWS: readonly Row[] = [
  ...CRASHES.map(([id, component, container, line]): Row => ({
    name: `crash of ${component}`,
    id,
    red: crash(component, container, line),
    green: of(component, [
      podOf(component, { state: { running: { startedAt: ago(300) } }, ready: true, restartCount: 0 }, {
        phase: "Running",
      }),
    ]),
  })),
  {
    name: "out of memory",
    id: "mem.oom-container",
    red: of("redis", [podOf("redis", crashed("waiting", { exitCode: 137, reason: "OOMKilled" }))]),
    green: of("redis", [podOf("redis", crashed("waiting"))]),
  },
  {
    name: "a program that needs another processor and says nothing",
    id: "node.cpu-too-old",
    red: of("redis", [podOf("redis", crashed("waiting", { exitCode: 132 }))]),
    green: of("redis", [podOf("redis", crashed("waiting", { exitCode: 134 }))]),
  },
  ...([
    ["dns.failed", "getaddrinfo EAI_AGAIN smtp.example.com"],
    ["dns.servfail", "lookup smtp.example.com on 192.0.2.53:53: server misbehaving"],
    ["dns.refused", "lookup smtp.example.com on 192.0.2.53:53: connection refused"],
    ["dns.timeout", "lookup smtp.example.com on 192.0.2.53:53: i/o timeout"],
  ] as const).map(([id, text]): Row => ({
    name: `a name that is not looked up, ${text}`,
    id,
    component: "temporal",
    red: crash("temporal", "temporal", text),
    green: crash("temporal", "temporal", "lookup smtp.example.com on 192.0.2.53:53: no such host"),
  })),
  {
    name: "binary missing",
    id: "app.crash",
    red: of("redis", [
      podOf(
        "redis",
        crashed("waiting", {
          exitCode: 128,
          reason: "StartError",
          message:
            'failed to create containerd task: failed to create shim task: OCI runtime create failed: exec: "/no/such/binary": stat /no/such/binary: no such file or directory',
        }),
      ),
    ]),
    green: of("redis", []),
  },
  {
    name: "unready container",
    id: "app.probe",
    red: of("pgbouncer", [
      podOf("pgbouncer", { state: { running: { startedAt: ago(400) } }, ready: false, imageID: "x" }, {
        phase: "Running",
      }),
    ]),
    green: of("pgbouncer", [
      podOf("pgbouncer", { state: { running: { startedAt: ago(30) } }, ready: false, imageID: "x" }, {
        phase: "Running",
      }),
    ]),
  },
];
