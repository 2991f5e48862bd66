import { HELM_RELEASES, type HelmReleaseName } from "../product/helm_releases.ts";
import { componentByName, COMPONENTS, dependsOn } from "../product/components.ts";
import type { Facts } from "../facts/facts.ts";
import { ageMs } from "../text/duration.ts";
import { redactText } from "../text/redact/redact_text.ts";
import { actionOf, type RemedyId } from "../causes/action.ts";
import { type Cause, CAUSES } from "../causes/cause.ts";
import type { Blocker } from "./blocker.ts";
import type { Finding, Rule } from "./finding.ts";
import { type Ranked, rankFindings } from "./rank.ts";
import { RULES } from "./rules.ts";

/** Blockers with what only the ranking needs to know of them. */
export interface Explained {
  blockers: readonly Blocker[];
  /** How many there are beside those; they are counted among `hard`, too. */
  leftOut: number;
  /** Blockers that will not go away by waiting, best first. */
  hard: readonly Blocker[];
  /** How many rules threw. */
  ruleErrors: number;
}

/** Told of a rule that threw, by the ids that it may give. */
export type OnRuleError = (rule: string, error: unknown) => void;

/** More than a page can show; the rest follows from the first or waits its turn. */
const BLOCKER_LIMIT = 20;
const WAIT_FOR_START = "Wait: after a start Kubernetes needs up to three minutes, and goes on by itself.";
/** Parts through which the first company is made. */
const WORKFLOW_PARTS = ["temporal", "temporal-worker", "pgbouncer"];

/**
 * Names what is wrong, deepest cause first. With `onRuleError` a rule that throws does not stop the others: it is counted and
 * told. Without, it throws, as every test wants it. Pure.
 */
export function explain(
  facts: Facts,
  options: {
    loginReady: boolean;
    since?: ReadonlyMap<string, string>;
    extra?: readonly Finding[];
    /** In place of all. */
    rules?: readonly Rule[];
    onRuleError?: OnRuleError;
  },
): Explained {
  const { found, ruleErrors } = tryRules(options.rules ?? RULES, facts, options.onRuleError);
  const findings = [...found, ...options.extra ?? []]
    .map((it) => lastingSince(facts, it, options.since))
    .map((it) => waitsForStart(facts, it))
    .map((it) => raiseForBootstrap(facts, it))
    // What stood in the way of setup is over when people can log in.
    .filter((it) => !(options.loginReady && it.component === "setup"));
  const ranked = rankFindings(findings, options);
  const isSetupOver = facts.snapshot.setup.status === "done";
  const blockers = ranked.map((it) => toBlocker(facts, it, isSetupOver));
  return {
    blockers: blockers.slice(0, BLOCKER_LIMIT),
    leftOut: Math.max(0, blockers.length - BLOCKER_LIMIT),
    hard: blockers.filter((_, index) => ranked[index]?.finding.hard === true),
    ruleErrors,
  };
}

function tryRules(
  rules: readonly Rule[],
  facts: Facts,
  onRuleError: OnRuleError | undefined,
): { found: Finding[]; ruleErrors: number } {
  let ruleErrors = 0;
  const found = rules.flatMap((rule) => {
    try {
      return rule.find(facts);
    } catch (error) {
      if (!onRuleError) throw error;
      ruleErrors++;
      onRuleError(rule.causes.map((it) => it.id).join(", "), error);
      return [];
    }
  });
  return { found, ruleErrors };
}

/** What is seen in phases keeps the time of its first sighting; what has lasted too long no longer passes by itself. */
function lastingSince(facts: Facts, it: Finding, since: ReadonlyMap<string, string> | undefined): Finding {
  const before = since?.get(blockerKey(it));
  const isOlder = before !== undefined && Date.parse(before) < Date.parse(it.since);
  const begun = isOlder ? { ...it, since: before } : it;
  const { limit } = CAUSES[it.id];
  if (limit === undefined || !it.isLate && ageMs(begun.since, facts.nowMs) < limit.afterMs) return begun;
  return {
    ...begun,
    hard: true,
    isLate: true,
    said: { ...it.said, nextAction: it.sayLate ?? it.said.nextAction },
  };
}

/** Nobody is told to restart what is starting. */
function waitsForStart(facts: Facts, it: Finding): Finding {
  if (CAUSES[it.id].action !== "restart-machine" || !facts.isStarting) return it;
  return { ...it, said: { ...it.said, nextAction: WAIT_FOR_START } };
}

