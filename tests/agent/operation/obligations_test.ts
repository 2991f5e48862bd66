import assert from "node:assert/strict";
import { AgentError } from "../../../agent/error.ts";
import type { Obligation } from "../../../agent/operation/step.ts";
import {
  type Agent,
  BY,
  endless,
  type MadeUpStep,
  plain,
  restarted,
  settle,
  startAgent,
  suspending,
  wished,
} from "./made_up.ts";

const hopeless = () => Promise.reject(new AgentError("VALUES_FAILED", "It cannot be", { retrySafe: false }));

/** Suspends "web" and then does as the test says. */
function trial(
  then: (owed: Obligation, context: Parameters<MadeUpStep["act"]>[0]) => Promise<void>,
  forMs?: number,
) {
  return plain("a", {
    mayCancel: true,
    async act(context) {
      const until = forMs === undefined ? undefined : context.clock.nowMs() + forMs;
      const owed = await context.owe("resume", { name: "web" }, until);
      context.world.act("suspend web", () => context.world.suspended.add("web"));
      await then(owed, context);
    },
  });
}

const resumes = (agent: Agent) => agent.world.effects.filter((it) => it.startsWith("resume"));

Deno.test("What is owed is in the journal before the act, and is discharged before the end is written, the newest first", async () => {
  const agent = await wished(await startAgent({ steps: [suspending("a")] }));
  assert.deepEqual(agent.world.effects, ["suspend web", "suspend mail", "a", "resume mail", "resume web"]);
  assert.deepEqual(agent.types(), [
    "settings.requested",
    "step.started/a",
    "settings.owed",
    "settings.owed",
    "step.succeeded/a",
    "settings.discharged",
    "settings.discharged",
    "settings.finished",
  ]);
  assert.deepEqual(agent.view().owed, []);
});

Deno.test("A failure, a cancel and a stop discharge what is owed", async () => {
  const failed = await wished(await startAgent({ steps: [trial(hopeless)] }));
  assert.equal(failed.view().state.status, "failed");
  assert.deepEqual(resumes(failed), ["resume web"]);

  const cancelled = await wished(await startAgent({ steps: [trial((_, context) => endless(context))] }));
  assert.deepEqual(cancelled.view().owed.map(({ id, data }) => ({ id, data })), [{
    id: "resume",
    data: { name: "web" },
  }]);
  assert.deepEqual(await cancelled.settings.cancel(BY), { ok: true });
  assert.deepEqual(resumes(cancelled), ["resume web"]);

  const stopped = await wished(await startAgent({ steps: [trial((_, context) => endless(context))] }));
  await stopped.engine.stop();
  assert.deepEqual(resumes(stopped), ["resume web"]);
  assert.deepEqual(stopped.view().owed, []);
});

Deno.test("A kill leaves it owed, and the next start discharges it before anything else", async () => {
  const agent = await wished(await startAgent({ steps: [trial((_, context) => endless(context))] }));
  const again = await restarted(agent, { steps: [plain("a")] });
  assert.deepEqual(resumes(again), ["resume web"]);
  assert.deepEqual(again.view().owed, []);
  assert.equal(again.types().at(-1), "settings.discharged", "nothing was gone on with");
});

Deno.test("Its deadline discharges it while the step still runs, and then it is too late to lift it", async () => {
  let lifted: boolean | undefined;
  const step = trial(async (owed, { clock, signal }) => {
    await clock.sleep(45_000, signal);
    lifted = await owed.lift();
    if (!lifted) throw new AgentError("TIMEOUT", "Nobody confirmed it", { retrySafe: false });
  }, 30_000);
  const agent = await wished(await startAgent({ steps: [step] }));
  await agent.clock.advance(29_999);
  assert.deepEqual(resumes(agent), []);
  assert.equal(agent.view().owed[0]?.until, "2026-11-21T12:00:30.000Z");
  await agent.clock.advance(1);
  assert.deepEqual(resumes(agent), ["resume web"]);
  assert.equal(agent.view().state.status, "running");
  await agent.clock.advance(15_000);
  await settle(agent);
  assert.equal(lifted, false);
  assert.equal(agent.view().state.status, "failed");
});

Deno.test("lift() and discharge() settle it at once; a deadline that comes later changes nothing", async () => {
  const lifting = trial(async (owed, { world }) => {
    assert.equal(await owed.lift(), true);
    world.done.add("a");
  }, 30_000);
  const confirmed = await wished(await startAgent({ steps: [lifting] }));
  await confirmed.clock.advance(60_000);
  assert.equal(confirmed.view().state.status, "done");
  assert.deepEqual([resumes(confirmed), confirmed.view().owed], [[], []]);

  const discharging = trial(async (owed, { world }) => {
    await owed.discharge();
    await owed.discharge();
    world.done.add("a");
  }, 30_000);
  const done = await wished(await startAgent({ steps: [discharging] }));
  await done.clock.advance(60_000);
  assert.deepEqual(resumes(done), ["resume web"], "once");
});

