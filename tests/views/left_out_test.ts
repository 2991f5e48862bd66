import assert from "node:assert/strict";
import { statusTable } from "../../agent/cli/status_table.ts";
import { bundleFilePage } from "../../views/bundle_pages.ts";
import { renderPage } from "../../views/layout.ts";
import { leftOut } from "../../views/left_out.ts";
import { statusParts } from "../../views/status_page.ts";
import { namespaceField } from "../../views/workload_parts.ts";
import { NOW_MS, sampleBlocker, sampleFrame, sampleStatus } from "./samples.ts";

const words = (body: unknown) =>
  renderPage(sampleFrame(), { title: "t", body: body as never }).replaceAll(/<[^>]*>/g, " ")
    .replaceAll(/\s+/g, " ");

Deno.test("leftOut() says how many more there are, and nothing where a list is whole", () => {
  assert.match(words(leftOut(3, "elsewhere")), / And 3 more: elsewhere /);
  assert.doesNotMatch(words(leftOut(0, "elsewhere")), /more|elsewhere/);
  assert.doesNotMatch(words(leftOut(-5, "elsewhere")), /more|elsewhere/);
});

Deno.test("the status page and the command count findings that are not shown", () => {
  const topBlockers = Array.from({ length: 6 }, () => sampleBlocker());
  const shown = (blockersLeftOut: number) => {
    const status = sampleStatus("ready_with_background_issues", { topBlockers, blockersLeftOut });
    return [words(statusParts(status)), statusTable(status, NOW_MS)] as const;
  };
  for (const it of shown(4)) assert.match(it, /And 4 more: those above come first/);
  assert.match(shown(4)[0], /Needs attention 10 /);
  assert.match(shown(0)[0], /Needs attention 6 /);
  for (const it of shown(0)) assert.doesNotMatch(it, /come first/);
});

Deno.test("a file of a bundle that is longer than a page says how much is not shown", () => {
  assert.match(words(bundleFilePage("x", "x".repeat(5_000_007)).body), / 7 more characters are in the file/);
  assert.doesNotMatch(words(bundleFilePage("x", "x").body), /more characters/);
});

Deno.test("more namespaces than a choice holds are told of", () => {
  const names = (count: number) => Array.from({ length: count }, (_, i) => `ns-${i}`);
  assert.match(words(namespaceField("all", names(62))), / 2 more are under &quot;Everything&quot; /);
  assert.doesNotMatch(words(namespaceField("all", names(60))), /more are under/);
});
