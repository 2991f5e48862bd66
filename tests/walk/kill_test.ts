import assert from "node:assert/strict";
import { campaignCount, campaignSeed } from "../campaign_size.ts";
import { Random } from "../fakes/random.ts";
import { sampleInputs } from "../simulator/agent_process.ts";
import { ANSWERS_CHECKS } from "../simulator/sim_host.ts";
import { until } from "../until.ts";
import { type EndState, KilledAppliance, type Moment } from "./killed_appliance.ts";
import { agentProgram } from "./walk.ts";

const SPEED = 200;
const RANDOM_KILLS = campaignCount(50);
const SEED = campaignSeed(20261121);
const KILLS_PER_WALK = 10;
/** So far the journal grows, at most, before a random kill is due. */
const MOST_LINES = 3;
const LONGEST_DELAY_MS = 150;
/** Kills that all meet the same place would prove little. */
const LEAST_PLACES = 8;
/** Walks at once. */
const LANES = 2;
/** Longer than any single step takes on a slow machine. */
const STUCK_MS = 60_000;

/** Besides the journal's lines: files that setup replaces as a whole. */
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

Deno.test("killed before, amid and after every write of the journal, setup ends as if nothing had happened", async () => {
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

Deno.test(`killed at ${RANDOM_KILLS} random moments, setup ends as if nothing had happened`, async () => {
  const { end } = await (undisturbed ??= walkUndisturbed());
  let left = RANDOM_KILLS;
  let struck = 0;
  let walk = 0;
  const places = new Set<string>();
  await inLanes(Array(LANES).fill(0), async () => {
    while (left > 0) {
      const kills = Math.min(left, KILLS_PER_WALK);
      left -= kills;
      const done = await walkKilledAtRandom(SEED + walk++, kills, end, places);
      struck += done;
      left += kills - done; // setup had ended before all of them could strike
    }
  });
  assert.equal(struck, RANDOM_KILLS);
  assert.ok(places.size >= Math.min(LEAST_PLACES, RANDOM_KILLS / 5), `only after ${[...places].join(", ")}`);
});

const SECOND_SUBMIT: readonly { write: string; moment: Moment; counts: boolean }[] = [
  { write: "setup-inputs.json", moment: "before", counts: false },
  { write: "setup-inputs.json", moment: "after", counts: false },
  { write: "setup.requested", moment: "torn", counts: false },
  { write: "setup.requested", moment: "after", counts: true },
];

Deno.test("killed amid a second submit, setup goes on with the answers that are shown, and the new ones only once they are checked", async () => {
  await agentProgram();
  await inLanes(SECOND_SUBMIT, async ({ write, moment, counts }) => {
    await KilledAppliance.with(SPEED, async (appliance) => {
      const systemctl = `${appliance.world.root}/usr/bin/systemctl`;
      const whole = await Deno.readTextFile(systemctl);
      await Deno.writeTextFile(systemctl, `#!/bin/sh\n${ANSWERS_CHECKS}echo no such bus >&2\nexit 1\n`);
      appliance.start(await agentProgram());
      await appliance.submit();
      await until("k3s fails", () => appliance.writes(), (it) => it.includes("step.failed/k3s"), 120);
      await appliance.kill();

      appliance.where = `killed ${moment} ${write} of the second submit`;
      appliance.start(undefined, { writes: [write], moment });
      const other = { ...sampleInputs(appliance.world), tenantName: "Second", releaseRef: "1.4.0" };
      await appliance.submitUntilKilled(other);
      const { said } = await appliance.kill();
      assert.match(said, new RegExp(`^died at ${write}$`, "m"));

      await Deno.writeTextFile(systemctl, whole);
      appliance.start(await agentProgram());
      // It would go on by itself after some time.
      if (!counts) await until("it is tried again", () => appliance.retry(), (it) => it, 120);
      await appliance.endState();
      const name = counts ? other.tenantName : sampleInputs(appliance.world).tenantName;
      assert.deepEqual(await appliance.companies(), { shown: name, kept: name, told: name });
      const writes = await appliance.writes();
      const asked = writes.lastIndexOf("setup.requested");
      const k3s = writes.indexOf("step.started/k3s", asked);
      assert.ok(writes.slice(asked, k3s).includes("setup.checked"), `unchecked: ${writes.join(" ")}`);
      assert.equal(writes.filter((it) => it === "setup.requested").length, counts ? 2 : 1);
    });
  });
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

/** One walk with kills at random moments; gives how many struck while setup was under way, and after which lines. */
async function walkKilledAtRandom(
  seed: number,
  kills: number,
  end: EndState,
  places: Set<string>,
): Promise<number> {
  const random = new Random(seed);
  const program = await agentProgram();
  return await KilledAppliance.with(SPEED, async (appliance) => {
    appliance.start(program);
    await appliance.submit();
    let installerCuts = 0;
    let struck = 0;
    for (let isOver = false; struck < kills && !isOver;) {
      // Lines, not time, tell how far a slow machine has come. None: so that resuming is killed too.
      const lines = random.below(MOST_LINES + 1);
      const delayMs = random.below(2) * random.below(LONGEST_DELAY_MS);
      await grown(appliance, (await appliance.writes()).length + lines);
      await new Promise((resolve) => setTimeout(resolve, delayMs));
      const { said } = await appliance.kill();
      const last = (await appliance.writes()).at(-1) ?? "";
      isOver = last === "setup.finished";
      if (!isOver) {
        struck++;
        places.add(last);
        appliance.where =
          `kill ${struck} of seed ${seed}, ${lines} lines and ${delayMs} ms on, after ${last}`;
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

/** Waits until the journal has so many lines, or its last one. */
async function grown(appliance: KilledAppliance, lines: number): Promise<void> {
  const endMs = Date.now() + STUCK_MS;
  for (;;) {
    const writes = await appliance.writes();
    if (writes.length >= lines || writes.at(-1) === "setup.finished") return;
    assert.ok(appliance.isRunning && Date.now() < endMs, `the agent is stuck after ${writes.at(-1)}`);
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}

async function inLanes<T>(items: readonly T[], work: (item: T) => Promise<void>): Promise<void> {
  const queue = [...items];
  const lanes = Array.from({ length: LANES }, async () => {
    for (let item = queue.shift(); item !== undefined; item = queue.shift()) await work(item);
  });
  // All of them to their end, so that a failure leaves nothing running.
  for (const lane of await Promise.allSettled(lanes)) if (lane.status === "rejected") throw lane.reason;
}
