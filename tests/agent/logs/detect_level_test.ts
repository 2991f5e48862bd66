import assert from "node:assert/strict";
import { detectLevel, levelOfPriority } from "../../../agent/logs/detect_level.ts";

/** Lines as the parts of an appliance write them. */
const LINES: readonly [level: ReturnType<typeof detectLevel>, line: string][] = [
  // pino, as Alga's own services
  ["error", '{"level":50,"time":1764028800000,"pid":1,"hostname":"alga-core","msg":"Connection refused"}'],
  ["error", '{"level":60,"time":1764028800000,"msg":"out of memory"}'],
  ["warning", '{"level":40,"time":1764028800000,"msg":"slow query"}'],
  ["info", '{"level":30,"time":1764028800000,"msg":"error budget is fine"}'],
  ["debug", '{"level":20,"time":1764028800000,"msg":"x"}'],
  // JSON of Flux's controllers
  ["info", '{"level":"info","ts":"2026-11-21T12:00:00.000Z","msg":"stored artifact for revision"}'],
  ["error", '{"level":"error","ts":"2026-11-21T12:00:00.000Z","msg":"failed to download archive"}'],
  ["warning", '{"time":"2026-11-21T12:00:00Z","severity":"WARN","msg":"x"}'],
  [undefined, '{"message":"level 50 of something"}'],
  // klog, as k3s and the kubelet
  ["info", "I1121 12:00:00.000000       1 reflector.go:359] Caches populated for *v1.Node"],
  ["warning", 'W1121 12:00:00.000000    1234 watcher.go:93] Error while processing event ("/sys/fs/cgroup")'],
  [
    "error",
    'E1121 12:00:00.000000       1 remote_runtime.go:193] "RunPodSandbox from runtime service failed"',
  ],
  ["error", "F1121 12:00:00.000000       1 main.go:1] cannot go on"],
  // logfmt, as k3s and containerd
  ["info", 'time="2026-11-21T12:00:00Z" level=info msg="Starting k3s v1.36.5+k3s1"'],
  ["error", 'time="2026-11-21T12:00:00.5Z" level=error msg="PullImage failed" error="not found"'],
  ["warning", "ts=2026-11-21T12:00:00Z caller=x.go:1 level=warn msg=late"],
  ["error", 'time="2026-11-21T12:00:00Z" level=fatal msg="apiserver exited: <nil>"'],
  // PostgreSQL, Redis, PgBouncer, CoreDNS, nginx
  ["error", '2026-11-21 12:00:00.000 UTC [27] ERROR:  relation "x" does not exist at character 15'],
  ["error", "2026-11-21 12:00:00.000 UTC [1] FATAL:  password authentication failed"],
  ["info", "2026-11-21 12:00:00.000 UTC [1] LOG:  database system is ready to accept connections"],
  ["warning", "[WARNING] plugin/kubernetes: starting server with unsynced Kubernetes API"],
  ["info", '[INFO] plugin/ready: Still waiting on: "kubernetes"'],
  ["error", "2026/11/21 12:00:00 [error] 7#7: *1 connect() failed"],
  // plain
  ["error", "Error: connect ECONNREFUSED 10.43.0.10:5432"],
  ["error", "TypeError: Cannot read properties of undefined (reading 'id')"],
  ["error", "panic: runtime error: invalid memory address or nil pointer dereference"],
  ["error", "java.lang.IllegalStateException: closed"],
  ["warning", "WARN  slow disk"],
  ["info", "INFO: ready"],
  [undefined, "ready to accept connections"],
  [undefined, "no error occurred"],
  [undefined, "information about errors"],
  [undefined, "Errors are shown here"],
  [undefined, ""],
];

for (const [level, line] of LINES) {
  Deno.test(`detectLevel() of "${line.slice(0, 60)}" is ${level}`, () =>
    assert.equal(detectLevel(line), level));
}

Deno.test("detectLevel() takes no time that grows with a line", () => {
  for (const piece of ["[", "{", "at ", "[x] ", "a.", "ERROR", "level=", '"level" ', "2026-", " "]) {
    assert.doesNotThrow(() => detectLevel(piece.repeat(1_000_000)));
  }
});

Deno.test("levelOfPriority() follows syslog", () => {
  assert.deepEqual([0, 3, 4, 5, 6, 7, 8, NaN].map(levelOfPriority), [
    "error",
    "error",
    "warning",
    "info",
    "info",
    "debug",
    undefined,
    undefined,
  ]);
});
