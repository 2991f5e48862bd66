import { parseSummary } from "../summary.ts";
import { failuresOf } from "../test_output.ts";
import type { CommandLine, Outcome, Part } from "./part.ts";
import type { Ended } from "./run_limited.ts";

/** What the runner needs of its surroundings. */
export interface GateSurroundings {
  /** The whole gate ends within this time. */
  totalMs: number;
  nowMs(): number;
  /** Runs one command of a part within a limit. */
  run(command: CommandLine, part: Part, limitMs: number): Promise<Ended>;
  hasProgram(name: string): Promise<boolean>;
  /** One line about what goes on. */
  say(line: string): void;
  /** The gate is to end now. */
  signal?: AbortSignal;
}

const MINUTE_MS = 60_000;

/** Runs the lanes side by side, the parts of each in their order; a part that fails stops none of the others. */
export async function runParts(parts: readonly Part[], around: GateSurroundings): Promise<Outcome[]> {
  const startedMs = around.nowMs();
  const ends = new Map(parts.map((it) => [it.name, Promise.withResolvers<void>()]));
  const outcomes = new Map<Part, Outcome>();
  const lanes = [...new Set(parts.map((it) => it.lane))];
  await Promise.all(lanes.map(async (lane) => {
    for (const part of parts.filter((it) => it.lane === lane)) {
      // A part that was not chosen is not waited for.
      for (const name of part.after ?? []) await ends.get(name)?.promise;
      const leftMs = startedMs + around.totalMs - keptMs(part, parts) - around.nowMs();
      const outcome = await runPart(part, leftMs, around);
      outcomes.set(part, outcome);
      around.say(`[${part.name}] ${outcome.status}${outcome.reason ? `: ${outcome.reason}` : ""}`);
      ends.get(part.name)?.resolve();
    }
  }));
  return parts.flatMap((it) => outcomes.get(it) ?? []);
}

/** Time at the end that a build leaves to the suites that wait for it: once none of them fits, it is of no use. */
function keptMs(part: Part, parts: readonly Part[]): number {
  if (part.kind !== "build") return 0;
  const waiting = parts.filter((it) => it.kind === "suite" && it.after?.includes(part.name));
  return waiting.length === 0 ? 0 : Math.min(...waiting.map((it) => it.usualMin)) * MINUTE_MS;
}

async function runPart(part: Part, leftMs: number, around: GateSurroundings): Promise<Outcome> {
  const startedMs = around.nowMs();
  const reason = await whyNot(part, leftMs, around);
  if (reason !== undefined) return await skip(part, reason, startedMs, around);
  // What is begun whatever is left has a minute: the look at the tree, and a build that only says that it is done.
  const isAlwaysBegun = part.usualMin === 0 || leftMs <= part.usualMin * MINUTE_MS;
  const fitMs = isAlwaysBegun ? Math.max(leftMs, MINUTE_MS) : leftMs;
  const limitMs = Math.min(part.limitMin * MINUTE_MS, fitMs);
  const allTries = part.tries ?? 1;
  const leftRunning: string[] = [];
  let tries = 0;
  let ended: Ended;
  do {
    tries++;
    if (tries > 1) around.say(`[${part.name}] failed; try ${tries} of ${allTries}`);
    const usedMs = around.nowMs() - startedMs;
    ended = await around.run(part.command, part, Math.max(limitMs - usedMs, 0));
    leftRunning.push(...ended.leftRunning);
  } while (ended.code !== 0 && !ended.isTimedOut && !around.signal?.aborted && tries < allTries);
  const base = {
    part,
    skippedNames: [],
    shakyFiles: [],
    durationMs: around.nowMs() - startedMs,
    tries,
    leftRunning,
  };
  const fail = (reason: string): Outcome => ({
    ...base,
    status: "failed",
    reason,
    passed: 0,
    failed: 1,
    skipped: 0,
  });
  if (around.signal?.aborted) return fail("the gate was interrupted");
  if (ended.isTimedOut) {
    const isGateOver = limitMs < part.limitMin * MINUTE_MS;
    const why = !isGateOver
      ? "its limit"
      : part.kind === "build"
      ? "what waits for it would not fit any more"
      : "the gate's time";
    const reason = `stopped after ${minutes(limitMs)}, ${why}`;
    if (part.kind !== "build" && !isGateOver) return fail(reason);
    return { ...await skip(part, reason, startedMs, around), tries, leftRunning };
  }
  const summary = part.kind === "suite" ? parseSummary(ended.stdout) : undefined;
  if (part.kind === "suite" && summary === undefined) return fail(`gave no result (exit code ${ended.code})`);
  const failed = Math.max(summary?.failed ?? 0, ended.code === 0 ? 0 : 1);
  return {
    ...base,
    status: failed > 0 ? "failed" : "passed",
    ...(failed > 0 ? { reason: summary ? `${failed} tests failed` : `exit code ${ended.code}` } : {}),
    ...(summary && (failed > 0 || summary.shakyFiles.length > 0)
      ? { failures: failuresOf(ended.stdout) }
      : {}),
    passed: summary?.passed ?? (failed > 0 ? 0 : 1),
    failed,
    skipped: summary?.skipped ?? 0,
    skippedNames: summary?.skippedNames ?? [],
    shakyFiles: summary?.shakyFiles ?? [],
  };
}

/** Why a part is not begun. */
async function whyNot(part: Part, leftMs: number, around: GateSurroundings): Promise<string | undefined> {
  if (around.signal?.aborted) return "the gate was interrupted";
  if (part.needsProgram !== undefined && !await around.hasProgram(part.needsProgram)) {
    return `no ${part.needsProgram} on this machine`;
  }
  if (part.usualMin > 0 && leftMs <= part.usualMin * MINUTE_MS && !await isBuilt(part, around)) {
    return `does not fit: it takes about ${part.usualMin} min and ${minutes(Math.max(leftMs, 0))} are left`;
  }
  return undefined;
}

async function isBuilt({ builtCommand, ...part }: Part, around: GateSurroundings): Promise<boolean> {
  return builtCommand !== undefined && (await around.run(builtCommand, part, MINUTE_MS)).code === 0;
}

/** Counts what does not run: the tests of a suite where it can say how many, else one. */
async function skip(
  part: Part,
  reason: string,
  startedMs: number,
  around: GateSurroundings,
): Promise<Outcome> {
  const durationMs = around.nowMs() - startedMs;
  const counted = part.countCommand === undefined || around.signal?.aborted
    ? undefined
    : parseSummary((await around.run(part.countCommand, part, MINUTE_MS)).stdout);
  return {
    part,
    status: "skipped",
    reason,
    passed: 0,
    failed: 0,
    skipped: Math.max(counted?.skipped ?? 1, 1),
    skippedNames: [],
    shakyFiles: [],
    durationMs,
    tries: 0,
    leftRunning: [],
  };
}

function minutes(ms: number): string {
  return `${Math.round(ms / MINUTE_MS * 10) / 10} min`;
}
