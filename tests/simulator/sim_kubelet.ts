import { KINDS, type KubeClient, type KubeObject } from "../../k8s/mod.ts";
import type { Fault } from "./timelines.ts";

/** What the stand-ins share. */
export interface SimContext {
  kube: KubeClient;
  /** World time in ms since 1970; runs faster than the clock on the wall. */
  nowMs(): number;
  faults(): readonly Fault[];
  /** Port of the stand-in application. */
  appPort: number;
  setLog(namespace: string, pod: string, lines: readonly string[]): void;
  /** The application answers from now on. */
  appIsUp(): void;
}

const START_SEC = 3;

/** A stand-in for kubelet, scheduler and the workload controllers: makes pods of workloads and gives everything a status. */
export class SimKubelet {
  /** In world time for ages, and as the clock on the wall says it: what the agent reads is never ahead of its own clock. */
  readonly #firstSeen = new Map<string, { worldMs: number; at: string }>();
  readonly #done = new Set<string>();
  constructor(readonly context: SimContext) {}

  /** One look at everything. */
  async tick(): Promise<void> {
    const { kube } = this.context;
    for (const kind of ["Deployment", "StatefulSet", "Job"] as const) {
      for (const workload of (await kube.list<KubeObject>(KINDS[kind])).items) {
        await this.#workload(kind, workload);
      }
    }
    for (const claim of (await kube.list(KINDS.PersistentVolumeClaim)).items) await this.#claim(claim);
    for (const pod of (await kube.list<KubeObject>(KINDS.Pod)).items) await this.#barePod(pod);
  }

  /** A pod without a workload: its image comes, it runs and ends. */
  async #barePod(pod: KubeObject): Promise<void> {
    const { namespace = "", name, uid, ownerReferences = [] } = pod.metadata;
    if (ownerReferences.length > 0 || this.#done.has(`Pod/${uid}`)) return;
    const key = `Pod/${uid}`;
    const seen = this.#firstSeen.get(key) ?? { worldMs: this.context.nowMs(), at: stamp(Date.now()) };
    this.#firstSeen.set(key, seen);
    const isOver = (this.context.nowMs() - seen.worldMs) / 1000 >= START_SEC;
    if (isOver) this.#done.add(key);
    const { phase, state } = isOver ? succeeded(seen.at) : creating();
    const [{ name: container, image }] = pod.spec.containers;
    const status = { name: container, image, imageID: "", ready: false, restartCount: 0, state };
    await this.context.kube.patch({ resource: KINDS.Pod, namespace, name }, {
      status: { phase, startTime: seen.at, containerStatuses: [status] },
    }, { subresource: "status", fieldManager: "stand-in-kubelet" });
  }

  async #workload(kind: "Deployment" | "StatefulSet" | "Job", workload: KubeObject): Promise<void> {
    const key =
      `${kind}/${workload.metadata.namespace}/${workload.metadata.name}/${workload.metadata.uid}/${workload.metadata.generation}`;
    if (this.#done.has(key)) return;
    const seen = this.#firstSeen.get(key) ?? { worldMs: this.context.nowMs(), at: stamp(Date.now()) };
    this.#firstSeen.set(key, seen);
    const ageSec = (this.context.nowMs() - seen.worldMs) / 1000;
    const fault = this.context.faults().find((it) =>
      "workload" in it && it.workload === workload.metadata.name
    );
    const bootstrapFault = this.context.faults().find((it) => it.kind === "bootstrap-failed");
    const startSec = Number(workload.metadata.annotations?.["simulator/start-sec"] ?? START_SEC);
    const isBootstrap = workload.metadata.name === "alga-core-sebastian-bootstrap";
    const waits = await this.#waitsFor(workload);

    const container = workload.spec.template.spec.containers[0];
    const pod = `${workload.metadata.name}-${
      kind === "StatefulSet" ? "0" : kind === "Job" ? "x7k2p" : "7d9c5f8b4-x2x8p"
    }`;
    const state = fault ? faultState(fault, ageSec, container.image) : undefined;
    const startedAt = seen.at;
    const podStatus = state ??
      (waits !== undefined
        ? pending(waits)
        : isBootstrap && bootstrapFault?.kind === "bootstrap-failed" && ageSec > 6
        ? failed(startedAt)
        : ageSec >= startSec
        ? (kind === "Job" ? succeeded(startedAt) : running(startedAt))
        : kind === "Job"
        ? running(startedAt)
        : creating());
    await this.#applyPod(workload, kind, pod, container, podStatus, startedAt);
    if (state?.events) {
      for (const event of state.events) await this.#event(workload.metadata.namespace ?? "", pod, event);
    }
    if (isBootstrap) {
      this.context.setLog(
        "msp",
        pod,
        bootstrapFault?.kind === "bootstrap-failed"
          ? bootstrapFault.log
          : ["Database preflight: bootstrap_mode=recover", "Running migrations", "Appliance setup completed"],
      );
    }
    if (fault?.kind === "crash") this.context.setLog(workload.metadata.namespace ?? "", pod, fault.log);

    const isUp = podStatus.phase === "Running" && podStatus.ready;
    await this.#status(kind, workload, isUp, podStatus, startedAt);
    if (workload.metadata.name === "alga-core-sebastian" && isUp) this.context.appIsUp();
    if (
      !fault && waits === undefined &&
      (isUp || podStatus.phase === "Succeeded" || podStatus.phase === "Failed") && ageSec >= startSec
    ) this.#done.add(key);
  }

