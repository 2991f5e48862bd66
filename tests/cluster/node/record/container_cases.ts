import { REGISTRY_HOST } from "../real_node.ts";
import { app, bootstrap, database, deployment, type RecordCase, shell, STANDIN } from "./record_case.ts";

const OTHER_BINARY = `${REGISTRY_HOST}/record/other-binary:1`;

/** Both halves of the back-off of what ends again and again, and of what cannot be started. */
const ENDS = ["Error", "CrashLoopBackOff"];
const NO_START = ["RunContainerError", "CrashLoopBackOff"];

/** Containers that cannot be made, started or kept. */
export function containerCases(): RecordCase[] {
  const env = (source: Record<string, unknown>) => ({ env: [{ name: "A", valueFrom: source }] });
  const have = { apiVersion: "v1", kind: "ConfigMap", metadata: { name: "have" }, data: { other: "1" } };
  const get = (port: number) => ({ httpGet: { path: "/", port } });
  return [
    {
      name: "secret-missing",
      expected: "cfg.missing-secret",
      states: ["CreateContainerConfigError"],
      objects: [app(shell("sleep 3600", env({ secretKeyRef: { name: "absent", key: "a" } })))],
    },
    {
      name: "configmap-missing",
      expected: "cfg.missing-secret",
      states: ["CreateContainerConfigError"],
      objects: [app(shell("sleep 3600", env({ configMapKeyRef: { name: "absent", key: "a" } })))],
    },
    {
      name: "configmap-key-missing",
      expected: "cfg.missing-secret",
      states: ["CreateContainerConfigError"],
      objects: [have, app(shell("sleep 3600", env({ configMapKeyRef: { name: "have", key: "a" } })))],
    },
    {
      name: "env-from-missing",
      expected: "cfg.missing-secret",
      states: ["CreateContainerConfigError"],
      objects: [app(shell("sleep 3600", { envFrom: [{ secretRef: { name: "absent" } }] }))],
    },
    {
      name: "crash",
      expected: "app.crash",
      states: ENDS,
      objects: [app(shell("echo Fatal: no license file; exit 3"))],
    },
    {
      name: "crash-late",
      expected: "app.crash",
      states: ["running", ...ENDS],
      objects: [app(shell("sleep 8; echo Error: gave up; exit 1"))],
    },
    {
      name: "exit-zero",
      expected: "app.crash",
      states: ["Completed", "CrashLoopBackOff"],
      objects: [app(shell("echo done; exit 0"))],
    },
    {
      name: "init-crash",
      expected: "app.crash",
      states: ENDS,
      objects: [
        app(shell("sleep 3600"), {
          initContainers: [{ name: "wait", ...shell("echo Error: database is not there; exit 1") }],
        }),
      ],
    },
    {
      name: "out-of-memory",
      expected: "mem.oom-container",
      states: ["OOMKilled", "CrashLoopBackOff"],
      objects: [app(shell("tail /dev/zero", { resources: { limits: { memory: "24Mi" } } }))],
    },
    {
      name: "database-password",
      expected: "app.db-auth",
      states: ENDS,
      objects: [app(shell("echo 'error: password authentication failed for user \"app_user\"'; exit 1"))],
    },
    {
      name: "database-version",
      expected: "app.db-version",
      component: "db",
      states: ENDS,
      objects: [database(shell("echo 'FATAL:  database files are incompatible with server'; exit 1"))],
    },
    {
      name: "database-damaged",
      expected: "app.db-start",
      component: "db",
      states: ENDS,
      objects: [database(shell("echo 'PANIC:  could not locate a valid checkpoint record'; exit 134"))],
    },
    {
      name: "cache-password",
      expected: "app.redis",
      states: ENDS,
      objects: [
        deployment("workflow-worker", shell("echo 'ReplyError: NOAUTH Authentication required.'; exit 1")),
      ],
    },
    {
      name: "temporal-schema",
      expected: "app.temporal-schema",
      component: "temporal",
      states: ENDS,
      objects: [
        deployment(
          "temporal",
          shell(
            "echo 'sql schema version compatibility check failed: version mismatch for keyspace/database: \"temporal\"'; exit 1",
          ),
        ),
      ],
    },
    {
      name: "disk-read-only",
      expected: "disk.readonly",
      states: ENDS,
      objects: [app(shell("touch /made", { securityContext: { readOnlyRootFilesystem: true } }))],
    },
    {
      name: "disk-full",
      expected: "disk.pressure",
      states: ENDS,
      objects: [
        app(shell("cat /dev/zero > /data/zeros", { volumeMounts: [{ name: "v", mountPath: "/data" }] }), {
          volumes: [{ name: "v", emptyDir: { medium: "Memory", sizeLimit: "1Mi" } }],
        }),
      ],
    },
    {
      name: "folder-of-another-owner",
      expected: "stor.owner",
      states: ENDS,
      objects: [
        app(
          shell("touch /data/made", {
            securityContext: { runAsUser: 65534 },
            volumeMounts: [{ name: "v", mountPath: "/data" }],
          }),
          {
            volumes: [{ name: "v", hostPath: { path: "/var/mnt/record-owned", type: "DirectoryOrCreate" } }],
          },
        ),
      ],
    },
    {
      name: "service-links",
      expected: "cfg.service-links",
      component: "temporal",
      states: ENDS,
      objects: [
        {
          apiVersion: "v1",
          kind: "Service",
          metadata: { name: "temporal" },
          spec: { selector: { app: "temporal" }, ports: [{ port: 7233 }] },
        },
        deployment(
          "temporal",
          // As a Go program says it that expects a number in this variable.
          shell('echo "yaml: cannot unmarshal !!str \\`$TEMPORAL_PORT\\` into int"; exit 1'),
          { enableServiceLinks: true },
        ),
      ],
    },
    {
      name: "liveness-probe",
      expected: "app.crash",
      states: ["running", "CrashLoopBackOff"],
      watchSec: 120,
      objects: [
        app({ image: STANDIN, livenessProbe: { ...get(3999), periodSeconds: 1, failureThreshold: 2 } }),
      ],
    },
    {
      name: "startup-probe",
      expected: "app.crash",
      states: ["running", "CrashLoopBackOff"],
      watchSec: 120,
      objects: [
        app({ image: STANDIN, startupProbe: { ...get(3999), periodSeconds: 1, failureThreshold: 3 } }),
      ],
    },
    {
      name: "readiness-probe",
      expected: "app.probe",
      laterSec: 360,
      objects: [app({ image: STANDIN, readinessProbe: { ...get(3503), periodSeconds: 1 } })],
    },
    // There is no case of a pre-stop hook: it runs when a container is to end, so it cannot fail a start.
    {
      name: "post-start-hook",
      expected: "cfg.container",
      states: ["PostStartHookError", "CrashLoopBackOff"],
      watchSec: 120,
      objects: [
        app(shell("sleep 3600", {
          lifecycle: { postStart: { exec: { command: ["sh", "-c", "echo hook broke; exit 4"] } } },
        })),
      ],
    },
    {
      name: "binary-missing",
      expected: "app.crash",
      states: NO_START,
      objects: [app(shell("", { command: ["/no/such/binary"] }))],
    },
    {
      name: "binary-not-runnable",
      expected: "app.crash",
      states: NO_START,
      objects: [app(shell("", { command: ["/etc/passwd"] }))],
    },
    {
      name: "binary-architecture",
      expected: "img.arch",
      states: ENDS,
      objects: [app({ image: OTHER_BINARY })],
      async arrange(node) {
        const path = `${node.namespace.dir}/other-binary`;
        await Deno.writeFile(path, elfHeader(Deno.build.arch === "x86_64" ? 183 : 62), { mode: 0o755 });
        const description = "nothing but the head of a program for another processor";
        await node.push({ name: OTHER_BINARY, description, files: { "/app": path }, entrypoint: ["/app"] });
      },
    },
    {
      name: "working-folder-is-a-file",
      expected: "app.crash",
      states: NO_START,
      objects: [app(shell("sleep 3600", { workingDir: "/etc/passwd" }))],
    },
    {
      name: "not-as-root",
      expected: "cfg.container",
      states: ["CreateContainerConfigError"],
      objects: [app(shell("sleep 3600", { securityContext: { runAsNonRoot: true } }))],
    },
    {
      name: "no-pods",
      expected: "cfg.missing-account",
      component: "email-service",
      watchSec: 30,
      laterSec: 60,
      objects: [deployment("email-service", shell("sleep 3600"), { serviceAccountName: "absent" })],
    },
    {
      name: "job-running",
      expected: "app.bootstrap-running",
      states: ["running"],
      objects: [bootstrap(shell("echo Waiting; sleep 3600"), { backoffLimit: 3 })],
    },
    {
      name: "job-failed",
      expected: "app.migration-failed",
      objects: [
        bootstrap(shell("echo Running migrations; echo Migration failed: relation exists; exit 1"), {
          backoffLimit: 0,
        }),
      ],
    },
    {
      name: "job-refuses-data",
      expected: "app.seed-guard",
      objects: [
        bootstrap(
          shell(
            "echo 'ERROR: Existing application database state detected while bootstrap.mode=fresh'; exit 1",
          ),
          { backoffLimit: 0 },
        ),
      ],
    },
    {
      name: "job-deadline",
      expected: "app.bootstrap-failed",
      objects: [bootstrap(shell("echo Waiting; sleep 3600"), { backoffLimit: 3, activeDeadlineSeconds: 8 })],
    },
  ];
}

/** The first 64 bytes of a 64-bit program for the processor of this number. @see elf(5) */
function elfHeader(machine: number): Uint8Array {
  const bytes = new Uint8Array(64);
  bytes.set([0x7f, 0x45, 0x4c, 0x46, 2, 1, 1]);
  const view = new DataView(bytes.buffer);
  view.setUint16(16, 2, true);
  view.setUint16(18, machine, true);
  view.setUint32(20, 1, true);
  view.setUint16(52, 64, true);
  return bytes;
}
