import { type Heard, heard } from "./heard.ts";
import { said } from "./programs.ts";
import type { Relative } from "./relative.ts";

const OF_POSTGRESQL: readonly Heard[] = [
  ["app.crash", 'FATAL:  configuration file "/etc/postgresql/postgresql.conf" contains errors'],
  [
    "app.crash",
    'FATAL:  could not resize shared memory segment "/PostgreSQL.1" to 4194304 bytes: No space left on device',
    { never: /[Dd]isk|Free space/ },
  ],
  [
    "mem.oom-host",
    "FATAL:  could not map anonymous shared memory: Cannot allocate memory\nHINT:  This error usually means that PostgreSQL's request for a shared memory segment exceeded available memory",
  ],
  ["disk.pressure", 'PANIC:  could not write to file "pg_wal/xlogtemp.31": No space left on device'],
  ["disk.io-error", 'PANIC:  could not fsync file "base/5/1259": Input/output error'],
  ["app.crash", "FATAL:  database locale is incompatible with operating system"],
  ["app.crash", 'FATAL:  could not access file "vector": No such file or directory'],
  [
    "app.db-start",
    'postgres: could not find the database system\nExpected to find it in the directory "/var/lib/postgresql/data", but could not open file "/var/lib/postgresql/data/global/pg_control": No such file or directory',
  ],
  ["app.crash", "Error: Database is uninitialized and superuser password is not specified."],
  ["app.db-start", "FATAL:  requested timeline 2 is not a child of this server's history"],
  ["app.db-start", "PANIC:  could not locate a valid checkpoint record at 0/15D6C58"],
  [
    "disk.readonly",
    'FATAL:  could not create lock file "/var/run/postgresql/.s.PGSQL.5432.lock": Read-only file system',
  ],
  [
    "stor.owner",
    'initdb: error: could not change permissions of directory "/var/lib/postgresql/data": Operation not permitted',
  ],
  [
    "disk.pressure",
    '2026-11-13 13:38:10.680 UTC [1] FATAL:  could not write lock file "postmaster.pid": No space left on device',
  ],
  ["app.crash", 'FATAL:  lock file "postmaster.pid" already exists', { never: /another program/i }],
  ["app.crash", "LOG:  performing immediate shutdown because data directory lock file is invalid"],
  [
    "app.crash",
    'FATAL:  could not create lock file "/var/run/postgresql/.s.PGSQL.5432.lock": No such file or directory',
  ],
  [
    "app.crash",
    'FATAL:  could not resize shared memory segment "/PostgreSQL.123" to 8388608 bytes: No space left on device',
    { never: /disk is full/ },
  ],
];

const OF_ALGA: readonly Heard[] = [
  ["app.crash", 'error: role "alga_app" does not exist'],
  ["app.crash", 'error: database "server" does not exist'],
  [
    "app.crash",
    'error: no pg_hba.conf entry for host "10.42.0.9", user "app", database "server", no encryption',
  ],
  ["app.crash", "error: the database system is starting up"],
  ["app.crash", "error: the database system is in recovery mode"],
  ["app.crash", "error: terminating connection due to administrator command"],
  [
    "app.redis-unsaved",
    "ReplyError: MISCONF Redis is configured to save RDB snapshots, but it's currently unable to persist to disk.",
    { says: /Do not restart/, never: /rollout restart/ },
  ],
  ["app.crash", "ReplyError: LOADING Redis is loading the dataset in memory"],
  ["app.crash", "ReplyError: READONLY You can't write against a read only replica."],
  ["app.crash", "ReplyError: ERR max number of clients reached"],
  ["app.crash", "ReplyError: OOM command not allowed when used memory > 'maxmemory'."],
  ["app.crash", "Error: connect ECONNREFUSED 10.43.15.3:5432"],
  ["app.crash", "Error: connect ETIMEDOUT 10.43.15.3:5432"],
  ["net.host-firewall", "Error: connect EHOSTUNREACH 10.43.0.1:443"],
  ["app.crash", "Error: Cannot find module '/app/server/dist/index.js'"],
  [
    "app.crash",
    "FATAL ERROR: Ineffective mark-compacts near heap limit Allocation failed - JavaScript heap out of memory",
  ],
  ["app.crash", "Error: self-signed certificate in certificate chain"],
  ["app.crash", "Error: certificate has expired"],
  ["node.file-watches", "Error: EMFILE: too many open files, watch '/app'", {
    says: /fs\.inotify\.max_user_instances/,
    never: /Free space|report/i,
  }],
  ["app.crash", "Error: EMFILE: too many open files, open '/app/x'"],
  ["node.file-watches", "Error: ENOSPC: System limit for number of file watchers reached, watch '/app/x'", {
    says: /fs\.inotify\.max_user_instances/,
    never: /Free space|report/i,
  }],
  ["mem.oom-host", "Error: spawn ENOMEM"],
  ["node.process-limit", "node: pthread_create: Resource temporarily unavailable", {
    says: /processes and threads/,
  }],
  ["app.crash", "Error: NEXTAUTH_SECRET is not set"],
  ["app.crash", "Error: License has expired"],
  ["app.crash", "Segmentation fault (core dumped)"],
  ["app.crash", "/lib/x86_64-linux-gnu/libc.so.6: version `GLIBC_2.38' not found (required by node)"],
  ["img.arch", "exec /usr/local/bin/docker-entrypoint.sh: exec format error"],
  // Half of a change may be there: going back, or trying again by hand, may hurt. @see knex/knex lib/migrations/migrate/Migrator.js
  ["app.migration-failed", "MigrationLocked: Migration table is already locked"],
  [
    "app.migration-failed",
    "Error: The migration directory is corrupt, the following files are missing: 20260101_init.cjs",
    { says: /do not go back/ },
  ],
  [
    "app.migration-failed",
    'migration failed with error: create table "tenants" - relation "tenants" already exists',
    { says: /do not go back/ },
  ],
  ["app.crash", "error: remaining connection slots are reserved for roles with the SUPERUSER attribute"],
  [
    "app.crash",
    'error: no pg_hba.conf entry for host "10.42.0.17", user "app_user", database "server", no encryption',
    { never: /password/ },
  ],
  ["app.crash", "FATAL ERROR: Reached heap limit Allocation failed - JavaScript heap out of memory", {
    never: /16 GiB/,
  }],
];

