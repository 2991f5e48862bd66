import assert from "node:assert/strict";
import { type Cause, CAUSES } from "../../../agent/causes/cause.ts";
import { DNS } from "../../../agent/causes/dns.ts";
import { K3S } from "../../../agent/causes/k3s.ts";
import { MACHINE } from "../../../agent/causes/machine.ts";
import { NODE } from "../../../agent/causes/node.ts";
import { finding } from "../../../agent/explain/finding.ts";
import { makeFacts } from "../../../agent/facts/facts.ts";
import { ago, healthyCluster, NOW_MS, snapshotOf } from "../status/objects.ts";

const facts = makeFacts(snapshotOf(healthyCluster()), NOW_MS);
const PLACE = { tier: "platform", component: "network" } as const;

Deno.test("finding() says a cause with the words that the rule gives", () => {
  const { said } = finding(facts, DNS.refused, {
    ...PLACE,
    words: { server: "192.0.2.53", name: "ghcr.io" },
  });
  assert.equal(said.title, "The DNS server 192.0.2.53 does not answer");
});

Deno.test("finding() takes the place of a cause that is always at the same", () => {
  const { tier, component } = finding(facts, K3S.startCgroup, {});
  assert.deepEqual([tier, component], ["platform", "node"]);
});

Deno.test("finding() waits for the patience of a cause before someone has to act", () => {
  const after = (seconds: number) => finding(facts, NODE.notReady, { since: ago(seconds) }).hard;
  assert.deepEqual([after(59), after(61)], [false, true]);
});

/** Never run: deno check compiles it, and says so where one of these lines would be allowed. */
export function mistakesThatDoNotCompile(): void {
  // @ts-expect-error: a word is forgotten
  finding(facts, DNS.refused, { ...PLACE, words: { server: "" } });
  // @ts-expect-error: all words are forgotten
  finding(facts, DNS.refused, PLACE);
  // @ts-expect-error: nobody says where
  finding(facts, MACHINE.diskPressure, {});
  // @ts-expect-error: a word that the text does not have
  finding(facts, NODE.cordoned, { words: { node: "a", detail: "b" } });
  // @ts-expect-error: one of two causes asks for more
  finding(facts, NOW_MS > 0 ? DNS.refused : K3S.startPort, { ...PLACE, words: { server: "", name: "" } });
  // @ts-expect-error: the table of a rule has no word for it
  const table: readonly Cause<{ server: string }>[] = [DNS.refused];
  // @ts-expect-error: no cause has this id
  table.map(() => CAUSES["dns.unheard-of"]);
}