Deno.test("What is discharged from two sides at once is discharged once", async () => {
  const step = trial(async (owed, { world }) => {
    const slow = Promise.withResolvers<void>();
    world.dischargeWaits = slow.promise;
    const both = Promise.all([owed.discharge(), owed.discharge()]);
    slow.resolve();
    await both;
    world.done.add("a");
  });
  const agent = await wished(await startAgent({ steps: [step] }));
  assert.equal(agent.view().state.status, "done");
  assert.deepEqual(resumes(agent), ["resume web"]);
});

Deno.test("Owed twice with the same data counts once", async () => {
  const step = plain("a", {
    async act({ owe, world }) {
      for (let i = 0; i < 2; i++) await owe("resume", { name: "web" });
      world.done.add("a");
    },
  });
  const agent = await wished(await startAgent({ steps: [step] }));
  assert.equal(agent.types().filter((it) => it === "settings.owed").length, 1);
});

Deno.test("A discharge that fails twice is shown with its reason and tried again after 5 and 10 s", async () => {
  const agent = await startAgent({
    steps: [trial((_, { world }) => Promise.resolve(void world.done.add("a")))],
  });
  agent.world.dischargeFails = 2;
  await wished(agent);
  assert.equal(agent.view().state.status, "done");
  const shown = () => agent.view().owed.map(({ attempts, problem }) => [attempts, problem]);
  assert.deepEqual(shown(), [[1, "the API does not answer"]]);
  assert.deepEqual(agent.engine.current().map((it) => it.name), ["settings"], "it still owes");
  await agent.clock.advance(4_999);
  assert.deepEqual(shown(), [[1, "the API does not answer"]]);
  await agent.clock.advance(1);
  assert.deepEqual(shown(), [[2, "the API does not answer"]]);
  await agent.clock.advance(10_000);
  assert.deepEqual([shown(), resumes(agent)], [[], ["resume web"]]);
  await agent.clock.advance(3_600_000);
  assert.deepEqual(resumes(agent), ["resume web"], "nothing is left that tries");
});

Deno.test("What is owed again after a discharge that failed is not discharged by that one's next try, but at the end", async () => {
  let isRetry = false;
  const step = trial(async (_, { clock, signal, world }) => {
    if (!isRetry) return await hopeless();
    await clock.sleep(60_000, signal);
    world.done.add("a");
  });
  const agent = await startAgent({ steps: [step] });
  agent.world.dischargeFails = 2; // at the end of the first attempt, and before the second
  await wished(agent);
  isRetry = true;
  await agent.settings.retry(BY);
  await settle(agent);
  await agent.clock.advance(59_999);
  assert.deepEqual([agent.view().state.status, resumes(agent)], ["running", []]);
  await agent.clock.advance(1);
  await settle(agent);
  assert.deepEqual([agent.view().state.status, resumes(agent)], ["done", ["resume web"]]);
  assert.deepEqual(agent.view().owed, []);
});

Deno.test("A discharge that fails at the start does not keep the agent from starting, and is tried again", async () => {
  const agent = await wished(await startAgent({ steps: [trial((_, context) => endless(context))] }));
  agent.world.dischargeFails = 3; // the dead process tries once too
  const again = await restarted(agent, { steps: [plain("a")] });
  assert.equal(again.view().owed.length, 1);
  await again.clock.advance(60_000);
  assert.deepEqual(resumes(again), ["resume web"]);
});

Deno.test("A discharge that hangs is given up after 20 s, and tried again", async () => {
  const agent = await startAgent({
    steps: [trial((_, { world }) => Promise.resolve(void world.done.add("a")))],
  });
  agent.world.dischargeWaits = new Promise(() => {});
  await wished(agent);
  assert.equal(agent.view().state.status, "running");
  await agent.clock.advance(20_000);
  await settle(agent);
  assert.equal(agent.view().state.status, "done");
  assert.equal(agent.view().owed[0]?.problem, "It has not ended within 20 s");
  agent.world.dischargeWaits = undefined;
  await agent.clock.advance(5_000);
  assert.deepEqual(agent.view().owed, []);
});

Deno.test("What an operation owes that fails is tried once more before the next one begins", async () => {
  const others = { backup: { steps: [plain("b")] } };
  const agent = await startAgent({ steps: [trial(() => hopeless())], others });
  agent.world.dischargeFails = 1;
  await wished(agent);
  assert.equal(agent.view().owed.length, 1);
  await agent.handles.get("backup")?.start({ color: "red", size: 1 }, BY);
  await settle(agent);
  assert.deepEqual(agent.world.effects, ["suspend web", "resume web", "b"]);
});

Deno.test("owe() of what nothing discharges fails the step before its act; what a newer agent owes is shown", async () => {
  const step = plain("a", {
    async act({ owe, world }) {
      await owe("unheard-of", {});
      world.act("a", () => world.done.add("a"));
    },
  });
  const agent = await wished(await startAgent({ steps: [step] }));
  assert.deepEqual(agent.world.effects, []);
  assert.ok(!agent.types().includes("settings.owed"));
  await agent.engine.stop();

  const other = await startAgent();
  await other.journal.append("settings.owed", { id: "unheard-of", data: {} });
  await other.engine.dischargeOwed();
  assert.match(other.view().owed[0]?.problem ?? "", /does not know how to discharge "unheard-of"/);
});
