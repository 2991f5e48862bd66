import assert from "node:assert/strict";
import { frameOf } from "../../../agent/console/frame.ts";
import type { Model } from "../../../agent/console/model.ts";
import { MODELS } from "./models.ts";
import { sampleBlocker, sampleDocument, sampleModel } from "./samples.ts";

for (const [name, model] of Object.entries(MODELS)) {
  Deno.test(`frameOf() fills 24 lines of fewer than 80 cells and nothing steers: ${name}`, () => {
    const { lines, cursor } = frameOf(model);
    assert.equal(lines.length, 24);
    for (const line of lines) {
      assert.ok(line.length < 80, `${line.length}: ${line}`);
      assert.doesNotMatch(line, /[\p{Cc}\p{Cf}\p{M}\p{Cs}]/u);
      if (model.charset === "ascii") assert.match(line, /^[\x20-\x7e]*$/);
    }
    assert.ok(cursor.column < 80 && cursor.row < 24, JSON.stringify(cursor));
  });
}

Deno.test("frameOf() shows what testdata/frames.txt shows", async () => {
  const path = new URL("./testdata/frames.txt", import.meta.url);
  const text = Object.entries(MODELS).map(([name, model]) => {
    const { lines, cursor } = frameOf(model);
    return `# ${name}, cursor ${cursor.column},${cursor.row}\n${lines.join("\n").trimEnd()}\n`;
  }).join("\n");
  if (Deno.env.get("ALGA_GOLDEN")) await Deno.writeTextFile(path, text);
  assert.equal(text, await Deno.readTextFile(path));
});

Deno.test("every screen fits other sizes, down to 60x20 and up to 132x50", () => {
  for (const [columns, rows] of [[60, 20], [79, 24], [100, 30], [132, 50]] as const) {
    for (const [name, model] of Object.entries(MODELS)) {
      const { lines } = frameOf({ ...model, columns, rows });
      assert.equal(lines.length, rows, name);
      assert.ok(lines.every((it) => it.length < columns), name);
    }
  }
});

Deno.test("the token is shown until the agent says that somebody has signed in", () => {
  const shown = (model: Model) => frameOf(model).lines.join("\n");
  const token = sampleDocument().token ?? "";
  assert.ok(shown(sampleModel()).includes(token));
  assert.ok(!shown(sampleModel({ document: sampleDocument({ token: null }) })).includes("Setup token"));
});

Deno.test("the first screen tells the rules of updates where there is room, and an override always", () => {
  const updates = {
    override: "Testing override: release 1.6.0-rc.1, until 2026-12-01 18:00 UTC.",
    others: ["Update available: 1.5.0.", "Pinned to 1.4.0."],
  };
  const shown = (columns: number, rows: number) => {
    const { lines } = frameOf({
      ...sampleModel({ document: sampleDocument({ token: null, updates }) }),
      columns,
      rows,
    });
    return lines.join("\n").replaceAll(/\s+/g, " ");
  };
  for (const it of [updates.override, ...updates.others]) assert.ok(shown(80, 24).includes(it), it);
  assert.ok(shown(60, 20).includes("Testing override: release 1.6.0-rc.1"));
  assert.ok(!shown(60, 10).includes("Pinned to"));
  assert.ok(shown(60, 10).includes("Testing override: release 1.6.0-rc.1"));
});

Deno.test("a password is nowhere on the screen, at no length", () => {
  const model = MODELS["the password"];
  assert.ok(model);
  const text = frameOf(model).lines.join("\n");
  assert.ok(!text.includes("Correct") && !text.includes("*****"));
  assert.equal(frameOf(model).cursor.column, 4);
});

for (const [charset, mark] of [["utf-8", " …"], ["ascii", " ..."]] as const) {
  Deno.test(`the first screen says that reason and advice go on where it has no room for all of it (${charset})`, () => {
    const shown = (text: string) => {
      const blocker = sampleBlocker({ reason: text, nextAction: text });
      const fresh = sampleDocument({ token: null });
      const document = { ...fresh, status: { ...fresh.status, topBlockers: [blocker] } };
      return frameOf({ ...sampleModel({ document }), charset }).lines.filter((it) => it.endsWith(mark))
        .length;
    };
    assert.equal(shown("word ".repeat(100)), 2);
    assert.equal(shown("word ".repeat(20)), 0);
  });
}
