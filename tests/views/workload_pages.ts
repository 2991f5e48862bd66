import type {
  ContainerRow,
  EventList,
  Freshness,
  PodPage,
  WorkloadList,
  WorkloadRow,
} from "../../agent/workloads/mod.ts";
import { ALL_EVENTS, ALL_WORKLOADS } from "../../agent/workloads/query.ts";
import { eventsPage } from "../../views/events_page.ts";
import { renderPage } from "../../views/layout.ts";
import { noPodPage, podPage } from "../../views/pod_page.ts";
import { workloadsPage } from "../../views/workloads_page.ts";
import { AT, NOW_MS, sampleBlocker, sampleFrame } from "./samples.ts";

const NOW = new Date(NOW_MS).toISOString();
const CURRENT: Freshness = {
  api: "answering",
  isCurrent: true,
  isKnown: true,
  asOf: NOW,
  problem: "",
  next: "none",
};

/** One workload, `t` in place of every text from outside. */
export function sampleWorkload(t: string, given: Partial<WorkloadRow> = {}): WorkloadRow {
  return {
    kind: "Deployment",
    namespace: t,
    name: t,
    component: "workflow-worker",
    tier: "background",
    state: "no-image",
    tone: "warn",
    reason: t,
    message: t,
    ready: 0,
    wanted: 1,
    pods: 1,
    ended: 0,
    pod: t,
    restarts: 3,
    lastEnd: { reason: "OOMKilled", exitCode: 137, at: AT },
    createdAt: AT,
    images: [{ container: t, image: t, digest: `sha256:${"a".repeat(64)}` }],
    cpuCores: 0.25,
    memoryBytes: 640 * 1024 ** 2,
    ...given,
  };
}

/** Workloads, pods and events in every state. */
export function workloadPages(t: string): Record<string, string> {
  const page = (body: Parameters<typeof renderPage>[1]) =>
    renderPage({ ...sampleFrame(t), current: "workloads" }, body);
  const list: WorkloadList = {
    query: { ...ALL_WORKLOADS, name: t, page: 2 },
    freshness: CURRENT,
    rows: [
      sampleWorkload(t),
      sampleWorkload(t, {
        state: "running",
        tone: "good",
        restarts: 0,
        lastEnd: null,
        pods: 2,
        cpuCores: null,
      }),
      sampleWorkload(t, { state: "stopped", tone: "idle", pods: 0, pod: null, createdAt: null, tier: null }),
    ],
    page: 2,
    pages: 3,
    total: 90,
    needAttention: 1,
    hiddenEnded: 2,
    elsewhere: 1,
    namespaces: ["msp", t],
    usageProblem: t,
    releasesLeftOut: 2,
    releases: [{
      kind: "HelmRelease",
      namespace: t,
      name: t,
      state: "failed",
      tone: "warn",
      revision: `sha256:${"b".repeat(64)}`,
      chart: t,
      chartVersion: t,
      triedAt: AT,
      reason: t,
      message: t,
    }],
  };
  const events: EventList = {
    query: { ...ALL_EVENTS, text: t, about: `Pod/${t}/${t}`, since: "1h", warnings: true, page: 1 },
    freshness: CURRENT,
    since: AT,
    until: NOW,
    rows: [
      {
        at: NOW,
        firstAt: AT,
        isWarning: true,
        reason: t,
        message: t,
        kind: "Pod",
        namespace: t,
        name: t,
        container: t,
        count: 12,
      },
      {
        at: null,
        firstAt: null,
        isWarning: false,
        reason: t,
        message: t,
        kind: t,
        namespace: t,
        name: t,
        container: null,
        count: 1,
      },
    ],
    page: 1,
    pages: 2,
    total: 41,
    namespaces: [t],
  };
  const container: ContainerRow = {
    ...sampleWorkload(t),
    container: t,
    image: t,
    digest: `sha256:${"a".repeat(64)}`,
    role: "main",
    isReady: false,
    startedAt: AT,
    finishedAt: null,
    exitCode: null,
    requests: { cpuCores: 0.5, memoryBytes: 512 * 1024 ** 2 },
    limits: { cpuCores: null, memoryBytes: 1024 ** 3 },
  };
  const pod: PodPage = {
    leftOut: { containers: 1, volumes: 2, events: 3 },
    freshness: CURRENT,
    row: sampleWorkload(t, { kind: "Pod" }),
    owner: { kind: "Deployment", name: t },
    phase: t,
    node: t,
    podIp: t,
    restartPolicy: "Always",
    conditions: [{
      type: t,
      status: "False",
      reason: t,
      message: t,
      since: AT,
      observedGeneration: undefined,
    }],
    containers: [
      {
        ...container,
        role: "prepares",
        state: "done",
        tone: "idle",
        finishedAt: NOW,
        exitCode: 0,
        restarts: 0,
      },
      { ...container, role: "beside", state: "running", tone: "good" },
      container,
    ],
    volumes: (["claim", "secret", "config", "empty", "host-path", "projected", "other"] as const).map((
      kind,
    ) => ({
      name: t,
      kind,
      source: t,
      hostPath: t,
      isMemory: false,
      sizeLimitBytes: null,
      mounts: [{ container: t, path: t, subPath: t, isReadOnly: true }],
      usedBytes: 1_200_000_000,
      capacityBytes: null,
      sizeBytes: 10 * 1024 ** 3,
      phase: t,
    })),
    events: events.rows,
    lookProblem: t,
    usageProblem: "",
  };
  const silent: Freshness = {
    ...CURRENT,
    api: "not-answering",
    isCurrent: false,
    problem: t,
    next: "see-status",
  };
  const whole = { containers: 0, volumes: 0, events: 0 };
  const absent: Freshness = {
    api: "absent",
    isCurrent: false,
    isKnown: false,
    asOf: null,
    problem: "There is no Kubernetes on this machine yet",
    next: "setup",
  };
  const nothing = { rows: [], page: 1, pages: 1, total: 0, namespaces: [] };
  return {
    workloads: page(workloadsPage(list, NOW)),
    "workloads, remembered": page(workloadsPage({ ...list, freshness: silent }, NOW)),
    "workloads, no Kubernetes": page(
      workloadsPage({
        ...list,
        ...nothing,
        freshness: absent,
        needAttention: 0,
        releases: [],
        releasesLeftOut: 0,
      }, NOW),
    ),
    "pods of a workload": page(
      workloadsPage({ ...list, query: { ...list.query, of: `Deployment/${t}/${t}` } }, NOW),
    ),
    events: page(eventsPage(events, NOW)),
    "events, no Kubernetes": page(
      eventsPage(
        { ...events, ...nothing, query: ALL_EVENTS, freshness: absent, since: null, until: null },
        NOW,
      ),
    ),
    pod: page(podPage(pod, { finding: sampleBlocker({}, t), asOf: NOW })),
    "pod, remembered": page(
      podPage({
        ...pod,
        owner: null,
        volumes: null,
        containers: [],
        events: [],
        leftOut: whole,
        freshness: silent,
      }, { asOf: NOW }),
    ),
    "no pod": page(noPodPage(t, t)),
  };
}
