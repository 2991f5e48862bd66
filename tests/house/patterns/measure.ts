import type { Attack } from "./adversarial_inputs.ts";

/** A growth that is faster than the text's own. */
export interface Growth {
  attack: Attack;
  /** Characters of the text at which it showed. */
  chars: number;
  /** How many times longer it took than a quarter of the text; 4 is linear, 16 quadratic. */
  ratio: number;
}

const KIB = 1024;
/** Every attack is tried with these; only the slowest ones with all sizes: 1, 2, 4 … */
const FIRST_KIB = [1, 4, 16] as const;
const LAST_KIB = 512;
const SLOWEST = 2;
/** Below this a measurement says nothing. */
const MEASURABLE_MS = 8;
/** From here on by the clock, the processor's own time is asked for: others may have had it meanwhile. */
const WORTH_ASKING_MS = 0.5;
const TOO_FAST = 9;
const REPETITIONS = 5;
/** Once is enough for what takes so long. */
const SLOW_MS = 1_000;

/**
 * The first attack on which the pattern's time grows faster than the text; `undefined` when there is none. Times are compared
 * with each other only, and a suspicion is measured again and again: the least of several counts, since others use this machine.
 */
export function measureGrowth(pattern: RegExp, attacks: readonly Attack[]): Growth | undefined {
  const slow: { attack: Attack; ms: number }[] = [];
  for (const attack of attacks) {
    let ms = 0;
    for (const kib of FIRST_KIB) {
      const tried = growthAt(pattern, attack, kib * KIB);
      if (tried.growth) return tried.growth;
      ms = tried.ms;
    }
    slow.push({ attack, ms });
  }
  slow.sort((a, b) => b.ms - a.ms);
  for (const { attack } of slow.slice(0, SLOWEST)) {
    for (let kib = 1; kib <= LAST_KIB; kib *= 2) {
      const { growth } = growthAt(pattern, attack, kib * KIB);
      if (growth) return growth;
    }
  }
  return undefined;
}

function growthAt(pattern: RegExp, attack: Attack, chars: number): { growth?: Growth; ms: number } {
  const ms = timeOnce(pattern, textOf(attack, chars));
  if (ms < MEASURABLE_MS) return { ms };
  const ratio = ratioAt(pattern, attack, chars);
  if (ratio < TOO_FAST) return { ms };
  // Others may have had the processor all that time: what is true shows at the next size, too.
  const next = ratioAt(pattern, attack, 2 * chars);
  return next < TOO_FAST ? { ms } : { growth: { attack, chars, ratio: Math.round(next) }, ms };
}

/** The time of the whole in times of a quarter; stops at the first pair that is innocent. */
function ratioAt(pattern: RegExp, attack: Attack, chars: number): number {
  const text = textOf(attack, chars);
  const quarter = textOf(attack, chars / 4);
  let [whole, part] = [Infinity, Infinity];
  for (let i = 0; i < REPETITIONS; i++) {
    part = Math.min(part, timeOnce(pattern, quarter));
    whole = Math.min(whole, timeOnce(pattern, text));
    if (whole < MEASURABLE_MS || whole / part < TOO_FAST) return 1;
    if (whole > SLOW_MS) break; // no other program takes so much away
  }
  return whole / part;
}

/** What a method that looks for every match does, the most that any of them does; a pattern without "g" looks once. */
function timeOnce(pattern: RegExp, text: string): number {
  const startedMs = performance.now();
  look(pattern, text);
  // The processor's time is no longer than the clock's, and asking the kernel for it takes far longer than most looks.
  const clockMs = performance.now() - startedMs;
  if (clockMs < WORTH_ASKING_MS) return clockMs;
  const askedMs = threadMs();
  look(pattern, text);
  return threadMs() - askedMs;
}

function look(pattern: RegExp, text: string): void {
  if (pattern.global) { for (const _ of text.matchAll(pattern)); }
  else {
    pattern.lastIndex = 0;
    pattern.exec(text);
  }
}

const sleeper = new Int32Array(new SharedArrayBuffer(4));

/** Time that this thread has had of a processor: what other programs take does not count. @see proc(5), schedstat */
function threadMs(): number {
  try {
    // The kernel counts up to the moment in which the thread last let go of its processor.
    Atomics.wait(sleeper, 0, 0, 0.01);
    return Number(Deno.readTextFileSync("/proc/thread-self/schedstat").split(" ")[0]) / 1e6;
  } catch {
    return performance.now();
  }
}

function textOf({ before, repeated, after }: Attack, chars: number): string {
  const times = Math.max(1, Math.ceil((chars - before.length - after.length) / repeated.length));
  return before + repeated.repeat(times) + after;
}
