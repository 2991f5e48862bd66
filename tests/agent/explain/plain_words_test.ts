import assert from "node:assert/strict";
import { plainWords } from "../../../agent/explain/plain_words.ts";
import { explain } from "../../../agent/explain/explain.ts";
import { makeFacts } from "../../../agent/facts/facts.ts";
import { NOW_MS } from "../status/objects.ts";
import { IMAGE_ROWS } from "./rules/image_rows.ts";

const ROWS: readonly [word: unknown, isPlain: boolean][] = [
  ["ghcr.io", true],
  ["192.0.2.53:53", true],
  ["2001:db8::53", true],
  ["/var/lib/rancher/k3s", true],
  ["ghcr.io/nine-minds/alga-psa-ee:9be1f02@sha256:00ff", true],
  [3, true],
  ["", false],
  ["two words", false],
  ["$(reboot)", false],
  ["a;reboot", false],
  ["a`reboot`", false],
  ["a|b", false],
  ["a\nb", false],
  ["a'b", false],
  ["a>b", false],
  ["a*", false],
  ["~root", false],
  ["-rf", false],
  ["--privileged", false],
  [".", false],
  ["/var/../etc", false],
  ["x".repeat(201), false],
  [["a"], false],
  [undefined, false],
];
for (const [word, isPlain] of ROWS) {
  Deno.test(`plainWords() ${isPlain ? "keeps" : "leaves out"} ${JSON.stringify(word)}`, () => {
    assert.deepEqual(plainWords({ word }), isPlain ? { word: String(word) } : {});
  });
}

Deno.test("plainWords() of a cause without words is empty", () => {
  assert.deepEqual(plainWords(undefined), {});
});

Deno.test("a blocker carries what it is about, for help", () => {
  const row = IMAGE_ROWS.find((it) => it.id === "img.not-found");
  assert.ok(row);
  const { blockers } = explain(makeFacts(row.red, NOW_MS), { loginReady: false });
  const { words } = blockers.find((it) => it.id === row.id) ?? {};
  assert.match(words?.image ?? "", /^[\w.]+(?::\d+)?\/\S+$/);
});
