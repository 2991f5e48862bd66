import assert from "node:assert/strict";
import { untilFirst } from "../../../agent/cli/until_first.ts";
import type { Visitor } from "../../../agent/serving/front_door.ts";

const visitor = {} as Visitor;
const request = new Request("http://appliance-01/");

Deno.test("what waits for the first answer goes on after it, and not before", async () => {
  const order: string[] = [];
  const under = Promise.withResolvers<Response>();
  const { handler, first } = untilFirst(() => under.promise);
  const over = first.then(() => order.push("the rest"));
  const answer = handler(request, visitor).then((it) => order.push(`answered ${it.status}`));
  await new Promise((resolve) => setTimeout(resolve, 5));
  assert.deepEqual(order, []);
  under.resolve(new Response(null, { status: 204 }));
  await Promise.all([answer, over]);
  assert.deepEqual(order, ["answered 204", "the rest"]);
});

Deno.test("a first request that fails holds nothing up, and fails as it would", async () => {
  const { handler, first } = untilFirst(() => Promise.reject(new Error("broken")));
  await assert.rejects(handler(request, visitor), /^Error: broken$/);
  await first;
});

Deno.test("each request reaches the handler", async () => {
  let asked = 0;
  const { handler } = untilFirst(() => Promise.resolve(new Response(`${++asked}`)));
  const answers = await Promise.all(
    [1, 2, 3].map(async () => await (await handler(request, visitor)).text()),
  );
  assert.deepEqual(answers, ["1", "2", "3"]);
});
