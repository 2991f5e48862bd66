import { isMadeBySetup } from "../../product/names.ts";
import { componentByName, componentsOfRelease, KUSTOMIZATION_COMPONENTS } from "../../product/components.ts";
import { newest } from "../../facts/event_order.ts";
import type { Facts } from "../../facts/facts.ts";
import { currentCondition, type FluxFacts, wasCutShort } from "../../facts/flux.ts";
import type { ConditionView, FluxView } from "../../facts/snapshot.ts";
import { type TierId } from "../../product/tiers.ts";
import type { Cause } from "../../causes/cause.ts";
import { CONFIG } from "../../causes/config.ts";
import { DATABASE } from "../../causes/database.ts";
import { FLUX } from "../../causes/flux.ts";
import { NETWORK } from "../../causes/network.ts";
import { REGISTRY } from "../../causes/registry.ts";
import { SOURCE } from "../../causes/source.ts";
import { clip } from "../../text/clip.ts";
import { hasRun } from "../../facts/has_run.ts";
import { ageMs, durationText } from "../../text/duration.ts";
import { type Finding, finding, type Rule } from "../finding.ts";
import { awaitedNames, PART_PATIENCE_MS, partFailure } from "../flux_failure.ts";
import { explainNetworkText, hostOf, isInCluster, NETWORK_CAUSES, networkWords } from "../network_text.ts";
import { MISSING_OBJECT } from "../kernel_words.ts";
import { explainRefusal, OF_ANYTHING } from "./refusals.ts";
import { explainHostText, HOST_CAUSES } from "./host_text.ts";

const TIMEOUT_TEXT =
  /context deadline exceeded|would exceed context deadline|timed? ?out waiting|timed out|timeout waiting|failed early due to stalled resources/i;
const PENDING_TEXT =
  /another operation .{0,200} in progress|has no deployed releases|uninstalling|status '?pending-(?:install|upgrade|rollback)/i;
const FAILED_REASON = /Failed|RetriesExceeded|Stalled|Exhausted|MissingRollbackTarget/;
/** The controller itself could not go on: "ValuesError", "RESTClientError", "ConfigFactoryErr" and the like. */
const UNABLE_REASON = /Err(?:or)?$/;
/** Of a release that was fetched, and cannot be used. @see fluxcd/source-controller v1.7 api/v1/ocirepository_types.go */
const ABOUT_CONTENT = /^(?:OCILayerOperationFailed|StorageOperationFailed|PatchOperationFailed)$/;
/** Before anything was asked, or after all of it came. */
const NO_CONNECTION =
  /^(?:OCILayerOperationFailed|StorageOperationFailed|PatchOperationFailed|ArchiveOperationFailed|URLInvalid|AuthenticationFailed)$/;
/** The API was busy or away for a moment, or did not let the installer on: no content of the release is at fault, and it is tried again. */
const OF_THE_API =
  /connection refused|etcdserver|database is locked|too many requests|context canceled|rate limiter|client connection lost|unable to return a response in the time|TLS handshake timeout|Internal error occurred|cannot (?:get|list|create|patch|update|delete|watch) resource|Kubernetes cluster unreachable/i;
/** Suspension is judged only after this: an update suspends releases for a moment. */
const MISSING_KIND_PATIENCE_MS = 60_000;
const MISSING_DEPENDENCY_PATIENCE_MS = 2 * 60_000;
/** A chart is fetched a moment after its release came. */
const CHART_PATIENCE_MS = 2 * 60_000;
/** A look of Flux at its own interval takes no longer. */
const REFUSED_PATIENCE_MS = 60_000;
/** What failed without a known reason may be tried again a few times. */
const NOT_READY_PATIENCE_MS = 10 * 60_000;

/** Objects of Flux that could not do their work. Conditions of an older generation say nothing. */
export const fluxRule: Rule = {
  causes: [
    ...NETWORK_CAUSES.filter((it) => it.id !== NETWORK.tlsIntercept.id),
    ...Object.values(SOURCE),
    ...Object.values(FLUX),
    DATABASE.auth,
    CONFIG.missingSecret,
    ...OF_ANYTHING,
    ...HOST_CAUSES,
  ],
  find(facts) {
    if (!facts.live) return [];
    return facts.fluxObjects.flatMap((object): Finding[] => {
      if (object.suspended) return [found(facts, object, FLUX.suspended, undefined)];
      const explained = explainObject(facts, object);
      return explained.length > 0 ? explained : explainDelay(facts, object);
    });
  },
};