  /** alga-core and the workers wait for the first-time setup, everything for its volumes. */
  async #waitsFor(workload: KubeObject): Promise<string | undefined> {
    for (
      const volume of (workload.spec.template.spec.volumes ?? []) as {
        persistentVolumeClaim?: { claimName: string };
      }[]
    ) {
      const name = volume.persistentVolumeClaim?.claimName;
      if (name === undefined) continue;
      const claim = await this.context.kube.get({
        resource: KINDS.PersistentVolumeClaim,
        namespace: workload.metadata.namespace ?? "",
        name,
      });
      if (claim?.status?.phase !== "Bound") return "volume";
    }
    return undefined;
  }

  async #applyPod(
    owner: KubeObject,
    kind: "Deployment" | "StatefulSet" | "Job",
    name: string,
    container: { name: string; image: string },
    status: SimPodStatus,
    startTime: string,
  ): Promise<void> {
    const namespace = owner.metadata.namespace ?? "";
    const isApp = owner.metadata.name === "alga-core-sebastian";
    await this.context.kube.apply({
      apiVersion: "v1",
      kind: "Pod",
      metadata: {
        name,
        namespace,
        labels: owner.spec.template.metadata?.labels ?? {},
        annotations: {
          ...owner.spec.template.metadata?.annotations,
          "simulator/of-generation": String(owner.metadata.generation),
        },
        ownerReferences: [{
          apiVersion: KINDS[kind].apiVersion,
          kind,
          name: owner.metadata.name,
          uid: owner.metadata.uid ?? "",
          controller: true,
        }],
      },
      spec: {
        nodeName: "appliance-01",
        ...(owner.spec.template.spec.dnsPolicy ? { dnsPolicy: owner.spec.template.spec.dnsPolicy } : {}),
        containers: [{
          name: container.name,
          image: container.image,
          ...(isApp
            ? {
              ports: [{
                name: "http",
                containerPort: this.context.appPort,
                hostPort: this.context.appPort,
                protocol: "TCP",
              }],
            }
            : {}),
        }],
        ...(isApp ? { hostNetwork: true } : {}),
      },
    }, { fieldManager: "stand-in-kubelet", force: true });
    const { phase, ready, state, lastState, restartCount } = status;
    const address = isApp
      ? { hostIP: "127.0.0.1", podIP: "127.0.0.1" }
      : { hostIP: "127.0.0.1", podIP: "10.42.0.9" };
    await this.context.kube.patch({ resource: KINDS.Pod, namespace, name }, {
      status: {
        phase,
        // Later than what was written before its workload: on a real node seconds lie between.
        ...(status.unscheduled ? {} : { startTime: stamp(Date.parse(startTime) + 1_000) }),
        ...(phase === "Pending" && status.unscheduled ? {} : address),
        conditions: [
          status.unscheduled
            ? { type: "PodScheduled", status: "False", reason: "Unschedulable", message: status.unscheduled }
            : { type: "PodScheduled", status: "True" },
          { type: "Ready", status: ready ? "True" : "False" },
        ],
        containerStatuses: status.unscheduled ? null : [{
          name: container.name,
          image: container.image,
          imageID: "",
          ready,
          restartCount: restartCount ?? 0,
          state,
          lastState: lastState ?? {},
        }],
      },
    }, { subresource: "status", fieldManager: "stand-in-kubelet" });
  }

  async #status(
    kind: string,
    workload: KubeObject,
    isUp: boolean,
    pod: SimPodStatus,
    startedAt: string,
  ): Promise<void> {
    const ref = {
      resource: KINDS[kind as "Deployment"],
      namespace: workload.metadata.namespace ?? "",
      name: workload.metadata.name,
    };
    const base = { observedGeneration: workload.metadata.generation };
    const count = isUp ? 1 : 0;
    const status = kind === "Job"
      ? pod.phase === "Succeeded"
        ? {
          succeeded: 1,
          active: null,
          startTime: startedAt,
          completionTime: stamp(Date.now()),
          conditions: ["SuccessCriteriaMet", "Complete"].map((type) => ({
            type,
            status: "True",
            reason: "CompletionsReached",
            message: "Reached expected number of succeeded pods",
            lastTransitionTime: stamp(Date.now()),
          })),
        }
        : pod.phase === "Failed"
        ? {
          failed: 1,
          active: null,
          startTime: startedAt,
          conditions: [{
            type: "Failed",
            status: "True",
            reason: "BackoffLimitExceeded",
            message: "Job has reached the specified backoff limit",
            lastTransitionTime: startedAt,
          }],
        }
        : { active: 1, startTime: startedAt }
      : kind === "Deployment"
      ? {
        ...base,
        replicas: 1,
        updatedReplicas: 1,
        readyReplicas: count,
        availableReplicas: count,
        unavailableReplicas: 1 - count,
        conditions: [
          {
            type: "Available",
            status: isUp ? "True" : "False",
            reason: isUp ? "MinimumReplicasAvailable" : "MinimumReplicasUnavailable",
            message: "",
            lastTransitionTime: startedAt,
          },
          {
            type: "Progressing",
            status: "True",
            reason: isUp ? "NewReplicaSetAvailable" : "ReplicaSetUpdated",
            message: "",
            lastTransitionTime: startedAt,
          },
        ],
      }
      : {
        ...base,
        replicas: 1,
        readyReplicas: count,
        availableReplicas: count,
        currentReplicas: 1,
        updatedReplicas: 1,
      };
    await this.context.kube.patch(ref, { status }, {
      subresource: "status",
      fieldManager: "stand-in-controller",
    });
  }

  async #claim(claim: KubeObject): Promise<void> {
    if (claim.status?.phase === "Bound") return;
    const isStuck = this.context.faults().some((it) =>
      it.kind === "pvc-pending" && it.claim === claim.metadata.name
    );
    const ref = {
      resource: KINDS.PersistentVolumeClaim,
      namespace: claim.metadata.namespace ?? "",
      name: claim.metadata.name,
    };
    if (!isStuck) {
      await this.context.kube.patch(ref, {
        status: {
          phase: "Bound",
          capacity: { storage: claim.spec.resources.requests.storage },
          accessModes: ["ReadWriteOnce"],
        },
      }, { subresource: "status", fieldManager: "stand-in-provisioner" });
      return;
    }
    await this.context.kube.patch(ref, { status: { phase: "Pending" } }, {
      subresource: "status",
      fieldManager: "stand-in-provisioner",
    });
    await this.#event(claim.metadata.namespace ?? "", claim.metadata.name, {
      reason: "ProvisioningFailed",
      type: "Warning",
      message:
        'failed to provision volume with StorageClass "local-path": failed to create volume: mkdir /var/mnt/alga-data/local-path-provisioner: permission denied',
    }, "PersistentVolumeClaim");
  }

  async #event(namespace: string, name: string, event: SimEvent, kind = "Pod"): Promise<void> {
    await this.context.kube.apply({
      apiVersion: "v1",
      kind: "Event",
      metadata: { name: `${name}.${event.reason.toLowerCase()}`, namespace },
      involvedObject: { kind, namespace, name },
      reason: event.reason,
      type: event.type,
      message: event.message,
      count: 1,
      firstTimestamp: event.at ?? stamp(Date.now()),
      lastTimestamp: event.at ?? stamp(Date.now()),
      source: { component: "kubelet" },
    }, { fieldManager: "stand-in-kubelet", force: true }).catch(() => {}); // the real server lets events be written once
  }
}

