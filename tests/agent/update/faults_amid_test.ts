import assert from "node:assert/strict";
import { HELM_RELEASES } from "../../../agent/product/helm_releases.ts";
import type { FakeHost } from "../../fakes/fake_host.ts";
import { until } from "../../until.ts";
import { type Agent, BY, inUpdateWorld, startAgent, type UpdateWorld } from "./update_world.ts";

/** Starts an agent in which something happens when its journal gets a line, before the line is there. */
async function startCued(world: UpdateWorld, disk: FakeHost, cue: string, happen: () => void) {
  let hasHappened = false;
  const agent = await startAgent(world, disk, {
    dieAt(line) {
      const { type, data } = JSON.parse(line);
      const event = type.replace(/^update\./, "");
      const name = data.stepId === undefined ? event : `${event}/${data.stepId}`;
      if (name === cue && !hasHappened) {
        hasHappened = true;
        happen();
      }
      return undefined;
    },
  });
  return { agent };
}

const held = (world: UpdateWorld) => HELM_RELEASES.filter((it) => world.release(it).spec.suspend === true);
const state = ({ updates }: Agent) => updates.view().operation.state;
const isOver = ({ status }: ReturnType<typeof state>) => status === "failed" || status === "done";

async function untilOver(agent: Agent, what: string) {
  return await until(what, () => state(agent), isOver);
}

/** The fault is gone: the update ends well by itself, or by one more try, as its words say. */
async function assertEndsWell(world: UpdateWorld, agent: Agent, where: string): Promise<void> {
  await until(
    `${where}: it ends well`,
    async () => {
      const { state } = agent.updates.view().operation;
      if (state.status === "failed" && state.nextAttemptAt === undefined) await agent.updates.retry(BY);
      return state;
    },
    (it) => it.status === "done",
  );
  const { operation: { owed }, history } = agent.updates.view();
  assert.deepEqual([held(world), owed], [[], []], where);
  assert.deepEqual(history.map((it) => `${it.from} ${it.to} ${it.result}`), ["1.4.0 1.5.0 done"], where);
  for (const it of HELM_RELEASES) {
    assert.match(world.release(it).status?.seen, / 0\.0\.0-appliance\.1\.5\.0 (tag-1\.5\.0)?$/, where);
  }
}

Deno.test("images that cannot be fetched while the new version starts: the installer gives up, and a try asks it again", async () => {
  await inUpdateWorld(async (world) => {
    const { agent } = await startCued(world, world.host, "step.started/let-go", () => {
      world.trouble.set("alga-core", { message: "timed out waiting for the condition", stalled: true });
    });
    await agent.updates.apply(BY);
    const failed = await untilOver(agent, "it fails");
    assert.ok(failed.status === "failed", JSON.stringify(failed));
    assert.match(failed.failure.message, /^The installer gave up on alga-core: timed out/);
    assert.match(failed.failure.suggestedNextStep, /then try again/);
    assert.deepEqual(held(world), []);
    await agent.updates.retry(BY);
    assert.equal((await untilOver(agent, "it fails again")).status, "failed", "the registry is still away");
    world.trouble.clear();
    await agent.updates.retry(BY);
    const { status } = await untilOver(agent, "it ends");
    assert.equal(status, "done", JSON.stringify(state(agent)));
    await assertEndsWell(world, agent, "images are back");
    await agent.kill();
  });
});