function explainObject(facts: Facts, object: FluxFacts): Finding[] {
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
}

/** Nothing known is wrong with it, and it has not become ready for longer than that may take. */
function explainDelay(facts: Facts, object: FluxFacts): Finding[] {
  if (object.isReady || object.deletedAt !== undefined) return [];
  const ready = currentCondition(object, "Ready") ?? object.conditions.find((it) => it.type === "Ready");
  // One that was never looked at has nothing else to tell since when.
  const isOld = facts.snapshot.remembered.loginReadyOnce;
  const since = ready !== undefined ? ready.since : isOld ? undefined : object.createdAt;
  const age = ageMs(since, facts.nowMs);
  const isWaiting = ready?.reason === "DependencyNotReady";
  const isRefused = ready?.status === "False" && !isWaiting;
  const patienceMs = !isRefused
    ? PART_PATIENCE_MS
    : isLookedAtAgain(ready)
    ? NOT_READY_PATIENCE_MS
    : REFUSED_PATIENCE_MS;
  if (age < patienceMs) return [];
  return [finding(facts, FLUX.notReady, {
    ...about(object, ready),
    hard: age >= NOT_READY_PATIENCE_MS,
    since,
    words: { part: object.name, age: durationText(age) },
  })];
}

/** What these say is made good by the next look, at the object's own interval. */
function isLookedAtAgain(condition: ConditionView): boolean {
  return /^(?:HealthCheck|SourceNotReady|Progressing)/.test(condition.reason) || wasCutShort(condition);
}

/** What a finding about an object of Flux has besides the words of its cause. */
function about(object: FluxView, condition: ConditionView | undefined) {
  const message = condition?.message ?? "";
  return {
    tier: tierOf(object),
    component: object.kind === "HelmRelease" ? releaseComponent(object.name) : object.name,
    key: `${object.kind}/${object.name}`,
    // Nobody tells since when it is paused; an old object must not.
    since: condition?.since,
    covers: coveredBy(object),
    evidence: [
      { label: "Object", text: `${object.kind} ${object.namespace}/${object.name}` },
      {
        label: "State",
        text: object.suspended ? "suspended" : `${condition?.type ?? ""} ${condition?.reason ?? ""}`.trim(),
      },
      ...(message === "" ? [] : [{ label: "Message", text: clip(message, 600) }]),
    ],
  };
}

/** What the most causes about a part of the release ask for. */
interface PartWords {
  part: string;
  detail: string;
  /** What fails is on this machine, or in the settings: no connection. */
  isHere: boolean;
}

function found(
  facts: Facts,
  object: FluxView,
  cause: Cause<PartWords>,
  condition: ConditionView | undefined,
  hard = true,
): Finding {
  const isHere = NO_CONNECTION.test(condition?.reason ?? "");
  const words = { part: object.name, detail: detailOf(condition), isHere };
  return finding(facts, cause, { ...about(object, condition), hard, words });
}

