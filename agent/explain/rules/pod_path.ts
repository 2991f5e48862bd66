import { clip } from "../../text/clip.ts";
import { ageMs } from "../../text/duration.ts";
import { timeOf } from "../../facts/event_order.ts";
import { earliest } from "../../text/time.ts";
import { K3S } from "../../causes/k3s.ts";
import { NETWORK } from "../../causes/network.ts";
import type { Facts } from "../../facts/facts.ts";
import { type Finding, finding, type Rule } from "../finding.ts";

/** Everything that starts asks too early once or twice. */
const PATIENCE_MS = 2 * 60_000;
const JOURNAL_FRESH_MS = 30 * 60_000;
/** Said by the parts of Kubernetes that keep its rules, when they find them gone. @see kubernetes v1.36 pkg/util/iptables/iptables.go */
const FLUSHED =
  /IPTables canary deleted|Inconsistent iptables state detected|Reloading after iptables flush/i;

/** The others say the same. */
const MOST_PODS = 5;

/** The way between pods and Kubernetes on this machine: a firewall in between, or rules that another program takes away. */
export const podPathRule: Rule = {
  causes: [NETWORK.hostFirewall, K3S.iptablesFlushed],
  find(facts) {
    if (!facts.live) return [];
    const flushed = facts.snapshot.host.journal.filter((it) =>
      FLUSHED.test(it.text) && ageMs(it.at, facts.nowMs) < JOURNAL_FRESH_MS
    );
    const lasting = facts.lostPaths.filter((it) => lostForMs(facts, it.pod) >= PATIENCE_MS);
    const covers = [...new Set(lasting.map((it) => it.component.name))];
    const seen = [
      ...lasting.slice(0, MOST_PODS).map(({ pod, line }) => ({
        label: `Pod ${pod.namespace}/${pod.name}`,
        text: clip(line, 300),
      })),
      ...(lasting.length > MOST_PODS ? [{ label: "More pods", text: `${lasting.length - MOST_PODS}` }] : []),
    ];
    const [first] = flushed;
    if (first) {
      return [finding(facts, K3S.iptablesFlushed, {
        since: first.at,
        hard: lasting.length > 0 || flushed.length > 1,
        covers,
        words: { times: flushed.length },
        evidence: [
          { label: "Line", text: clip(first.text, 300) },
          { label: "Time", text: first.at },
          ...seen,
        ],
      })];
    }
    if (lasting.length === 0) return [];
    const since = earliest(lasting.flatMap((it) => it.pod.conditions.map((one) => one.since)));
    return [firewall(facts, { since, covers, seen })];
  },
};

function firewall(
  facts: Facts,
  { since, covers, seen }: {
    since: string | undefined;
    covers: readonly string[];
    seen: Finding["evidence"];
  },
): Finding {
  return finding(facts, NETWORK.hostFirewall, { since, hard: true, covers, evidence: seen });
}

function lostForMs(facts: Facts, pod: Facts["lostPaths"][number]["pod"]): number {
  const unhealthy = facts.eventsOf("Pod", pod.namespace, pod.name).filter((it) => timeOf(it) > 0);
  const since = earliest([...pod.conditions.map((it) => it.since), ...unhealthy.map((it) => it.firstAt)]);
  const restarts = Math.max(0, ...pod.containers.map((it) => it.restartCount));
  return restarts >= 3 ? Infinity : ageMs(since, facts.nowMs);
}
