import assert from "node:assert/strict";
import { HELM_RELEASES } from "../../../agent/product/helm_releases.ts";
import { readSelection } from "../../../agent/setup/release_selection.ts";
import { readJournal } from "../../../agent/state/journal.ts";
import { PATHS } from "../../../agent/state/paths.ts";
import { UPDATE_STEPS } from "../../../agent/update/steps.ts";
import { campaignCount, campaignSeed } from "../../campaign_size.ts";
import type { FakeHost } from "../../fakes/fake_host.ts";
import { Random } from "../../fakes/random.ts";
import { type DieAt, type DieWhen, diskLeftOf } from "../operation/mortal_process.ts";
import { type Agent, BY, inUpdateWorld, startAgent, type UpdateWorld } from "./update_world.ts";

const KILLS = campaignCount(200);
const SEED = campaignSeed(20261127);
/** Kills that all meet the same place would prove little. */
const LEAST_PLACES = 12;
/** A start reaches out so often; a kill within is one of the start itself. */
const START_TOUCHES = 40;
const MOST_TURNS = 100_000;

/** When one process dies: when it reaches out for the n-th time, to disk or cluster. */
interface Death {
  at: number;
  moment: "before" | "torn" | "after";
}

/** How often a process has reached out, and whether it is dead of it. */
interface Life {
  touches: number;
  isOver: boolean;
}

function mortality(death: Death, life: Life): { dieAt: DieAt; dieWhen: DieWhen } {
  const isNow = () => !life.isOver && (life.isOver = ++life.touches === death.at);
  return {
    dieAt: () => isNow() ? death.moment : undefined,
    dieWhen: () => isNow() ? (death.moment === "before" ? "before" : "after") : undefined,
  };
}

const held = (world: UpdateWorld) => HELM_RELEASES.filter((it) => world.release(it).spec.suspend === true);

/** Starts the agent, or tells that it died while it started. */
async function tryStart(world: UpdateWorld, disk: FakeHost, death: Death, life: Life) {
  try {
    return await startAgent({ ...world, host: disk }, disk, mortality(death, life));
  } catch (error) {
    if (!life.isOver) throw error;
    return undefined;
  }
}

/** There is one attempt, and it says of itself what the state says. */
function assertTrue({ updates }: Agent, where: string): void {
  const { history, operation: { state } } = updates.view();
  if (state.status === "idle") return assert.deepEqual(history, [], where);
  const [attempt, ...further] = history;
  assert.deepEqual(further, [], `${where}: more than one attempt`);
  assert.deepEqual([attempt?.from, attempt?.to, attempt?.by], ["1.4.0", "1.5.0", BY.by], where);
  assert.equal(attempt?.result, state.status, where);
  if (state.status === "failed") {
    assert.equal(state.failure.code, "INTERRUPTED", where);
    assert.equal(attempt.problem, state.failure.message, where);
  }
}

/** Has the update go on, whatever the last process left; ends when it has, or when the process is dead. */
async function goOn({ updates }: Agent, life: Life): Promise<void> {
  const { status } = updates.view().operation.state;
  if (status === "done") return;
  const reply = status === "failed" ? updates.retry(BY) : updates.apply(BY);
  await reply.catch((error) => {
    if (!life.isOver) throw error;
  });
  for (let turn = 0; !life.isOver; turn++) {
    const { state } = updates.view().operation;
    if (!["idle", "running"].includes(state.status)) return;
    assert.ok(turn < MOST_TURNS, `it does not end: ${JSON.stringify(updates.view().operation)}`);
    await new Promise((resolve) => setTimeout(resolve, 0));
  }
}

/** How often one process reaches out that nobody kills. */
async function undisturbed(): Promise<number> {
  const life = { touches: 0, isOver: false };
  await inUpdateWorld(async (world) => {
    const agent = await startAgent(world, world.host, mortality({ at: -1, moment: "before" }, life));
    await goOn(agent, life);
    assert.equal(agent.updates.view().operation.state.status, "done");
    await agent.kill();
  });
  return life.touches;
}

/** One update with up to so many kills; gives after which line of the journal each struck. */
async function walkKilled(seed: number, total: number, most: number): Promise<string[]> {
  const random = new Random(seed);
  const places: string[] = [];
  await inUpdateWorld(async (world) => {
    let disk = world.host;
    for (;;) {
      const isLast = places.length >= most;
      const range = random.below(3) === 0 ? START_TOUCHES : total;
      const death: Death = {
        at: isLast ? -1 : 1 + random.below(range),
        moment: random.pick(["before", "torn", "after"]),
      };
      const life = { touches: 0, isOver: false };
      const where = `seed ${seed}, kill ${places.length + 1} ${death.moment} touch ${death.at}, after ${
        places.join(", ")
      }`;
      const agent = await tryStart(world, disk, death, life);
      if (agent && !life.isOver) {
        assert.deepEqual(held(world), [], `${where}: held after the start`);
        assertTrue(agent, where);
        await goOn(agent, life);
      }
      const isKilled = life.isOver;
      if (agent && !isKilled) await assertEnd(world, disk, agent, where);
      disk = await agent?.kill() ?? diskLeftOf(disk);
      if (!isKilled) return;
      const { entries, problem } = readJournal(await disk.readText(PATHS.journal) ?? "");
      assert.equal(problem, undefined, `${where}: the journal is damaged`);
      const last = entries.at(-1);
      if (last?.type === "update.finished") continue; // it was over
      places.push(last === undefined ? "nothing" : `${last.type}/${last.data.stepId ?? ""}`);
    }
  });
  return places;
}

async function assertEnd(world: UpdateWorld, disk: FakeHost, agent: Agent, where: string): Promise<void> {
  const { history, operation: { state, owed } } = agent.updates.view();
  assert.equal(state.status, "done", `${where}: ${JSON.stringify(state)}`);
  assertTrue(agent, where);
  assert.deepEqual([held(world), owed], [[], []], where);
  const told = new Set(history[0]?.steps.map((it) => it.stepId));
  assert.deepEqual(UPDATE_STEPS.filter((it) => !told.has(it.id)).map((it) => it.id), [], where);
  for (const it of HELM_RELEASES) {
    assert.match(world.release(it).status?.seen, / 0\.0\.0-appliance\.1\.5\.0 (tag-1\.5\.0)?$/, where);
  }
  const kept = await readSelection(disk, world.clock);
  assert.equal(kept?.resolved.manifest.version, "1.5.0", where);
}

Deno.test(`killed at ${KILLS} random moments, starts included, an update leaves nothing held and one attempt with the truth`, async () => {
  const total = await undisturbed();
  const places = new Map<string, number>();
  const random = new Random(SEED);
  let struck = 0;
  for (let walk = 0; struck < KILLS; walk++) {
    const most = Math.min(KILLS - struck, 1 + random.below(12));
    const found = await walkKilled(SEED + walk, total, most);
    for (const it of found) places.set(it, (places.get(it) ?? 0) + 1);
    struck += found.length;
  }
  assert.ok(places.size >= LEAST_PLACES, `seed ${SEED}: only after ${[...places.keys()].join(", ")}`);
});
