import { componentByName, componentsOfRelease, KUSTOMIZATION_COMPONENTS } from "../../product/components.ts";
import { newest } from "../../facts/event_order.ts";
import type { Facts } from "../../facts/facts.ts";
import { currentCondition, type FluxFacts } from "../../facts/flux.ts";
import type { ConditionView, FluxView } from "../../facts/snapshot.ts";
import { type TierId } from "../../product/tiers.ts";
import type { BlockerId } from "../blocker_id.ts";
import { clip } from "./crash.ts";
import { ageMs } from "../../text/duration.ts";
import { type Finding, finding, type Rule } from "../finding.ts";
import { PART_PATIENCE_MS, partFailure, readyFailure } from "../flux_failure.ts";
import { explainNetworkText, NETWORK_IDS } from "../network_text.ts";

const TIMEOUT_TEXT =
  /context deadline exceeded|would exceed context deadline|timed? ?out waiting|timed out|timeout waiting|failed early due to stalled resources/i;
const PENDING_TEXT = /another operation .{0,200} in progress|has no deployed releases|uninstalling/i;
const FAILED_REASON = /Failed|RetriesExceeded|Stalled|Exhausted|MissingRollbackTarget/;
/** The controller itself could not go on: "ValuesError", "RESTClientError", "ConfigFactoryErr" and the like. */
const UNABLE_REASON = /Err(?:or)?$/;
/** The API was busy or away for a moment: tried again by itself. */
const PASSING_TEXT = /connection refused|etcdserver|too many requests|webhook|context canceled/i;
/** Suspension is judged only after this: an update suspends releases for a moment. */
const MISSING_KIND_PATIENCE_MS = 60_000;
const MISSING_DEPENDENCY_PATIENCE_MS = 2 * 60_000;
/** A chart is fetched a moment after its release came. */
const CHART_PATIENCE_MS = 2 * 60_000;

/** Objects of Flux that could not do their work. Conditions of an older generation say nothing. @see components.md 2.4 */
export const fluxRule: Rule = {
  ids: [
    ...NETWORK_IDS,
    "app.db-auth",
    "cfg.missing-secret",
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
  find(facts) {
    if (!facts.live) return [];
    return facts.fluxObjects.flatMap((object): Finding[] => {
      if (object.suspended) return [found(facts, object, "flux.suspended", undefined)];
      switch (object.kind) {
        case "OCIRepository":
        case "HelmRepository":
          return explainSource(facts, object);
        case "Kustomization":
          return explainKustomization(facts, object);
        case "HelmRelease":
          return explainRelease(facts, object);
        default:
          return object.kind satisfies never;
      }
    });
  },
};

function found(
  facts: Facts,
  object: FluxView,
  id: BlockerId,
  condition: ConditionView | undefined,
  more: Partial<Pick<Finding, "hard" | "component" | "key">> & { words?: Partial<Finding["words"]> } = {},
): Finding {
  const covers = coveredBy(object);
  const message = condition?.message ?? "";
  return finding(facts, {
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

function explainSource(facts: Facts, object: FluxView): Finding[] {
  const condition = readyFailure(object);
  if (!condition) return [];
  const { reason, message } = condition;
  if (reason === "VerificationError") return [found(facts, object, "flux.verify", condition)];
  const cause = explainNetworkText(message);
  const words = { server: cause?.server ?? "", name: cause?.name || object.name };
  switch (cause?.id) {
    case undefined:
      return [found(facts, object, "flux.source-failed", condition)];
    case "reg.auth":
      return [found(facts, object, "flux.source-auth", condition)];
    case "net.tls-intercept":
      return [found(facts, object, "flux.source-tls", condition, { words })];
    case "img.not-found":
      return [found(facts, object, "flux.source-notfound", condition)];
    case "img.interrupted":
      return [found(facts, object, "flux.source-failed", condition, { hard: false })];
    default: {
      const hard = cause?.id !== "reg.ratelimit" && cause?.id !== "reg.unavailable";
      return [found(facts, object, cause?.id ?? "flux.source-failed", condition, {
        hard,
        component: "network",
        key: cause?.server || cause?.name || "registry",
        words,
      })];
    }
  }
}

function explainKustomization(facts: Facts, object: FluxFacts): Finding[] {
  const condition = partFailure(facts, object);
  if (!condition) return [];
  const { reason, message } = condition;
  if (reason === "DependencyNotReady") return explainWaiting(facts, object, condition);
  if (/no matches for kind/i.test(message)) {
    const kind = /no matches for kind "([^"]+)"/.exec(message)?.[1] ?? "";
    return [found(facts, object, "flux.crd-missing", condition, { words: { name: kind } })];
  }
  if (reason === "BuildFailed" || reason === "InvalidPath") {
    return [found(facts, object, "flux.build", condition)];
  }
  if (reason === "ArtifactFailed") {
    // The source speaks for itself; only a path that the release lacks is the part's own fault.
    return /path not found/i.test(message) ? [found(facts, object, "flux.build", condition)] : [
      found(facts, object, "flux.dependency", condition, {
        hard: false,
        words: { detail: "the release itself" },
      }),
    ];
  }
  if (reason.startsWith("HealthCheck") || TIMEOUT_TEXT.test(message)) {
    const names = /\[([^[\]]*)\]/.exec(message)?.[1] ?? "";
    return [found(facts, object, "flux.health-check", condition, {
      hard: false,
      words: { detail: clip(names.replaceAll(/ status: '\w+'/g, ""), 200) },
    })];
  }
  if (reason === "ReconciliationFailed" || reason === "PruneFailed") {
    return [found(facts, object, "flux.build", condition, { hard: !PASSING_TEXT.test(message) })];
  }
  return currentCondition(object, "Stalled")?.status === "True"
    ? [found(facts, object, "flux.stalled", condition)]
    : [];
}

function explainRelease(facts: Facts, object: FluxFacts): Finding[] {
  const ready = partFailure(facts, object);
  const stalled = currentCondition(object, "Stalled");
  if (!ready) return [];
  if (ready.reason === "DependencyNotReady") return explainWaiting(facts, object, ready);
  const hardFailure = stalled?.status === "True" || FAILED_REASON.test(ready.reason);
  // The specific cause stands in Released; Stalled holds only a general sentence. @see contract.md 7.4
  const released = currentCondition(object, "Released");
  const cause = released?.status === "False" ? released : ready;
  if (/no matches for kind/i.test(cause.message)) {
    const kind = /no matches for kind "([^"]+)"/.exec(cause.message)?.[1] ?? "";
    return [found(facts, object, "flux.crd-missing", cause, { words: { name: kind } })];
  }
  if (/Refusing to generate db-credentials/i.test(cause.message)) {
    return [found(facts, object, "app.db-auth", cause, { component: "db", key: "db" })];
  }
  if (PENDING_TEXT.test(cause.message) || ready.reason === "PendingRelease") {
    return [found(facts, object, "flux.helm-pending", cause)];
  }
  if (
    ready.reason === "SourceNotReady" || ready.reason === "ArtifactFailed" || /HelmChart/.test(cause.message)
  ) {
    const chart = chartFailure(facts, cause);
    if (!chart) return [];
    return explainSource(facts, { ...object, conditions: [chart] })
      .map((it) => it.id === "flux.source-failed" ? { ...it, hard: hardFailure } : it);
  }
  if (TIMEOUT_TEXT.test(cause.message)) return [found(facts, object, "flux.helm-timeout", cause)];
  if (UNABLE_REASON.test(ready.reason)) return explainInability(facts, object, ready);
  return hardFailure ? [found(facts, object, "flux.stalled", cause)] : [];
}