const OF_REDIS: readonly Heard[] = [
  ["app.crash", "# Can't handle RDB format version 12"],
  ["app.redis-damaged", "# AOF file appendonly.aof.1.incr.aof doesn't exist"],
  ["app.crash", "*** FATAL CONFIG FILE ERROR (Redis 7.2.4) ***"],
  [
    "app.redis-damaged",
    "Bad file format reading the append only file appendonly.aof.1.incr.aof: make a backup of your AOF file, then use ./redis-check-aof --fix <filename.manifest>",
  ],
  ["disk.readonly", "1:M 23 May 2026 09:24:07.730 # Can't open the append-only file: Read-only file system"],
  ["disk.io-error", "1:M # Can't open the append-only file: Input/output error"],
  ["stor.owner", "1:M # Can't open or create append-only dir appendonlydir: Permission denied"],
  ["app.crash", "1:M # Can't handle RDB format version 12", { never: /damaged/ }],
  ["app.crash", "1:M # Can't open the append-only file: No such file or directory", { never: /damaged/ }],
];

const OF_TEMPORAL: readonly Heard[] = [
  [
    "app.temporal-schema",
    'unable to start server: sql schema version compatibility check failed: version mismatch for keyspace/database: "temporal". Expected version: 1.14 cannot be greater than Actual version: 1.11',
  ],
  ["app.crash", 'pq: database "temporal" does not exist'],
  ["app.crash", "Not enough hosts to serve the request"],
];

const OF_WORKERS: readonly Heard[] = [
  ["app.crash", "Namespace default is not found."],
  [
    "app.crash",
    'failed reaching server: last connection error: connection error: desc = "transport: Error while dialing: dial tcp 10.43.5.5:7233: connect: connection refused"',
  ],
  ["app.crash", "server_login_retry: pgbouncer cannot connect to server"],
  ["app.crash", "error: no such database: server"],
  ["app.crash", "error: SASL authentication failed"],
  ["app.crash", "error: no more connections allowed (max_client_conn)"],
  ["node.file-watches", "inotify_add_watch: No space left on device", {
    says: /fs\.inotify\.max_user_instances/,
    never: /Free space|report/i,
  }],
  [
    "node.file-watches",
    "System.IO.IOException: The configured user limit (128) on the number of inotify instances has been reached, or the per-process limit on the number of open file descriptors has been reached.",
    { says: /fs\.inotify\.max_user_instances/, never: /Free space|report/i },
  ],
  ["node.file-watches", "failed to create fsnotify watcher: too many open files", {
    says: /fs\.inotify\.max_user_instances/,
    never: /Free space|report/i,
  }],
  ["node.file-watches", "tail: inotify resources exhausted", {
    says: /fs\.inotify\.max_user_instances/,
    never: /Free space|report/i,
  }],
];

const OF_COREDNS: readonly Heard[] = [
  [
    "dns.coredns-loop",
    '[FATAL] plugin/loop: Loop (127.0.0.1:41577 -> :53) detected for zone ".", see https://coredns.io/plugins/loop#troubleshooting. Query: "HINFO 4547991504243258144.3688648895315093531."',
  ],
  ["app.crash", "/etc/coredns/Corefile:12 - Error during parsing: Unknown directive 'foo'"],
  ["app.crash", "Listen: listen tcp :53: bind: permission denied"],
  ["dns.coredns-none", "plugin/forward: no nameservers found"],
  ["app.crash", "[ERROR] plugin/errors: 2 ghcr.io. A: read udp 10.42.0.3:53->192.168.1.1:53: i/o timeout"],
  ["app.crash", "open /etc/coredns/custom/x.server: no such file or directory"],
];

/** What programs say before they end: PostgreSQL, Redis, Node.js, Temporal, PgBouncer, CoreDNS. */
export const HEARD_PROGRAMS: readonly Relative[] = [
  ...heard(OF_POSTGRESQL, (line) => said("db", line)),
  ...heard(OF_ALGA, (line) => said("alga-core", line)),
  ...heard(OF_REDIS, (line) => said("redis", line)),
  ...heard(OF_TEMPORAL, (line) => said("temporal", line)),
  ...heard(OF_WORKERS, (line) => said("workflow-worker", line)),
  ...heard(OF_COREDNS, (line) => said("coredns", line)),
];
