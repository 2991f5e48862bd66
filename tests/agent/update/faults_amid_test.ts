import assert from "node:assert/strict";
import { newsText } from "../../../agent/cli/update_table.ts";
import { HELM_RELEASES } from "../../../agent/product/helm_releases.ts";
import { UPDATE_STEPS } from "../../../agent/update/steps.ts";
import { until } from "../../until.ts";
import { diskLeftOf } from "../operation/mortal_process.ts";
import { type Agent, BY, inUpdateWorld, startAgent, type UpdateWorld } from "./update_world.ts";

/** Each step but the last, whose work is done before it is asked here. */
const STARTS = UPDATE_STEPS.slice(0, -1).map((it) => `step.started/${it.id}`);
/** From the second on everything is held; from the last on nothing is. */
const WHILE_HELD = STARTS.slice(1);

/**
 * Starts an agent in which something happens once, when its journal gets a line ("step.started/hold"), before the line is there. With
 * "die" the process ends there.
 */
async function startCued(world: UpdateWorld, cue: string, happen: () => "die" | void): Promise<Agent> {
  let hasHappened = false;
  return await startAgent(world, world.host, {
    dieAt(line) {
      const { type, data } = JSON.parse(line);
      if (hasHappened || `${type}/${data.stepId}` !== cue) return undefined;
      hasHappened = true;
      return happen() === "die" ? "before" : undefined;
    },
  });
}

const held = (world: UpdateWorld) => HELM_RELEASES.filter((it) => world.release(it).spec.suspend === true);
const operation = ({ updates }: Agent) => updates.view().operation;

/** What the page says of it: that it failed, why, and what to do. */
async function failure(agent: Agent, where: string) {
  const isOver = ({ status }: { status: string }) => !["idle", "running"].includes(status);
  const state = await until(`${where}: it ends`, () => operation(agent).state, isOver);
  assert.ok(state.status === "failed", `${where}: ${JSON.stringify(state)}`);
  return state.failure;
}

async function untilLetGo(world: UpdateWorld, where: string): Promise<void> {
  await until(`${where}: they are let go`, () => held(world), (it) => it.length === 0);
}

/** It ends well: nothing is held or owed, and there is one attempt. */
async function assertDone(world: UpdateWorld, agent: Agent, where: string): Promise<void> {
  const isOver = ({ status }: { status: string }) => status !== "running";
  const state = await until(`${where}: it ends`, () => operation(agent).state, isOver);
  assert.equal(state.status, "done", `${where}: ${JSON.stringify(state)}`);
  assert.deepEqual([held(world), operation(agent).owed], [[], []], where);
  const { history } = agent.updates.view();
  assert.deepEqual(history.map((it) => `${it.from} ${it.to} ${it.result}`), ["1.4.0 1.5.0 done"], where);
  for (const it of HELM_RELEASES) {
    assert.match(world.release(it).status?.seen, / 0\.0\.0-appliance\.1\.5\.0 (tag-1\.5\.0)?$/, where);
  }
}

Deno.test("a disk that fills amid an update: it says so, nothing stays held, and with room again one try ends it", async () => {
  for (const cue of [...STARTS, "step.succeeded/hold", "step.succeeded/record", "step.succeeded/converge"]) {
    await inUpdateWorld(async (world) => {
      const { host } = world;
      const agent = await startCued(world, cue, () => void (host.writeError = "No space left on device"));
      await agent.updates.apply(BY);
      const { category, code, message, suggestedNextStep } = await failure(agent, cue);
      assert.deepEqual([category, code], ["storage", "STATE_WRITE_FAILED"], cue);
      assert.match(message, /No space left on device$/, cue);
      assert.match(suggestedNextStep, /df -h/, cue);
      await untilLetGo(world, cue);
      host.writeError = undefined;
      assert.deepEqual(await agent.updates.retry(BY), { ok: true }, cue);
      await assertDone(world, agent, cue);
      await agent.kill();
    });
  }
});

