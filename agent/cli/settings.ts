import { RealHost } from "../host/real_host.ts";
import { checkIds, type PreflightReport, standsInTheWay } from "../preflight/mod.ts";
import { fieldOf } from "../setup/inputs/fields.ts";
import { SETTING_KEYS, type SettingKey } from "../settings/settings.ts";
import type { SettingsPlan, SettingsView } from "../settings/settings_view.ts";
import { type AgentClient, connectAgent } from "./agent_client.ts";
import { AgentRefusal } from "./agent_refusal.ts";
import { parseText, placeOf } from "./input_file.ts";
import { followOperation } from "./follow_operation.ts";
import { type Command, EXIT, type ExitCode, type Terminal, UsageError } from "./command.ts";
import { fieldHelp } from "./field_help.ts";
import { requireKnownChecks } from "./known_checks.ts";
import { parseChoice, parseOptions, parseRoot } from "./options.ts";
import { readText } from "./read_text.ts";
import { reportText } from "./report_text.ts";
import { planText, settingsTable } from "./settings_table.ts";

const MAX_FILE_BYTES = 64 * 1024;

/** `alga-agent settings` */
export const settingsCommand: Command = {
  name: "settings",
  summary: "show or change settings after setup",
  help: `Usage: alga-agent settings show [-o table|json] [--root DIR]
       alga-agent settings set FIELDS [--dry-run|--check] [OPTIONS]
       alga-agent settings retry [--no-wait] [--root DIR]

  show                 each setting and where it came from
  set                  change what is given, keep the rest
  retry                try the failed step again

  --dry-run            show what would change, object by object; change nothing
  --check              run the checks that the change touches; change nothing
  --acknowledge CHECK  accept the finding of this check; may be repeated
  --no-wait            return as soon as the change is taken
  --from-file FILE     fields as YAML or JSON; "-" for standard input. For a
                       proxy with a password, which belongs on no command line
  -o, --output         table (default) or json
  --root DIR           where the appliance's "/" lies (default /)

Fields:
${fieldHelp(SETTING_KEYS, term)}

The running agent does the work; this command shows it. Stopping the command
does not stop the change. Company and administrator are changed inside Alga.

Exit codes: 0 done, 1 error, 2 wrong values, 3 action required,
5 still under way, 6 another session is working on the appliance.

Example: sudo alga-agent settings set --app-url https://psa.example.com`,
  async run(args, terminal) {
    const { values, positionals } = parseOptions(
      {
        args: [...args],
        allowPositionals: true,
        options: {
          ...Object.fromEntries(SETTING_KEYS.map((it) => [fieldOf(it).flag, { type: "string" as const }])),
          "from-file": { type: "string" },
          "dry-run": { type: "boolean", default: false },
          check: { type: "boolean", default: false },
          acknowledge: { type: "string", multiple: true, default: [] },
          "no-wait": { type: "boolean", default: false },
          output: { type: "string", short: "o", default: "table" },
          root: { type: "string", default: "/" },
        },
      } as const,
    );
    const action = parseAction(positionals);
    requireKnownChecks(values.acknowledge, checkIds());
    const given = values as Record<string, string | boolean | string[] | undefined>;
    const change = action === "set" ? await readChange(given, terminal) : undefined;
    if (action !== "set" && (given["dry-run"] || given.check)) {
      throw new UsageError('--dry-run and --check go with "set"');
    }
    if (given["dry-run"] && given.check) throw new UsageError("Say either --dry-run or --check");
    const output = parseChoice("-o", values.output, ["table", "json"]);
    const client = connectAgent(new RealHost(parseRoot(values.root)));
    try {
      if (action === "show") return await show(client, terminal, output);
      if (given["dry-run"]) return await dryRun(client, terminal, { change, output });
      if (given.check) return await check(client, terminal, { change, output });
      if (action === "retry") await client.request("POST", "/api/v1/settings/retry", {});
      else await client.request("PUT", "/api/v1/settings", change);
      return values["no-wait"] ? EXIT.ok : await followOperation(client, terminal, {
        base: "/api/v1/settings",
        accepted: values.acknowledge,
        words: {
          done: "Applied.",
          blocked: "Nothing was changed. Fix this and send the change again.",
          left: "The change goes on without this command.",
        },
      });
    } catch (error) {
      // Nothing to change is not a failure: the settings are as was asked.
      if (error instanceof AgentRefusal && error.reason === "nothing-changed") {
        terminal.out("Nothing to change: these settings are the ones that count already.\n");
        return EXIT.ok;
      }
      throw error;
    } finally {
      client.close();
    }
  },
};

function term(key: SettingKey): string {
  return key === "caCerts" ? `--${fieldOf(key).flag} FILE` : `--${fieldOf(key).flag}`;
}

function parseAction(words: readonly string[]): "show" | "set" | "retry" {
  const [action, ...rest] = words;
  if ((action === "show" || action === "set" || action === "retry") && rest.length === 0) return action;
  throw new UsageError(
    `Say "show", "set" or "retry"${action === undefined ? "" : `, not "${words.join(" ")}"`}`,
  );
}

/** The change as the API takes it. @throws {UsageError} */
async function readChange(
  given: Record<string, unknown>,
  terminal: Terminal,
): Promise<Record<string, unknown>> {
  const change: Record<string, unknown> = {};
  const path = given["from-file"];
  if (typeof path === "string") {
    Object.assign(change, parseFile(await readText(path, MAX_FILE_BYTES, terminal), path));
  }
  for (const key of SETTING_KEYS) {
    const value = given[fieldOf(key).flag];
    if (typeof value !== "string") continue;
    change[key] = key === "caCerts" && value !== "" ? await readText(value, MAX_FILE_BYTES, terminal) : value;
  }
  if (URL.canParse(String(given["proxy-url"])) && new URL(String(given["proxy-url"])).password !== "") {
    throw new UsageError(
      "--proxy-url with a password would be seen by everybody on this machine: use --from-file -",
    );
  }
  if (Object.keys(change).length === 0) {
    throw new UsageError('Say what to change, for example --app-url, or "show"');
  }
  return change;
}

function parseFile(text: string, path: string): Record<string, unknown> {
  const value = parseText(text, placeOf(path));
  if (value !== null && typeof value === "object" && !Array.isArray(value)) {
    return value as Record<string, unknown>;
  }
  throw new UsageError(`${placeOf(path)} holds no fields as YAML or JSON`);
}

async function show(client: AgentClient, terminal: Terminal, output: "table" | "json"): Promise<ExitCode> {
  const view: SettingsView = await client.request("GET", "/api/v1/settings");
  terminal.out(output === "json" ? `${JSON.stringify(view)}\n` : settingsTable(view, terminal));
  return EXIT.ok;
}

interface Asked {
  change: unknown;
  output: "table" | "json";
}

async function dryRun(client: AgentClient, terminal: Terminal, { change, output }: Asked): Promise<ExitCode> {
  const plan: SettingsPlan = await client.request("POST", "/api/v1/settings/plan", change);
  terminal.out(output === "json" ? `${JSON.stringify(plan)}\n` : planText(plan, terminal));
  return EXIT.ok;
}

async function check(client: AgentClient, terminal: Terminal, { change, output }: Asked): Promise<ExitCode> {
  const report: PreflightReport = await client.request("POST", "/api/v1/settings/check", change);
  terminal.out(output === "json" ? `${JSON.stringify(report)}\n` : reportText(report, terminal));
  const isBad = report.results.some(standsInTheWay);
  return isBad ? EXIT.actionRequired : EXIT.ok;
}
