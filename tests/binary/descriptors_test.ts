import assert from "node:assert/strict";
import { campaignCount } from "../campaign_size.ts";
import { sampleInputs } from "../simulator/agent_process.ts";
import { startWorld } from "../simulator/world.ts";
import { until } from "../until.ts";
import { signIn } from "../simulator/sign_in.ts";
import { binaryTest } from "./binary_case.ts";
import { type RunningAgent, startProgram, withAgent } from "./running_agent.ts";

/** ALGA_CAMPAIGN_FACTOR=10 does everything ten times as often, and leaves live pages open for ten minutes. */
const TIMES = campaignCount(1);
const LOGINS = 300 * TIMES;
const CHECKS = 20 * TIMES;
const READS = 300 * TIMES;
const PAGES = 5;
/** How long live pages stay open once nothing changes any more. */
const LIVE_MS = TIMES === 1 ? 0 : TIMES * 60_000;
/** What may be open at a moment: pooled connections, a program that runs, a file that is being written. */
const SLACK = 16;

/** Files, folders and sockets that the program holds open. */
function openFiles(agent: RunningAgent): string[] {
  const dir = `/proc/${agent.pid}/fd`;
  return [...Deno.readDirSync(dir)].flatMap(({ name }) => {
    try {
      return [Deno.readLinkSync(`${dir}/${name}`)];
    } catch {
      return []; // closed meanwhile
    }
  });
}

/** The count comes back to what it was; more often open files are named. */
async function assertFlat(agent: RunningAgent, before: number): Promise<void> {
  const count = () => {
    const open = openFiles(agent);
    const kinds = Map.groupBy(open, (it) => it.replace(/\d+/g, "N"));
    const most = [...kinds].map(([kind, all]) => `${all.length} × ${kind}`).sort().slice(-5);
    return { count: open.length, most };
  };
  await until(`${before} files are open again`, count, (it) => it.count <= before + SLACK, 20);
}

await binaryTest(
  `${LOGINS} sign-ins leave no file open`,
  (program) =>
    withAgent(program, async (agent) => {
      await signIn(agent.url, agent.token);
      const before = openFiles(agent).length;
      for (let i = 0; i < LOGINS; i++) await signIn(agent.url, agent.token);
      await assertFlat(agent, before);
    }),
);

await binaryTest(
  `a whole setup, ${CHECKS} preflight checks and ${PAGES} live pages leave no file open`,
  async (program) => {
    const root = await Deno.makeTempDir({ prefix: "alga-files-" });
    const world = await startWorld({ root, timeline: "healthy", speed: 30 });
    const agent = await startProgram(program, { root, args: world.agentArgs.slice(2) });
    try {
      const inputs = sampleInputs(world);
      const check = async () => {
        const { status, body } = await agent.request("POST", "/api/v1/setup?checksOnly=true", inputs);
        assert.equal(status, 202, JSON.stringify(body));
        const state = async () => (await agent.request("GET", "/api/v1/setup")).body.state.status;
        assert.equal(await until("the checks have run", state, (it) => it !== "running"), "checked");
      };
      await check();
      const before = openFiles(agent).length;
      for (let i = 0; i < CHECKS; i++) await check();
      await assertFlat(agent, before);

      assert.equal((await agent.request("POST", "/api/v1/setup", inputs)).status, 202);
      const cookie = await signIn(agent.url, agent.token);
      const leaving = new AbortController();
      const pages = Array.from({ length: PAGES }, (_, i) => follow(agent, cookie, i, leaving.signal));
      await until(
        "healthy",
        async () => (await agent.request("GET", "/api/status")).body.rollup.state,
        (it) => it === "fully_healthy",
        90,
      );
      await new Promise((resolve) => setTimeout(resolve, LIVE_MS));
      leaving.abort();
      const updates = (await Promise.all(pages)).reduce((a, b) => a + b);
      assert.ok(updates > 3 * PAGES, `the pages were not live: ${updates} updates`);

      // The watches of the cluster are open from now on; that is what must stay.
      const running = await settled(agent);
      for (let i = 0; i < READS; i++) {
        await agent.request("GET", ["/?live=off", "/setup?live=off", "/api/status"][i % 3] ?? "/");
      }
      assert.ok(running < before + 40, `${running} files are open after setup, ${before} before`);
      await assertFlat(agent, running);
    } finally {
      await agent.stop();
      await world.stop();
      await Deno.remove(root, { recursive: true });
    }
  },
);

/** Keeps a live page open until the signal aborts, as its refresh does; gives how many sections came. */
async function follow(agent: RunningAgent, cookie: string, i: number, signal: AbortSignal): Promise<number> {
  let sections = 0;
  while (!signal.aborted) {
    try {
      const path = i % 2 === 0 ? "/" : "/setup";
      const response = await fetch(agent.url + path, { headers: { cookie }, signal });
      assert.equal(response.status, 200);
      const decoder = new TextDecoder();
      for await (const bytes of response.body ?? []) {
        sections += decoder.decode(bytes, { stream: true }).split("<section").length - 1;
      }
    } catch (error) {
      if (!signal.aborted) throw error;
    }
  }
  return sections;
}

/** The count once it no longer falls: pages that were left are closed soon. */
async function settled(agent: RunningAgent): Promise<number> {
  let least = openFiles(agent).length;
  await until("the count rests", async () => {
    await new Promise((resolve) => setTimeout(resolve, 500));
    const now = openFiles(agent).length;
    const isLess = now < least;
    least = Math.min(least, now);
    return isLess;
  }, (isLess) => !isLess);
  return least;
}
