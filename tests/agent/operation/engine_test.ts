import assert from "node:assert/strict";
import { AgentError } from "../../../agent/error.ts";
import { NetworkError } from "../../../agent/net/errors.ts";
import { createEngine } from "../../../agent/operation/mod.ts";
import { openJournal } from "../../../agent/state/journal.ts";
import { PATHS } from "../../../agent/state/paths.ts";
import { FakeClock } from "../../fakes/fake_clock.ts";
import { FakeHost } from "../../fakes/fake_host.ts";
import { until } from "../../until.ts";
import { type Agent, BY, endless, plain, restarted, settle, startAgent, wished } from "./made_up.ts";

const hopeless = () => Promise.reject(new AgentError("VALUES_FAILED", "It cannot be", { retrySafe: false }));
const broken = () => Promise.reject(new AgentError("STORAGE_FAILED", "It did not work"));

Deno.test("start() walks the steps in order, writes each down, and gives the lock back", async () => {
  const agent = await startAgent();
  let holder: string | undefined;
  agent.engine.subscribe(async () => holder ??= await agent.host.readText(PATHS.operationLock));
  await wished(agent);
  assert.deepEqual(agent.world.effects, ["a", "b", "c"]);
  assert.deepEqual(agent.types(), [
    "settings.requested",
    "step.started/a",
    "step.succeeded/a",
    "step.started/b",
    "step.succeeded/b",
    "step.started/c",
    "step.succeeded/c",
    "settings.finished",
  ]);
  assert.equal(agent.view().state.status, "done");
  assert.match(holder ?? "", /"operation":"settings","holder":"browser 192.0.2.7"/);
  assert.equal(await agent.host.readText(PATHS.operationLock), undefined);
  assert.equal(agent.world.closed, 1);
});

Deno.test("A second start finds all done and changes nothing", async () => {
  const agent = await wished(await startAgent());
  agent.world.effects.length = 0;
  await wished(agent);
  assert.deepEqual(agent.world.effects, []);
  assert.equal(agent.view().state.status, "done");
});

Deno.test("A step whose look lies is acted on, because verify sees that it is not true", async () => {
  const liar = plain("b", {
    look: () => Promise.resolve(true),
    verify: ({ world }) => Promise.resolve(world.done.has("b")),
  });
  const agent = await wished(await startAgent({ steps: [plain("a"), liar] }));
  assert.deepEqual(agent.world.effects, ["a", "b"]);
  assert.equal(agent.view().state.status, "done");
});

Deno.test("A step that ends well without its result has failed, by verify or by look", async () => {
  const lazy = { act: () => Promise.resolve() };
  const verify = () => Promise.resolve(false);
  for (const step of [plain("b", lazy), plain("b", { verify })]) {
    const agent = await wished(await startAgent({ steps: [plain("a"), step] }));
    const { state } = agent.view();
    assert.ok(state.status === "failed" && state.stepId === "b");
    assert.equal(state.failure.message, '"Do b" ended, but its result is not there');
    await agent.engine.stop();
  }
});

Deno.test("A step that throws fails with its class, its words and the time of the next attempt", async () => {
  const words = "systemctl ended with 1";
  const program = () => Promise.reject(new AgentError("COMMAND_FAILED", words));
  const agent = await wished(await startAgent({ steps: [plain("a", { act: program }), plain("b")] }));
  const { state } = agent.view();
  assert.ok(state.status === "failed");
  const { category, message, suggestedNextStep, details } = state.failure;
  assert.deepEqual([category, message, suggestedNextStep, details], [
    "storage",
    "a could not be done",
    "Look at a",
    words,
  ]);
  assert.equal(Date.parse(state.nextAttemptAt ?? "") - agent.clock.nowMs(), 15_000);
  assert.deepEqual(agent.world.effects, [], "nothing comes after it");
  await agent.engine.stop();
});