/** Helm has not even begun. */
function explainInability(facts: Facts, object: FluxView, condition: ConditionView): Finding[] {
  const { message } = condition;
  const missing = /(?:configmaps?|secrets?) "([^"]+)" not found/i.exec(message)?.[1];
  if (missing === undefined) {
    return [found(facts, object, "flux.build", condition, { hard: !PASSING_TEXT.test(message) })];
  }
  const title = componentByName(releaseComponent(object.name))?.title ?? object.name;
  return [
    found(facts, object, "cfg.missing-secret", condition, {
      key: missing,
      words: { component: title, name: missing },
    }),
  ];
}

/** Why there is no chart. The release only says that it is not there yet; the chart's own event says more. */
function chartFailure(facts: Facts, cause: ConditionView): ConditionView | undefined {
  const [, namespace = "", name = ""] = /HelmChart '([^'/]*)\/([^']*)'/.exec(cause.message) ?? [];
  const last = newest(facts.eventsOf("HelmChart", namespace, name));
  if (last?.type === "Warning") return { ...cause, message: last.message };
  const isAwaited = /has not been reconciled/.test(cause.message) &&
    ageMs(cause.since, facts.nowMs) < CHART_PATIENCE_MS;
  return isAwaited ? undefined : cause;
}

/** Parts come one after the other: waiting is progress, unless what is waited for is not there or nothing moves. @see contract.md 7.4 */
function explainWaiting(facts: Facts, object: FluxView, condition: ConditionView): Finding[] {
  const name = /dependency '[^'/]*\/([^']+)'/.exec(condition.message)?.[1] ?? "";
  const isThere = name === "" ||
    facts.fluxObjects.some((it) => it.kind === object.kind && it.name === name);
  const age = ageMs(condition.since, facts.nowMs);
  if (age < (isThere ? PART_PATIENCE_MS : MISSING_DEPENDENCY_PATIENCE_MS)) return [];
  return [
    found(facts, object, "flux.dependency", condition, {
      hard: !isThere,
      words: { detail: name && `"${name}"` },
    }),
  ];
}

/** Flux runs, but kinds that it needs are unknown to the cluster. */
export const missingKindRule: Rule = {
  ids: ["flux.crd-missing"],
  find(facts) {
    const controller = facts.state("kustomize-controller");
    if (!facts.live || controller?.ready !== true || facts.snapshot.missingFluxKinds.length === 0) return [];
    if (ageMs(controller.workload?.createdAt, facts.nowMs) < MISSING_KIND_PATIENCE_MS) return [];
    return [finding(facts, {
      id: "flux.crd-missing",
      tier: "platform",
      component: "flux",
      since: controller.workload?.createdAt,
      words: { name: facts.snapshot.missingFluxKinds.join('", "') },
      evidence: [{ label: "Missing", text: facts.snapshot.missingFluxKinds.join(", ") }],
    })];
  },
};