/** While the first-time setup waits for the workflow engine, trouble there keeps people from logging in. */
function raiseForBootstrap(facts: Facts, it: Finding): Finding {
  if (it.tier !== "background" || !WORKFLOW_PARTS.includes(it.component)) return it;
  const { outcome } = facts.bootstrap;
  const open = outcome === "running" || outcome === "failed";
  if (!open || !facts.bootstrap.waitsForWorkflows) return it;
  return { ...it, tier: "bootstrap", covers: [...it.covers, "bootstrap"] };
}

function toBlocker(
  facts: Facts,
  { finding, loginBlocking, suppressed }: Ranked,
  isSetupOver: boolean,
): Blocker {
  const { said } = finding;
  const { retrySafe, remedy, limit, patienceMs, ...cause }: Cause = CAUSES[finding.id];
  const { owner, action } = finding.isLate === true && limit ? limit : cause;
  // What has become the vendor's business, nothing on this machine helps against.
  const isHandedOver = owner === "vendor" && cause.owner !== "vendor";
  const release = isSetupOver && !isHandedOver && remedy !== undefined
    ? releaseFor(remedy, finding)
    : undefined;
  return {
    id: finding.id,
    severity: loginBlocking ? "critical" : "background",
    component: finding.component,
    layer: finding.tier,
    // Everything that leaves goes through the one module that knows credentials, whoever said it.
    title: redactText(said.title),
    reason: redactText(said.reason),
    consequence: redactText(said.consequence ?? consequenceOf(facts, finding, loginBlocking)),
    nextAction: redactText(said.nextAction),
    action: actionOf(action, { isSetupOver }),
    ...(remedy === undefined || isHandedOver ? {} : { remedy }),
    ...(release === undefined ? {} : { release }),
    owner,
    retrySafe,
    loginBlocking,
    since: finding.since,
    ...(Object.keys(finding.words ?? {}).length === 0 ? {} : { words: finding.words }),
    mayPass: !finding.hard && patienceMs !== Infinity,
    evidence: finding.evidence.map((it) => ({ ...it, text: redactText(it.text) })),
    suppressed: suppressed.map((it) => it.id),
  };
}

/** The release that a remedy is for. Findings of Flux name their object; of parts and Jobs it is the one that brought them. */
function releaseFor(remedy: RemedyId, { key, component }: Finding): HelmReleaseName | undefined {
  if (remedy !== "reset-release" && remedy !== "resume-release") return undefined;
  const [, kind, object] = /^([A-Z][A-Za-z]*)\/(.+)$/.exec(key) ?? [];
  if (kind !== undefined && kind !== "HelmRelease") return undefined;
  const name = object ?? (component === "bootstrap" ? "alga-core" : componentByName(component)?.release);
  return HELM_RELEASES.find((it) => it === name);
}

/** Names a blocker over time. */
export function blockerKey(it: { id: string; component: string }): string {
  return `${it.id} ${it.component}`;
}

function consequenceOf(facts: Facts, finding: Finding, loginBlocking: boolean): string {
  if (loginBlocking) {
    if (CAUSES[finding.id].owner === "nobody" && !finding.hard) return "Logging in has to wait for it.";
    return "Nobody can log in.";
  }
  const component = componentByName(finding.component);
  // What serves now counts, not the newest pod of it.
  if (facts.serves(finding.component)) {
    return "People can log in and work. What runs of it goes on working.";
  }
  const isInTrouble = facts.problems.some((it) => it.component.name === finding.component);
  if (facts.state(finding.component)?.ready === true && !isInTrouble) return "People can log in and work.";
  const loss = component && component.tier === "background" ? component.loss : undefined;
  const sentences = ["People can log in and work.", ...(loss === undefined ? [] : [`${loss}.`])];
  return [...sentences, ...dependents(facts, finding.component)].join(" ");
}

/** How many background services cannot do their work without this part; those that are not installed do not count. */
function dependents(facts: Facts, component: string): string[] {
  const services = COMPONENTS.filter((it) =>
    it.tier === "background" && (!it.optional || facts.state(it.name)?.workload !== undefined)
  );
  const count = services.filter((it) => dependsOn(it.name, component)).length;
  if (count === 0) return [];
  return [`${count} of ${services.length} background services ${count === 1 ? "waits" : "wait"} for this.`];
}
