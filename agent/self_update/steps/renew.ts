import { AgentError } from "../../error.ts";
import { PREVIOUS_PROGRAM } from "../../install/places.ts";
import { queueUpdate } from "../../install/service.ts";
import type { Step } from "../../operation/step.ts";
import { waitFor } from "../../operation/wait_for.ts";
import { MODE, PATHS } from "../../state/paths.ts";
import type { AgentUpdateContext } from "../context.ts";
import { readOrder, readOutcome, writeOrder } from "../order.ts";

/** Longer than a start, a minute for an answer, and the way back take together. */
const TIMEOUT_SEC = 600;

/**
 * Orders the change, and waits for how it ended: at first in this agent, which is stopped on the way, then in the one that comes
 * after it, whichever that is.
 */
export const renewStep: Step<AgentUpdateContext> = {
  id: "renew",
  title: "Put it in place and restart",
  usualDurationSec: 30,
  failure: {
    category: "background-services",
    cannot: "The new agent could not be put in place",
    nextAction:
      "Look at the log of the update (sudo journalctl -u alga-appliance-update -n 50), then try again",
  },
  async look(context) {
    const outcome = await readOutcome(context);
    return outcome?.id === context.request.id && outcome.result === "done";
  },
  async act(context) {
    const { request } = context;
    if ((await readOrder(context))?.id !== request.id && (await readOutcome(context))?.id !== request.id) {
      await order(context);
    }
    await waitFor(context, () => ended(context), {
      what: "the new agent",
      timeoutSec: TIMEOUT_SEC,
      onWaiting: context.say,
    });
  },
};

/** The old program beside the new one, then the order, then who carries it out. */
async function order(context: AgentUpdateContext): Promise<void> {
  const { host, request, program, agentPort } = context;
  await host.copyFile(program, PREVIOUS_PROGRAM, { mode: MODE.program });
  const previousSha256 = await host.sha256(PREVIOUS_PROGRAM) ?? "";
  const { id, from, to, sha256 } = request;
  await writeOrder(host, { id, from, to, sha256, previousSha256, port: agentPort });
  try {
    await queueUpdate(host);
  } catch (error) {
    await host.remove(PATHS.agentOrder); // nobody would carry it out before the next boot
    throw error;
  }
}

async function ended(context: AgentUpdateContext): Promise<true | string | AgentError> {
  const outcome = await readOutcome(context);
  const { request, host } = context;
  if (outcome?.id !== request.id) return `The agent restarts as ${request.to}`;
  if (outcome.result === "done") return true;
  // So that who tries again orders it again.
  await host.remove(PATHS.agentOutcome);
  return new AgentError(
    "TIMEOUT",
    `Agent ${request.to} was taken back: ${
      outcome.reason ?? "no reason is on record"
    }. Agent ${request.from} runs again`,
    { hint: "Read alga-agent help agent.update-failed, then try again or wait for the next release" },
  );
}
