import type { SetupView } from "../../agent/setup/setup_state.ts";
import type { StatusDocument } from "../../agent/status/document.ts";
import { type AgentProcess, startAgent } from "../simulator/agent_process.ts";
import { compiledProgram } from "../binary/program.ts";
import { startWorld, type World } from "../simulator/world.ts";

/** The compiled agent, never an old one; `undefined` where none can be made: then the source is run. */
export async function agentProgram(): Promise<string | undefined> {
  const program = await compiledProgram();
  return program.ok ? program.path : undefined;
}

/** Starts the compiled agent in a world; the source where none can be made. */
export async function startCompiled(
  world: Pick<World, "root" | "agentArgs">,
  options: { port?: number } = {},
): Promise<AgentProcess> {
  const program = await agentProgram();
  return await startAgent(world, program === undefined ? options : { ...options, program });
}

/** A world and an agent in a folder of their own, for the time of one test. */
export async function withAppliance(
  timeline: string,
  body: (agent: AgentProcess, world: World) => Promise<void>,
  options: { speed?: number } = {},
): Promise<void> {
  await using started = new AsyncDisposableStack();
  const root = await Deno.makeTempDir({ prefix: "alga-walk-" });
  started.defer(() => Deno.remove(root, { recursive: true }));
  const world = await startWorld({ root, timeline, speed: options.speed ?? 20 });
  started.defer(() => world.stop());
  const agent = await startCompiled(world);
  started.defer(async () => void await agent.kill("SIGKILL"));
  try {
    await body(agent, world);
  } catch (error) {
    console.error(agent.output());
    throw error;
  }
}

export async function fetchStatus(agent: AgentProcess): Promise<StatusDocument> {
  return (await agent.request("GET", "/api/status")).body as StatusDocument;
}

export async function fetchSetup(agent: AgentProcess): Promise<SetupView> {
  return (await agent.request("GET", "/api/v1/setup")).body as SetupView;
}
