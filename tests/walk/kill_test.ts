import assert from "node:assert/strict";
import { Random } from "../fakes/random.ts";
import { type EndState, KilledAppliance, type Moment } from "./killed_appliance.ts";
import { agentProgram } from "./walk.ts";

const SPEED = 200;
const RANDOM_KILLS = Number(Deno.env.get("ALGA_TEST_KILLS") ?? 50);
const SEED = Number(Deno.env.get("ALGA_TEST_SEED") ?? 20261121);
const KILLS_PER_WALK = 10;
/** Walks at once. */
const LANES = 2;
/** Longer than any single step takes on a slow machine. */
const STUCK_MS = 60_000;

/** Besides the journal's lines: files that set-up replaces as a whole. */
const INSTALLER_NOTE = "k3s-started-with";
const STATE_FILES = [
  "setup-inputs.json",
  "release-selection.json",
  "generated-secrets.json",
  "install-state.json",
  INSTALLER_NOTE,
  "config.yaml",
];
const MOMENTS: readonly Moment[] = ["before", "torn", "after"];

interface Undisturbed {
  end: EndState;
  /** Names of the journal's lines, in order. */
  writes: string[];
}
let undisturbed: Promise<Undisturbed> | undefined;

Deno.test("killed before, amid and after every write of the journal, set-up ends as if nothing had happened", async () => {
  const { end, writes } = await (undisturbed ??= walkUndisturbed());
  assert.equal(new Set(writes).size, writes.length, `two lines of one name: ${writes.join()}`);
  assert.equal(writes.at(-1), "setup.finished");
  const missed: { write: string; moment: Moment }[] = [];
  await inLanes(MOMENTS, async (moment) => {
    const left = await walkKilledAt([...writes, ...STATE_FILES], moment, end);
    missed.push(...left.map((write) => ({ write, moment })));
  });
  // What an earlier kill had made needless is met on a walk of its own.
  await inLanes(missed, async ({ write, moment }) => {
    assert.deepEqual(await walkKilledAt([write], moment, end), [], `killed ${moment} nothing`);
  });
});

Deno.test(`killed at ${RANDOM_KILLS} random moments, set-up ends as if nothing had happened`, async () => {
  const { end } = await (undisturbed ??= walkUndisturbed());
  let left = RANDOM_KILLS;
  let struck = 0;
  let walk = 0;
  await inLanes(Array(LANES).fill(0), async () => {
    while (left > 0) {
      const kills = Math.min(left, KILLS_PER_WALK);
      left -= kills;
      const done = await walkKilledAtRandom(SEED + walk++, kills, end);
      struck += done;
      left += kills - done; // set-up had ended before all of them could strike
    }
  });
  assert.equal(struck, RANDOM_KILLS);
});

async function walkUndisturbed(): Promise<Undisturbed> {
  return await KilledAppliance.with(SPEED, async (appliance) => {
    appliance.start(await agentProgram());
    await appliance.submit();
    const end = await appliance.endState();
    return { end, writes: await appliance.writes() };
  });
}

/** One walk on which each of these writes kills once; gives the ones that never came. */
async function walkKilledAt(writes: readonly string[], moment: Moment, end: EndState): Promise<string[]> {
  const armed = new Set(writes);
  return await KilledAppliance.with(SPEED, async (appliance) => {
    for (;;) {
      appliance.start(undefined, { writes: [...armed], moment });
      await appliance.submit();
      const startedMs = Date.now();
      while (appliance.isRunning && Date.now() - startedMs < STUCK_MS && !await isOver(appliance)) {
        await new Promise((resolve) => setTimeout(resolve, 10));
      }
      const { said } = await appliance.kill();
      const write = /^died at (.+)$/m.exec(said)?.[1];
      if (write === undefined) {
        assert.ok(await isOver(appliance), `the agent is stuck: ${said}`);
        break;
      }
      armed.delete(write);
      appliance.where = `killed ${moment} ${write}`;
      await appliance.assertKept();
      assert.ok(!said.includes("damaged"), said);
    }
    appliance.start(await agentProgram());
    // Between the installer's end and the note that it has run: then it must run again.
    const cuts = moment !== "after" && writes.includes(INSTALLER_NOTE) && !armed.has(INSTALLER_NOTE) ? 1 : 0;
    assertEnd(await appliance.endState(), end, cuts);
    return [...armed];
  });
}

/** As if nothing had happened; only an installer that was cut off may have run once more for each cut. */
function assertEnd(found: EndState, wanted: EndState, installerCuts: number): void {
  const runs = found.installerRuns;
  assert.ok(runs >= 1 && runs <= 1 + installerCuts, `the installer ran ${runs} times`);
  assert.deepEqual({ ...found, installerRuns: 1 }, wanted);
}

/** Nothing is left that could be written. */
async function isOver(appliance: KilledAppliance): Promise<boolean> {
  return (await appliance.writes()).includes("setup.finished") && await appliance.saysDone();
}

/** One walk with kills at random moments; gives how many struck while set-up was under way. */
async function walkKilledAtRandom(seed: number, kills: number, end: EndState): Promise<number> {
  const random = new Random(seed);
  const program = await agentProgram();
  return await KilledAppliance.with(SPEED, async (appliance) => {
    appliance.start(program);
    await appliance.submit();
    let installerCuts = 0;
    let struck = 0;
    for (let isOver = false; struck < kills && !isOver;) {
      // From the very start of the process, so that resuming is killed too.
      const afterMs = random.below(900);
      await new Promise((resolve) => setTimeout(resolve, afterMs));
      const { said } = await appliance.kill();
      const last = (await appliance.writes()).at(-1) ?? "";
      isOver = last === "setup.finished";
      if (!isOver) {
        struck++;
        appliance.where = `kill ${struck} of seed ${seed}, ${afterMs} ms after the start, last write ${last}`;
        if (last === "step.started/k3s") installerCuts++;
        assert.ok(!said.includes("damaged"), said);
        await appliance.assertKept();
      }
      appliance.start(program);
    }
    assertEnd(await appliance.endState(), end, installerCuts);
    return struck;
  });
}

async function inLanes<T>(items: readonly T[], work: (item: T) => Promise<void>): Promise<void> {
  const queue = [...items];
  const lanes = Array.from({ length: LANES }, async () => {
    for (let item = queue.shift(); item !== undefined; item = queue.shift()) await work(item);
  });
  // All of them to their end, so that a failure leaves nothing running.
  for (const lane of await Promise.allSettled(lanes)) if (lane.status === "rejected") throw lane.reason;
}
