import { systemClock } from "../clock.ts";
import { RealHost } from "../host/real_host.ts";
import type { SetupView } from "../setup/setup_state.ts";
import type { StatusDocument } from "../status/status_document.ts";
import { type AgentClient, type AgentReply, connectAgent } from "./agent_client.ts";
import { type Command, EXIT, type ExitCode, type Terminal, UsageError } from "./command.ts";
import { fieldLine, readInputFile } from "./input_file.ts";
import { parseOptions, parseRoot } from "./options.ts";
import { printLine } from "./print_line.ts";

const POLL_MS = 500;
/** An agent that was restarted is back within this time. */
const PATIENCE_MS = 15_000;

/** `alga-agent setup` */
export const setupCommand: Command = {
  name: "setup",
  summary: "set the appliance up from a file",
  help: `Usage: alga-agent setup --from-file FILE [OPTIONS]
       alga-agent setup --retry [--no-wait] [--root DIR]

  --from-file FILE     the fields of the set-up form as YAML or JSON;
                       "-" for standard input
  --acknowledge CHECK  accept the finding of this check (for example hw.memory);
                       may be repeated
  --checks-only        run the checks, install nothing
  --no-wait            return as soon as the answers are taken
  --retry              try the failed step again
  --root DIR           where the appliance's "/" lies (default /)

The running agent does the work; this command shows it. Stopping the command
does not stop the set-up.

Example of a file:
  appUrl: https://psa.example.com
  tenantName: Example Ltd
  adminFirstName: Maria
  adminLastName: Example
  adminEmail: maria@example.com
  adminPassword: "…"

Exit codes: 0 done, 1 error, 2 wrong answers, 3 action required,
5 still under way, 6 somebody else is at it.`,
  async run(args, terminal) {
    const { values } = parseOptions(
      {
        args: [...args],
        options: {
          "from-file": { type: "string" },
          acknowledge: { type: "string", multiple: true, default: [] },
          "checks-only": { type: "boolean", default: false },
          "no-wait": { type: "boolean", default: false },
          retry: { type: "boolean", default: false },
          root: { type: "string", default: "/" },
        },
      } as const,
    );
    if ((values["from-file"] === undefined) === !values.retry) {
      throw new UsageError("Say either --from-file FILE or --retry");
    }
    if (values.retry && (values.acknowledge.length > 0 || values["checks-only"])) {
      throw new UsageError("--retry goes on with the answers that are there; it takes no others");
    }
    const inputs = values["from-file"] === undefined
      ? undefined
      : await readInputFile(values["from-file"], terminal);
    const client = connectAgent(new RealHost(parseRoot(values.root)));
    try {
      const reply = inputs === undefined
        ? await client.request("POST", "/api/v1/setup/retry", {})
        : await client.request(
          "POST",
          `/api/v1/setup${values["checks-only"] ? "?checksOnly=true" : ""}`,
          inputs,
        );
      const refused = refusal(reply, terminal);
      if (refused !== undefined) return refused;
      if (values["no-wait"]) return EXIT.ok;
      return await follow(client, terminal, values.acknowledge);
    } finally {
      client.close();
    }
  },
};

function say(terminal: Terminal, text: string, hang = 0): void {
  terminal.err(`${printLine(text, hang, terminal)}\n`);
}

/** Where set-up stands; waits for an agent that is being restarted. */
async function fetchView(client: AgentClient, terminal: Terminal): Promise<SetupView> {
  for (let tries = 1;; tries++) {
    try {
      return (await client.request("GET", "/api/v1/setup")).body as SetupView;
    } catch (error) {
      if (tries * POLL_MS > PATIENCE_MS || terminal.signal.aborted) throw error;
      await systemClock.sleep(POLL_MS, terminal.signal).catch(() => {});
    }
  }
}

/** ": https://…", or nothing when it is not known. */
async function loginAddress(client: AgentClient): Promise<string> {
  const url = ((await client.request("GET", "/api/v1/status")).body as StatusDocument).urls.loginUrl;
  return url === null ? "" : `: ${url}`;
}

/** Words and exit code for an answer that is no success. */
function refusal(reply: AgentReply, terminal: Terminal): ExitCode | undefined {
  if (reply.status < 300) return undefined;
  const errors = reply.body?.errors ?? [];
  const detail = errors.length > 0 ? undefined : reply.body?.detail;
  say(terminal, detail ?? reply.body?.title ?? `The agent answered ${reply.status}`);
  for (const error of errors) say(terminal, fieldLine(error));
  if (reply.status === 422) return EXIT.usage;
  return reply.body?.reason === "locked" ? EXIT.locked : EXIT.error;
}

async function follow(
  client: AgentClient,
  terminal: Terminal,
  acknowledge: readonly string[],
): Promise<ExitCode> {
  let last = "";
  let saidFailureAt = "";
  let acknowledged = acknowledge.length === 0;
  while (!terminal.signal.aborted) {
    const view = await fetchView(client, terminal);
    // The log keeps its newest lines only, so what is new is found by the line that was last.
    const lines = view.log.map((it) => `${it.at.slice(11, 19)} ${it.stepId.padEnd(9)} ${it.text}`);
    for (const line of lines.slice(lines.lastIndexOf(last) + 1)) say(terminal, line, 19);
    last = lines.at(-1) ?? last;
    switch (view.state.status) {
      case "done":
        terminal.out(`Ready to log in${await loginAddress(client)}.\n`);
        return EXIT.ok;
      case "checked":
        terminal.out("The checks have run; nothing was installed.\n");
        return EXIT.ok;
      case "failed": {
        const { failure, nextAttemptAt } = view.state;
        if (failure.at !== saidFailureAt) {
          saidFailureAt = failure.at;
          say(terminal, failure.message);
          say(terminal, `What to do: ${failure.suggestedNextStep}`, 12);
          if (nextAttemptAt !== undefined) say(terminal, `Next attempt: ${nextAttemptAt.slice(11, 19)} UTC`);
        }
        if (nextAttemptAt === undefined) return EXIT.actionRequired;
        break;
      }
      case "blocked": {
        if (acknowledged) {
          for (const it of view.preflight?.results ?? []) {
            if (it.status === "fail" || it.status === "error") {
              say(terminal, `${it.title}  [${it.id}]`, 2);
              say(terminal, `  ${it.found}`, 2);
              say(terminal, `  What to do: ${it.remediation}`, 14);
            }
          }
          say(
            terminal,
            "Nothing was changed. Mend this and send the answers again, or accept what can be accepted with --acknowledge CHECK.",
          );
          return EXIT.actionRequired;
        }
        acknowledged = true;
        const reply = await client.request("POST", "/api/v1/setup/acknowledge", { checkIds: acknowledge });
        if (refusal(reply, terminal) !== undefined) return EXIT.actionRequired;
        break;
      }
      case "idle":
      case "running":
        break;
    }
    await systemClock.sleep(POLL_MS, terminal.signal).catch(() => {});
  }
  terminal.err("The set-up goes on without this command.\n");
  return EXIT.inProgress;
}
