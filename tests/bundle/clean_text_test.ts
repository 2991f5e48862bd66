import assert from "node:assert/strict";
import { knownValues } from "../../agent/text/redact/known_values.ts";
import { createRedaction } from "../../agent/text/redact/redaction.ts";
import { makeCanaries } from "../agent/text/redact/canaries.ts";
import { CLEAN_LINES } from "./clean_lines.ts";

const BYTES = 100e6;

Deno.test("of 100 MB of clean text at most 0.1 % is changed", () => {
  const file = createRedaction({ known: knownValues(makeCanaries(1_000)), key: new Uint8Array(32) }).file();
  const changed = new Map<string, number>();
  let [bytes, wrong] = [0, 0];
  const startedMs = performance.now();
  for (let i = 0; bytes < BYTES; i++) {
    const line = (CLEAN_LINES[i % CLEAN_LINES.length] ?? "").replaceAll(
      "#",
      () => String(i * 7919 % 1_000_003),
    );
    const out = file.line(line);
    bytes += line.length + 1;
    if (out === line) continue;
    wrong += line.length;
    changed.set(out, (changed.get(out) ?? 0) + 1);
  }
  const sec = Math.round((performance.now() - startedMs) / 1000);
  console.log(`${sec} s for ${Math.round(bytes / 1e6)} MB, ${(100 * wrong / bytes).toFixed(4)} % changed`);
  assert.ok(wrong <= bytes / 1_000, [...changed.keys()].slice(0, 10).join("\n"));
});
