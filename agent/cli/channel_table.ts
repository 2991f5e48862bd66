import { type Layout, printLine } from "../text/printable.ts";
import { utcMinute } from "../text/utc_time.ts";
import type { RulesView } from "../update/rules_view.ts";

/** What the agent tells; `channel` is null where the settings are lost. */
export type ShownRules = RulesView & { channel: string | null };

/** Which release is followed, when updates begin, what comes next, and who chose it. Pure. */
export function channelText(
  { channel, pin, override, window, automatic, timeZone, next, changes }: ShownRules,
  layout: Layout = { columns: undefined, color: false },
): string {
  const lines = [
    `Channel:    ${channel ?? "not on record"}`,
    `Pin:        ${pin ?? "none"}`,
    `Override:   ${override === undefined ? "none" : override.text}`,
    `Window:     ${window === undefined ? "none: updates may begin at any time" : window.text}`,
    ...(window === undefined ? [] : [`Now:        ${window.now}`]),
    `Time zone:  ${timeZone}`,
    `Automatic:  ${automatic === undefined ? "off" : `on, ${automatic.delayDays} days after publication`}`,
    `Next:       ${next.text}`,
    ...changes.map(({ at, by, text }) => `Changed:    ${utcMinute(at)} by ${by}: ${text}`),
  ];
  return lines.map((it) => `${printLine(it, 12, layout)}\n`).join("");
}
