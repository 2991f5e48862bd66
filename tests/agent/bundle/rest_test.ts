import assert from "node:assert/strict";
import { createRest } from "../../../agent/bundle/rest.ts";

Deno.test("of several who share one rest, one works between two turns of others", async () => {
  let nowMs = 0;
  const rest = createRest(() => nowMs);
  nowMs += 5;
  const done: string[] = [];
  let isOver = false;
  const others = (async () => {
    while (!isOver) {
      done.push("turn");
      await new Promise((resolve) => setTimeout(resolve, 0));
    }
  })();
  const worker = async (name: string) => {
    for (let i = 0; i < 6; i++) {
      await rest();
      nowMs += 5;
      done.push(name);
    }
  };
  await Promise.all(["a", "b", "c"].map(worker));
  isOver = true;
  await others;
  const text = done.map((it) => it === "turn" ? " " : it).join("");
  assert.ok(text.trim().split(/ +/).every((it) => it.length <= 1), text);
  assert.match(text.replaceAll(" ", ""), /^(?:abc|bca|cab){6}$/, "in turn");
});

Deno.test("who has done little goes on at once, who has done much does not", async () => {
  let nowMs = 0;
  const rest = createRest(() => nowMs);
  let hadTurn = false;
  const timer = setTimeout(() => hadTurn = true, 0);
  await rest();
  assert.equal(hadTurn, false);
  nowMs += 5;
  await rest();
  assert.equal(hadTurn, true);
  clearTimeout(timer);
});
