import assert from "node:assert/strict";
import type { SetupView } from "../../agent/setup/setup_state.ts";
import { Random } from "../fakes/random.ts";
import { type AgentProcess, readToken, sampleInputs, startAgent } from "../simulator/agent_process.ts";
import { startWorld, type World } from "../simulator/world.ts";
import { testUnless } from "../test_unless.ts";
import { until } from "../until.ts";
import { agentProgram, fetchSetup } from "../walk/walk.ts";
import { isWhole } from "./hardships.ts";
import { missingForRecordedDisks, recordDisk, type RecordedDisk, withMounted } from "./recorded_disk.ts";
import { run } from "./run.ts";
import { diskAfterCut, type DiskWrite, readWrites, writesSoFar } from "./write_log.ts";

const SPEED = 50;
const SEED = 20261127;
const FIRST_START_CUTS = 6;
const SETUP_CUTS = 10;
/** Of these, setup is followed to its end. */
const EVERY_THIRD = 3;
/** Cuts that all meet the same place of setup would prove little. */
const LEAST_PLACES = 5;

const KUBECONFIG = "/etc/rancher/k3s/k3s.yaml";

/** Until when the disk had been told how much. */
interface Marks {
  fresh: number;
  /** The first page could be seen, and the token with it. */
  answered: number;
  /** Each time that the record of setup was seen to have become longer: how long it was. */
  record: { at: number; lines: number }[];
  done: number;
  token: string;
}

const name =
  `cut at ${FIRST_START_CUTS} moments of its very first start and ${SETUP_CUTS} of setup, the disk is whole, the token the same, and setup goes on from there`;

testUnless(await missingForRecordedDisks(), name, async () => {
  await using left = new AsyncDisposableStack();
  const dir = await Deno.makeTempDir({ prefix: "alga-cut-" });
  left.defer(() => Deno.remove(dir, { recursive: true }));
  const root = `${dir}/root`;
  await Deno.mkdir(root);
  const program = await agentProgram();
  const start = (world: World) => startAgent(world, program === undefined ? {} : { program });

  let world: World | undefined;
  left.defer(async () => await world?.stop());
  let marks: Marks | undefined;
  const recorded = await recordDisk(dir, root, async (log) => {
    world = await startWorld({ root, timeline: "healthy", speed: SPEED });
    marks = await setUp(world, log, start);
    world.pause();
  });
  assert.ok(world && marks);
  await cutAll({ ...recorded, writes: await readWrites(recorded.log) }, marks, world, start);
});

/** The whole way from the first start to the end of setup. */
async function setUp(
  world: World,
  log: string,
  start: (world: World) => Promise<AgentProcess>,
): Promise<Marks> {
  await run("sync", ["-f", world.root]);
  const fresh = await writesSoFar(log);
  const agent = await start(world);
  try {
    const answered = await writesSoFar(log);
    const { status } = await agent.request("POST", "/api/v1/setup", sampleInputs(world));
    assert.equal(status, 202);
    const record: Marks["record"] = [];
    await until(
      "setup is done",
      async () => {
        const lines = linesOfRecord(world.root).length;
        if (lines > (record.at(-1)?.lines ?? 0)) record.push({ at: await writesSoFar(log), lines });
        return await fetchSetup(agent);
      },
      (it) => it.state.status === "done",
      180,
    );
    return { fresh, answered, record, done: await writesSoFar(log), token: agent.token };
  } finally {
    await agent.kill("SIGKILL");
  }
}

