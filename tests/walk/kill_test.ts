import assert from "node:assert/strict";
import { KINDS } from "../../k8s/mod.ts";
import { Random } from "../fakes/random.ts";
import { type AgentProcess, sampleInputs, startAgent } from "../simulator/agent_process.ts";
import { startWorld, type World } from "../simulator/world.ts";
import { agentProgram, fetchSetup, fetchStatus, until } from "./walk.ts";

const SPEED = 60;
/** More in the full run: ALGA_TEST_KILLS=50. */
const RANDOM_KILLS = Number(Deno.env.get("ALGA_TEST_KILLS") ?? 6);

interface EndState {
  rollup: string;
  steps: string[];
  configMaps: Record<string, unknown>;
  files: Record<string, string>;
}

async function inWorld(body: (world: World) => Promise<void>): Promise<void> {
  const root = await Deno.makeTempDir({ prefix: "alga-kill-" });
  const world = await startWorld({ root, timeline: "healthy", speed: SPEED });
  try {
    await body(world);
  } finally {
    await world.stop();
    await Deno.remove(root, { recursive: true });
  }
}

async function start(world: World): Promise<AgentProcess> {
  const program = await agentProgram();
  return await startAgent(world, program === undefined ? {} : { program });
}

/** What must be the same however often the agent was killed. */
async function endState(agent: AgentProcess, world: World): Promise<EndState> {
  const setup = await until("set-up is done", () => fetchSetup(agent), (it) => it.state.status === "done");
  const status = await until(
    "all is healthy",
    () => fetchStatus(agent),
    (it) => it.rollup.state === "fully_healthy",
  );
  const kube = world.client();
  const maps = (await kube.list(KINDS.ConfigMap, { namespace: "alga-system" })).items;
  kube.close();
  const read = (path: string) => Deno.readTextFile(world.root + path);
  return {
    rollup: status.rollup.state,
    steps: setup.steps.map((it) => `${it.id} ${it.status}`),
    configMaps: Object.fromEntries(
      maps.map((
        it,
      ) => [
        it.metadata.name,
        JSON.stringify(it.data).replaceAll(/127\.0\.0\.1:\d+|sha256:[0-9a-f]{64}/g, "x"),
      ]),
    ),
    files: {
      config: await read("/etc/rancher/k3s/config.yaml"),
      resolv: await read("/etc/rancher/k3s/resolv.conf"),
      // Order of keys does not matter.
      inputs: JSON.stringify(
        Object.entries(JSON.parse(await read("/var/lib/alga-appliance/setup-inputs.json")).inputs).sort(),
      ).replaceAll(
        /127\.0\.0\.1:\d+/g,
        "x",
      ),
    },
  };
}

async function secretsOf(world: World): Promise<Record<string, unknown>> {
  const kube = world.client();
  const wanted = [["msp", "alga-psa-shared"], ["appliance-system", "appliance-status-auth"], [
    "msp",
    "appliance-initial-tenant",
  ]] as const;
  const found: Record<string, unknown> = {};
  for (const [namespace, name] of wanted) {
    found[name] = (await kube.get({ resource: KINDS.Secret, namespace, name }).catch(() => undefined))?.data;
  }
  kube.close();
  return found;
}

/** "type/step" of every entry so far. */
async function journalKinds(world: World): Promise<string[]> {
  const text = await Deno.readTextFile(`${world.root}/var/lib/alga-appliance/journal.jsonl`).catch(() => "");
  return text.split("\n").slice(0, -1).map((line) => {
    const { type, data } = JSON.parse(line);
    return data.stepId === undefined ? type : `${type}/${data.stepId}`;
  });
}

/** What existed before must exist unchanged after. */
function assertKept(before: Record<string, unknown>, after: Record<string, unknown>, when: string): void {
  for (const [name, data] of Object.entries(before)) {
    if (data !== undefined) assert.deepEqual(after[name], data, `${name} changed ${when}`);
  }
}

Deno.test("SIGKILL at every journal write: the walk ends as if nothing had happened", async () => {
  let undisturbed: EndState | undefined;
  await inWorld(async (world) => {
    const agent = await start(world);
    await agent.request("POST", "/api/v1/setup", sampleInputs(world));
    undisturbed = await endState(agent, world);
    await agent.kill("SIGKILL");
  });

  await inWorld(async (world) => {
    let agent = await start(world);
    let kills = 0;
    const seen = new Set(await journalKinds(world));
    await agent.request("POST", "/api/v1/setup", sampleInputs(world));
    const deadlineMs = Date.now() + 180_000;
    // One appliance, killed right after each kind of entry was written for the first time. (Killing after every line would
    // kill each restart at its own first line for ever.)
    while (!seen.has("setup.finished")) {
      assert.ok(Date.now() < deadlineMs, `the walk does not come to its end; seen: ${[...seen].join(", ")}`);
      const fresh = (await journalKinds(world)).filter((it) => !seen.has(it));
      for (const it of fresh) seen.add(it);
      if (fresh.length > 0) {
        const before = await secretsOf(world);
        await agent.kill("SIGKILL");
        kills++;
        agent = await start(world);
        assertKept(before, await secretsOf(world), `after kill ${kills} at ${fresh.join(", ")}`);
      }
      await new Promise((resolve) => setTimeout(resolve, 1));
    }
    assert.ok(kills >= 8, `only ${kills} kills`);
    assert.deepEqual(await endState(agent, world), undisturbed);
    assert.ok(
      (await world.commands()).filter((it) => it === "k3s-install.sh").length <= 3,
      "k3s was installed over and over",
    );
    await agent.kill("SIGKILL");
  });
});

Deno.test(`SIGKILL at ${RANDOM_KILLS} random moments: the walk ends as if nothing had happened`, async () => {
  const random = new Random(Number(Deno.env.get("ALGA_TEST_SEED") ?? 20261121));
  await inWorld(async (world) => {
    let agent = await start(world);
    await agent.request("POST", "/api/v1/setup", sampleInputs(world));
    for (let kill = 1; kill <= RANDOM_KILLS; kill++) {
      await new Promise((resolve) => setTimeout(resolve, random.below(700)));
      const before = await secretsOf(world);
      await agent.kill("SIGKILL");
      agent = await start(world);
      assertKept(before, await secretsOf(world), `after random kill ${kill}, seed ${random.seed}`);
    }
    const end = await endState(agent, world);
    assert.equal(end.rollup, "fully_healthy");
    assert.ok(end.steps.every((it) => it.endsWith(" done")), end.steps.join());
    await agent.kill("SIGKILL");
  });
});
