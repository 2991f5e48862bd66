import { dependsOn } from "../product/components.ts";
import { TIER_IDS, type TierId } from "../product/tiers.ts";
import { type BlockerId, CAUSES } from "../causes/cause.ts";
import { someOf } from "../text/some_of.ts";
import type { Finding } from "./finding.ts";

const RANK_OF_TIER = new Map<TierId, number>(TIER_IDS.map((it, index) => [it, index]));
const RANK_OF_KIND = { cause: 0, general: 1, symptom: 2 } as const;

/** Why Kubernetes may not answer, as its service or the machine tells. */
const BEHIND_SILENCE: readonly BlockerId[] = [
  "k3s.start-port",
  "k3s.start-cgroup",
  "k3s.db-corrupt",
  "k3s.cert-expired",
  "k3s.token-mismatch",
  "k3s.token-invalid",
  "k3s.config-invalid",
  "k3s.registries-invalid",
  "node.no-default-route",
  "k3s.crash-loop",
  "k3s.stopped",
  "net.node-ip-changed",
  "node.hostname-changed",
  "disk.slow",
  "disk.pressure",
  "disk.readonly",
  "disk.io-error",
  "k3s.no-kmsg",
  "mem.oom-host",
  "time.skew",
];
/** The same where it was the service that said so: what programs in pods say of themselves tells nothing of it. */
const BEHIND_SILENCE_OF_SERVICE: readonly BlockerId[] = ["node.cpu-too-old", "node.file-watches"];
/** That the service ended, whatever it was for. */
const STOPPED: readonly BlockerId[] = ["k3s.crash-loop", "k3s.stopped"];

/** What follows where pods do not get through to Kubernetes. */
const WITHOUT_WAY: readonly BlockerId[] = [
  "app.crash",
  "app.probe",
  "app.bootstrap-failed",
  "app.redis",
  "app.temporal-schema",
  "stor.provisioner",
  "stor.pvc-pending",
  "sched.unplaced",
  "cfg.webhook",
  "flux.source-failed",
  "flux.build",
  "flux.stalled",
  "flux.helm-pending",
  "dns.failed",
  "dns.timeout",
  "dns.coredns-loop",
  "flux.crd-missing",
];

/** Causes that explain certain others wherever they are. */
const EXPLAINS: Partial<Record<BlockerId, readonly BlockerId[]>> = {
  "disk.pressure": ["img.no-space", "sched.taint", "img.pull-failed"],
  "disk.readonly": ["disk.pressure"],
  "dns.coredns-loop": ["dns.failed", "dns.timeout", "dns.servfail"],
  "dns.coredns-none": ["dns.failed", "dns.timeout", "dns.servfail"],
  "k3s.node-gone": ["sched.taint", "sched.resources", "k3s.node-not-ready", "node.condition"],
  "k3s.node-not-ready": ["sched.taint", "sched.resources"],
  "k3s.not-ready-cni": ["sched.taint", "k3s.node-not-ready"],
  "k3s.node-paused": ["sched.taint", "sched.resources"],
  "node.hostname-changed": ["k3s.node-gone", "k3s.node-not-ready", "sched.taint"],
  "net.node-ip-changed": ["k3s.node-gone", "k3s.node-not-ready"],
  "net.no-route": ["net.egress", "net.registry"],
  "flux.crd-missing": ["flux.controller-down"],
  "sched.taint": ["flux.helm-timeout", "flux.health-check", "flux.not-ready"],
  "net.host-firewall": WITHOUT_WAY,
  "k3s.iptables-flushed": WITHOUT_WAY,
  "node.no-default-route": ["net.no-route", "net.egress", "net.registry", "dns.failed", "dns.timeout"],
  "disk.io-error": ["disk.readonly", "disk.pressure", "img.store-damaged", "app.db-start", "app.crash"],
  "stor.claim-lost": ["stor.claim-missing", "sched.unplaced", "stor.mount"],
  "stor.claim-missing": ["sched.unplaced"],
  "stor.pvc-pending": ["sched.unplaced"],
  "stor.provisioner": ["stor.pvc-pending", "sched.unplaced"],
};

/** Findings about the whole machine, whose trouble every part shares. */
const WIDE = new Set(["node", "network"]);

/** What a fault of the machine or its network explains, though it is not a symptom. */
const OF_A_MACHINE: readonly BlockerId[] = ["flux.controller-down", "platform.part-down", "net.registry"];

/** What is left to show, best first, with what each stands for. */
export interface Ranked {
  finding: Finding;
  loginBlocking: boolean;
  suppressed: readonly Finding[];
}

/**
 * Orders findings so that the first is the deepest known cause, and folds what follows from another into it.
 *
 * - What keeps people from logging in stands first; what needs someone stands before what passes by itself.
 * - A symptom never stands before a cause that is as bad; then lower tiers first; then causes before general findings.
 * - A cause swallows the symptoms of its own component and of the ones that depend on it.
 */
export function rankFindings(findings: readonly Finding[], options: { loginReady: boolean }): Ranked[] {
  const merged = mergeSame(findings);
  const causeOf = new Map<Finding, Finding>();
  for (const it of merged) {
    // Two findings must not explain each other: both would vanish.
    const causes = merged.filter((other) => explains(other, it) && rootOf(other, causeOf) !== it);
    if (causes.length === 0) continue;
    causeOf.set(it, causes.reduce((best, cause) => compare(cause, best, options) < 0 ? cause : best));
  }
  const suppressedBy = new Map<Finding, Finding[]>();
  for (const it of causeOf.keys()) {
    const root = rootOf(it, causeOf);
    const list = suppressedBy.get(root);
    if (list) list.push(it);
    else suppressedBy.set(root, [it]);
  }
  return merged.filter((it) => !causeOf.has(it))
    .sort((a, b) => compare(a, b, options))
    .map((it) => ({
      finding: it,
      loginBlocking: isLoginBlocking(it, options),
      suppressed: suppressedBy.get(it) ?? [],
    }));
}