interface SimEvent {
  reason: string;
  type: "Normal" | "Warning";
  message: string;
  /** Default: now. */
  at?: string;
}

interface SimPodStatus {
  phase: "Pending" | "Running" | "Succeeded" | "Failed";
  ready: boolean;
  state: Record<string, unknown>;
  lastState?: Record<string, unknown>;
  restartCount?: number;
  unscheduled?: string;
  events?: readonly SimEvent[];
}

const creating = (): SimPodStatus => ({
  phase: "Pending",
  ready: false,
  state: { waiting: { reason: "ContainerCreating" } },
});
const pending = (_why: string): SimPodStatus => ({
  phase: "Pending",
  ready: false,
  state: {},
  unscheduled:
    "0/1 nodes are available: pod has unbound immediate PersistentVolumeClaims. preemption: 0/1 nodes are available: 1 Preemption is not helpful for scheduling.",
});
const running = (startedAt: string): SimPodStatus => ({
  phase: "Running",
  ready: true,
  state: { running: { startedAt } },
});
const succeeded = (startedAt: string): SimPodStatus => ({
  phase: "Succeeded",
  ready: false,
  state: { terminated: { exitCode: 0, reason: "Completed", startedAt, finishedAt: startedAt } },
});
const failed = (startedAt: string): SimPodStatus => ({
  phase: "Failed",
  ready: false,
  state: { terminated: { exitCode: 1, reason: "Error", startedAt, finishedAt: startedAt } },
});

