import type { CheckResult, CheckStatus, PreflightReport } from "../../agent/preflight/check.ts";
import type { Answer, SetupState, SetupView, StepRow } from "../../agent/setup/setup_state.ts";
import { STEP_IDS } from "../../agent/setup/setup_state.ts";
import type {
  ActiveOperation,
  CertificateView,
  RollupState,
  StatusDocument,
  TierStatus,
} from "../../agent/status/document.ts";
import type { Blocker } from "../../agent/explain/blocker.ts";
import type { TierId } from "../../agent/product/tiers.ts";
import type { Frame } from "../../views/layout.ts";

export const AT = "2026-11-21T09:12:00.000Z";
export const NOW_MS = Date.parse("2026-11-21T09:16:40.000Z");

export const SAMPLE_CERTIFICATE: CertificateView = {
  url: "https://192.168.64.8:8080/",
  fingerprint: Array(32).fill("A7").join(":"),
  origin: "self-signed",
  validTo: "2029-02-23T17:37:36.000Z",
};

/** `t` stands for every text that comes from outside. */
export function sampleFrame(t = "appliance-01"): Frame {
  return {
    hostName: t,
    address: t,
    agentVersion: "0.1.0",
    kubernetesVersion: t,
    release: t,
    stylePath: "/style.0123.css",
    csrfToken: "token",
    current: "status",
    isSetUp: true,
    connection: { isEncrypted: false, encryptedUrl: "https://192.168.64.8:8080/login" },
    certificate: SAMPLE_CERTIFICATE,
  };
}

export function sampleBlocker(given: Partial<Blocker> = {}, t = "message"): Blocker {
  return {
    id: "stor.subpath",
    severity: "critical",
    component: "db",
    layer: "core",
    title: `The database cannot start: ${t}`,
    reason: `A folder could not be made: ${t}`,
    consequence: `Nobody can log in. ${t}`,
    nextAction: `Look at the volume. ${t}`,
    action: { kind: "fix-machine" },
    owner: "you",
    retrySafe: true,
    loginBlocking: true,
    since: AT,
    mayPass: false,
    evidence: [{ label: "Message", text: t }],
    suppressed: ["core.not-ready"],
    ...given,
  };
}

export function sampleOperation(given: Partial<ActiveOperation> = {}, t = "db"): ActiveOperation {
  return {
    component: t,
    operation: "image-pull",
    state: "running",
    startedAt: AT,
    elapsedSeconds: 240,
    progressAvailable: false,
    progressPercent: null,
    message: `Downloading ${t}`,
    ...given,
  };
}

export function sampleStatus(
  state: RollupState,
  given: Partial<StatusDocument> = {},
  t = "text",
): StatusDocument {
  const loginReady = state !== "installing" && state !== "failed_action_required";
  const tier = (ready: boolean): TierStatus => ({
    ready,
    status: ready ? "healthy" : "degraded",
    message: t,
    since: AT,
    proofs: [],
  });
  const ready: Record<TierId, boolean> = {
    platform: true,
    core: loginReady,
    bootstrap: loginReady,
    login: loginReady,
    background: state === "fully_healthy",
    fullHealth: state === "fully_healthy",
  };
  return {
    siteId: "site",
    timestamp: AT,
    agentVersion: "0.1.0",
    agent: { ruleErrors: 0 },
    kubernetesVersion: t,
    release: {
      selectedReleaseVersion: t,
      appVersion: t,
      channel: t,
      selectedChannel: t,
      gitRevision: null,
    },
    urls: { statusUrl: "http://192.168.64.8:8080/", loginUrl: "https://psa.example.com" },
    certificate: SAMPLE_CERTIFICATE,
    rollup: {
      state,
      message: `Sentence of ${state} ${t}`,
      nextAction: t,
      action: { kind: "call-vendor" },
      topBlockerId: null,
      since: AT,
    },
    tiers: Object.fromEntries(
      Object.entries(ready).map(([id, it]) => [id, tier(it)]),
    ) as StatusDocument["tiers"],
    topBlockers: [],
    blockersLeftOut: 0,
    activeOperations: [],
    components: [
      { name: t, tier: "core", namespace: "msp", ready: true, status: "healthy", message: t },
      { name: `${t}-2`, tier: "background", namespace: "msp", ready: false, status: "unknown", message: t },
    ],
    bootstrap: {
      job: { name: "bootstrap", state: "running", completed: false, failed: false },
      seed: { usersCount: null, message: "" },
      logs: { available: false, pod: null, container: "", tail: [], detectedErrors: [] },
    },
    recentEvents: [],
    loginProbe: { checked: true, reachable: loginReady, statusCode: 200, location: null },
    sources: [
      { name: "kubernetes", state: "answering", lastContactAt: AT, message: t },
      { name: "registry", state: "not-yet", lastContactAt: null, message: t },
    ],
    recent: [{ at: AT, tone: "good", text: t }],
    ...given,
  };
}

export function sampleCheck(status: CheckStatus, given: Partial<CheckResult> = {}, t = "text"): CheckResult {
  return {
    id: `dns.${status}`,
    title: `Names ${status}`,
    vantage: "agent",
    overridable: false,
    status,
    expected: t,
    found: t,
    remediation: status === "pass" ? "" : t,
    evidence: [t],
    durationMs: 12,
    ...given,
  };
}

export function sampleReport(...results: CheckResult[]): PreflightReport {
  return { startedAt: AT, finishedAt: AT, results };
}

export const SETUP_STATES: Record<SetupState["status"], SetupState> = {
  idle: { status: "idle" },
  checked: { status: "checked", finishedAt: AT },
  running: { status: "running", stepId: "k3s", startedAt: AT, message: "Waiting for the node" },
  blocked: { status: "blocked", since: AT },
  failed: {
    status: "failed",
    stepId: "k3s",
    nextAttemptAt: AT,
    failure: {
      category: "k3s",
      stepId: "k3s",
      code: "K3S_FAILED",
      message: "Kubernetes did not start: the node is not ready",
      details: "cni plugin not initialized",
      suggestedNextStep: "Open the log of k3s",
      retrySafe: true,
      at: AT,
    },
  },
  done: { status: "done", finishedAt: AT },
};

/** A view whose step k3s is where the state says. */
export function sampleSetup(state: SetupState, given: Partial<SetupView> = {}): SetupView {
  const row = { running: "running", failed: "failed", done: "done" } as Partial<
    Record<string, StepRow["status"]>
  >;
  const message = state.status === "running"
    ? state.message
    : state.status === "failed"
    ? state.failure.message
    : undefined;
  return {
    state,
    steps: STEP_IDS.map((id, i) => ({
      id,
      title: `Step ${id}`,
      status: id === "k3s" ? row[state.status] ?? "waiting" : i < 2 ? "done" : "waiting",
      ...(i > 2 ? {} : { startedAt: AT }),
      ...(i > 1 ? {} : { finishedAt: AT }),
      ...(id === "k3s" && message !== undefined ? { message } : {}),
    })),
    answers: [],
    acknowledgements: [],
    log: [],
    ...given,
  };
}

/** The two answers that the finished page repeats. */
export function sampleAnswers(t = "maria@example.com"): readonly Answer[] {
  return [
    { field: "adminEmail", label: "E-mail", value: t, origin: "you" },
    { field: "appUrl", label: "Application address", value: "https://psa.example.com", origin: "you" },
  ];
}
