import type { StaleResolvers } from "../settings/follow_resolvers.ts";
import type { FailureClass, SetupState, StepId } from "../setup/setup_state.ts";

/** One condition of any object. Texts are cut to a bounded length on arrival. */
export interface ConditionView {
  type: string;
  status: string;
  reason: string;
  message: string;
  since: string | undefined;
  observedGeneration: number | undefined;
}

export interface NodeView {
  name: string;
  conditions: readonly ConditionView[];
  unschedulable: boolean;
  internalIp: string | undefined;
  machineId: string;
  kubeletVersion: string;
  taints: readonly string[];
  createdAt: string | undefined;
}

/** A Deployment or StatefulSet. */
export interface WorkloadView {
  kind: "Deployment" | "StatefulSet";
  namespace: string;
  name: string;
  desired: number;
  /** Pods that there are, of them those of the newest template, and those that are ready. */
  replicas: number;
  updated: number;
  ready: number;
  generation: number;
  observedGeneration: number;
  conditions: readonly ConditionView[];
  /** Image of every container by container name. */
  images: Readonly<Record<string, string>>;
  /** The HelmRelease that it belongs to, as "namespace/name". */
  release: string | undefined;
  createdAt: string | undefined;
}

export interface JobView {
  namespace: string;
  name: string;
  uid: string;
  active: number;
  succeeded: number;
  failed: number;
  conditions: readonly ConditionView[];
  images: Readonly<Record<string, string>>;
  /** The HelmRelease that it belongs to, as "namespace/name". */
  release: string | undefined;
  createdAt: string | undefined;
  startedAt: string | undefined;
  finishedAt: string | undefined;
}

/** What a container does or did; `reason` is the kubelet's word ("ImagePullBackOff", "OOMKilled"). */
export interface ContainerStateView {
  kind: "waiting" | "running" | "terminated" | "none";
  reason: string;
  message: string;
  exitCode: number | undefined;
  startedAt: string | undefined;
  finishedAt: string | undefined;
}

export interface ContainerView {
  name: string;
  init: boolean;
  /** An init container that goes on beside the others. */
  sidecar?: true;
  image: string;
  /** Empty until the image is there. */
  imageId: string;
  ready: boolean;
  restartCount: number;
  state: ContainerStateView;
  lastState: ContainerStateView;
  port: number | undefined;
}

export interface PodView {
  namespace: string;
  name: string;
  uid: string;
  phase: string;
  nodeName: string;
  /** Who made it; a ReplicaSet is already followed up to its Deployment. */
  owner: { kind: string; name: string } | undefined;
  conditions: readonly ConditionView[];
  containers: readonly ContainerView[];
  podIp: string | undefined;
  hostIp: string | undefined;
  /** "Evicted" and the like. */
  reason: string;
  message: string;
  createdAt: string | undefined;
  deletedAt: string | undefined;
  /** Since when its volumes and network are there, so that its containers may be made; not told by every version. */
  sandboxReadyAt: string | undefined;
  claims: readonly string[];
  /** Ports of the machine itself that it takes. */
  hostPorts?: readonly number[];
}

export interface PvcView {
  namespace: string;
  name: string;
  phase: string;
  storageClass: string | undefined;
  createdAt: string | undefined;
}

export interface StorageClassView {
  name: string;
  provisioner: string;
  isDefault: boolean;
}

/** That a Secret exists; nothing of what is in it. */
export interface SecretView {
  namespace: string;
  name: string;
}

export interface EventView {
  namespace: string;
  /** Of the object that it is about. */
  kind: string;
  name: string;
  uid: string;
  /** Container that it is about, from the field path. */
  container: string | undefined;
  type: string;
  reason: string;
  message: string;
  firstAt: string | undefined;
  lastAt: string | undefined;
  count: number;
}

/** What helm-controller tells of its tries to install a release. */
export interface HelmTriesView {
  /** What was tried last: version of the chart and digest of its values. */
  attempted: string;
  /** How the newest try on record ended ("deployed", "failed"). */
  newestStatus: string | undefined;
  /** Token of the newest reset that reached the release. */
  resetToken: string | undefined;
  /** Chart of the newest try, its version, and when that try was; all as far as it is told. */
  chart?: string | undefined;
  chartVersion?: string | undefined;
  triedAt?: string | undefined;
}

