import { parseKubeconfig } from "../../../k8s/mod.ts";
import { startFleet } from "../../cluster/fleet.ts";
import { clusterRequirements } from "../../cluster/requirements.ts";
import { sampleInputs, startAgent } from "../../simulator/agent_process.ts";
import { fetchSetup } from "../../walk/walk.ts";
import { compileBare } from "../bare_program.ts";
import { cpuMs, memoryMb } from "../process_facts.ts";
import { type Bench, type Row, type Section, spread } from "../section.ts";
import { measureChange } from "./change.ts";
import { until } from "../../until.ts";

const POD_COUNTS = [1_000, 10_000] as const;
const CHANGES_PER_SEC = [20, 200] as const;

/** Memory and speed on a real API server, beside a bare client that watches the same pods. */
export const clusterSection: Section = {
  id: "cluster",
  title: "Real API server",
  async run(bench) {
    const needs = await clusterRequirements("fleet");
    if (!needs.ok) throw new Error(`The section "cluster" cannot run: ${needs.reason}`);
    await using stack = new AsyncDisposableStack();
    const dir = await Deno.makeTempDir({ prefix: "alga-bench-" });
    stack.defer(() => Deno.remove(dir, { recursive: true }));
    const watcher = await compileBare(dir, "bare_watch");
    const fleet = await startFleet();
    stack.defer(() => fleet.stop());
    const rows: Row[] = [];
    // A quick run shows that it works.
    const smallest = bench.podCounts.at(-1) ?? 0;
    for (const pods of smallest < POD_COUNTS[0] ? [smallest] : POD_COUNTS) {
      bench.say(`${pods} pods are being made`);
      await fleet.grow(pods);
      rows.push(...await atSize(bench, fleet, { pods, watcher, root: `${dir}/root-${pods}` }));
    }
    return rows;
  },
};

async function atSize(
  bench: Bench,
  fleet: Awaited<ReturnType<typeof startFleet>>,
  { pods, watcher, root }: { pods: number; watcher: string; root: string },
): Promise<Row[]> {
  const { program, rounds, loadMs, say } = bench;
  await using stack = new AsyncDisposableStack();
  await Deno.mkdir(root);
  const agentArgs = ["--root", root, "--kubeconfig", fleet.kubeconfigPath];
  const agent = await startAgent({ root, agentArgs }, { program });
  stack.defer(async () => void await agent.kill("SIGKILL"));
  // The status page shows itself once setup has been asked for anything.
  await agent.request("POST", "/api/v1/setup?checksOnly=true", sampleInputs({ appUrl: "psa.example.com" }));
  await until("the checks are over", () => fetchSetup(agent), (it) => it.state.status === "checked", 120);
  const config = `${root}/watch.json`;
  await Deno.writeTextFile(config, JSON.stringify(parseKubeconfig(fleet.api.kubeconfig)), { mode: 0o600 });
  const bare = await startWatcher(watcher, config);
  stack.defer(() => bare.stop());
  await untilQuiet(agent.pid);

  const rows = [await memoryRow(`memory, ${pods} pods`, agent.pid, bare.pid)];
  const change = { agent, rounds, say, world: fleet.api };
  const named = (when: string) => (it: Row): Row => ({ ...it, name: `${it.name}, ${when}` });
  rows.push(...(await measureChange(change, pods, 1)).map(named("still")));
  for (const perSec of CHANGES_PER_SEC) {
    const when = `${perSec} changes/s`;
    const over = new AbortController();
    const startMs = performance.now();
    const before = await Promise.all([agent, bare].map((it) => cpuMs(it.pid)));
    const churning = fleet.churn(perSec, over.signal);
    const inTime = (await measureChange(change, pods, 1)).map(named(when));
    const restMs = loadMs * 10 - (performance.now() - startMs);
    say(`${pods} pods, ${when}`);
    if (restMs > 0) await new Promise((resolve) => setTimeout(resolve, restMs));
    const [agentMs = NaN, bareMs = NaN] = await Promise.all(
      [agent, bare].map(async (it, i) => await cpuMs(it.pid) - (before[i] ?? NaN)),
    );
    over.abort();
    const tookMs = performance.now() - startMs;
    const changes = await churning;
    rows.push(
      { name: `${pods} pods, ${when}: made`, unit: "1/s", agent: spread([changes * 1000 / tookMs]) },
      ...inTime,
      {
        name: `${pods} pods, ${when}: of one core`,
        unit: "%",
        agent: spread([agentMs / tookMs * 100]),
        floor: spread([bareMs / tookMs * 100]),
      },
      await memoryRow(`memory, ${pods} pods, ${when}`, agent.pid, bare.pid),
    );
  }
  return rows;
}

/** The floor is the bare watch client, so what is left is what the agent keeps and makes of it. */
async function memoryRow(name: string, agentPid: number, barePid: number): Promise<Row> {
  return {
    name,
    unit: "MB",
    agent: spread([await memoryMb(agentPid)]),
    floor: spread([await memoryMb(barePid)]),
    budget: { kind: "difference", bound: "atMost", limit: 200 },
  };
}

/** Starts the bare watch client; resolves when it has listed. */
async function startWatcher(
  program: string,
  config: string,
): Promise<{ pid: number; stop(): Promise<void> }> {
  const child = new Deno.Command("setpriv", {
    args: ["--pdeathsig", "KILL", "--", program, config],
    stdout: "piped",
    stderr: "inherit",
  }).spawn();
  const reader = child.stdout.getReader();
  if ((await reader.read()).done) throw new Error("The bare watch client ended");
  return {
    pid: child.pid,
    async stop() {
      child.kill("SIGKILL");
      await reader.cancel();
      await child.status;
    },
  };
}

/** Until a process rests for two seconds: everything has been listed and judged. */
async function untilQuiet(pid: number): Promise<void> {
  for (let quietSec = 0, sec = 0; quietSec < 2 && sec < 120; sec++) {
    const before = await cpuMs(pid);
    await new Promise((resolve) => setTimeout(resolve, 1_000));
    quietSec = await cpuMs(pid) - before <= 50 ? quietSec + 1 : 0;
  }
}
