import { sampleInputs, startAgent } from "../simulator/agent_process.ts";
import { startWorld } from "../simulator/world.ts";
import { KINDS } from "../../k8s/mod.ts";
import { mortalCommand } from "../mortal_command.ts";
import { agentProgram, fetchSetup, fetchStatus } from "../walk/walk.ts";
import { compileBare, startBare } from "./bare_program.ts";
import type { Bench } from "./section.ts";
import { until } from "../until.ts";

/** Sets a simulated appliance up beside a bare server, runs a body with them, and removes all of it. */
export async function withBench<T>(
  options: Pick<Bench, "podCounts" | "rounds" | "loadMs" | "say"> & { program: string | undefined },
  body: (bench: Bench) => Promise<T>,
): Promise<T> {
  const dir = await Deno.makeTempDir({ prefix: "alga-bench-" });
  await using stack = new AsyncDisposableStack();
  stack.defer(() => Deno.remove(dir, { recursive: true }));
  options.say("compiling");
  const program = options.program ?? await agentProgram() ?? await compileAgent();
  const bareProgram = await compileBare(dir);
  const bare = await startBare(bareProgram);
  stack.defer(() => bare.stop());
  await Deno.mkdir(`${dir}/root`);
  const world = await startWorld({ root: `${dir}/root`, timeline: "healthy", speed: 200 });
  stack.defer(() => world.stop());
  const agent = await startAgent(world, { program });
  stack.defer(async () => void await agent.kill("SIGKILL"));
  options.say("setting up");
  await agent.request("POST", "/api/v1/setup", sampleInputs(world));
  await until("setup is done", () => fetchSetup(agent), (it) => it.state.status === "done", 120);
  await until("all is healthy", () => fetchStatus(agent), (it) => it.rollup.state === "fully_healthy", 120);
  world.pause();

  async function bringTo(pods: number): Promise<number> {
    const kube = world.client();
    const names = (await kube.list(KINDS.Pod)).items.map((it) => it.metadata.name);
    const extra = names.filter((it) => it.startsWith("extra-"));
    const wanted = Math.max(0, pods - (names.length - extra.length));
    for (const name of extra.slice(wanted)) {
      await kube.delete({ resource: KINDS.Pod, namespace: "msp", name });
    }
    for (let i = 0; i < wanted; i++) {
      if (!extra.includes(`extra-${i}`)) await kube.create(runningPod(`extra-${i}`));
    }
    const there = (await kube.list(KINDS.Pod)).items.length;
    kube.close();
    return there;
  }
  return await body({ ...options, program, bareProgram, bare, world, agent, bringTo });
}

/** A pod as the kubelet reports one that works. */
function runningPod(name: string) {
  const now = new Date().toISOString();
  return {
    apiVersion: "v1",
    kind: "Pod",
    metadata: { name, namespace: "msp", labels: { app: name } },
    spec: { nodeName: "appliance-01", containers: [{ name: "main", image: "registry.example/extra:1" }] },
    status: {
      phase: "Running",
      conditions: [{ type: "Ready", status: "True", lastTransitionTime: now }],
      containerStatuses: [{
        name: "main",
        ready: true,
        restartCount: 0,
        image: "registry.example/extra:1",
        state: { running: { startedAt: now } },
      }],
    },
  };
}

async function compileAgent(): Promise<string> {
  const repo = new URL("../..", import.meta.url).pathname;
  const { code } = await mortalCommand(Deno.execPath(), [
    "run",
    "-A",
    "--quiet",
    `${repo}tools/compile.ts`,
    "--partial",
  ], {
    cwd: repo,
    stdout: "null",
    stderr: "inherit",
  }).output();
  if (code !== 0) throw new Error("The agent could not be compiled");
  return `${repo}.out/alga-agent`;
}
