import assert from "node:assert/strict";
import { KINDS } from "../../k8s/mod.ts";
import { type AgentProcess, sampleInputs } from "../simulator/agent_process.ts";
import type { World } from "../simulator/world.ts";
import { openLivePage } from "./live_page.ts";
import { fetchSetup, fetchStatus, withAppliance } from "./walk.ts";
import { RawClient } from "../routes/raw_client.ts";
import { until } from "../until.ts";

const PAGES = 200;
/** As routes/live.ts. */
const MAX_STREAMS = 300;
const ROUNDS = 6;
const MIB = 1024 * 1024;

Deno.test({
  name:
    `${PAGES} open live pages all see each change; readers that stall hold up nobody; all of it is given back`,
  ignore: Deno.build.os !== "linux",
  fn: () =>
    withAppliance("healthy", async (agent, world) => {
      await agent.request("POST", "/api/v1/setup", sampleInputs(world));
      await until("setup is done", () => fetchSetup(agent), (it) => it.state.status === "done");
      await until("all is healthy", () => fetchStatus(agent), (it) => it.rollup.state === "fully_healthy");

      const idleFiles = await openFiles(agent);
      const rounds: number[] = [];
      for (let round = 1; round <= ROUNDS; round++) {
        const pages = await openPages(agent, PAGES);
        const stalled = await openPages(agent, MAX_STREAMS - PAGES);
        for (const it of stalled) it.stall();
        const sockets = await Promise.all(Array.from({ length: PAGES }, () => stalledSocket(world)));

        await changeWorld(world, `1.4.${round}`);
        await Promise.all(pages.map((it) => it.until(`1.4.${round}`)));

        // Every place is taken: the next one gets the page as of now, whole.
        const one = await openLivePage(agent, { words: "</html>" });
        assert.ok(one.text.includes("Too many pages are open"));
        assert.equal((await agent.request("GET", "/api/status")).status, 200);

        for (const it of [...pages, ...stalled, ...sockets, one]) it.close();
        // Connections that are kept alive for the next request are few.
        await until("all connections are closed", () => openFiles(agent), (it) => it <= idleFiles + 8);
        const again = await openPages(agent, 1);
        assert.ok(again[0]?.text.includes("Pause"), "no place was given back");
        for (const it of again) it.close();
        await until("the last one is closed", () => openFiles(agent), (it) => it <= idleFiles + 8);
        rounds.push(await memoryBytes(agent));
      }
      // The engine's heap breathes; what counts is that it does not climb.
      const half = ROUNDS / 2;
      const climbed = Math.max(...rounds.slice(half)) - Math.max(...rounds.slice(0, half));
      const text = rounds.map((it) => `${Math.round(it / MIB)} MiB`).join(", ");
      assert.ok(climbed < 60 * MIB, `memory grows from round to round: ${text}`);
    }, { speed: 200 }),
});

async function openPages(agent: AgentProcess, count: number): Promise<RawClient[]> {
  return await Promise.all(Array.from({ length: count }, () => openLivePage(agent)));
}

/** Asks far more than it reads. */
async function stalledSocket(world: World): Promise<RawClient> {
  const client = await RawClient.open({
    transport: "unix",
    path: `${world.root}/run/alga-appliance/agent.sock`,
  });
  client.stall();
  await client.send("GET /api/status HTTP/1.1\r\nhost: x\r\n\r\n".repeat(100));
  return client;
}

/** Another release is named, which the page shows as it stands. */
async function changeWorld(world: World, releaseVersion: string): Promise<void> {
  const kube = world.client();
  try {
    const ref = { resource: KINDS.ConfigMap, namespace: "alga-system", name: "appliance-release-selection" };
    await kube.patch(ref, { data: { releaseVersion } });
  } finally {
    kube.close();
  }
}

async function openFiles(agent: AgentProcess): Promise<number> {
  return (await Array.fromAsync(Deno.readDir(`/proc/${agent.pid}/fd`))).length;
}

async function memoryBytes(agent: AgentProcess): Promise<number> {
  const text = await Deno.readTextFile(`/proc/${agent.pid}/status`);
  return Number(/VmRSS:\s+(\d+) kB/.exec(text)?.[1]) * 1024;
}
