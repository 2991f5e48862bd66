import { type Layout, printLine } from "../text/printable.ts";
import { utcMinute } from "../text/utc_time.ts";
import type { EventList, EventRow } from "../workloads/mod.ts";
import { pageLines } from "./options.ts";

const PLAIN: Layout = { columns: undefined, color: false };

/** Events, newest first. Pure. */
export function eventsText(list: EventList, layout: Layout = PLAIN): string {
  const { freshness, rows, total } = list;
  const lines = [
    ...(freshness.problem === "" ? [] : [`${freshness.problem}.`]),
    ...(rows.length === 0 ? [freshness.isKnown ? "No event fits." : "Nothing is known yet."] : []),
    ...rows.map((it) => eventLine(it)),
    ...pageLines(list, `${total} events`),
  ];
  return lines.map((it) => `${printLine(it, 4, layout)}\n`).join("");
}

/** One event on one line; `isOwn`: below what it is about. */
export function eventLine(it: EventRow, isOwn = false): string {
  const sign = it.isWarning ? "!" : "-";
  const about = isOwn ? "" : `${it.kind} ${it.namespace}/${it.name}: `;
  const often = it.count > 1
    ? ` (${it.count} times${it.firstAt === null ? "" : ` since ${utcMinute(it.firstAt)}`})`
    : "";
  return `${sign} ${
    it.at === null ? "no time" : utcMinute(it.at)
  }  ${about}${it.reason}: ${it.message}${often}`;
}