/** Kubernetes' form of a time: whole seconds. */
function stamp(ms: number): string {
  return new Date(ms).toISOString().replace(/\.\d+Z/, "Z");
}

/** Texts are those of a real node; the state alternates as it does there. */
function faultState(fault: Fault, ageSec: number, image: string): SimPodStatus | undefined {
  const pullError = (error: string): SimPodStatus => {
    const backsOff = Math.floor(ageSec / 12) % 2 === 1;
    const waiting = backsOff
      ? { reason: "ImagePullBackOff", message: `Back-off pulling image "${image}": ErrImagePull: ${error}` }
      : { reason: "ErrImagePull", message: error };
    return {
      phase: "Pending",
      ready: false,
      state: { waiting },
      events: [{ reason: "Failed", type: "Warning", message: `Failed to pull image "${image}": ${error}` }],
    };
  };
  switch (fault.kind) {
    case "image-not-found":
      return pullError(
        `rpc error: code = NotFound desc = failed to pull and unpack image "${image}": failed to resolve image: ${image}: not found`,
      );
    case "pull-dns-refused":
      return pullError(
        `failed to pull and unpack image "docker.io/${image}": failed to resolve image: failed to do request: Head "https://registry-1.docker.io/v2/": dial tcp: lookup registry-1.docker.io on 192.168.64.1:53: read udp 192.168.64.8:53660->192.168.64.1:53: read: connection refused`,
      );
    case "pull-interrupted":
      return pullError(
        `failed to pull and unpack image "${image}": failed to copy: httpReadSeeker: unexpected EOF`,
      );
    case "slow-pull":
      if (ageSec > fault.seconds) return undefined;
      return {
        ...creating(),
        // As long ago as in the world, where minutes are seconds: what takes long has to look long.
        events: [{
          reason: "Pulling",
          type: "Normal",
          message: `Pulling image "${image}"`,
          at: stamp(Date.now() - ageSec * 1000),
        }],
      };
    case "subpath":
      return {
        phase: "Pending",
        ready: false,
        state: {
          waiting: {
            reason: "CreateContainerConfigError",
            message: 'failed to create subPath directory for volumeMount "db-data" of container "db"',
          },
        },
        events: [{
          reason: "Failed",
          type: "Warning",
          message: 'Error: failed to create subPath directory for volumeMount "db-data" of container "db"',
        }],
      };
    case "crash": {
      const at = stamp(Date.now() - 5_000);
      const terminated = { exitCode: 1, reason: "Error", startedAt: at, finishedAt: at };
      const restartCount = 1 + Math.floor(ageSec / 20);
      const state = Math.floor(ageSec / 10) % 3 === 0
        ? { terminated }
        : { waiting: { reason: "CrashLoopBackOff", message: `back-off 20s restarting failed container` } };
      return { phase: "Running", ready: false, state, lastState: { terminated }, restartCount };
    }
    case "pvc-pending":
    case "bootstrap-failed":
      return undefined;
  }
}