/** One cause seen at several places becomes one finding, told from its lowest tier. */
function mergeSame(findings: readonly Finding[]): Finding[] {
  const groups = new Map<string, Finding[]>();
  for (const it of findings) {
    const key = `${it.id} ${it.key}`;
    const group = groups.get(key);
    if (group) group.push(it);
    else groups.set(key, [it]);
  }
  return [...groups.values()].map((group) => {
    const [first, ...rest] = group.toSorted((a, b) =>
      Number(b.hard) - Number(a.hard) || tierRank(a) - tierRank(b) || order(a.component, b.component) ||
      age(a, b)
    ) as [Finding, ...Finding[]];
    if (rest.length === 0) return first;
    const others = [...new Set(rest.map((it) => it.component))].filter((it) => it !== first.component);
    return {
      ...first,
      since: group.reduce((oldest, it) => age(it, oldest) < 0 ? it : oldest, first).since,
      covers: [...new Set([...group.flatMap((it) => it.covers), ...others])],
      evidence: others.length === 0
        ? first.evidence
        : [...first.evidence, { label: "Also seen at", text: someOf(others, 10) }],
    };
  });
}

function saysWhySilent({ id, component }: Finding): boolean {
  return BEHIND_SILENCE.includes(id) || BEHIND_SILENCE_OF_SERVICE.includes(id) && component === "node";
}

/** Whether `other` would go away together with `cause`. A finding never explains one that is more specific. */
function explains(cause: Finding, other: Finding): boolean {
  if (cause.id === other.id) return false;
  if (cause.id === "k3s.api-down") {
    return !["network", "setup", "appliance"].includes(other.component) && !saysWhySilent(other);
  }
  // What the service says outranks what follows from its silence; else each would explain the other.
  if (STOPPED.includes(other.id) && !saysWhySilent(cause)) return false;
  if (other.id === "k3s.api-down") return cause.hard && saysWhySilent(cause);
  if (EXPLAINS[cause.id]?.includes(other.id)) return true;
  if (EXPLAINS[other.id]?.includes(cause.id)) return false;
  if (isQuotedBetter(cause, other)) return true;
  if (RANK_OF_KIND[CAUSES[cause.id].kind] >= RANK_OF_KIND[CAUSES[other.id].kind]) return false;
  if (WIDE.has(cause.component) && cause.hard) {
    return CAUSES[other.id].kind === "symptom" || OF_A_MACHINE.includes(other.id);
  }
  const touched = [cause.component, ...cause.covers];
  return [other.component, ...other.covers].some((part) =>
    touched.some((origin) => part === origin || dependsOn(part, origin))
  );
}

/** Of two general findings of one part only the one is shown that quotes more; they speak of the same. */
function isQuotedBetter(a: Finding, b: Finding): boolean {
  const areGeneral = CAUSES[a.id].kind === "general" && CAUSES[b.id].kind === "general";
  if (!areGeneral || a.component !== b.component || WIDE.has(a.component) || a.id === b.id) return false;
  return (quotes(b) - quotes(a) || Number(b.hard) - Number(a.hard) || age(a, b) || order(a.id, b.id)) < 0;
}

function quotes({ evidence }: Finding): number {
  const has = (label: string) => Number(evidence.some((it) => it.label === label && it.text !== ""));
  return 2 * (has("Last line") + has("Error line")) + has("Message");
}

function rootOf(it: Finding, causeOf: ReadonlyMap<Finding, Finding>): Finding {
  let root = it;
  for (let cause = causeOf.get(root); cause !== undefined; cause = causeOf.get(root)) root = cause;
  return root;
}

function isLoginBlocking(it: Finding, { loginReady }: { loginReady: boolean }): boolean {
  return !loginReady && tierRank(it) <= (RANK_OF_TIER.get("login") ?? 0);
}

/** What keeps Kubernetes itself from running. Beside it everything that was seen of pods is old. */
function isBehindSilence(it: Finding): boolean {
  return it.hard && saysWhySilent(it);
}

function compare(a: Finding, b: Finding, options: { loginReady: boolean }): number {
  return Number(isBehindSilence(b)) - Number(isBehindSilence(a)) ||
    Number(isLoginBlocking(b, options)) - Number(isLoginBlocking(a, options)) ||
    Number(b.hard) - Number(a.hard) ||
    Number(CAUSES[a.id].kind === "symptom") - Number(CAUSES[b.id].kind === "symptom") ||
    tierRank(a) - tierRank(b) ||
    RANK_OF_KIND[CAUSES[a.id].kind] - RANK_OF_KIND[CAUSES[b.id].kind] ||
    age(a, b) || order(a.id, b.id) || order(a.key, b.key);
}

function tierRank(it: Finding): number {
  return RANK_OF_TIER.get(it.tier) ?? 0;
}

/** The older one first. As times: ISO texts of different precision do not sort as they were. */
function age(a: Finding, b: Finding): number {
  return Date.parse(a.since) - Date.parse(b.since);
}

function order(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
