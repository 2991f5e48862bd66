import { RealHost } from "../host/real_host.ts";
import type { AgentUpdateView } from "../self_update/agent_update_service.ts";
import { durationText } from "../text/duration.ts";
import { printLine } from "../text/printable.ts";
import { utcMinute } from "../text/utc_time.ts";
import { connectAgent } from "./agent_client.ts";
import { EXIT, type ExitCode, type Terminal, UsageError } from "./command.ts";
import { followOperation } from "./follow_operation.ts";

const BASE = "/api/v1/updates/agent";
const ACTIONS = ["show", "apply", "retry", "cancel"] as const;

/** `alga-agent update agent`: updates of the agent itself. */
export async function updateAgent(
  words: readonly string[],
  terminal: Terminal,
  { root, output, follows }: { root: string; output: "table" | "json"; follows: boolean },
): Promise<ExitCode> {
  const [word = "show", ...rest] = words;
  const action = ACTIONS.find((it) => it === word);
  if (!action || rest.length > 0) {
    throw new UsageError(`Say one of agent ${ACTIONS.join(", agent ")}, not "agent ${words.join(" ")}"`);
  }
  const client = connectAgent(new RealHost(root));
  try {
    if (action === "show") {
      const view: AgentUpdateView = await client.request("GET", BASE);
      terminal.out(output === "json" ? `${JSON.stringify(view)}\n` : agentText(view, terminal));
      return EXIT.ok;
    }
    await client.request("POST", `${BASE}/${action}`, {});
    return follows
      ? await followOperation(client, terminal, {
        base: BASE,
        accepted: [],
        words: {
          done: "The agent is updated.",
          blocked: "Nothing was changed.",
          left: "The update of the agent goes on without this command.",
        },
      })
      : EXIT.ok;
  } finally {
    client.close();
  }
}

/** Which agent runs, which one is offered, and what was. Pure. */
export function agentText(
  { version, offered, history }: AgentUpdateView,
  layout: Parameters<typeof printLine>[2],
): string {
  const lines = [
    `Runs:       agent ${version}`,
    offered
      ? `Offered:    agent ${offered.version}, by release ${offered.release}; "alga-agent update agent apply" takes it`
      : "Offered:    no newer agent is known",
    ...history.map(({ at, by, from, to, result, finishedAt, problem }) => {
      const took = finishedAt === undefined
        ? ""
        : ` after ${durationText(Date.parse(finishedAt) - Date.parse(at))}`;
      return `${utcMinute(at)}  ${from} → ${to}  ${result}${took}, by ${by}${
        problem === undefined ? "" : `: ${problem}`
      }`;
    }),
  ];
  return lines.map((it) => `${printLine(it, 12, layout)}\n`).join("");
}
