import {
  type SettingRow,
  type SettingsPlan,
  type SettingsView,
  WITHOUT_PROXY,
} from "../settings/settings_view.ts";
import { type Layout, printLine } from "../text/printable.ts";
import { utcMinute } from "../text/utc_time.ts";
import { planLines } from "./plan_lines.ts";

const ORIGIN_TEXT = { dhcp: "DHCP", default: "default", you: "you, at setup" } as const;
const LOST =
  "The settings of this appliance are lost. Enter them again: sudo alga-agent settings set --app-url URL, with the others that differ from the defaults";
const PLAIN: Layout = { columns: undefined, color: false };

/** Every setting, one a line, with where it came from. Pure. */
export function settingsTable({ rows, isSetUp, isLost }: SettingsView, layout: Layout = PLAIN): string {
  if (!isSetUp) return "This appliance is not set up yet. Its answers are changed in setup.\n";
  if (isLost) return printLine(LOST, 0, layout) + "\n";
  const width = Math.max(...rows.map((it) => it.label.length)) + 2;
  const lines = rows.map((it) => `${it.label.padEnd(width)}${it.value} (${originOf(it)})`);
  const note = rows.some((it) => it.hasPassword) ? ["", printLine(WITHOUT_PROXY, 0, layout)] : [];
  return `${[...lines.map((it) => printLine(it, width, layout)), ...note].join("\n")}\n`;
}

function originOf({ origin, locked, hasPassword }: SettingRow): string {
  const where = locked !== undefined
    ? `locked: ${locked.replace(/\.$/, "")}`
    : origin === undefined
    ? "from setup"
    : typeof origin === "string"
    ? ORIGIN_TEXT[origin]
    : `changed ${utcMinute(origin.at)} by ${origin.by}`;
  return hasPassword ? `${where}; password kept` : where;
}

/** What a change would do, object by object. Pure. */
export function planText({ changed, settings, steps }: SettingsPlan, layout: Layout = PLAIN): string {
  if (changed.length === 0) return "Nothing is different from now.\n";
  const lines = [
    ...settings.map((it) => `${it.label}: ${it.from} → ${it.to}`),
    ...planLines(steps),
    "Nothing was changed.",
  ];
  return `${lines.map((it) => printLine(it, 4, layout)).join("\n")}\n`;
}
