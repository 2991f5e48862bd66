import { cleanLine } from "../../agent/logs/clean_line.ts";
import { foldLines } from "../../agent/logs/fold_lines.ts";
import { ANY, type LogQuery } from "../../agent/logs/query.ts";
import type { LogPage } from "../../agent/logs/read_page.ts";
import type { LogSource } from "../../agent/logs/sources.ts";
import { pageParts } from "../../views/layout.ts";
import { dayLine, leftOutLine, logEntry, problemLine } from "../../views/log_lines.ts";
import { renderPart } from "../../views/html.ts";
import {
  logBeat,
  logBox,
  logEnd,
  logHead,
  logLinks,
  logNotices,
  logPath,
  type LogView,
} from "../../views/logs_page.ts";
import { AT_MS, rawLine, redactionOf } from "../agent/logs/made_up.ts";
import { sampleFrame } from "./samples.ts";

/** Pages of logs, `t` in place of every text from outside. */
export function logPages(t: string): Record<string, string> {
  const container = { namespace: t, pod: t, container: t, folder: undefined };
  const source: LogSource = {
    id: t,
    title: t,
    group: "App",
    containers: [container, { ...container, pod: "other", container: "other" }],
  };
  const file = redactionOf().file();
  const lines = [`ERROR: ${t}`, `    at ${t}`, `\u001b[31m${t}\u001b[0m`, `WARN: ${t}`].map((it, i) =>
    cleanLine({ ...rawLine(it), after: String(i) }, file)
  );
  const page: LogPage = {
    entries: foldLines(t, lines),
    older: { a: "1" },
    newer: { a: "2" },
    end: {},
    problems: [{ stream: t, problem: t }],
    lookedBackTo: "2026-11-21T12:00:00.000000000Z",
    lookedAheadTo: "2026-11-21T12:00:00.000000000Z",
  };
  const render = (given: Partial<LogView>, query: Partial<LogQuery> = {}) => {
    const view: LogView = {
      query: { ...ANY, source: t, ...query },
      sources: [source],
      source,
      page,
      mode: "paused",
      mayFollow: true,
      wraps: false,
      hasTimes: true,
      ...given,
    };
    const [head, foot] = pageParts(sampleFrame(t), {
      title: `${t} log`,
      body: [logHead(view), logLinks(view), logNotices(view)],
    });
    const [start, end] = logBox(view);
    const options = { hasStreams: true, linkTo: (at: string) => logPath(view, { until: at }) };
    return head + start + [
      dayLine(new Date(AT_MS).toISOString()),
      ...page.entries.map((it) => logEntry(it, options)),
      leftOutLine({ lines: 120_000, bytes: 12_000_000 }),
      leftOutLine({ lines: 0, bytes: 0 }),
      problemLine({ stream: t, problem: t }),
      logBeat(logPath(view)),
      logEnd("full", logPath(view)),
    ].map(renderPart).join("") + end + foot;
  };
  const none: LogPage = {
    entries: [],
    older: undefined,
    newer: undefined,
    end: {},
    problems: [],
    lookedBackTo: undefined,
  };
  return {
    "log": render({}),
    "log, following": render({ mode: "live" }, { grep: t, exclude: t, level: "error", since: "1h" }),
    "log, older, wrapped": render({ mode: "older", wraps: true, hasTimes: false }, {
      since: t,
      previous: true,
    }),
    "log, kept": render({ mode: "kept", mayFollow: false }),
    "log, too many follow": render({ mode: "full" }),
    "log, nothing, not understood": render({ page: none, problem: t }),
  };
}
