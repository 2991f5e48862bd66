import { componentByName, componentsOfRelease, KUSTOMIZATION_COMPONENTS } from "../status/components.ts";
import { newest, timeOf } from "../status/container_trouble.ts";
import { currentCondition, failureSince, isFluxReady, releaseSource, type Scene } from "../status/scene.ts";
import type { ConditionView, FluxView } from "../status/snapshot.ts";
import { type TierId } from "../status/status_document.ts";
import type { BlockerId } from "./blocker_id.ts";
import { clip } from "./crash_rules.ts";
import { ageMs } from "./duration_text.ts";
import { type Finding, finding, type Rule } from "./finding.ts";
import { explainNetworkText, NETWORK_IDS } from "./network_text.ts";

const TIMEOUT_TEXT =
  /context deadline exceeded|would exceed context deadline|timed? ?out waiting|timed out|timeout waiting|failed early due to stalled resources/i;
const PENDING_TEXT = /another operation .* in progress|has no deployed releases|uninstalling/i;
const FAILED_REASON = /Failed|RetriesExceeded|Stalled|Exhausted|MissingRollbackTarget/;
/** Suspension is judged only after this: an update suspends releases for a moment. */
const MISSING_KIND_PATIENCE_MS = 60_000;
/** As long as the slowest part may take to install. @see contract.md 2.5 */
const WAITING_PATIENCE_MS = 45 * 60_000;
const MISSING_DEPENDENCY_PATIENCE_MS = 2 * 60_000;
/** A new try that fails like the one before does so within this. */
const RETRY_MS = 60_000;
/** A chart is fetched a moment after its release came. */
const CHART_PATIENCE_MS = 2 * 60_000;

/** Objects of Flux that could not do their work. Conditions of an older generation say nothing. @see components.md 2.4 */
export const fluxRule: Rule = {
  ids: [
    ...NETWORK_IDS,
    "app.db-auth",
    "flux.source-auth",
    "flux.source-tls",
    "flux.source-notfound",
    "flux.source-failed",
    "flux.verify",
    "flux.build",
    "flux.health-check",
    "flux.dependency",
    "flux.suspended",
    "flux.stalled",
    "flux.helm-pending",
    "flux.helm-timeout",
    "flux.crd-missing",
  ],
  find(scene) {
    if (!scene.live) return [];
    return scene.snapshot.flux.flatMap((object): Finding[] => {
      if (object.suspended) return [found(scene, object, "flux.suspended", undefined)];
      switch (object.kind) {
        case "OCIRepository":
        case "HelmRepository":
          return explainSource(scene, object);
        case "Kustomization":
          return explainKustomization(scene, object);
        case "HelmRelease":
          return explainRelease(scene, object);
        default:
          return object.kind satisfies never;
      }
    });
  },
};