/** Folders of one try have a name of their own each time. */
function detailOf(condition: ConditionView | undefined): string {
  return clip((condition?.message ?? "").replaceAll(/\/tmp\/[\w-]+\//g, ""), 240);
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

function explainSource(facts: Facts, object: FluxFacts): Finding[] {
  const condition = partFailure(facts, object);
  if (!condition) return [];
  const { reason, message } = condition;
  const missing = MISSING_OBJECT.exec(message)?.[1];
  if (missing !== undefined) return [settingMissing(facts, object, { condition, missing })];
  if (reason === "VerificationError") return [found(facts, object, SOURCE.verify, condition)];
  const host = hostFinding(facts, object, condition);
  if (host) return [host];
  const told = explainNetworkText(message, facts.snapshot.host);
  switch (told?.cause.id) {
    case "reg.auth":
      return [found(facts, object, SOURCE.auth, condition)];
    case "net.tls-intercept":
      return [finding(facts, SOURCE.tls, {
        ...about(object, condition),
        words: { isMisnamed: told.isMisnamed },
      })];
    case "img.not-found":
      // What it does not find in a release that came is no release; nor is what another host than its registry does not know.
      return [
        found(
          facts,
          object,
          ABOUT_CONTENT.test(reason) || isSentOn(object, told.server) ? SOURCE.failed : SOURCE.notFound,
          condition,
        ),
      ];
    case "img.interrupted":
      return [found(facts, object, SOURCE.failed, condition, false)];
  }
  // What speaks of an image tells nothing of a release.
  if (told?.about !== "network") return [found(facts, object, SOURCE.failed, condition)];
  return [finding(facts, told.cause, {
    ...about(object, condition),
    hard: told.cause.id !== REGISTRY.rateLimit.id && told.cause.id !== REGISTRY.unavailable.id,
    component: "network",
    key: told.server || told.name || "registry",
    words: { ...networkWords(told), name: told.name || object.name },
  })];
}

function explainKustomization(facts: Facts, object: FluxFacts): Finding[] {
  const condition = partFailure(facts, object);
  if (!condition) return [];
  const { reason, message } = condition;
  if (reason === "DependencyNotReady") return explainWaiting(facts, object, condition);
  const host = hostFinding(facts, object, condition);
  if (host) return [host];
  if (NO_KIND.test(message)) {
    return [kindMissing(facts, object, condition)];
  }
  const refused = refusal(facts, object, condition);
  if (refused) return [refused];
  if (reason === "BuildFailed" || reason === "InvalidPath") {
    return [found(facts, object, FLUX.build, condition)];
  }
  if (reason === "ArtifactFailed") {
    // The source speaks for itself; only a path that the release lacks is the part's own fault.
    return /path not found/i.test(message) ? [found(facts, object, FLUX.build, condition)] : [
      finding(facts, FLUX.dependency, {
        ...about(object, condition),
        hard: false,
        words: { part: object.name, first: "the release itself" },
      }),
    ];
  }
  if (reason.startsWith("HealthCheck") || TIMEOUT_TEXT.test(message)) {
    const awaited = clip(awaitedWords(message), 200);
    return [finding(facts, FLUX.healthCheck, {
      ...about(object, condition),
      words: { part: object.name, awaited },
    })];
  }
  if (reason === "ReconciliationFailed" || reason === "PruneFailed") {
    return OF_THE_API.test(message) ? [] : [found(facts, object, FLUX.build, condition)];
  }
  return currentCondition(object, "Stalled")?.status === "True"
    ? [found(facts, object, FLUX.stalled, condition)]
    : [];
}

/** "HelmRelease/alga-system/alga-core status: 'InProgress'" by the name alone: people know no kinds. */
function awaitedWords(message: string): string {
  const names = awaitedNames(message).split(", ").map((it) =>
    /^\w+\/(?:[\w.-]+\/)?([\w.-]+)/.exec(it)?.[1] ?? ""
  );
  return [...new Set(names)].filter((it) => it !== "").map((it) => `"${it}"`).join(", ");
}

function explainRelease(facts: Facts, object: FluxFacts): Finding[] {
  const ready = partFailure(facts, object);
  const stalled = currentCondition(object, "Stalled");
  if (!ready) return [];
  if (ready.reason === "DependencyNotReady") return explainWaiting(facts, object, ready);
  const hardFailure = stalled?.status === "True" || FAILED_REASON.test(ready.reason);
  // The specific cause stands in Released; Stalled holds only a general sentence.
  const released = currentCondition(object, "Released");
  const cause = released?.status === "False" ? released : ready;
  const host = hostFinding(facts, object, cause);
  if (host) return [host];
  if (NO_KIND.test(cause.message)) {
    return [kindMissing(facts, object, cause)];
  }
  const refused = refusal(facts, object, cause);
  if (refused) return [refused];
  if (/Refusing to generate db-credentials/i.test(cause.message)) {
    return [finding(facts, DATABASE.auth, { ...about(object, cause), component: "db", key: "db" })];
  }
  if (PENDING_TEXT.test(cause.message) || ready.reason === "PendingRelease") {
    return [finding(facts, FLUX.helmPending, {
      ...about(object, cause),
      words: { part: object.name, isUnfinished: /has no deployed releases/i.test(cause.message) },
    })];
  }
  if (
    ready.reason === "SourceNotReady" || ready.reason === "ArtifactFailed" || /HelmChart/.test(cause.message)
  ) {
    const chart = chartFailure(facts, cause);
    // What the controllers do not get from each other is in nobody's network; that it lasts is told.
    if (!chart || isInCluster(hostOf(chart.message))) return [];
    return explainSource(facts, { ...object, conditions: [chart] })
      .map((it) => it.id === SOURCE.failed.id ? { ...it, hard: hardFailure } : it);
  }
  if (TIMEOUT_TEXT.test(cause.message)) {
    return [finding(facts, FLUX.helmTimeout, {
      ...about(object, cause),
      hard: true,
      words: { part: object.name, hasRun: hasRun(facts.snapshot.pods, releaseComponent(object.name)) },
    })];
  }
  if (UNABLE_REASON.test(ready.reason)) return explainInability(facts, object, ready);
  return hardFailure ? [found(facts, object, FLUX.stalled, cause)] : [];
}

/** Kubernetes does not let in what the installer wants to make. */
function refusal(facts: Facts, object: FluxView, condition: ConditionView): Finding | undefined {
  const known = explainRefusal(condition.message);
  if (!known || !OF_ANYTHING.includes(known.cause)) return undefined;
  const title = componentByName(releaseComponent(object.name))?.title ?? `The part "${object.name}"`;
  return finding(facts, known.cause, {
    ...about(object, condition),
    words: { component: title, rule: known.rule },
  });
}

/** One fault of the machine, whichever part meets it. */
function hostFinding(facts: Facts, object: FluxView, condition: ConditionView): Finding | undefined {
  const cause = explainHostText(condition.message);
  return cause && finding(facts, cause, { ...about(object, condition), component: "node", key: "node" });
}

/** The registry has sent the question on to a host of another name. Docker Hub has several. */
function isSentOn({ url = "" }: FluxView, server: string): boolean {
  const asked = hostOf(url);
  return asked !== "" && server !== "" && asked !== server && !asked.endsWith("docker.io");
}

const NO_KIND = /no matches for kind(?: "([^"]{1,100})"(?: in version "([^"]{1,200})")?)?/i;

/** Setup makes the kinds of the installer alone; one of anybody else is the release's to bring. */
function kindMissing(facts: Facts, object: FluxView, condition: ConditionView): Finding {
  const [, kind = object.kind, version = ""] = NO_KIND.exec(condition.message) ?? [];
  const isForeign = version !== "" && !version.includes(".toolkit.fluxcd.io/");
  return finding(facts, FLUX.kindMissing, {
    ...about(object, condition),
    words: { kinds: [kind], isForeign },
    isLate: isForeign,
  });
}

/** Helm has not even begun. */
function explainInability(facts: Facts, object: FluxView, condition: ConditionView): Finding[] {
  const { message } = condition;
  if (OF_THE_API.test(message)) return [];
  if (condition.reason === "ValuesError" && message.includes(`appliance-values-${object.name}`)) {
    return [found(facts, object, FLUX.values, condition)];
  }
  const missing = MISSING_OBJECT.exec(message)?.[1];
  if (missing === undefined) return [found(facts, object, FLUX.build, condition)];
  return [settingMissing(facts, object, { condition, missing })];
}

function settingMissing(
  facts: Facts,
  object: FluxView,
  { condition, missing }: { condition: ConditionView; missing: string },
): Finding {
  const title = componentByName(releaseComponent(object.name))?.title ?? "The release";
  return finding(facts, CONFIG.missingSecret, {
    ...about(object, condition),
    key: missing,
    words: { component: title, missing, isMadeBySetup: isMadeBySetup(missing) },
  });
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

/** Parts come one after the other: waiting is progress, unless what is waited for is not there or nothing moves. */
function explainWaiting(facts: Facts, object: FluxView, condition: ConditionView): Finding[] {
  const name = /(?:dependency|unable to get) '[^'/]*\/([^']+)'/.exec(condition.message)?.[1] ?? "";
  const isThere = name === "" ||
    facts.fluxObjects.some((it) => it.kind === object.kind && it.name === name);
  const age = ageMs(condition.since, facts.nowMs);
  if (age < (isThere ? PART_PATIENCE_MS : MISSING_DEPENDENCY_PATIENCE_MS)) return [];
  return [
    finding(facts, FLUX.dependency, {
      ...about(object, condition),
      hard: !isThere,
      isLate: !isThere,
      words: { part: object.name, first: name && `"${name}"` },
    }),
  ];
}

/** Flux runs, but kinds that it needs are unknown to the cluster. */
export const missingKindRule: Rule = {
  causes: [FLUX.kindMissing],
  find(facts) {
    const controller = facts.state("kustomize-controller");
    if (!facts.live || controller?.ready !== true || facts.snapshot.missingFluxKinds.length === 0) return [];
    if (ageMs(controller.workload?.createdAt, facts.nowMs) < MISSING_KIND_PATIENCE_MS) return [];
    return [finding(facts, FLUX.kindMissing, {
      tier: "platform",
      component: "flux",
      words: { kinds: facts.snapshot.missingFluxKinds },
      evidence: [{ label: "Missing", text: facts.snapshot.missingFluxKinds.join(", ") }],
    })];
  },
};
