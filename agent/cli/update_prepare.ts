import { RealHost } from "../host/real_host.ts";
import type { OperationView } from "../operation/operation.ts";
import { printLine } from "../text/printable.ts";
import { progressText } from "../text/progress_text.ts";
import { utcMinute } from "../text/utc_time.ts";
import { connectAgent } from "./agent_client.ts";
import { EXIT, type ExitCode, type Terminal, UsageError } from "./command.ts";
import { followOperation } from "./follow_operation.ts";

const BASE = "/api/v1/updates/prepare";
const ACTIONS = ["start", "show", "retry", "cancel"] as const;

/** `alga-agent update prepare`: images fetched before the update. */
export async function updatePrepare(
  words: readonly string[],
  terminal: Terminal,
  { root, output, accepted, follows }: {
    root: string;
    output: "table" | "json";
    accepted: readonly string[];
    follows: boolean;
  },
): Promise<ExitCode> {
  const [word = "start", ...rest] = words;
  const action = ACTIONS.find((it) => it === word);
  if (!action || rest.length > 0) {
    throw new UsageError(
      `Say one of prepare ${ACTIONS.join(", prepare ")}, not "prepare ${words.join(" ")}"`,
    );
  }
  const client = connectAgent(new RealHost(root));
  try {
    if (action === "show") {
      const view: { operation: OperationView } = await client.request("GET", BASE);
      const text = `${printLine(prepareText(view.operation), 2, terminal)}\n`;
      terminal.out(output === "json" ? `${JSON.stringify(view)}\n` : text);
      return EXIT.ok;
    }
    await client.request("POST", `${BASE}/${action}`, {});
    return follows && action !== "cancel"
      ? await followOperation(client, terminal, {
        base: BASE,
        accepted,
        words: {
          done: "All images are on this machine. Nothing that runs was changed.",
          blocked: "Nothing was fetched.",
          left: "The agent goes on fetching without this command.",
        },
      })
      : EXIT.ok;
  } finally {
    client.close();
  }
}

/** How far fetching is, in one sentence. Pure. */
export function prepareText({ state, steps, inputs }: OperationView): string {
  const of = typeof inputs["to"] === "string" ? ` of ${inputs["to"]}` : "";
  switch (state.status) {
    case "idle":
      return "No images were fetched beforehand.";
    case "running": {
      const step = steps.find((it) => it.status === "running");
      const told = [state.message, step?.progress ? progressText(step.progress) : ""].filter((it) =>
        it !== ""
      );
      return `The images${of} are being fetched${told.length === 0 ? "" : `: ${told.join(", ")}`}.`;
    }
    case "blocked":
      return `The images${of} wait: their check found something ("alga-agent update prepare" says what).`;
    case "failed":
      return `${state.failure.message}. What to do: ${state.failure.suggestedNextStep}.${
        state.nextAttemptAt === undefined ? "" : ` Next attempt: ${utcMinute(state.nextAttemptAt)}.`
      }`;
    case "cancelled":
      return `Fetching the images${of} was stopped by ${state.by}; what came before is kept.`;
    case "checked":
    case "done":
      return `The images${of} were fetched at ${utcMinute(state.finishedAt)}.`;
  }
}
