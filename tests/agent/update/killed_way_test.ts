import assert from "node:assert/strict";
import { HELM_RELEASES } from "../../../agent/product/helm_releases.ts";
import { readSelection } from "../../../agent/setup/release_selection.ts";
import { readJournal } from "../../../agent/state/journal.ts";
import { PATHS } from "../../../agent/state/paths.ts";
import type { FakeHost } from "../../fakes/fake_host.ts";
import { until } from "../../until.ts";
import { type DieAt, diskLeftOf } from "../operation/mortal_process.ts";
import { type Agent, BY, inUpdateWorld, startAgent, type UpdateWorld } from "./update_world.ts";
import { ALL, channelOf, following, SEVENTH, SIXTH } from "./way_world.ts";

const LAST = following(SEVENTH, "1.6.0");
const channel = channelOf(...ALL.slice(0, -1), LAST);
const VERSIONS = ["1.4.0", "1.5.0", "1.6.0", "1.7.0"];
/** Starts on one walk: one for each line of the journal, and some. */
const MOST_STARTS = 200;
/** Waits are short here, and many processes come one after the other: it is looked at all the time. */
const MOST_TURNS = 100_000;

/** What each line of the journal is called on a way: "1.6.0 step.started/hold". */
function lineNames(): (line: string) => string {
  let to = "";
  return (line) => {
    const { type, data } = JSON.parse(line);
    if (type === "update.requested") to = data.to;
    return `${to} ${type}${data.stepId === undefined ? "" : `/${data.stepId}`}`;
  };
}

async function inWayWorld(body: (world: UpdateWorld) => Promise<void>): Promise<void> {
  await inUpdateWorld(async (world) => {
    world.releases.push(SIXTH, LAST);
    await body(world);
  });
}

const held = (world: UpdateWorld) => HELM_RELEASES.filter((it) => world.release(it).spec.suspend === true);

async function installed(world: UpdateWorld, host: FakeHost): Promise<string> {
  return (await readSelection(host, world.clock))?.resolved.manifest.version ?? "none";
}

/** Starts the agent, or tells that it died while it started. */
async function tryStart(world: UpdateWorld, disk: FakeHost, dieAt: DieAt): Promise<Agent | undefined> {
  try {
    return await startAgent({ ...world, host: disk }, disk, { channel, dieAt });
  } catch (error) {
    assert.match(String(error), /the process is dead/);
    return undefined;
  }
}

/** Has the way be walked, whatever the last process left. */
async function goOn({ updates }: Agent): Promise<void> {
  const { status } = updates.view().operation.state;
  const reply = status === "failed" ? updates.retry(BY) : updates.look().then(() => updates.apply(BY));
  await reply.catch(() => {}); // it may die of it
}

/** The lines of a walk that nobody disturbs. */
async function undisturbed(): Promise<string[]> {
  const names: string[] = [];
  await inWayWorld(async (world) => {
    const nameOf = lineNames();
    const agent = await startAgent(world, world.host, {
      channel,
      dieAt: (line) => void names.push(nameOf(line)),
    });
    await goOn(agent);
    await until("it arrives", () => installed(world, world.host), (it) => it === "1.7.0");
    await until("it ends", () => names.at(-1), (it) => it === "1.7.0 update.finished");
    await agent.kill();
  });
  return names;
}

Deno.test("killed at every line of the journal over a way of three releases, nothing stays held, and one word goes on to its end", async () => {
  const names = await undisturbed();
  assert.equal(new Set(names).size, names.length, "two lines of one name");
  for (const moment of ["before", "after"] as const) {
    await inWayWorld(async (world) => {
      const armed = new Set(names);
      const nameOf = lineNames();
      let hasDied = false;
      const dieAt = (line: string) => {
        hasDied = armed.delete(nameOf(line));
        return hasDied ? moment : undefined;
      };
      let disk = world.host;
      let before = "1.4.0";
      for (let starts = 1;; starts++) {
        assert.ok(starts < MOST_STARTS, `it does not arrive; left: ${[...armed].join(", ")}`);
        const agent = await tryStart(world, disk, dieAt);
        if (agent && !hasDied) {
          assert.deepEqual(held(world), [], `after start ${starts}`);
          await goOn(agent);
          const isOver = () => {
            const { isBetween, operation: { state } } = agent.updates.view();
            return hasDied || !isBetween && !["idle", "running"].includes(state.status);
          };
          for (let turn = 0; !isOver(); turn++) {
            assert.ok(turn < MOST_TURNS, JSON.stringify(agent.updates.view().operation));
            await new Promise((resolve) => setTimeout(resolve, 0));
          }
        }
        const isAtEnd = !hasDied && agent?.updates.view().operation.state.status === "done";
        hasDied = false;
        disk = await agent?.kill() ?? diskLeftOf(disk);
        const { problem } = readJournal(await disk.readText(PATHS.journal) ?? "");
        assert.equal(problem, undefined, "the journal is whole");
        const now = await installed(world, disk);
        assert.ok([0, 1].includes(VERSIONS.indexOf(now) - VERSIONS.indexOf(before)), `${before} → ${now}`);
        before = now;
        if (isAtEnd && now === "1.7.0") break;
      }
      assert.deepEqual(held(world), []);
      for (const it of HELM_RELEASES) {
        assert.match(world.release(it).status?.seen, / 0\.0\.0-appliance\.1\.7\.0 /);
      }
      assert.match(world.release("alga-core").status?.seen, / tag-1\.7\.0$/);
      // A step that was done before the kill is found done: its line does not come again.
      assert.ok(armed.size <= names.length / 5, `${moment}, never met: ${[...armed].join(", ")}`);
    });
  }
});
