import {
  ago,
  bootstrapJob,
  broken,
  event,
  podOf,
  snapshotOf,
  statefulSet,
  waiting,
} from "../../status/objects.ts";
import { of, type Row } from "../rule_row.ts";

const subPathPod = podOf(
  "db",
  waiting(
    "CreateContainerConfigError",
    'failed to create subPath directory for volumeMount "db-data" of container "db"',
  ),
  { claims: ["alga-core-sebastian-postgres-data"] },
);

/** The pods of Alga itself are not let in. */
function refused(message: string) {
  const cluster = broken("alga-core", {});
  for (const it of cluster.deployments) {
    if (it.metadata.name !== "alga-core-sebastian") continue;
    const condition = { type: "ReplicaFailure", status: "True", reason: "FailedCreate", message };
    it.status.conditions.push({ ...condition, lastTransitionTime: ago(200) });
  }
  return snapshotOf(cluster);
}

/** The pod of the first-time setup is not let in. */
function refusedJob(message: string) {
  const job = bootstrapJob({});
  return snapshotOf({
    ...broken("alga-core", {}),
    jobs: [job],
    events: [event(job, "FailedCreate", `Error creating: pods "x-" is forbidden: ${message}`)],
  });
}

/** Every way in which the rules of this family find something. */
export const CONFIG_ROWS: readonly Row[] = [
  {
    name: "missing secret",
    id: "cfg.missing-secret",
    red: of("alga-core", [
      podOf("alga-core", waiting("CreateContainerConfigError", 'secret "absent" not found')),
    ]),
    green: of("alga-core", [podOf("alga-core", waiting("ContainerCreating"))]),
  },
  {
    name: "missing key",
    id: "cfg.missing-secret",
    red: of("alga-core", [
      podOf("alga-core", waiting("CreateContainerConfigError", "couldn't find key a in ConfigMap NS/have")),
    ]),
    green: of("alga-core", []),
  },
  {
    name: "absent secret object",
    id: "cfg.missing-secret",
    red: snapshotOf({ ...broken("alga-core", {}), secrets: [] }),
    green: of("alga-core", []),
  },
  {
    name: "post-start hook",
    id: "cfg.container",
    red: of("redis", [
      podOf(
        "redis",
        waiting(
          "PostStartHookError",
          'Exec lifecycle hook ([sh -c exit 4]) for Container "app" in Pod "x" failed - error: command exited with 4: , message: "hook broke\\n"',
        ),
      ),
    ]),
    green: of("redis", []),
  },
  ...(
    [
      [
        "disk.pressure",
        "failed to create containerd container: mkdir /var/lib/rancher/k3s/agent/containerd/x: no space left on device",
      ],
      ["disk.io-error", "failed to create containerd container: open /var/lib/rancher/x: input/output error"],
      [
        "disk.readonly",
        "failed to create containerd container: mkdir /var/lib/rancher/k3s/agent/x: read-only file system",
      ],
      [
        "img.store-damaged",
        "failed to create containerd container: error unpacking image: failed to stat snapshot sha256:aa: not found",
      ],
      [
        "mem.oom-host",
        "failed to create containerd container: fork/exec /usr/bin/runc: cannot allocate memory",
      ],
      ["k3s.container-failed", "failed to reserve container name sebastian_x: name is reserved for 3f"],
    ] as const
  ).map(([id, message]): Row => ({
    name: `container not made, ${message.slice(-60)}`,
    id,
    red: of("alga-core", [podOf("alga-core", waiting("CreateContainerError", message))]),
    green: of("alga-core", [podOf("alga-core", waiting("ContainerCreating"))]),
  })),
  ...(
    [
      [
        "cfg.quota",
        "exceeded quota: small, requested: limits.memory=2Gi, used: limits.memory=1Gi, limited: limits.memory=2Gi",
      ],
      ["cfg.quota", "failed quota: small: must specify limits.cpu for: sebastian"],
      [
        "cfg.namespace-ending",
        "unable to create new content in namespace msp because it is being terminated",
      ],
      ["cfg.limits", "maximum memory usage per Container is 512Mi, but limit is 2Gi"],
      ["cfg.limits", "[minimum cpu usage per Container is 100m, but request is 10m]"],
      ["cfg.pod-security", 'violates PodSecurity "restricted:latest": allowPrivilegeEscalation != false'],
      ["cfg.missing-account", 'error looking up service account msp/alga: serviceaccount "alga" not found'],
      ["cfg.webhook", 'admission webhook "policy.example.com" denied the request: no'],
      [
        "cfg.webhook",
        'Internal error occurred: failed calling webhook "policy.example.com": failed to call webhook: Post "https://x.svc:443/": dial tcp 10.43.7.7:443: connect: connection refused',
      ],
      ["cfg.pod-refused", "no PriorityClass with name alga was found"],
    ] as const
  ).flatMap(([id, message]): Row[] => [
    {
      name: `Deployment, ${message.slice(0, 40)}`,
      id,
      red: refused(`pods "alga-core-sebastian-1-" is forbidden: ${message}`),
      green: of("alga-core", []),
    },
    {
      name: `StatefulSet, ${message.slice(0, 40)}`,
      id,
      red: of("db", [], [
        event(
          statefulSet("db", 0),
          "FailedCreate",
          `create Pod db-0 in StatefulSet db failed error: pods "db-0" is forbidden: ${message}`,
          { secondsAgo: 600, firstSecAgo: 1_200, count: 18 },
        ),
      ]),
      green: of("db", []),
    },
    {
      name: `Job, ${message.slice(0, 40)}`,
      id,
      red: refusedJob(message),
      green: of("alga-core", []),
    },
  ]),
  {
    name: "sub-path",
    id: "stor.subpath",
    component: "db",
    red: of("db", [subPathPod]),
    green: of("db", [podOf("db", waiting("ContainerCreating"))]),
  },
];
