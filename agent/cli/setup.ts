import { systemClock } from "../clock.ts";
import { RealHost } from "../host/real_host.ts";
import type { SetupView } from "../setup/setup_state.ts";
import { type AgentClient, type AgentReply, connectAgent } from "./agent_client.ts";
import { type Command, EXIT, type ExitCode, type Terminal, UsageError } from "./command.ts";
import { fieldLine, readInputFile } from "./input_file.ts";
import { parseOptions, parseRoot } from "./options.ts";

const POLL_MS = 500;

/** `alga-agent setup` */
export const setupCommand: Command = {
  name: "setup",
  summary: "set the appliance up from a file",
  help:
    `Usage: alga-agent setup --from-file FILE [--acknowledge CHECK]... [--checks-only] [--no-wait] [--root DIR]
       alga-agent setup --retry

  --from-file FILE     answers as YAML or JSON, "-" for standard input; the fields of the set-up form
  --acknowledge CHECK  accept the finding of this check (for example hw.memory); may be repeated
  --checks-only        run the checks, install nothing
  --no-wait            return as soon as the answers are taken
  --retry              try the failed step again

The running agent does the work; this command shows it. Stopping the command does not stop the set-up.

Example of a file:
  appUrl: https://psa.example.com
  tenantName: Example Ltd
  adminFirstName: Maria
  adminLastName: Example
  adminEmail: maria@example.com
  adminPassword: "…"

Exit codes: 0 ready to log in, 1 error, 2 wrong answers, 3 action required, 6 somebody else is at it.`,
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

/** Words and exit code for an answer that is no success. */
function refusal(reply: AgentReply, terminal: Terminal): ExitCode | undefined {
  if (reply.status < 300) return undefined;
  terminal.err(`${reply.body?.detail ?? reply.body?.title ?? `The agent answered ${reply.status}`}\n`);
  for (const error of reply.body?.errors ?? []) terminal.err(`${fieldLine(error)}\n`);
  return reply.status === 422 ? EXIT.usage : reply.status === 409 ? EXIT.locked : EXIT.error;
}

async function follow(
  client: AgentClient,
  terminal: Terminal,
  acknowledge: readonly string[],
): Promise<ExitCode> {
  let said = 0;
  let acknowledged = acknowledge.length === 0;
  while (!terminal.signal.aborted) {
    const view = (await client.request("GET", "/api/v1/setup")).body as SetupView;
    for (const line of view.log.slice(said)) {
      terminal.err(`${line.at.slice(11, 19)} ${line.stepId.padEnd(9)} ${line.text}\n`);
    }
    said = view.log.length;
    switch (view.state.status) {
      case "done":
        terminal.out("Ready to log in.\n");
        return EXIT.ok;
      case "checked":
        terminal.out("The checks have run; nothing was installed.\n");
        return EXIT.ok;
      case "failed": {
        const { failure, nextAttemptAt } = view.state;
        if (nextAttemptAt !== undefined) break;
        terminal.err(`${failure.message}\nWhat to do: ${failure.suggestedNextStep}\n`);
        return EXIT.actionRequired;
      }
      case "blocked": {
        if (acknowledged) {
          for (const it of view.preflight?.results ?? []) {
            if (it.status === "fail" || it.status === "error") {
              terminal.err(`${it.id}: ${it.found}. What to do: ${it.remediation}\n`);
            }
          }
          terminal.err(
            "Nothing was changed. Mend this, or accept what can be accepted with --acknowledge CHECK.\n",
          );
          return EXIT.actionRequired;
        }
        acknowledged = true;
        const reply = await client.request("POST", "/api/v1/setup/acknowledge", { checkIds: acknowledge });
        const refused = refusal(reply, terminal);
        if (refused !== undefined) return EXIT.actionRequired;
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
