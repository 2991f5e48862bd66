import type { CampaignPart } from "./parts.ts";

/** What the tests of one round are told (`tests/campaign_size.ts`). */
export interface CampaignSize {
  readonly seed: number;
  readonly factor: number;
}

/** How the tests of one file ended. */
export interface FileResult {
  passed: number;
  failed: number;
  skippedNames: readonly string[];
  /** It was stopped because the part's time was over. */
  isTimedOut: boolean;
  log: string;
}

/** What repeats a failure, and what was said. */
export interface Failure {
  file: string;
  size: CampaignSize;
  log: string;
}

/** How a part ended. */
export interface PartOutcome {
  name: string;
  seed: number;
  /** Rounds that came to their end: all files of the part with one seed. */
  rounds: number;
  passed: number;
  failed: number;
  /** Each once, however many rounds. */
  skippedNames: string[];
  durationMs: number;
  failure?: Failure;
}

/** What a part needs of the outside. */
export interface Around {
  seed: number;
  limitMs: number;
  nowMs: () => number;
  run: (file: string, size: CampaignSize, limitMs: number) => Promise<FileResult>;
  signal?: AbortSignal;
}

/** Far enough apart that tests which count on from their seed never meet those of another round. */
const SEED_STEP = 1_000_003;
/** So much more in one round at most. */
const MOST_FACTOR = 16;
/** So many times as long as in an earlier round is not slow, but stuck. */
const STUCK = 4;

/** Repeats the files of a part with new seeds, in growing rounds, until its time is over or something fails. */
export async function runPart(part: CampaignPart, around: Around): Promise<PartOutcome> {
  const startedMs = around.nowMs();
  const leftMs = () => around.limitMs - (around.nowMs() - startedMs);
  const skipped = new Set<string>();
  const usual = new Map<string, number>();
  const total = { rounds: 0, passed: 0, failed: 0 };
  const end = (failure?: Failure): PartOutcome => ({
    name: part.name,
    seed: around.seed,
    ...total,
    skippedNames: [...skipped],
    durationMs: around.nowMs() - startedMs,
    ...(failure === undefined ? {} : { failure }),
  });
  for (let factor = 1;;) {
    const size = { seed: (around.seed + total.rounds * SEED_STEP) >>> 0, factor };
    const roundMs = around.nowMs();
    const passedBefore = total.passed;
    for (const file of Object.keys(part.files)) {
      const fileMs = around.nowMs();
      const isOver = leftMs() <= 0;
      const result = isOver ? undefined : await around.run(file, size, leftMs());
      if (around.signal?.aborted) return end();
      const tookMs = (around.nowMs() - fileMs) / factor;
      if (result === undefined || result.isTimedOut) {
        const before = usual.get(file);
        if (before !== undefined && tookMs > STUCK * before) {
          total.failed++;
          return end({ file, size, log: `${result?.log ?? ""}\nIt was stuck: it took ${tookMs} ms` });
        }
        if (total.rounds === 0) skipped.add(`${part.name}: no time was left for ${file}`);
        return end();
      }
      usual.set(file, Math.max(usual.get(file) ?? 0, tookMs));
      total.passed += result.passed;
      total.failed += result.failed;
      for (const name of result.skippedNames) skipped.add(`${part.name}: ${name}`);
      if (result.failed > 0) return end({ file, size, log: result.log });
    }
    total.rounds++;
    const tookMs = around.nowMs() - roundMs;
    // Where nothing can run, more rounds change nothing; one that would not come to its end is not begun.
    if (total.passed === passedBefore || leftMs() < tookMs) return end();
    // Twice as much takes twice as long at most.
    if (leftMs() >= 2 * tookMs) factor = Math.min(2 * factor, MOST_FACTOR);
  }
}
