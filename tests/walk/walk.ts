import assert from "node:assert/strict";
import type { SetupView } from "../../agent/setup/setup_state.ts";
import type { StatusDocument } from "../../agent/status/status_document.ts";
import { type AgentProcess, startAgent } from "../simulator/agent_process.ts";
import { startWorld, type World } from "../simulator/world.ts";

/** The compiled agent when it was made, else the source. */
export async function agentProgram(): Promise<string | undefined> {
  const path = new URL("../../.out/alga-agent", import.meta.url).pathname;
  return await Deno.stat(path).then(() => path, () => undefined);
}

/** A world and an agent in a folder of their own, for the time of one test. */
export async function withAppliance(
  timeline: string,
  body: (agent: AgentProcess, world: World) => Promise<void>,
  options: { speed?: number } = {},
): Promise<void> {
  const root = await Deno.makeTempDir({ prefix: "alga-walk-" });
  const world = await startWorld({ root, timeline, speed: options.speed ?? 20 });
  const program = await agentProgram();
  const agent = await startAgent(world, program === undefined ? {} : { program });
  try {
    await body(agent, world);
  } catch (error) {
    console.error(agent.output());
    throw error;
  } finally {
    await agent.kill("SIGKILL");
    await world.stop();
    await Deno.remove(root, { recursive: true });
  }
}

/** Asks again until the answer is good; fails with the last one. */
export async function until<T>(
  what: string,
  ask: () => Promise<T>,
  good: (answer: T) => boolean,
  timeoutSec = 60,
): Promise<T> {
  const deadlineMs = Date.now() + timeoutSec * 1000;
  let last: unknown;
  while (Date.now() < deadlineMs) {
    try {
      const answer = await ask();
      if (good(answer)) return answer;
      last = answer;
    } catch (error) {
      last = error;
    }
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  assert.fail(
    `Never came true: ${what}. Last: ${
      last instanceof Error ? last.message : JSON.stringify(last)?.slice(0, 2000)
    }`,
  );
}

export async function fetchStatus(agent: AgentProcess): Promise<StatusDocument> {
  return (await agent.request("GET", "/api/status")).body as StatusDocument;
}

export async function fetchSetup(agent: AgentProcess): Promise<SetupView> {
  return (await agent.request("GET", "/api/v1/setup")).body as SetupView;
}
