import { RealHost } from "../host/real_host.ts";
import type { PlannedStep } from "../operation/operation.ts";
import { updateCheckIds } from "../update/gate.ts";
import type { ImagesThere } from "../update/images/prepare_service.ts";
import type { UpdateView } from "../update/update_service.ts";
import { type AgentClient, connectAgent } from "./agent_client.ts";
import { AgentRefusal } from "./agent_refusal.ts";
import { type Command, EXIT, type ExitCode, type Terminal, UsageError } from "./command.ts";
import { followOperation } from "./follow_operation.ts";
import { requireKnownChecks } from "./known_checks.ts";
import { parseChoice, parseOptions, parseRoot } from "./options.ts";
import { retryPart } from "./update_retry_part.ts";
import { updateAgent } from "./update_agent.ts";
import { updatePrepare } from "./update_prepare.ts";
import { historyText, newsText, updatePlanText } from "./update_table.ts";

const ACTIONS = [
  "show",
  "check",
  "plan",
  "prepare",
  "apply",
  "retry",
  "resume",
  "retry-part",
  "cancel",
  "history",
  "backup-taken",
  "agent",
] as const;
type Action = typeof ACTIONS[number];
const BASE = "/api/v1/updates";

/** `alga-agent update` */
export const updateCommand: Command = {
  name: "update",
  summary: "see, plan and apply updates of the application",
  help: `Usage: alga-agent update [show|check|plan|history] [-o table|json] [--root DIR]
       alga-agent update apply [--checks-only] [--allow-downgrade]
                              [--no-wait] [OPTIONS]
       alga-agent update retry|resume|cancel [--no-wait] [--root DIR]
       alga-agent update retry-part NAME [--root DIR]
       alga-agent update backup-taken [--note TEXT] [--root DIR]
       alga-agent update prepare [start|show|retry|cancel] [OPTIONS]
       alga-agent update agent [show|apply|retry|cancel] [--no-wait] [-o json]

  show                 what is installed and what the channel leads to (default)
  check                ask the channel now, then show
  plan                 what an update would change, object by object; change
                       nothing
  prepare              fetch the images of that update now, so that the update
                       itself is short; nothing that runs changes. It goes on
                       after a restart; "prepare cancel" stops it
  apply                update to the release that the channel leads to now;
                       where one step does not lead there, over the releases
                       between, one update after the other
  retry                try the failed step again
  resume               go on with what was left: an update that was interrupted,
                       failed or was stopped, else releases left paused
  retry-part           have one part tried again that the installer gave up on:
                       its finished Jobs and counted failures are taken away,
                       a pause ends, settings that cannot be read are written
                       again; an update that was left goes on instead
  cancel               stop the update where that may be
  history              every update: who, when, from, to, how it ended
  backup-taken         say that a backup was taken just now, where a release
                       asks for one; --note tells where it is
  agent                the same for the agent itself: which one runs and which
                       one a release brings; "agent apply" takes it. One that
                       does not answer in 60 seconds is taken back by itself

  --allow-downgrade    also to a release that is older than what was installed
                       or seen; it is recorded. Only where Alga support asked
  --checks-only        run the checks of the update; change nothing
  --acknowledge CHECK  accept the finding of this check; may be repeated
  --no-wait            return as soon as the update has begun
  -o, --output         table (default) or json
  --root DIR           where the appliance's "/" lies (default /)

The running agent does the work; this command shows it. Stopping the command
does not stop the update. Nothing is rolled back: an update that fails stays
where it is, says why, and goes on with "retry".

Exit codes: 0 done, 1 error, 2 wrong values, 3 action required,
5 still under way, 6 another session is working on the appliance.

Example: sudo alga-agent update plan`,
  async run(args, terminal) {
    const { values, positionals } = parseOptions(
      {
        args: [...args],
        allowPositionals: true,
        options: {
          "allow-downgrade": { type: "boolean", default: false },
          "checks-only": { type: "boolean", default: false },
          acknowledge: { type: "string", multiple: true, default: [] },
          note: { type: "string" },
          "no-wait": { type: "boolean", default: false },
          output: { type: "string", short: "o", default: "table" },
          root: { type: "string", default: "/" },
        },
      } as const,
    );
    if (positionals[0] === "agent") {
      return await updateAgent(positionals.slice(1), terminal, {
        root: parseRoot(values.root),
        output: parseChoice("-o", values.output, ["table", "json"]),
        follows: !values["no-wait"],
      });
    }
    if (positionals[0] === "prepare") {
      requireKnownChecks(values.acknowledge, updateCheckIds());
      return await updatePrepare(positionals.slice(1), terminal, {
        root: parseRoot(values.root),
        output: parseChoice("-o", values.output, ["table", "json"]),
        accepted: values.acknowledge,
        follows: !values["no-wait"],
      });
    }
    if (positionals[0] === "retry-part") {
      return await retryPart(positionals.slice(1), terminal, parseRoot(values.root));
    }
    const action = parseAction(positionals);
    requireKnownChecks(values.acknowledge, updateCheckIds());
    const checksOnly = values["checks-only"];
    if (checksOnly && action !== "apply") throw new UsageError('--checks-only goes with "apply"');
    const allowDowngrade = values["allow-downgrade"];
    if (allowDowngrade && action !== "apply") throw new UsageError('--allow-downgrade goes with "apply"');
    const { note } = values;
    if (note !== undefined && action !== "backup-taken") {
      throw new UsageError('--note goes with "backup-taken"');
    }
    const output = parseChoice("-o", values.output, ["table", "json"]);
    const client = connectAgent(new RealHost(parseRoot(values.root)));
    try {
      if (action === "plan") return await plan(client, terminal, output);
      if (action === "show" || action === "check" || action === "history") {
        const view: UpdateView = action === "check"
          ? await client.request("POST", `${BASE}/look`, {})
          : await client.request("GET", BASE);
        const text = action === "history" ? historyText : newsText;
        const shown = action === "history" ? view.history : view;
        terminal.out(output === "json" ? `${JSON.stringify(shown)}\n` : text(view, terminal));
        return EXIT.ok;
      }
      if (action === "backup-taken") {
        await client.request("POST", `${BASE}/backup-taken`, note === undefined ? {} : { note });
        terminal.out("Recorded: a backup was taken.\n");
        return EXIT.ok;
      }
      const { released = [] }: { released?: readonly string[] } = await client.request(
        "POST",
        `${BASE}/${action}`,
        action === "apply" ? { checksOnly, ...(allowDowngrade && { allowDowngrade }) } : {},
      );
      if (released.length > 0) {
        terminal.out(`These go on: ${released.join(", ")}. No update was left.\n`);
        return EXIT.ok;
      }
      return values["no-wait"] ? EXIT.ok : await followOperation(client, terminal, {
        base: BASE,
        accepted: values.acknowledge,
        words: {
          done: "Updated.",
          blocked: "Nothing was changed. Fix this and start the update again.",
          left: "The update goes on without this command.",
        },
      });
    } catch (error) {
      // Nothing to update is not a failure: the appliance is as was asked.
      if (action === "apply" && error instanceof AgentRefusal && error.reason === "no-update") {
        const { news }: UpdateView = await client.request("GET", BASE);
        if (news.answer === "up-to-date") {
          terminal.out(
            "Nothing to update: this appliance runs the release that its channel, pin or testing override leads to.\n",
          );
          return EXIT.ok;
        }
      }
      throw error;
    } finally {
      client.close();
    }
  },
};

function parseAction(words: readonly string[]): Action {
  const [action = "show", ...rest] = words;
  const found = ACTIONS.find((it) => it === action);
  if (found && rest.length === 0) return found;
  throw new UsageError(`Say one of ${ACTIONS.join(", ")}, not "${words.join(" ")}"`);
}

async function plan(client: AgentClient, terminal: Terminal, output: "table" | "json"): Promise<ExitCode> {
  const planned: { steps: PlannedStep[]; images?: ImagesThere } = await client.request(
    "POST",
    `${BASE}/plan`,
    {},
  );
  const { steps, images } = planned;
  const view: UpdateView = await client.request("GET", BASE);
  if (output === "json") terminal.out(`${JSON.stringify(planned)}\n`);
  else {terminal.out(
      steps.length === 0 ? newsText(view, terminal) : updatePlanText(view, { steps, images }, terminal),
    );}
  return EXIT.ok;
}