/** An OCIRepository, HelmRepository, Kustomization or HelmRelease. */
export interface FluxView {
  kind: "OCIRepository" | "HelmRepository" | "Kustomization" | "HelmRelease";
  namespace: string;
  name: string;
  generation: number;
  observedGeneration: number;
  suspended: boolean;
  conditions: readonly ConditionView[];
  revision: string | undefined;
  url: string | undefined;
  dependsOn: readonly string[];
  createdAt: string | undefined;
  deletedAt: string | undefined;
  /** Of a HelmRelease alone. */
  helm: HelmTriesView | undefined;
  /** When the newest try ended that did end, if it was a success. Kustomizations alone keep it. */
  succeededAt: string | undefined;
}

/** What the status needs of the ConfigMaps that the agent wrote. */
export interface AppValuesView {
  appUrl: string | undefined;
  bootstrapMode: string | undefined;
  serverImage: string | undefined;
  setupImage: string | undefined;
  temporalUiEnabled: boolean;
}

export interface ReleaseView {
  releaseVersion: string | undefined;
  appVersion: string | undefined;
  channel: string | undefined;
  selectedChannel: string | undefined;
  siteId: string | undefined;
}

export interface Collections {
  nodes: readonly NodeView[];
  workloads: readonly WorkloadView[];
  jobs: readonly JobView[];
  pods: readonly PodView[];
  pvcs: readonly PvcView[];
  storageClasses: readonly StorageClassView[];
  secrets: readonly SecretView[];
  events: readonly EventView[];
  flux: readonly FluxView[];
}

/** `missing-kind`: the cluster answers and has no such kind (Flux is not installed); `unknown`: never read. */
export type Knowledge = "known" | "missing-kind" | "unknown";

/** How the Kubernetes API stands. `absent`: this machine has no cluster yet. */
export interface ApiView {
  state: "absent" | "connecting" | "answering" | "not-answering";
  since: string | undefined;
  lastContactAt: string | undefined;
  error: string;
  version: string | undefined;
}

export interface HttpProbe {
  at: string;
  url: string;
  statusCode: number | undefined;
  location: string | undefined;
  /** Why there was no answer, or what is wrong with its certificate; empty otherwise. */
  error: string;
  /** The certificate is not trusted here. With a status code it answered nevertheless, as people see after a warning. */
  privateCertificate: boolean;
}

export interface RegistryProbe {
  at: string;
  ok: boolean;
  /** In our words, for people. */
  message: string;
  /** Why it failed, as far as that is known. */
  failure?: RegistryProbeFailure;
}

/** A failed request to a registry as codes, and what other programs said of it. */
export interface RegistryProbeFailure {
  /** `failure` of a NetworkError. */
  code: string;
  /** Who was really asked: a mirror, a redirect target. */
  host: string;
  status?: number;
  /** What the runtime said, not our own words; "" when it said nothing. */
  detail: string;
}

/** Last lines of one container. `lines` are already free of credentials. */
export interface LogView {
  namespace: string;
  pod: string;
  container: string;
  /** Start of the container run that wrote them, as `restartCount`. */
  restartCount: number;
  lines: readonly string[];
}

/** One line of the service "k3s"; free of credentials. */
export interface JournalLine {
  at: string;
  text: string;
}

/** The machine that the agent runs on. Empty texts and lists: not known. */
export interface HostView {
  /** Lower case, as Kubernetes names its machines. */
  name: string;
  machineId: string;
  /** When it was started; not known of every machine. */
  bootedAt?: string | undefined;
  /** The DNS servers behind the resolver on this machine, as it was set or told by the network. */
  dnsServers?: readonly string[];
  /** Of what the appliance writes, a folder on a file system that can only be read. */
  readOnlyFolder?: string | undefined;
  /** All its IPv4 addresses, those that lead outside first. */
  addresses: readonly string[];
  /** The one that people should open. */
  primaryAddress: string | undefined;
  /** Newest lines of the service "k3s", oldest first; only while Kubernetes does not answer, and a little longer. */
  journal: readonly JournalLine[];
}

export interface BootstrapMemory {
  outcome: "completed" | "failed";
  at: string;
  jobUid: string;
  pod: string | null;
  tail: readonly string[];
  errors: readonly string[];
}

/** What must outlive the object that told it. */
export interface RememberedView {
  bootstrap: BootstrapMemory | undefined;
  /** The application has answered or the first-time setup has completed at least once. */
  loginReadyOnce: boolean;
  stateDamage: string | undefined;
}

