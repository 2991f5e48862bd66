import assert from "node:assert/strict";
import * as z from "zod";
import { LOCAL_PLACES, PACKAGE_PLACES, PREVIOUS_PROGRAM } from "../../../agent/install/places.ts";
import type { Operation } from "../../../agent/operation/operation.ts";
import { PATHS } from "../../../agent/state/paths.ts";
import { until } from "../../until.ts";
import { BY, createMachine, NEW_PROGRAM, offerOf, OLD_PROGRAM, sha256, startAgentOn } from "./agent_world.ts";

type Agent = Awaited<ReturnType<typeof startAgentOn>>;

const ended = ({ service }: Agent) =>
  until("it ends", () => service.view().operation.state, (it) => it.status !== "running");
const ordered = ({ host }: ReturnType<typeof createMachine>) =>
  until("an order", () => host.readText(PATHS.agentOrder), (it) => it !== undefined);

for (const installed of [LOCAL_PLACES.program, PACKAGE_PLACES.program]) {
  Deno.test(`a newer agent is fetched, put in place and kept, over ${installed}`, async () => {
    const world = createMachine(installed);
    const agent = await startAgentOn(world);
    assert.deepEqual(agent.service.view().offered, { version: "1.2.0", release: "1.5.0" });
    assert.deepEqual(await agent.service.apply(BY), { ok: true });
    await ordered(world);
    assert.equal(world.textAt(PREVIOUS_PROGRAM), OLD_PROGRAM);
    assert.equal(world.machine.running.text, OLD_PROGRAM, "the unit has not begun");
    // The unit stops the agent on its way.
    await agent.engine.stop();
    assert.equal(await world.renew(), "done");
    assert.equal(world.machine.running.text, NEW_PROGRAM);
    assert.equal(world.textAt(LOCAL_PLACES.program), NEW_PROGRAM);
    if (installed !== LOCAL_PLACES.program) assert.equal(world.textAt(installed), OLD_PROGRAM, "dpkg's own");
    const next = await startAgentOn(world, { version: "1.2.0" });
    await next.engine.resume();
    assert.equal((await ended(next)).status, "done");
    const [attempt] = next.service.view().history;
    assert.deepEqual([attempt?.from, attempt?.to, attempt?.by, attempt?.result], [
      "1.1.0",
      "1.2.0",
      BY.by,
      "done",
    ]);
    assert.equal(next.service.view().offered, undefined);
    assert.equal(world.host.files.has(PATHS.agentNext), false);
  });
}

Deno.test("one that does not answer is taken back; the agent tells it, and may try again", async () => {
  const world = createMachine();
  world.machine.answering = [OLD_PROGRAM];
  const agent = await startAgentOn(world);
  await agent.service.apply(BY);
  await ordered(world);
  await agent.engine.stop();
  assert.equal(await world.renew(), "went-back");
  assert.equal(world.machine.running.text, OLD_PROGRAM);
  const back = await startAgentOn(world);
  await back.engine.resume();
  const state = await ended(back);
  assert.ok(state.status === "failed");
  assert.equal(
    state.failure.message,
    "Agent 1.2.0 was taken back: agent 1.2.0 did not answer in 60 s. Agent 1.1.0 runs again",
  );
  assert.equal(back.service.view().history[0]?.result, "failed");
  world.machine.answering = [NEW_PROGRAM];
  assert.deepEqual(await back.service.retry(BY), { ok: true });
  await ordered(world);
  await back.engine.stop();
  assert.equal(await world.renew(), "done");
});

const REFUSED: [name: string, given: Parameters<typeof startAgentOn>[1], message: RegExp][] = [
  ["another checksum", { blob: "program 6.6.6" }, /its checksum differs/],
  ["a signature of another program", {
    agent: { ...offerOf(), programs: { x64: { sha256: sha256(NEW_PROGRAM), signature: signatureOf("x") } } },
  }, /its signature is of no key that is trusted here/],
  ["no base64 in the signature's place", {
    agent: { ...offerOf(), programs: { x64: { sha256: sha256(NEW_PROGRAM), signature: "AAAAAAAA" } } },
  }, /its signature is of no key/],
  ["an old program under a new number", {
    agent: offerOf("program 1.0.0", "1.2.0"),
    blob: "program 1.0.0",
  }, /What was offered as agent 1\.2\.0 is agent 1\.0\.0/],
];

function signatureOf(program: string): string {
  return offerOf(program).programs.x64?.signature ?? "";
}

for (const [name, given, message] of REFUSED) {
  Deno.test(`an agent with ${name} is refused before anything changes`, async () => {
    const world = createMachine();
    const agent = await startAgentOn(world, given);
    assert.deepEqual(await agent.service.apply(BY), { ok: true });
    const state = await ended(agent);
    assert.ok(state.status === "failed");
    assert.match(state.failure.message, message);
    assert.equal(world.textAt(LOCAL_PLACES.program), OLD_PROGRAM);
    for (const path of [PATHS.agentNext, PATHS.agentOrder, PREVIOUS_PROGRAM]) {
      assert.equal(world.host.files.has(path), false, path);
    }
  });
}