Deno.test("retry by itself doubles its wait up to the most attempts, and a person begins a new count", async () => {
  const agent = await wished(await startAgent({ steps: [plain("a", { act: broken })] }));
  const waits: number[] = [];
  for (;;) {
    const { state } = agent.view();
    if (state.status !== "failed" || state.nextAttemptAt === undefined) break;
    waits.push((Date.parse(state.nextAttemptAt) - agent.clock.nowMs()) / 1000);
    await agent.clock.advance(Date.parse(state.nextAttemptAt) - agent.clock.nowMs());
    await settle(agent);
  }
  assert.deepEqual(waits, [15, 30, 60]);
  assert.deepEqual(await agent.settings.retry(BY), { ok: true });
  await settle(agent);
  const { state } = agent.view();
  assert.ok(state.status === "failed" && state.nextAttemptAt);
  await agent.engine.stop();
});

Deno.test("retry waits for the network only after failures that need it", async () => {
  for (const [error, probes] of [[new NetworkError("tcp", "ghcr.io", "no"), 2], [broken, 0]] as const) {
    let times = 0;
    const act = () =>
      times++ > 0 ? Promise.resolve() : typeof error === "function" ? error() : Promise.reject(error);
    const agent = await startAgent({
      steps: [plain("a", { act: async (it) => (await act(), it.world.done.add("a"), undefined) })],
    });
    agent.world.network.isUp = false;
    await wished(agent);
    await agent.clock.advance(15_000);
    await settle(agent);
    agent.world.network.isUp = true;
    await agent.clock.advance(15_000);
    await settle(agent);
    assert.equal(agent.view().state.status, "done");
    assert.equal(agent.world.network.probes, probes);
  }
});

Deno.test("retry by hand waits for a person; never refuses one; what cannot be tried again is not", async () => {
  for (
    const [retry, act, mayRetry] of [["by-hand", broken, true], ["never", broken, false], [
      "by-itself",
      hopeless,
      true,
    ]] as const
  ) {
    const options = { policy: { retry } };
    const agent = await wished(await startAgent({ steps: [plain("a", { act })], options }));
    const { state } = agent.view();
    assert.ok(state.status === "failed" && state.nextAttemptAt === undefined, retry);
    assert.equal((await agent.settings.retry(BY)).ok, mayRetry, retry);
    await settle(agent);
    assert.equal((await agent.settings.start({ color: "blue", size: 1 }, BY)).ok, true, retry);
    await agent.engine.stop();
  }
});

Deno.test("resume goes on by itself, or has failed as interrupted, as the policy says", async () => {
  for (
    const [resume, retry, wanted] of [["by-itself", "by-itself", "done"], ["by-hand", "by-hand", "failed"], [
      "never",
      "never",
      "failed",
    ]] as const
  ) {
    const options = { policy: { resume, retry } };
    const agent = await wished(
      await startAgent({ steps: [plain("a"), plain("b", { act: endless })], options }),
    );
    const again = await restarted(agent, { steps: [plain("a"), plain("b")], options });
    await again.engine.resume();
    await settle(again);
    const { state } = again.view();
    assert.equal(state.status, wanted, resume);
    if (state.status !== "failed") continue;
    assert.deepEqual([state.stepId, state.failure.code, state.nextAttemptAt], [
      "b",
      "INTERRUPTED",
      undefined,
    ]);
    assert.equal((await again.settings.retry(BY)).ok, resume === "by-hand");
    await settle(again);
    assert.equal(again.view().state.status, resume === "by-hand" ? "done" : "failed");
  }
});

Deno.test("A step that never ends has failed at its deadline, whether it listens or not", async () => {
  for (const act of [endless, () => new Promise<void>(() => {})]) {
    const agent = await wished(await startAgent({ steps: [plain("a", { act, deadlineSec: 60 })] }));
    await agent.clock.advance(59_000);
    assert.equal(agent.view().state.status, "running");
    await agent.clock.advance(1_000 + 10_000); // and the grace of one that does not listen
    await settle(agent);
    const { state } = agent.view();
    assert.ok(state.status === "failed");
    assert.deepEqual([state.failure.code, state.failure.message], [
      "TIMEOUT",
      '"Do a" has not ended within 60 s',
    ]);
    await agent.engine.stop();
  }
});