export interface SetupSummary {
  status: SetupState["status"];
  stepId: StepId | undefined;
  stepTitle: string | undefined;
  message: string;
  since: string | undefined;
  failure: {
    category: FailureClass;
    code: string;
    message: string;
    details: string;
    suggestedNextStep: string;
    retrySafe: boolean;
  } | undefined;
  nextAttemptAt: string | undefined;
  /** Titles and findings of the checks that stand in the way, or would if setup began. */
  blockedBy: readonly string[];
  appUrl: string | undefined;
  release: { version: string; channel: string } | undefined;
  /** The storage step has written and read a volume. */
  storageTested: boolean;
  /** The record is damaged: what setup seems to be may be another run's, and somebody decides first. */
  isRecordDamaged?: boolean;
}

/** What the observer sees now, as plain data; ours alone to build and free of secrets. */
export interface ObservedSnapshot extends Collections {
  api: ApiView;
  knowledge: Readonly<Record<keyof Collections, Knowledge>>;
  /** Kinds of Flux that the cluster lacks although Flux should be there. */
  missingFluxKinds: readonly string[];
  appValues: AppValuesView | undefined;
  release: ReleaseView | undefined;
  setup: SetupSummary;
  probes: {
    local: HttpProbe | undefined;
    public: HttpProbe | undefined;
    registry: RegistryProbe | undefined;
  };
  host: HostView;
  logs: readonly LogView[];
  /** Newest lines of the first-time setup, while its pods exist. */
  bootstrapLog: { pod: string; tail: readonly string[] } | undefined;
  /** How the first-time setup ended, when that was seen since the agent started. Its Job soon vanishes. */
  bootstrapEnd: BootstrapMemory | undefined;
}

/** How the pages are reached over TLS, and how that is known to be this machine. */
export interface CertificateView {
  url: string;
  /** SHA-256 as browsers show it: pairs of hex digits with colons. */
  fingerprint: string;
  /** Made by the agent, or put there by the site. */
  origin: "self-signed" | "site";
  /** ISO 8601 */
  validTo: string;
}

/** Everything that the verdict is made from: what is observed, and what only the agent knows. */
export interface Snapshot extends ObservedSnapshot {
  agent: {
    version: string;
    siteId: string;
    statusUrl: string;
    /** `undefined` in the first moments, before there is one. */
    certificate?: CertificateView | undefined;
    /** Why the site's own certificate is not in use. */
    certificateProblem?: { problem: string; next: string; since: string } | undefined;
    /** Why the last update of the agent itself ended badly. */
    updateProblem?: { message: string; next: string; since: string } | undefined;
    /** Pods ask other DNS servers than this machine, and go on doing so until somebody acts. */
    clusterDnsStale?: StaleResolvers | undefined;
    /** The disk has no room for its own state. */
    diskFull?: { path: string; since: string } | undefined;
  };
  remembered: RememberedView;
}

/** The state of things before anything has been read. */
export function emptySnapshot(
  agent: Snapshot["agent"] = { version: "0.0.0", siteId: "", statusUrl: "" },
): Snapshot {
  return {
    agent,
    api: { state: "absent", since: undefined, lastContactAt: undefined, error: "", version: undefined },
    knowledge: {
      nodes: "unknown",
      workloads: "unknown",
      jobs: "unknown",
      pods: "unknown",
      pvcs: "unknown",
      storageClasses: "unknown",
      secrets: "unknown",
      events: "unknown",
      flux: "unknown",
    },
    missingFluxKinds: [],
    nodes: [],
    workloads: [],
    jobs: [],
    pods: [],
    pvcs: [],
    storageClasses: [],
    secrets: [],
    events: [],
    flux: [],
    appValues: undefined,
    release: undefined,
    setup: {
      status: "idle",
      stepId: undefined,
      stepTitle: undefined,
      message: "",
      since: undefined,
      failure: undefined,
      nextAttemptAt: undefined,
      blockedBy: [],
      appUrl: undefined,
      release: undefined,
      storageTested: false,
    },
    probes: { local: undefined, public: undefined, registry: undefined },
    host: {
      name: "",
      machineId: "",
      readOnlyFolder: undefined,
      addresses: [],
      primaryAddress: undefined,
      journal: [],
    },
    logs: [],
    bootstrapLog: undefined,
    bootstrapEnd: undefined,
    remembered: { bootstrap: undefined, loginReadyOnce: false, stateDamage: undefined },
  };
}
