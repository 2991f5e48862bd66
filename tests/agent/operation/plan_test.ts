import assert from "node:assert/strict";
import type { Change } from "../../../agent/operation/step.ts";
import { type MadeUpStep, plain, settle, startAgent } from "./made_up.ts";

const CHANGES: Change[] = [
  { object: "ConfigMap alga-system/values", field: "url", from: "http://a", to: "http://b" },
  { object: "Secret msp/db", field: "password", from: "Geheim-1", to: "Geheim-2", isSecret: true },
  { object: "Secret msp/mail", field: "password", from: undefined, to: "Geheim-3", isSecret: true },
  { object: "Secret msp/old", field: "token", from: "Geheim-4", to: undefined, isSecret: true },
];

async function planned(steps: readonly MadeUpStep[]) {
  const agent = await startAgent({ steps });
  const plan = await agent.settings.plan({ color: "red", size: 1 });
  await settle(agent);
  return { agent, plan };
}

Deno.test("plan() tells object by object what would change, secrets masked, and changes nothing", async () => {
  const { agent, plan } = await planned([plain("a", { plan: () => Promise.resolve(CHANGES) })]);
  assert.deepEqual(plan[0]?.changes?.map(({ object, field, from, to }) => [object, field, from, to]), [
    ["ConfigMap alga-system/values", "url", "http://a", "http://b"],
    ["Secret msp/db", "password", "•••", "••• (another)"],
    ["Secret msp/mail", "password", undefined, "••• (another)"],
    ["Secret msp/old", "token", "•••", undefined],
  ]);
  assert.ok(!JSON.stringify(plan).includes("Geheim"));
  assert.deepEqual([agent.world.effects, agent.host.record, agent.types()], [[], [], []]);
  assert.equal(agent.world.closed, 1);
});

Deno.test("plan() leaves out what is done, and says where a step cannot tell", async () => {
  const { plan } = await planned([
    plain("done", { look: () => Promise.resolve(true), plan: () => Promise.resolve(CHANGES) }),
    plain("silent"),
    plain("early", { plan: () => Promise.reject(new Error("no cluster yet")) }),
    plain("unsure", {
      look: () => Promise.reject(new Error("no cluster yet")),
      plan: () => Promise.resolve([]),
    }),
  ]);
  assert.deepEqual(plan.map(({ id, isDone, changes }) => [id, isDone, changes]), [
    ["done", true, []],
    ["silent", false, undefined],
    ["early", false, undefined],
    ["unsure", false, []],
  ]);
});

Deno.test("plan() refuses a step that would owe something", async () => {
  let error: unknown;
  const step = plain("a", {
    async plan({ owe }) {
      await owe("resume", {}).catch((it) => error = it);
      return [];
    },
  });
  const { agent } = await planned([step]);
  assert.match(String(error), /dry run/);
  assert.deepEqual(agent.types(), []);
});