Deno.test("without a key nothing is believed", async () => {
  const world = createMachine();
  world.host.files.delete(`${PATHS.keyFolder}/site.pub`);
  const agent = await startAgentOn(world);
  await agent.service.apply(BY);
  const state = await ended(agent);
  assert.ok(state.status === "failed");
  assert.match(state.failure.message, /no key is known here/);
});

Deno.test("the one that runs, an older one and one for another machine are not offered", async () => {
  const { x64 } = offerOf().programs;
  assert.ok(x64);
  for (
    const agent of [offerOf(NEW_PROGRAM, "1.1.0"), offerOf(NEW_PROGRAM, "1.0.9"), {
      ...offerOf(),
      programs: { arm64: x64 },
    }]
  ) {
    const { service } = await startAgentOn(createMachine(), { agent });
    assert.equal(service.view().offered, undefined);
    assert.deepEqual(await service.apply(BY), { ok: false, reason: "no-agent" });
  }
});

Deno.test("an agent that was started by hand does not update itself", async () => {
  const { service } = await startAgentOn(createMachine(), { program: "/home/maria/alga-agent" });
  assert.deepEqual(await service.apply(BY), { ok: false, reason: "by-hand" });
});

Deno.test("what came before a lost connection is kept: the next try asks for the rest", async () => {
  const world = createMachine();
  const asked: number[] = [];
  const bytes = new TextEncoder().encode(NEW_PROGRAM);
  const agent = await startAgentOn(world, {
    openBlob: ((_host: string, _repository: string, _digest: string, { fromByte }: { fromByte: number }) => {
      asked.push(fromByte);
      let isFirst = true;
      const body = new ReadableStream<Uint8Array>({
        pull(controller) {
          if (isFirst) controller.enqueue(bytes.slice(fromByte, fromByte === 0 ? 5 : undefined));
          else if (fromByte === 0) controller.error(new TypeError("connection lost"));
          else controller.close();
          isFirst = false;
        },
      });
      const headers = new Headers(fromByte === 0 ? {} : { "content-range": `bytes ${fromByte}-` });
      return Promise.resolve({ status: fromByte === 0 ? 200 : 206, headers, body });
    }) as never,
  });
  await agent.service.apply(BY);
  await ordered(world);
  assert.deepEqual(asked, [0, 5]);
  await agent.engine.stop();
});

Deno.test("a unit that cannot be started leaves no order for the next boot", async () => {
  const world = createMachine();
  const agent = await startAgentOn(world);
  world.machine.beforeRun = (line) => {
    if (line.includes("start --no-block alga-appliance-update")) throw new Error("no such unit");
  };
  await agent.service.apply(BY);
  assert.equal((await ended(agent)).status, "failed");
  assert.equal(world.host.files.has(PATHS.agentOrder), false);
});

/** An update of the application whose only step ends when it is told to. */
function waitingUpdate(end: Promise<void>): Operation<object> {
  let isDone = false;
  const inputs = new Map<string | undefined, object>();
  return {
    name: "update",
    title: "Update",
    schema: z.object({}),
    steps: [{
      id: "hold",
      title: "Hold the releases still",
      failure: { category: "flux", cannot: "It cannot be held", nextAction: "Try again" },
      mayCancel: true,
      look: () => Promise.resolve(isDone),
      async act({ signal }) {
        const stopped = Promise.withResolvers<never>();
        signal.addEventListener("abort", () => stopped.reject(signal.reason));
        await Promise.race([end, stopped.promise]);
        isDone = true;
      },
    }],
    policy: {
      retry: "by-hand",
      firstRetryMs: 1,
      longestRetryMs: 1,
      maxAttempts: 0,
      needsNetwork: [],
      resume: "by-hand",
    },
    store: {
      read: (runId) => Promise.resolve(inputs.get(runId)),
      write: (now) => Promise.resolve(void inputs.set(now.runId, now.inputs)),
    },
    open: () => ({ context: {} }),
    shown: () => ({}),
    dischargers: {},
  };
}

Deno.test("an operation under way is never interrupted by a new agent, which is refused with who works", async () => {
  const world = createMachine();
  const agent = await startAgentOn(world);
  const end = Promise.withResolvers<void>();
  const update = await agent.engine.add(waitingUpdate(end.promise));
  assert.deepEqual(await update.start({}, { by: "root" }), { ok: true });
  await until("the step runs", () => update.view().state, (it) => it.status === "running");
  const refused = await agent.service.apply(BY);
  assert.ok(!refused.ok && refused.reason === "locked", JSON.stringify(refused));
  assert.deepEqual([refused.operation, refused.holder], ["update", "root"]);
  assert.deepEqual([world.machine.restarts, world.host.files.has(PATHS.agentOrder)], [0, false]);
  assert.equal(agent.service.view().operation.state.status, "idle", "nothing was written down");
  assert.equal(update.view().state.status, "running", "it was not cut short, though its step might be");
  end.resolve();
  await until("the update ends", () => update.view().state, (it) => it.status === "done");
  // Now it may, and from then on nothing else begins.
  assert.deepEqual(await agent.service.apply(BY), { ok: true });
  await ordered(world);
  const late = await update.start({}, BY);
  assert.ok(!late.ok && late.reason === "locked" && late.operation === "agent-update", JSON.stringify(late));
  await agent.engine.stop();
  assert.equal(await world.renew(), "done");
});