/** Each cut leaves a disk of its own, on which the agent starts as it would after the power has come back. */
async function cutAll(
  recorded: RecordedDisk & { writes: readonly DiskWrite[] },
  marks: Marks,
  world: World,
  start: (world: World) => Promise<AgentProcess>,
): Promise<void> {
  const random = new Random(SEED);
  const cut = async (at: number, look: () => Promise<void>) => {
    // A new file each time: the kernel may for a while remember the one before.
    const disk = `${recorded.log}.${crypto.randomUUID()}`;
    try {
      await diskAfterCut(recorded, at, disk, () => random.below(2) === 1);
      await isWhole(disk);
      await withMounted(disk, world.root, look);
    } catch (error) {
      const where = `Cut after ${at} of ${recorded.writes.length} writes (${JSON.stringify(marks)})`;
      throw new Error(`${where}: ${error instanceof Error ? error.message : error}`, { cause: error });
    } finally {
      await Deno.remove(disk).catch(() => {}); // never made
    }
  };
  const { fresh, answered } = marks;

  const early = Array.from(
    { length: FIRST_START_CUTS },
    (_, i) => fresh + Math.round((i + 1) * (answered - fresh) / FIRST_START_CUTS),
  );
  for (const at of early) {
    await cut(at, async () => {
      const kept = tokenOn(world.root);
      if (at >= answered) assert.equal(kept, marks.token, "the token that was shown");
      await afterPower(world, start, (agent) => {
        if (kept !== undefined) assert.equal(agent.token, kept);
        assert.match(agent.token, /^\S{30,}$/);
      });
    });
  }

  const places = new Set<string>();
  for (const [i, { at, leastLines }] of momentsOfSetup(marks, random).entries()) {
    await cut(at, async () => {
      const lines = linesOfRecord(world.root);
      assert.ok(lines.length >= leastLines, `${lines.length} lines of the record, not ${leastLines}`);
      places.add(lines.at(-1) ?? "");
      assert.equal(tokenOn(world.root), marks.token);
      // Before, the world outside is already further than this disk.
      const hasKubernetes = await Deno.remove(world.root + KUBECONFIG).then(() => true, () => false);
      const goesOn = hasKubernetes && i % EVERY_THIRD === 0;
      if (goesOn) world.resume(); // k3s writes it again when it starts
      try {
        await afterPower(world, start, async (agent) => {
          assert.equal(agent.token, marks.token);
          const isThere = (it: SetupView) => goesOn ? it.state.status === "done" : it.state.status !== "idle";
          await until("setup is where it was", () => fetchSetup(agent), isThere, 120);
        });
      } finally {
        world.pause();
      }
    });
  }
  assert.ok(places.size >= LEAST_PLACES, `only after ${[...places].join(", ")}`);
}

/** So many cuts, spread evenly over what the record had come to, each somewhere before it came further. */
function momentsOfSetup({ record, done }: Marks, random: Random): { at: number; leastLines: number }[] {
  return Array.from({ length: SETUP_CUTS }, (_, i) => {
    const [mark, next] = record.slice(Math.floor((i + 0.5) * record.length / SETUP_CUTS));
    assert.ok(mark, "the record was seen to grow");
    // The last line that was seen may not have been flushed yet; those before it had been.
    return { at: mark.at + random.below((next?.at ?? done) - mark.at + 1), leastLines: mark.lines - 1 };
  });
}

/** The agent starts on what is left, finds nothing damaged, and is looked at. */
async function afterPower(
  world: World,
  start: (world: World) => Promise<AgentProcess>,
  look: (agent: AgentProcess) => void | Promise<void>,
): Promise<void> {
  const agent = await start(world);
  try {
    await look(agent);
    assert.doesNotMatch(agent.output(), /damaged/i);
  } finally {
    await agent.kill("SIGKILL");
  }
}

/** The token that is on the disk; `undefined` while there is none. */
function tokenOn(root: string): string | undefined {
  try {
    return readToken(root);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return undefined;
    throw error;
  }
}

/** "type/step" of each whole line of the record of setup. */
function linesOfRecord(root: string): string[] {
  const text = Deno.readTextFileSync(`${root}/var/lib/alga-appliance/journal.jsonl`);
  return text.split("\n").slice(0, -1).map((line) => {
    const { type, data } = JSON.parse(line);
    return data.stepId === undefined ? type : `${type}/${data.stepId}`;
  });
}
