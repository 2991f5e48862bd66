import type { Clock } from "../clock.ts";
import { AgentError } from "../error.ts";
import type { Host } from "../host/host.ts";
import { createOperationLock } from "../operation/operation_lock.ts";
import { PATHS } from "../state/paths.ts";

/**
 * One agent serves an appliance: two would write the same journal. A dead one's lock is taken over. `where`: what it listens on.
 * @throws {AgentError} LOCKED while another one serves.
 */
export async function takeAgentLock(
  host: Host,
  clock: Clock,
  where: string,
): Promise<{ release(): Promise<void> }> {
  const lock = createOperationLock(host, clock, PATHS.agentLock);
  const held = await lock.take("serve", `process ${Deno.pid} on ${where}`);
  if (held.ok) return held;
  throw new AgentError(
    "LOCKED",
    `Another agent serves this appliance: ${held.holder}, since ${
      held.since.slice(0, 19).replace("T", " ")
    } UTC`,
    { hint: "Use that one, or stop it first (systemctl stop alga-appliance)" },
  );
}