Deno.test("an update that a full disk stopped goes on by itself once there is room", async () => {
  await inUpdateWorld(async (world) => {
    const { host } = world;
    const cue = "step.started/source";
    const agent = await startCued(world, cue, () => void (host.writeError = "No space left on device"));
    await agent.updates.apply(BY);
    await failure(agent, cue);
    host.writeError = undefined;
    await until("it goes on", () => operation(agent).state, ({ status }) => status !== "failed");
    await assertDone(world, agent, cue);
    await agent.kill();
  });
});

Deno.test("Kubernetes that goes amid an update and comes back: it says so, what is held is let go, and one try ends it", async () => {
  // Those that look at the world at once, that wait for it, that owe it something, and the last one.
  const cues = ["hold", "source", "bootstrap-job", "let-go"].map((it) => `step.started/${it}`);
  for (const cue of [...cues, "step.succeeded/let-go"]) {
    await inUpdateWorld(async (world) => {
      let gone: Promise<void> | undefined;
      const agent = await startCued(world, cue, () => void (gone = world.api.refuse()));
      await agent.updates.apply(BY);
      const { message, suggestedNextStep } = await failure(agent, cue);
      assert.equal(message, "Kubernetes does not answer", cue);
      assert.match(suggestedNextStep, /journalctl -u k3s.*then try again/, cue);
      if (WHILE_HELD.includes(cue)) {
        assert.deepEqual(held(world), HELM_RELEASES, cue);
        const [owed] = operation(agent).owed;
        assert.deepEqual([owed?.id, owed?.data], ["resume-releases", { releases: [...HELM_RELEASES] }], cue);
        assert.match(
          newsText(agent.updates.view()),
          /^Left: {7}Still held: alga-core, .*by themselves/m,
          cue,
        );
      }
      await gone;
      await world.api.resume();
      await untilLetGo(world, cue);
      await until(`${cue}: nothing is owed`, () => operation(agent).owed, (it) => it.length === 0);
      assert.doesNotMatch(newsText(agent.updates.view()), /^Left:/m, cue);
      assert.deepEqual(await agent.updates.retry(BY), { ok: true }, cue);
      await assertDone(world, agent, cue);
      await agent.kill();
    });
  }
});

Deno.test("Kubernetes that is back before the time for the new version is over is not a failure", async () => {
  await inUpdateWorld(async (world) => {
    const { api, clock } = world;
    let gone: Promise<void> | undefined;
    let waits = 0;
    const sleep = clock.sleep.bind(clock);
    clock.sleep = async (ms, signal) => {
      if (gone && ++waits === 5) {
        await gone;
        await api.resume();
      }
      await sleep(ms, signal);
    };
    const agent = await startCued(world, "step.succeeded/let-go", () => void (gone = api.refuse()));
    await agent.updates.apply(BY);
    await assertDone(world, agent, "back in time");
    assert.ok(waits >= 5, "it was away");
    await agent.kill();
  });
});

Deno.test("a machine that restarts amid an update, Kubernetes later than the agent: what is held is let go, and one try ends it", async () => {
  for (const cue of STARTS) {
    await inUpdateWorld(async (world) => {
      let gone: Promise<void> | undefined;
      const first = await startCued(world, cue, () => {
        gone = world.api.refuse();
        return "die";
      });
      await first.updates.apply(BY);
      await until(`${cue}: it goes`, () => gone !== undefined, (it) => it);
      await gone;
      await first.kill();
      const disk = diskLeftOf(world.host);
      const agent = await startAgent({ ...world, host: disk }, disk);
      const { code, message } = await failure(agent, cue);
      assert.deepEqual([code, message], ["INTERRUPTED", "Update was interrupted"], cue);
      const isHeld = WHILE_HELD.includes(cue);
      assert.deepEqual(held(world), isHeld ? HELM_RELEASES : [], cue);
      assert.deepEqual(operation(agent).owed.length, isHeld ? 1 : 0, cue);
      await world.api.resume();
      await untilLetGo(world, cue);
      assert.equal(operation(agent).state.status, "failed", "a person goes on with it");
      assert.deepEqual(await agent.updates.retry(BY), { ok: true }, cue);
      await assertDone(world, agent, cue);
      await agent.kill();
    });
  }
});

