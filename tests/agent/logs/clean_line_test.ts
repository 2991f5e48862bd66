import assert from "node:assert/strict";
import { cleanLine, cleanLines } from "../../../agent/logs/clean_line.ts";
import { rawLine, redactionOf } from "./made_up.ts";

Deno.test("a secret goes wherever colours divide it, and colours go with it", () => {
  const line = cleanLine(
    rawLine("\u001b[31mpw \u001b[1mnever-\u001b[0mshown-1\u001b[0m!"),
    redactionOf().file(),
  );
  assert.ok(!line.text.includes("shown"), line.text);
  assert.equal(line.runs.length, 1);
  assert.match(line.text, /^pw \[redacted:K\.kube-secret:[0-9a-f]{4}\]!$/);
});

Deno.test("a line of many characters is cut after its secrets are gone, and says so", () => {
  const line = cleanLine(
    rawLine(`${"x ".repeat(4_090)}never-shown-1 ${"y".repeat(9_000)}`),
    redactionOf().file(),
  );
  assert.ok(!line.text.includes("never"));
  assert.equal(line.text.length, 8 * 1024);
  assert.ok(line.cutChars > 8_000);
});

Deno.test("where reading has cut a line, half a secret at the cut is not shown", () => {
  const text = `${"x".repeat(7_000)} never-sh`;
  const line = cleanLine({ ...rawLine(text), cutBytes: 1_000_000 }, redactionOf().file());
  assert.ok(!line.text.includes("never"), line.text.slice(-20));
  assert.ok(line.cutChars > 1_000_000);
});

Deno.test("a key whose beginning stands in front of the lines is hidden, too", async () => {
  const lines = ["MIIEvQIBADANBg", "-----END PRIVATE KEY-----", "after"].map((it) => rawLine(it));
  const clean = await cleanLines({ lines, context: ["-----BEGIN PRIVATE KEY-----"] }, redactionOf().file());
  assert.ok(!clean.map((it) => it.text).join().includes("MIIEvQ"));
  assert.equal(clean.at(-1)?.text, "after");
});

Deno.test("a carriage return at the end is not shown", () => {
  assert.equal(cleanLine(rawLine("done\r"), redactionOf().file()).text, "done");
});
