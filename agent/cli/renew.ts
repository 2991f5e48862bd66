import { systemClock } from "../clock.ts";
import { RealHost } from "../host/real_host.ts";
import { requireRootUser } from "../install/refusals.ts";
import { carryOutOrder } from "../self_update/carry_out_order.ts";
import { type Command, EXIT } from "./command.ts";
import { doAnswer } from "./do_answer.ts";
import { parseOptions } from "./options.ts";

const ANSWER_MS = 5_000;

/** `alga-agent renew` */
export const renewCommand: Command = {
  name: "renew",
  summary: "carry out an ordered update of the agent; its unit calls this",
  help: `Usage: alga-agent renew

Puts the agent in place that "alga-agent update agent" has ordered, restarts
the service, and puts the one before it back when the new one does not answer
in 60 seconds. Without an order it does nothing. It is what
alga-appliance-update.service runs; nobody needs to call it.

Example: sudo systemctl start alga-appliance-update`,
  async run(args, terminal) {
    parseOptions({ args: [...args], options: {} } as const);
    requireRootUser(Deno.uid(), "renew");
    const result = await carryOutOrder({
      host: new RealHost("/"),
      clock: systemClock,
      isAnswering: (port) => doAnswer([{ transport: "tcp", hostname: "127.0.0.1", port }], ANSWER_MS),
      say: (text) => terminal.err(`${text}\n`),
      signal: terminal.signal,
    });
    if (result === "nothing") terminal.err("No update of the agent was ordered; nothing was changed\n");
    return EXIT.ok;
  },
};