function found(
  scene: Scene,
  object: FluxView,
  id: BlockerId,
  condition: ConditionView | undefined,
  more: Partial<Pick<Finding, "hard" | "component" | "key">> & { words?: Partial<Finding["words"]> } = {},
): Finding {
  const covers = coveredBy(object);
  const message = condition?.message ?? "";
  return finding(scene, {
    id,
    tier: tierOf(object),
    component: object.kind === "HelmRelease" ? releaseComponent(object.name) : object.name,
    key: `${object.kind}/${object.name}`,
    since: condition?.since ?? object.createdAt,
    covers,
    evidence: [
      { label: "Object", text: `${object.kind} ${object.namespace}/${object.name}` },
      {
        label: "State",
        text: object.suspended ? "suspended" : `${condition?.type ?? ""} ${condition?.reason ?? ""}`.trim(),
      },
      ...(message === "" ? [] : [{ label: "Message", text: clip(message, 600) }]),
    ],
    ...more,
    // Folders of one try have a name of their own each time.
    words: {
      name: object.name,
      detail: clip(message.replaceAll(/\/tmp\/[\w-]+\//g, ""), 240),
      ...more.words,
    },
  });
}

function coveredBy(object: FluxView): readonly string[] {
  if (object.kind === "HelmRelease") return componentsOfRelease(object.name);
  if (object.kind === "Kustomization") return KUSTOMIZATION_COMPONENTS[object.name] ?? [];
  return [];
}

/** The component that people know a HelmRelease by. */
function releaseComponent(name: string): string {
  return componentByName(name) ? name : componentsOfRelease(name)[0] ?? name;
}

function tierOf(object: FluxView): TierId {
  if (object.kind === "HelmRelease") {
    return componentByName(releaseComponent(object.name))?.tier ?? "background";
  }
  if (object.name === "alga-core") return "core";
  return object.name === "alga-background" ? "background" : "platform";
}

function readyFailure(object: FluxView): ConditionView | undefined {
  const stalled = currentCondition(object, "Stalled");
  const ready = currentCondition(object, "Ready");
  if (ready?.status === "False") return ready;
  return stalled?.status === "True" ? stalled : undefined;
}

/**
 * While it tries again, the object says nothing of the failure before: neither is it over nor may it vanish for that moment. A health
 * check is waited for again as long as last time.
 */
function failureBefore(scene: Scene, object: FluxView): ConditionView | undefined {
  const ready = currentCondition(object, "Ready");
  if (ready?.status !== "Unknown") return undefined;
  const isNew = ageMs(ready.since, scene.nowMs) < RETRY_MS;
  if (object.kind === "HelmRelease") {
    const released = currentCondition(object, "Released");
    return isNew && released?.status === "False" ? released : undefined;
  }
  const last = failureSince(scene, object);
  // What a newer release interrupted did not fail.
  if (last === undefined || last.reason === "HealthCheckCanceled") return undefined;
  // Another release may well be healthy.
  const fetched = releaseSource(scene);
  const artifact = fetched && currentCondition(fetched, "ArtifactInStorage");
  if (artifact?.since !== undefined && Date.parse(artifact.since) > timeOf(last)) return undefined;
  if (!isNew && last.reason !== "HealthCheckFailed") return undefined;
  return { ...ready, status: "False", reason: last.reason, message: last.message, since: last.firstAt };
}

/** Whether all that a failed health check waited for are parts of Flux, and ready by now. */
function isThereNow(scene: Scene, message: string): boolean {
  const awaited = [...message.matchAll(/(\w+)\/[\w.-]+\/([\w.-]+) status:/g)];
  return awaited.length > 0 &&
    awaited.every(([, kind, name = ""]) =>
      (kind === "Kustomization" || kind === "HelmRelease") && isFluxReady(scene, scene.flux(kind, name))
    );
}

function explainSource(scene: Scene, object: FluxView): Finding[] {
  const condition = readyFailure(object);
  if (!condition) return [];
  const { reason, message } = condition;
  if (reason === "VerificationError") return [found(scene, object, "flux.verify", condition)];
  const cause = explainNetworkText(message);
  const words = { server: cause?.server ?? "", name: cause?.name || object.name };
  switch (cause?.id) {
    case undefined:
      return [found(scene, object, "flux.source-failed", condition)];
    case "reg.auth":
      return [found(scene, object, "flux.source-auth", condition)];
    case "net.tls-intercept":
      return [found(scene, object, "flux.source-tls", condition, { words })];
    case "img.not-found":
      return [found(scene, object, "flux.source-notfound", condition)];
    case "img.interrupted":
      return [found(scene, object, "flux.source-failed", condition, { hard: false })];
    default: {
      const hard = cause?.id !== "reg.ratelimit" && cause?.id !== "reg.unavailable";
      return [found(scene, object, cause?.id ?? "flux.source-failed", condition, {
        hard,
        component: "network",
        key: cause?.server || cause?.name || "registry",
        words,
      })];
    }
  }
}

function explainKustomization(scene: Scene, object: FluxView): Finding[] {
  const condition = readyFailure(object) ?? failureBefore(scene, object);
  if (!condition) return [];
  const { reason, message } = condition;
  // Flux looks again at its own interval; what it waited for is there already.
  if (reason === "HealthCheckFailed" && isThereNow(scene, message)) return [];
  if (reason === "DependencyNotReady") return explainWaiting(scene, object, condition);
  if (/no matches for kind/i.test(message)) {
    const kind = /no matches for kind "([^"]+)"/.exec(message)?.[1] ?? "";
    return [found(scene, object, "flux.crd-missing", condition, { words: { name: kind } })];
  }
  if (reason === "BuildFailed" || reason === "InvalidPath") {
    return [found(scene, object, "flux.build", condition)];
  }
  if (reason === "ArtifactFailed") {
    // The source speaks for itself; only a path that the release lacks is the part's own fault.
    return /path not found/i.test(message) ? [found(scene, object, "flux.build", condition)] : [
      found(scene, object, "flux.dependency", condition, {
        hard: false,
        words: { detail: "the release itself" },
      }),
    ];
  }
  if (reason.startsWith("HealthCheck") || TIMEOUT_TEXT.test(message)) {
    const names = /\[([^\]]*)\]/.exec(message)?.[1] ?? "";
    return [found(scene, object, "flux.health-check", condition, {
      hard: false,
      words: { detail: clip(names.replaceAll(/ status: '\w+'/g, ""), 200) },
    })];
  }
  if (reason === "ReconciliationFailed") {
    // The API was busy or away for a moment: tried again by itself.
    const passing = /connection refused|etcdserver|too many requests|webhook|context canceled/i.test(message);
    return [found(scene, object, "flux.build", condition, { hard: !passing })];
  }
  return currentCondition(object, "Stalled")?.status === "True"
    ? [found(scene, object, "flux.stalled", condition)]
    : [];
}

