import { utcTime } from "../text/utc_time.ts";
import { systemClock } from "../clock.ts";
import { RealHost } from "../host/real_host.ts";
import { SETUP_FIELD_KEYS, type SetupFieldKey } from "../setup/inputs/fields.ts";
import { SetupInputs } from "../setup/inputs/schema.ts";
import type { RecordDamage } from "../setup/setup_record.ts";
import type { SetupView } from "../setup/setup_state.ts";
import type { SettingsView } from "../settings/settings_view.ts";
import type { StatusDocument } from "../status/document.ts";
import { type AgentClient, connectAgent } from "./agent_client.ts";
import { AgentRefusal } from "./agent_refusal.ts";
import { settingsTable } from "./settings_table.ts";
import { checkIds, standsInTheWay } from "../preflight/mod.ts";
import { followLog } from "./follow_log.ts";
import { type Command, EXIT, type ExitCode, type Terminal, UsageError } from "./command.ts";
import { fetchPatiently } from "./fetch_patiently.ts";
import { fieldHelp } from "./field_help.ts";
import { requireKnownChecks } from "./known_checks.ts";
import { readInputFile, removeInputFile, requirePrivateFile } from "./input_file.ts";
import { parseChoice, parseOptions, parseRoot } from "./options.ts";
import { printLine } from "../text/printable.ts";

const POLL_MS = 500;
/** Of a failure; the newest, where they are a log. */
const MAX_DETAIL_LINES = 10;
/** Why an acceptance does not let setup go on. */
const NOT_ACCEPTED: readonly (string | undefined)[] = ["not-overridable", "needs-acknowledgement"];

/** `alga-agent setup` */
export const setupCommand: Command = {
  name: "setup",
  summary: "set the appliance up from a file",
  help: `Usage: alga-agent setup --from-file FILE [OPTIONS]
       alga-agent setup --retry [--no-wait] [--root DIR]
       alga-agent setup --record show|keep|open [--root DIR]

  --from-file FILE     the fields of the setup form as YAML or JSON;
                       "-" for standard input
  --remove-file        remove FILE once the agent has taken the answers; it must
                       be one that only its owner can read, and the agent may
                       still be starting: for cloud-init and the like
  --acknowledge CHECK  accept the finding of this check (for example hw.memory);
                       may be repeated
  --checks-only        run the checks, install nothing
  --no-wait            return as soon as the answers are taken
  --retry              try the failed step again
  --record ANSWER      where the record of this appliance is damaged: show what
                       is known, keep the installation, or open setup again
  --root DIR           where the appliance's "/" lies (default /)

The running agent does the work; this command shows it. Stopping the command
does not stop the setup.

Fields of the file:
${fieldHelp(SETUP_FIELD_KEYS, (key) => key, isOptional)}

Example of a file:
  appUrl: https://psa.example.com
  tenantName: Example Ltd
  adminFirstName: Maria
  adminLastName: Example
  adminEmail: maria@example.com
  adminPassword: "…"

Exit codes: 0 done, 1 error, 2 wrong answers, 3 action required,
5 still under way, 6 another session is running it.`,
  async run(args, terminal) {
    const { values } = parseOptions(
      {
        args: [...args],
        options: {
          "from-file": { type: "string" },
          "remove-file": { type: "boolean", default: false },
          acknowledge: { type: "string", multiple: true, default: [] },
          "checks-only": { type: "boolean", default: false },
          "no-wait": { type: "boolean", default: false },
          retry: { type: "boolean", default: false },
          record: { type: "string" },
          root: { type: "string", default: "/" },
        },
      } as const,
    );
    if (values.record !== undefined) {
      const other = ["from-file", "remove-file", "acknowledge", "checks-only", "no-wait", "retry"].find((
        it,
      ) => args.some((arg) => arg === `--${it}` || arg.startsWith(`--${it}=`)));
      if (other !== undefined) {
        throw new UsageError(`--record only answers its own question: leave out --${other}`);
      }
      const answer = parseChoice("--record", values.record, ["show", "keep", "open"]);
      return await decideRecord(answer, parseRoot(values.root), terminal);
    }
    if ((values["from-file"] === undefined) === !values.retry) {
      throw new UsageError(
        values.retry
          ? "Say either --from-file FILE or --retry"
          : "Say --from-file FILE, --retry or --record ANSWER",
      );
    }
    const removes = values["remove-file"];
    if (removes && (values["from-file"] ?? "-") === "-") {
      throw new UsageError("--remove-file removes the file of --from-file, which names none");
    }
    if (removes && values["checks-only"]) {
      throw new UsageError("--checks-only takes no answers, so their file stays: leave out --remove-file");
    }
    if (values.retry && (values.acknowledge.length > 0 || values["checks-only"])) {
      throw new UsageError("--retry goes on with the answers that are there; it takes no others");
    }
    if (values.acknowledge.length > 0 && (values["checks-only"] || values["no-wait"])) {
      throw new UsageError(
        values["checks-only"]
          ? "--checks-only installs nothing, so there is nothing to --acknowledge"
          : "--acknowledge waits for the result of the checks; leave out --no-wait",
      );
    }
    requireKnownChecks(values.acknowledge, checkIds());
    if (removes) await requirePrivateFile(values["from-file"] ?? "");
    const inputs = values["from-file"] === undefined
      ? undefined
      : await readInputFile(values["from-file"], terminal);
    const client = connectAgent(new RealHost(parseRoot(values.root)));
    try {
      if (inputs === undefined) await client.request("POST", "/api/v1/setup/retry", {});
      else {
        const query = values["checks-only"] ? "?checksOnly=true" : "";
        // Nobody stands by who could try again.
        if (removes) await fetchPatiently(client, "/api/v1/setup", terminal);
        await client.request("POST", `/api/v1/setup${query}`, inputs);
        if (removes) await removeInputFile(values["from-file"] ?? "");
      }
      if (values["no-wait"]) return EXIT.ok;
      return await followSetup(client, terminal, values.acknowledge);
    } finally {
      client.close();
    }
  },
};

