import assert from "node:assert/strict";
import { createRest } from "../../../agent/bundle/rest.ts";

/** Works for about so long. */
function work(ms: number): void {
  const endMs = performance.now() + ms;
  while (performance.now() < endMs) { /* it is busy */ }
}

Deno.test("of several who share one rest, one works between two turns of others", async () => {
  const rest = createRest();
  work(5);
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
      work(5);
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

Deno.test("who has done little goes on at once", async () => {
  const rest = createRest();
  let turns = 0;
  const timer = setTimeout(() => turns++, 0);
  for (let i = 0; i < 3; i++) await rest();
  assert.equal(turns, 0);
  clearTimeout(timer);
});
