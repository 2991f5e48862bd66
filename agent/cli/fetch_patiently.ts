import { systemClock } from "../clock.ts";
import type { AgentClient } from "./agent_client.ts";
import { AgentRefusal } from "./agent_refusal.ts";
import type { Terminal } from "./command.ts";

const POLL_MS = 500;
/** An agent that was restarted is back within this time. */
const PATIENCE_MS = 15_000;

/** What the running agent answers to GET; waits for one that is being restarted. @throws {AgentRefusal} at once */
export async function fetchPatiently<T>(client: AgentClient, path: string, terminal: Terminal): Promise<T> {
  for (let tries = 1;; tries++) {
    try {
      return await client.request("GET", path);
    } catch (error) {
      if (error instanceof AgentRefusal) throw error;
      if (tries * POLL_MS > PATIENCE_MS || terminal.signal.aborted) throw error;
      await systemClock.sleep(POLL_MS, terminal.signal).catch(() => {});
    }
  }
}
