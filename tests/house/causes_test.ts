import assert from "node:assert/strict";
import { type BlockerId, CAUSES } from "../../agent/causes/cause.ts";
import { FIELD_CASES } from "../agent/explain/field_cases.ts";
import { RECORDINGS } from "../agent/explain/recorded_snapshots.ts";
import { RELATIVES } from "../agent/explain/relatives/mod.ts";
import { found } from "../agent/explain/rule_row.ts";
import { ROWS } from "../agent/explain/rules/rows.ts";
import { type Source, SOURCES } from "../agent/explain/sources.ts";
import { REPO } from "./sources.ts";

/** `owner/repository@version path:line`, an address, or what was recorded here. */
const PUBLIC =
  /^(?:[\w.-]+\/[\w.-]+@v?\d[\w.+-]* [\w./-]+\.\w+:[1-9]\d*|https:\/\/\S+|recorded on a real node here: .+)$/;
const OUR_OWN = /^our own: (.+)$/;

/** Causes that something real has shown. */
function shown(): Set<string> {
  return new Set([
    ...RECORDINGS.map((it) => it.expected),
    ...FIELD_CASES.flatMap((it) => found(it.snapshot)).map((it) => it.id),
  ]);
}

/** What the tests of each cause hold, as text. */
function texts(): ReadonlyMap<string, string> {
  // What no rule explains is made where rules are asked.
  const byId = new Map<string, string>([["agent.unknown", "agent.unknown"]]);
  const all = [
    ...ROWS.map((it) => [it.id, it.red] as const),
    ...RELATIVES.map((it) => [it.id, it.snapshot] as const),
  ];
  for (const [id, snapshot] of all) {
    byId.set(id, (byId.get(id) ?? "") + JSON.stringify(snapshot).replaceAll('\\"', '"'));
  }
  return byId;
}

/** What is wrong with where a cause's words come from; nothing where all is well. */
async function wrong(id: string, source: Source | undefined, text: string): Promise<string[]> {
  if (source === undefined) return [`${id}: no recording, and no source of its words`];
  const [, own] = OUR_OWN.exec(source.source) ?? [];
  if (own !== undefined) {
    const file = own.startsWith("agent/") ? await Deno.readTextFile(REPO + own).catch(() => "") : "";
    if (!file.includes(source.says)) return [`${id}: ${own} does not say "${source.says}"`];
  } else if (!PUBLIC.test(source.source)) return [`${id}: nobody finds "${source.source}"`];
  return text.includes(source.says) ? [] : [`${id}: no test of it says "${source.says}"`];
}

Deno.test("every cause was recorded, or names the source of the words that show it", async () => {
  const seen = shown();
  const said = texts();
  const found: string[] = [];
  for (const id of Object.keys(CAUSES) as BlockerId[]) {
    if (!seen.has(id)) found.push(...await wrong(id, SOURCES[id], said.get(id) ?? ""));
  }
  assert.deepEqual(found, []);
});

Deno.test("no source is named for what a recording shows", () => {
  const seen = shown();
  assert.deepEqual(Object.keys(SOURCES).filter((it) => seen.has(it)), []);
});

const CASES: readonly [source: string, isWrong: boolean][] = [
  ["kubernetes/kubernetes@v1.36.3 pkg/util/iptables/iptables.go:622", false],
  ["golang/go@1.26.8 src/net/net.go:628", false],
  ["https://github.com/k3s-io/k3s/issues/4640", false],
  ["recorded on a real node here: k3s 1.36.3 under systemd", false],
  ["our own: agent/status/evaluate.ts", false],
  ["our own: agent/status/nothing.ts", true],
  ["our own: tests/house/causes_test.ts", true],
  ["kubernetes/kubernetes@v1.36.3 pkg/util/iptables/iptables.go", true],
  ["kubernetes/kubernetes pkg/util/iptables/iptables.go:622", true],
  ["somebody said so", true],
  ["", true],
];
for (const [source, isWrong] of CASES) {
  Deno.test(`"${source}" ${isWrong ? "names no" : "names a"} source`, async () => {
    assert.equal((await wrong("a.b", { says: "evaluate", source }, "evaluate")).length > 0, isWrong);
    assert.equal((await wrong("a.b", { says: "evaluate", source }, "x")).length > 0, true);
  });
}