async function decideRecord(
  answer: "show" | "keep" | "open",
  root: string,
  terminal: Terminal,
): Promise<ExitCode> {
  const client = connectAgent(new RealHost(root));
  try {
    if (answer !== "show") {
      await client.request("POST", "/api/v1/setup/record", { decision: answer });
      say(terminal, answer === "keep" ? "The installation is kept as it is." : "Setup is open again.");
      const settings: SettingsView = await client.request("GET", "/api/v1/settings");
      if (settings.isLost) terminal.out(settingsTable(settings, terminal));
      return EXIT.ok;
    }
    const record: RecordDamage | null = await client.request("GET", "/api/v1/setup/record");
    if (record === null) {
      terminal.out("The record of this appliance is whole.\n");
      return EXIT.ok;
    }
    terminal.out(`${record.problem}\n${record.facts.map((it) => `  ${it.label}: ${it.value}\n`).join("")}`);
    if (record.wayOn !== undefined) say(terminal, record.wayOn);
    say(
      terminal,
      `What to do: decide with --record keep${
        record.mayOpen ? ", or with --record open where Alga was never used" : ""
      }`,
    );
    return EXIT.actionRequired;
  } finally {
    client.close();
  }
}

function isOptional(key: SetupFieldKey): boolean {
  return SetupInputs.shape[key].safeParse(undefined).success;
}

function say(terminal: Terminal, text: string, hang = 0): void {
  terminal.err(`${printLine(text, hang, terminal)}\n`);
}

/** ": https://…", or nothing when it is not known. */
async function loginAddress(client: AgentClient): Promise<string> {
  const status: StatusDocument | undefined = await client.request("GET", "/api/v1/status").catch(() =>
    undefined
  );
  return status?.urls.loginUrl ? `: ${status.urls.loginUrl}` : "";
}

/** Names what failed or could not be checked and was not accepted before; gives how many. */
function sayFindings({ preflight, acknowledgements }: SetupView, terminal: Terminal): number {
  const found = (preflight?.results ?? []).filter((it) =>
    standsInTheWay(it) &&
    !(it.overridable && acknowledgements.some((a) => a.checkId === it.id && a.found === it.found))
  );
  for (const it of found) {
    say(terminal, `${it.title}  [${it.id}]`, 2);
    say(terminal, `  ${it.found}`, 2);
    say(terminal, `  What to do: ${it.remediation}`, 14);
    if (it.overridable) say(terminal, `  Or accept it: --acknowledge ${it.id}`, 16);
  }
  return found.length;
}

/** What stands in the way. */
function blocked(view: SetupView, terminal: Terminal, refusal?: string): ExitCode {
  sayFindings(view, terminal);
  if (refusal !== undefined) say(terminal, refusal);
  say(
    terminal,
    "Nothing was changed. Fix this and send the answers again.",
  );
  return EXIT.actionRequired;
}

/** Shows setup as it goes on, until it is done, needs somebody, or the signal aborts. */
export async function followSetup(
  client: AgentClient,
  terminal: Terminal,
  acknowledge: readonly string[],
): Promise<ExitCode> {
  const sayNew = followLog(9, (text, hang) => say(terminal, text, hang));
  let saidFailureAt = "";
  let acknowledged = acknowledge.length === 0;
  while (!terminal.signal.aborted) {
    const view: SetupView = await fetchPatiently(client, "/api/v1/setup", terminal);
    sayNew(view.log);
    switch (view.state.status) {
      case "done":
        terminal.out(`Ready to log in${await loginAddress(client)}.\n`);
        return EXIT.ok;
      case "checked":
        if (sayFindings(view, terminal) > 0) {
          say(
            terminal,
            "Nothing was installed. Fix this before the setup.",
          );
          return EXIT.actionRequired;
        }
        terminal.out("The checks have run; nothing was installed.\n");
        return EXIT.ok;
      case "failed": {
        const { failure, nextAttemptAt } = view.state;
        if (failure.at !== saidFailureAt) {
          saidFailureAt = failure.at;
          say(terminal, failure.message);
          const details = failure.details.split("\n").filter((it) => it !== "" && it !== failure.message);
          for (const line of details.slice(-MAX_DETAIL_LINES)) say(terminal, `  ${line}`, 2);
          say(terminal, `What to do: ${failure.suggestedNextStep}`, 12);
          if (nextAttemptAt !== undefined) say(terminal, `Next attempt: ${utcTime(nextAttemptAt)}`);
        }
        if (nextAttemptAt === undefined) return EXIT.actionRequired;
        break;
      }
      case "blocked": {
        if (acknowledged) return blocked(view, terminal);
        acknowledged = true;
        const known = acknowledge.filter((id) => view.preflight?.results.some((it) => it.id === id));
        if (known.length === 0) return blocked(view, terminal);
        try {
          await client.request("POST", "/api/v1/setup/acknowledge", { checkIds: known });
        } catch (error) {
          if (!(error instanceof AgentRefusal) || !NOT_ACCEPTED.includes(error.reason)) throw error;
          return blocked(view, terminal, error.message);
        }
        break;
      }
      case "idle":
      case "running":
        break;
    }
    await systemClock.sleep(POLL_MS, terminal.signal).catch(() => {});
  }
  terminal.err("The setup goes on without this command.\n");
  return EXIT.inProgress;
}
