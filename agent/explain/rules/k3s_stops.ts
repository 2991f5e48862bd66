import type { Facts } from "../../facts/facts.ts";
import type { JournalLine } from "../../facts/snapshot.ts";
import { K3S } from "../../causes/k3s.ts";
import { SERVICE_RESTARTS, SERVICE_STARTS } from "../../facts/start_again.ts";
import { clip } from "../../text/clip.ts";
import { ageMs } from "../../text/duration.ts";
import { type Finding, finding } from "../finding.ts";

const LOOP_SPAN_MS = 5 * 60_000;
const LOOP_STARTS = 5;
const LOOP_ENDS = 3;
const FAILED = /^k3s\.service: Failed with result/;
const ASKED_TO_STOP = /^Stopping (?:Lightweight Kubernetes|k3s)/;
/** systemd cannot begin it, however often it tries. */
const NEVER_RUN =
  /^k3s\.service: (?:Failed (?:to locate executable|to load environment files|at step [A-Z]+)|Start request repeated too|Unit has a bad unit file setting)/;
/** What the service itself says when it ends. */
const LAST_WORD = /level=(?:fatal|panic)|\bfatal\b|\bpanic:|"command failed" err=|^F\d{4} /i;
/** What tells most of an end: the service's own last word, systemd of a signal, any error. The newest of the first kind there is. */
const TELLING: readonly RegExp[] = [
  LAST_WORD,
  NEVER_RUN,
  /^k3s\.service: Main process exited, code=(?:killed|dumped)|^k3s\.service: start operation timed out/,
  /level=error|^E\d{4} /,
  /^k3s\.service: Main process exited/,
];

/** The line of the service that tells why it ended, as evidence. */
export function atLine(line: JournalLine) {
  return {
    tier: "platform" as const,
    component: "node",
    since: line.at,
    evidence: [
      { label: "Service", text: "k3s" },
      { label: "Line", text: clip(line.text, 400) },
      { label: "Time", text: line.at },
    ],
  };
}

/** The service ended for a reason that nobody has named: its own words are quoted from the first time on. */
export function stops(facts: Facts, lines: readonly JournalLine[]): Finding[] {
  const restarts = lines.filter((it) => SERVICE_RESTARTS.test(it.text));
  const ends = lines.filter((it) => FAILED.test(it.text));
  const isHopeless = lines.some((it) => NEVER_RUN.test(it.text));
  const isLoop = restarts.filter((it) => ageMs(it.at, facts.nowMs) < LOOP_SPAN_MS).length >= LOOP_STARTS ||
    ends.length >= LOOP_ENDS || isHopeless;
  const end = restarts.at(-1) ?? ends.at(-1);
  if (isLoop && end) {
    return [finding(facts, K3S.crashLoop, {
      ...atLine(telling(lines) ?? end),
      words: { times: Math.max(restarts.length, ends.length), isRunnable: !isHopeless },
    })];
  }
  if (facts.snapshot.api.state === "answering") return [];
  const run = lastRun(lines);
  if (!run.some(isEnd) || run.some((it) => ASKED_TO_STOP.test(it.text))) return [];
  const line = telling(run) ?? run.findLast((it) => FAILED.test(it.text));
  return line === undefined ? [] : [finding(facts, K3S.stopped, atLine(line))];
}

/** Where the record misses that systemd says so, the last word is enough. */
function isEnd({ text }: JournalLine): boolean {
  return FAILED.test(text) || LAST_WORD.test(text);
}

function telling(lines: readonly JournalLine[]): JournalLine | undefined {
  for (const test of TELLING) {
    const line = lines.findLast((it) => test.test(it.text));
    if (line !== undefined) return line;
  }
  return undefined;
}

/** The newest run that has said how it ended; one that only starts has not. */
function lastRun(lines: readonly JournalLine[]): readonly JournalLine[] {
  const start = lines.findLastIndex((it) => SERVICE_STARTS.test(it.text));
  const own = lines.slice(Math.max(start, 0));
  if (start <= 0 || own.some(isEnd)) return own;
  const before = lines.slice(0, start);
  return before.slice(Math.max(before.findLastIndex((it) => SERVICE_STARTS.test(it.text)), 0));
}
