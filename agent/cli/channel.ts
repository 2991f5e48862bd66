import { RealHost } from "../host/real_host.ts";
import type { RulesChange } from "../update/rules.ts";
import { connectAgent } from "./agent_client.ts";
import { channelText, type ShownRules } from "./channel_table.ts";
import { type Command, EXIT, UsageError } from "./command.ts";
import { followOperation } from "./follow_operation.ts";
import { parseChoice, parseOptions, parseRoot } from "./options.ts";

const BASE = "/api/v1/updates";
const HOUR_MS = 3_600_000;

const OPTIONS = {
  pin: { type: "string" },
  "no-pin": { type: "boolean", default: false },
  "override-reference": { type: "string" },
  "override-repository": { type: "string" },
  "override-hours": { type: "string", default: "24" },
  "no-override": { type: "boolean", default: false },
  "window-days": { type: "string" },
  "window-from": { type: "string", default: "02:00" },
  "window-hours": { type: "string", default: "3" },
  "no-window": { type: "boolean", default: false },
  automatic: { type: "string" },
  "no-automatic": { type: "boolean", default: false },
  "support-asked": { type: "boolean", default: false },
  output: { type: "string", short: "o", default: "table" },
  root: { type: "string", default: "/" },
} as const;

/** `alga-agent channel` */
export const channelCommand: Command = {
  name: "channel",
  summary: "see and choose which release is followed, and when updates begin",
  help: `Usage: alga-agent channel [show] [-o table|json] [--root DIR]
       alga-agent channel set stable|nightly [--support-asked]
       alga-agent channel set OPTIONS

  show                 channel, pin, override, window, what comes next (default)
  set stable|nightly   follow another channel; it is a change of a setting

  --pin RELEASE        stay on a version or digest; --no-pin goes back
  --window-days DAYS   updates begin on these days, as in sunday,wednesday;
                       --no-window: at any time
  --window-from TIME   time of day in the machine's time zone (default 02:00)
  --window-hours N     how long it is open (default 3)
  --automatic DAYS     install updates by themselves in the window, so many
                       days after publication, where no check finds anything;
                       --no-automatic (default): only when somebody asks
  --override-reference RELEASE, --override-repository PLACE
                       for tests with Alga support: another release, or another
                       place of releases; shown on every page
  --override-hours N   it ends by itself after this long (default 24)
  --no-override        end it now
  --support-asked      Alga support asked for nightly or the override
  -o, --output         table (default) or json
  --root DIR           where the appliance's "/" lies (default /)

Every change is recorded with who made it.

Exit codes: 0 done, 1 error, 2 wrong values, 3 action required,
6 another session is working on the appliance.

Example: sudo alga-agent channel set --window-days sunday --automatic 7`,
  async run(args, terminal) {
    const { values, positionals } = parseOptions({
      args: [...args],
      allowPositionals: true,
      options: OPTIONS,
    });
    const [action = "show", channel, ...rest] = positionals;
    if (rest.length > 0 || (action !== "show" && action !== "set") || (action === "show" && channel)) {
      throw new UsageError(`Say show or set, not "${positionals.join(" ")}"`);
    }
    const output = parseChoice("-o", values.output, ["table", "json"]);
    const supportAsked = values["support-asked"];
    const change = toChange(values, Date.now());
    const isChange = Object.keys(change).length > 0;
    if (action === "show" && isChange) throw new UsageError('These options go with "set"');
    if (action === "set" && !isChange && channel === undefined) throw new UsageError("Say what to set");
    if (isChange && channel !== undefined) {
      throw new UsageError("Set the channel alone: it is a change of a setting, with checks of its own");
    }
    const client = connectAgent(new RealHost(parseRoot(values.root)));
    try {
      if (channel !== undefined) {
        const wanted = parseChoice("The channel", channel, ["stable", "nightly"]);
        if (wanted === "nightly") requireWord(supportAsked, "Nightly releases are");
        await client.request("POST", `${BASE}/channel`, { channel: wanted, supportAsked });
        return await followOperation(client, terminal, {
          base: "/api/v1/settings",
          accepted: [],
          words: {
            done: `The channel is ${wanted}.`,
            blocked: 'Nothing was changed. See what was found on the page "Settings".',
            left: "The change goes on without this command.",
          },
        });
      }
      if (isChange) {
        if (change.override) requireWord(supportAsked, "An override is");
        await client.request("POST", `${BASE}/rules`, { ...change, ...(supportAsked && { supportAsked }) });
      }
      const shown: ShownRules = await client.request("GET", `${BASE}/rules`);
      terminal.out(output === "json" ? `${JSON.stringify(shown)}\n` : channelText(shown, terminal));
      return EXIT.ok;
    } finally {
      client.close();
    }
  },
};

/** @throws {UsageError} Where nobody says that Alga support asked for it */
function requireWord(supportAsked: boolean | undefined, what: string): void {
  if (!supportAsked) {
    throw new UsageError(`${what} for tests. Where Alga support asked you to, add --support-asked`);
  }
}

type Values = ReturnType<typeof parseOptions<{ options: typeof OPTIONS }>>["values"];

/** The change that the options name. The agent checks it. */
function toChange(values: Values, nowMs: number): RulesChange {
  const { pin, automatic } = values;
  const [reference, repository] = [values["override-reference"], values["override-repository"]];
  const days = values["window-days"];
  const change: Record<string, unknown> = {};
  const put = (name: keyof RulesChange, value: unknown, isTakenAway: boolean) => {
    if (value !== undefined && isTakenAway) {
      throw new UsageError(`Say either what ${name} is, or --no-${name}`);
    }
    if (value !== undefined || isTakenAway) change[name] = isTakenAway ? null : value;
  };
  put("pin", pin, values["no-pin"]);
  const endsAt = new Date(nowMs + numberOf("--override-hours", values["override-hours"]) * HOUR_MS);
  const override = reference === undefined && repository === undefined ? undefined : {
    ...(reference === undefined ? {} : { reference }),
    ...(repository === undefined ? {} : { repository }),
    endsAt: endsAt.toISOString(),
  };
  put("override", override, values["no-override"]);
  const window = days === undefined ? undefined : {
    days: days.split(",").map((it) => it.trim().toLowerCase()),
    from: values["window-from"],
    hours: numberOf("--window-hours", values["window-hours"]),
  };
  put("window", window, values["no-window"]);
  const delayDays = automatic === undefined ? undefined : numberOf("--automatic", automatic);
  put("automatic", delayDays === undefined ? undefined : { delayDays }, values["no-automatic"]);
  return change;
}

function numberOf(option: string, text: string): number {
  if (/^\d{1,4}$/.test(text)) return Number(text);
  throw new UsageError(`${option} must be a whole number, not "${text}"`);
}
