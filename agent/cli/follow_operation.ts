import { systemClock } from "../clock.ts";
import type { OperationView } from "../settings/settings_view.ts";
import { printLine } from "../text/printable.ts";
import { utcTime } from "../text/utc_time.ts";
import type { AgentClient } from "./agent_client.ts";
import { EXIT, type ExitCode, type Terminal } from "./command.ts";
import { fetchPatiently } from "./fetch_patiently.ts";
import { followLog } from "./follow_log.ts";

const POLL_MS = 500;

/** Which operation is followed, and in what words. */
export interface Followed {
  /** Where its view is asked for, and below which findings are accepted ("/api/v1/settings"). */
  base: string;
  /** Checks whose findings are accepted when they stand in the way. */
  accepted: readonly string[];
  words: {
    /** It has ended well. */
    done: string;
    /** Its check stands in the way. */
    blocked: string;
    /** This command ends, the operation does not. */
    left: string;
  };
}

interface FollowedView {
  operation: OperationView;
  /** It has ended, and its next run begins in a moment. */
  isBetween?: boolean;
}

/** Shows an operation of the running agent until it has ended or waits for a person. */
export async function followOperation(
  client: AgentClient,
  terminal: Terminal,
  { base, accepted, words }: Followed,
): Promise<ExitCode> {
  const say = (text: string, hang = 0) => terminal.err(`${printLine(text, hang, terminal)}\n`);
  const sayConditions = ({ conditions }: OperationView) => {
    for (const it of conditions) {
      say(`[${it.id}] ${it.cause}`, 2);
      say(`  What to do: ${it.wayOut}`, 14);
      if (it.mayBeAccepted) say(`  Or accept it: --acknowledge ${it.id}`, 16);
    }
  };
  const sayNew = followLog(11, say);
  /** The run whose findings were accepted: on a way each update has checks of its own. */
  let acceptedFor: string | undefined;
  while (!terminal.signal.aborted) {
    const { operation, isBetween } = await fetchPatiently<FollowedView>(client, base, terminal);
    sayNew(operation.log);
    switch (operation.state.status) {
      case "done":
      case "checked":
        if (isBetween) break;
        if (operation.state.status === "checked" && operation.conditions.length > 0) {
          sayConditions(operation);
          terminal.out("The checks are done, and found something. Nothing was changed.\n");
          return EXIT.actionRequired;
        }
        terminal.out(`${operation.state.status === "done" ? words.done : "The checks are done."}\n`);
        return EXIT.ok;
      case "cancelled":
        say(`Stopped by ${operation.state.by}.`);
        return EXIT.actionRequired;
      case "failed": {
        const { failure, nextAttemptAt } = operation.state;
        say(failure.message);
        say(`What to do: ${failure.suggestedNextStep}`, 12);
        if (nextAttemptAt !== undefined) say(`Next attempt: ${utcTime(nextAttemptAt)}`);
        return EXIT.actionRequired;
      }
      case "blocked": {
        if (accepted.length === 0 || acceptedFor === (operation.requestedAt ?? "")) {
          sayConditions(operation);
          say(words.blocked);
          return EXIT.actionRequired;
        }
        acceptedFor = operation.requestedAt ?? "";
        const checkIds = accepted.filter((it) => operation.conditions.some(({ id }) => id === it));
        // Others found nothing this time; without any there is nothing to say, and the next look tells what is open.
        if (checkIds.length > 0) await client.request("POST", `${base}/acknowledge`, { checkIds });
        break;
      }
      default:
        break;
    }
    await systemClock.sleep(POLL_MS, terminal.signal).catch(() => {});
  }
  terminal.err(`${words.left}\n`);
  return EXIT.inProgress;
}