function explainRelease(scene: Scene, object: FluxView): Finding[] {
  const ready = readyFailure(object) ?? failureBefore(scene, object);
  const stalled = currentCondition(object, "Stalled");
  if (!ready) return [];
  if (ready.reason === "DependencyNotReady") return explainWaiting(scene, object, ready);
  const hardFailure = stalled?.status === "True" || FAILED_REASON.test(ready.reason);
  // The specific cause stands in Released; Stalled holds only a general sentence. @see contract.md 7.4
  const released = currentCondition(object, "Released");
  const cause = released?.status === "False" ? released : ready;
  if (/no matches for kind/i.test(cause.message)) {
    const kind = /no matches for kind "([^"]+)"/.exec(cause.message)?.[1] ?? "";
    return [found(scene, object, "flux.crd-missing", cause, { words: { name: kind } })];
  }
  if (/Refusing to generate db-credentials/i.test(cause.message)) {
    return [found(scene, object, "app.db-auth", cause, { component: "db", key: "db" })];
  }
  if (PENDING_TEXT.test(cause.message) || ready.reason === "PendingRelease") {
    return [found(scene, object, "flux.helm-pending", cause)];
  }
  if (
    ready.reason === "SourceNotReady" || ready.reason === "ArtifactFailed" || /HelmChart/.test(cause.message)
  ) {
    const chart = chartFailure(scene, cause);
    if (!chart) return [];
    return explainSource(scene, { ...object, conditions: [chart] })
      .map((it) => it.id === "flux.source-failed" ? { ...it, hard: hardFailure } : it);
  }
  if (TIMEOUT_TEXT.test(cause.message)) return [found(scene, object, "flux.helm-timeout", cause)];
  return hardFailure ? [found(scene, object, "flux.stalled", cause)] : [];
}

/** Why there is no chart. The release only says that it is not there yet; the chart's own event says more. */
function chartFailure(scene: Scene, cause: ConditionView): ConditionView | undefined {
  const [, namespace = "", name = ""] = /HelmChart '([^'/]*)\/([^']*)'/.exec(cause.message) ?? [];
  const last = newest(scene.eventsOf("HelmChart", namespace, name));
  if (last?.type === "Warning") return { ...cause, message: last.message };
  const isAwaited = /has not been reconciled/.test(cause.message) &&
    ageMs(cause.since, scene.nowMs) < CHART_PATIENCE_MS;
  return isAwaited ? undefined : cause;
}

/** Parts come one after the other: waiting is progress, unless what is waited for is not there or nothing moves. @see contract.md 7.4 */
function explainWaiting(scene: Scene, object: FluxView, condition: ConditionView): Finding[] {
  const name = /dependency '[^'/]*\/([^']+)'/.exec(condition.message)?.[1] ?? "";
  const isThere = name === "" ||
    scene.snapshot.flux.some((it) => it.kind === object.kind && it.name === name);
  const age = ageMs(condition.since, scene.nowMs);
  if (age < (isThere ? WAITING_PATIENCE_MS : MISSING_DEPENDENCY_PATIENCE_MS)) return [];
  return [
    found(scene, object, "flux.dependency", condition, {
      hard: !isThere,
      words: { detail: name && `"${name}"` },
    }),
  ];
}

/** Flux runs, but kinds that it needs are unknown to the cluster. */
export const missingKindRule: Rule = {
  ids: ["flux.crd-missing"],
  find(scene) {
    const controller = scene.state("kustomize-controller");
    if (!scene.live || controller?.ready !== true || scene.snapshot.missingFluxKinds.length === 0) return [];
    if (ageMs(controller.workload?.createdAt, scene.nowMs) < MISSING_KIND_PATIENCE_MS) return [];
    return [finding(scene, {
      id: "flux.crd-missing",
      tier: "platform",
      component: "flux",
      since: controller.workload?.createdAt,
      words: { name: scene.snapshot.missingFluxKinds.join('", "') },
      evidence: [{ label: "Missing", text: scene.snapshot.missingFluxKinds.join(", ") }],
    })];
  },
};