Deno.test("a registry that goes before the release is fetched: it fails with the installer's words, nothing stays held, one try ends it", async () => {
  await inUpdateWorld(async (world) => {
    const away = "dial tcp 192.0.2.80:443: connect: connection refused";
    const agent = await startCued(world, "step.started/source", () => void (world.outage.message = away));
    await agent.updates.apply(BY);
    const { category, message } = await failure(agent, "away");
    assert.equal(category, "registry-release-source");
    assert.equal(
      message,
      `Waited 600 s for the new release: the installer has not fetched the release yet: ${away}`,
    );
    assert.deepEqual([held(world), operation(agent).owed], [[], []]);
    delete world.outage.message;
    assert.deepEqual(await agent.updates.retry(BY), { ok: true });
    await assertDone(world, agent, "back");
    await agent.kill();
  });
});

Deno.test("a registry that is back before the time for the release is over is not a failure", async () => {
  await inUpdateWorld(async (world) => {
    const { clock, outage } = world;
    const said: string[] = [];
    const sleep = clock.sleep.bind(clock);
    const agent = await startCued(world, "step.started/source", () => void (outage.message = "EOF"));
    clock.sleep = async (ms, signal) => {
      said.push(operation(agent).log.at(-1)?.text ?? "");
      if (said.filter((it) => /: EOF$/.test(it)).length === 5) delete outage.message;
      await sleep(ms, signal);
    };
    await agent.updates.apply(BY);
    await assertDone(world, agent, "back in time");
    assert.ok(
      said.includes("the installer has not fetched the release yet: EOF"),
      "it said what it waits for",
    );
    await agent.kill();
  });
});

Deno.test("images that cannot be fetched: the installer gives up, and each try asks it again, at once and not for ever", async () => {
  await inUpdateWorld(async (world) => {
    const agent = await startCued(world, "step.started/let-go", () => {
      world.trouble.set("alga-core", { message: "timed out waiting for the condition", stalled: true });
    });
    await agent.updates.apply(BY);
    const { message, suggestedNextStep } = await failure(agent, "images are away");
    assert.equal(message, "The installer gave up on alga-core: timed out waiting for the condition");
    assert.match(suggestedNextStep, /then try again/);
    assert.deepEqual(held(world), []);
    const upgrades = () => world.upgrades.filter((it) => it === "alga-core 0.0.0-appliance.1.5.0 tag-1.5.0");
    const before = upgrades().length;
    await agent.updates.retry(BY);
    await failure(agent, "images are still away");
    assert.equal(upgrades().length, before + 1, "the try has the installer try once");
    world.trouble.clear();
    await agent.updates.retry(BY);
    await assertDone(world, agent, "images are back");
    assert.equal(upgrades().length, before + 2);
    await agent.kill();
  });
});

Deno.test("a release in the background that the installer gave up on is not asked for again by a try", async () => {
  await inUpdateWorld(async (world) => {
    for (const name of ["alga-core", "email-service"]) {
      world.trouble.set(name, { message: "timed out waiting for the condition", stalled: true });
    }
    const agent = await startAgent(world, world.host);
    await agent.updates.apply(BY);
    await failure(agent, "both are given up");
    const upgrades = () => world.upgrades.filter((it) => it.startsWith("email-service ")).length;
    const before = upgrades();
    world.trouble.delete("alga-core");
    await agent.updates.retry(BY);
    const { status } = await until("it ends", () => operation(agent).state, (it) => it.status !== "running");
    assert.deepEqual([status, upgrades()], ["done", before]);
    await agent.kill();
  });
});