Deno.test("cancel() cuts short what may be, rests, and can be begun again; elsewhere it is refused", async () => {
  const steps = [plain("a", { act: endless, mayCancel: true })];
  const agent = await wished(await startAgent({ steps }));
  assert.ok(agent.view().mayCancel);
  assert.deepEqual(await agent.settings.cancel({ by: "console" }), { ok: true });
  const { state } = agent.view();
  assert.ok(state.status === "cancelled" && state.by === "console");
  assert.equal(await agent.host.readText(PATHS.operationLock), undefined);
  const again = await restarted(agent, { steps: [plain("a")] });
  await again.engine.resume();
  await settle(again);
  assert.equal(again.view().state.status, "cancelled", "nothing goes on by itself");
  await wished(again);
  assert.equal(again.view().state.status, "done");
  assert.equal((await again.settings.cancel(BY)).ok, false, "nothing to cancel");

  const fixed = await wished(await startAgent({ steps: [plain("a", { act: endless })] }));
  assert.equal(fixed.view().mayCancel, false);
  assert.equal((await fixed.settings.cancel(BY)).ok, false);
  assert.equal(fixed.view().state.status, "running");
  await fixed.engine.stop();
});

Deno.test("cancel() of what waits for its next attempt ends the wait", async () => {
  const agent = await wished(await startAgent({ steps: [plain("a", { act: broken })] }));
  assert.deepEqual(await agent.settings.cancel(BY), { ok: true });
  await settle(agent);
  await agent.clock.advance(3_600_000);
  assert.equal(agent.view().state.status, "cancelled");
  assert.equal(await agent.host.readText(PATHS.operationLock), undefined);
});

Deno.test("Of two starts at once one is taken, and the other is told who holds it", async () => {
  const agent = await startAgent({ steps: [plain("a", { act: endless })] });
  const replies = Promise.all([
    agent.settings.start({ color: "red", size: 1 }, { by: "first" }),
    agent.settings.start({ color: "blue", size: 1 }, { by: "second" }),
  ]);
  const [first, second] = await until(
    "both are answered",
    () => Promise.race([replies, settle(agent)]),
    (it) => it !== undefined,
  ) as Awaited<typeof replies>;
  assert.deepEqual(first, { ok: true });
  assert.deepEqual(second, {
    ok: false,
    reason: "locked",
    operation: "settings",
    holder: "first",
    since: "2026-11-21T12:00:00.000Z",
  });
  assert.equal(agent.settings.inputs()?.color, "red");
  assert.equal(agent.types().filter((it) => it === "settings.requested").length, 1);
  await agent.engine.stop();
});

Deno.test("1,000 readers see every change, one that throws disturbs none, and who comes late sees the same", async () => {
  const agent = await startAgent();
  const seen = Array.from({ length: 1_000 }, () => 0);
  agent.engine.subscribe(() => {
    throw new Error("this page is gone");
  });
  for (let i = 0; i < seen.length; i++) {
    agent.engine.subscribe((name) => void (name === "settings" && (seen[i] = (seen[i] ?? 0) + 1)));
  }
  let ended = 0;
  agent.engine.subscribe(() => ended++)();
  await wished(agent);
  assert.ok(seen.every((it) => it === seen[0] && it >= 8), `${Math.min(...seen)} to ${Math.max(...seen)}`);
  assert.equal(ended, 0);
  assert.ok(agent.said.some((it) => /^error: .*settings.*this page is gone/.test(it)));
  assert.equal(agent.engine.view("settings"), agent.view(), "made once for all of them");
  assert.equal(agent.engine.view("backup"), undefined);
});

Deno.test("current() has what is under way, waits for a person or has failed, and nothing else", async () => {
  const agent = await startAgent({ steps: [plain("a", { act: endless, mayCancel: true })] });
  assert.deepEqual(agent.engine.current(), []);
  await wished(agent);
  assert.deepEqual(agent.engine.current().map((it) => it.name), ["settings"]);
  await agent.settings.cancel(BY);
  assert.deepEqual(agent.engine.current(), []);
});

Deno.test("say() and counted progress are shown of the step that runs, and progress tells when it last came on", async () => {
  const next = Promise.withResolvers<void>();
  const agent = await startAgent({
    steps: [plain("a", {
      usualDurationSec: 90,
      async act({ say, progress, world }) {
        say("Loading images");
        progress({ unit: "images", done: 1, total: 4 });
        await next.promise;
        world.done.add("a");
      },
    })],
  });
  await wished(agent);
  const row = () => agent.view().steps[0];
  const began = row()?.progressAt;
  assert.deepEqual([row()?.message, row()?.progress, row()?.usualDurationSec], [
    "Loading images",
    { unit: "images", done: 1, total: 4 },
    90,
  ]);
  await agent.clock.advance(120_000);
  assert.equal(row()?.progressAt, began, "it has stalled");
  next.resolve();
  await settle(agent);
  assert.deepEqual([row()?.status, row()?.progress, row()?.message], ["done", undefined, undefined]);
  assert.deepEqual(agent.view().log.map((it) => `${it.stepId}: ${it.text}`), ["a: Loading images"]);
});

Deno.test("The journal of a newer agent is refused in words", async () => {
  const [host, clock] = [new FakeHost(), new FakeClock()];
  const journal = await openJournal(host, clock);
  await journal.append("settings.requested", { by: "x", format: 1 });
  createEngine({ host, clock, journal });
  await journal.append("backup.requested", { by: "x", format: 2 });
  assert.throws(() => createEngine({ host, clock, journal }), {
    code: "STATE_NEWER",
    message: '"/var/lib/alga-appliance/journal.jsonl" was written by a newer agent (version 2 of its format)',
    hint: "Install the newer agent again: sudo ./alga-agent install, in the folder where it lies",
  });
});

Deno.test("While the journal is damaged what is owed is discharged, but nothing is begun or gone on with, until somebody has decided", async () => {
  const act = plain("a").act;
  let times = 0;
  const a = plain("a", {
    async act(context) {
      await context.owe("resume", { name: "web" });
      if (times++ === 0) await endless(context);
      await act(context);
    },
  });
  const agent = await wished(await startAgent({ steps: [a] }));
  const text = await agent.host.readText(PATHS.journal);
  agent.host.put(PATHS.journal, `${text}{"seq":9}\n`);
  const again = await restarted(agent, { steps: [a] });
  assert.deepEqual(again.world.effects, ["resume web"]);
  await again.engine.resume();
  await settle(again);
  assert.equal(times, 1);
  const reply = await again.settings.start({ color: "blue", size: 1 }, BY);
  assert.ok(!reply.ok && reply.reason === "record-damaged" && reply.problem.includes("damaged"));
  await again.journal.acceptDamage("console");
  await again.engine.resume();
  await settle(again);
  assert.equal(again.view().state.status, "done");
});

Deno.test("The journal and the view hold what shown() gives, never the inputs themselves", async () => {
  const agent = await wished(await startAgent(), { color: "red", size: 4711 });
  assert.equal(agent.view().inputs.color, "red");
  assert.equal(agent.view().by, BY.by);
  assert.ok(!JSON.stringify([agent.journal.entries(), agent.view()]).includes("4711"));
});

async function failedWith(compare: NonNullable<Parameters<typeof startAgent>[0]>["options"]): Promise<Agent> {
  let times = 0;
  const act = plain("b").act;
  const b = plain("b", { act: (context) => times++ === 0 ? hopeless() : act(context) });
  return await wished(await startAgent({ steps: [plain("a"), b], ...compare ? { options: compare } : {} }));
}

Deno.test("Other inputs after a failure go on where it stood, need a new start, or are refused, and the change is shown", async () => {
  const changed = (field: string, means: "may-go-on" | "needs-new-start" | "refused") => ({
    compare: () => [{ field, means }],
  });

  const goesOn = await failedWith(changed("color", "may-go-on"));
  await goesOn.settings.start({ color: "blue", size: 1 }, BY);
  assert.equal(goesOn.view().steps[0]?.status, "done", "what was done stays done");
  await settle(goesOn);
  assert.equal(goesOn.view().state.status, "done");
  assert.deepEqual(goesOn.view().changes, [{ field: "color", means: "may-go-on" }]);

  const fresh = await failedWith(changed("color", "needs-new-start"));
  let first: string | undefined;
  fresh.engine.subscribe(() => first ??= fresh.view().steps[0]?.status);
  await fresh.settings.start({ color: "blue", size: 1 }, BY);
  assert.equal(first, "waiting");
  await settle(fresh);
  assert.equal(fresh.view().state.status, "done");

  const refused = await failedWith(changed("color", "refused"));
  assert.deepEqual(await refused.settings.start({ color: "blue", size: 1 }, BY), {
    ok: false,
    reason: "inputs-refused",
    changes: [{ field: "color", means: "refused" }],
  });
  assert.equal(refused.settings.inputs()?.color, "red");
});
