import { parseArgs } from "node:util";
import { CAMPAIGN_PARTS, type CampaignPart, openRows } from "./campaign/parts.ts";
import { type CampaignSize, type Failure, type FileResult, runPart } from "./campaign/run_part.ts";
import { withScratch } from "./campaign/scratch.ts";
import { runLimited } from "./gate/run_limited.ts";
import { renderSummary, type Summary } from "./summary.ts";
import { parseTestOutput } from "./test_output.ts";

/** The whole campaign of attacks and bad luck, part by name, bounded in time; `--help` has the rest. */
const DEFAULT_MINUTES = 30;
const LOGS = ".out/campaign";

const repo = new URL("..", import.meta.url).pathname;
const { parts, minutes, seed } = readOptions();
const ended = new AbortController();
for (const signal of ["SIGINT", "SIGTERM"] as const) Deno.addSignalListener(signal, () => ended.abort());

const endMs = performance.now() + minutes * 60_000;
const total: Summary = { passed: 0, failed: 0, skipped: 0, skippedNames: [], shakyFiles: [] };
console.log(
  `seed ${seed}, ${minutes} min\n\n${row("part", "rounds", "passed", "failed", "seconds", "seed")}`,
);
for (const [index, part] of parts.entries()) {
  if (ended.signal.aborted) {
    total.skippedNames.push(`${part.name}: the campaign was stopped`);
    continue;
  }
  const outcome = await runPart(part, {
    seed,
    // What an earlier part left over is shared by those that follow.
    limitMs: Math.max(0, (endMs - performance.now()) / (parts.length - index)),
    nowMs: () => performance.now(),
    run: runFile,
    signal: ended.signal,
  });
  const seconds = (outcome.durationMs / 1_000).toFixed(0);
  console.log(row(part.name, outcome.rounds, outcome.passed, outcome.failed, seconds, outcome.seed));
  if (outcome.failure !== undefined) await tell(part, outcome.failure);
  total.passed += outcome.passed;
  total.failed += outcome.failed;
  total.skippedNames.push(...outcome.skippedNames);
}
total.skipped = total.skippedNames.length;
await Deno.stdout.write(new TextEncoder().encode(renderSummary(total)));
Deno.exit(total.failed > 0 || total.passed === 0 || ended.signal.aborted ? 1 : 0);

/** The tests of one file with one seed, in a process of their own. */
async function runFile(file: string, size: CampaignSize, limitMs: number): Promise<FileResult> {
  let log = "";
  const { code, isTimedOut, stdout, leftRunning } = await withScratch((dir) => {
    const env = [...variables(size), `TMPDIR=${dir}`, "NO_COLOR=1"];
    return runLimited(["env", ...env, Deno.execPath(), ...testArgs(file)], {
      cwd: repo,
      limitMs,
      signal: ended.signal,
      onText: (text) => log += text,
    });
  });
  if (leftRunning.length > 0) log += `Left running: ${leftRunning.join(", ")}\n`;
  const { passed, failed, skippedNames } = parseTestOutput(stdout) ??
    { passed: 0, failed: 1, skippedNames: [] };
  const isWrong = code !== 0 || leftRunning.length > 0;
  return { passed, failed: failed === 0 && isWrong ? 1 : failed, skippedNames, isTimedOut, log };
}

function variables({ seed, factor }: CampaignSize): string[] {
  return [`ALGA_CAMPAIGN_SEED=${seed}`, `ALGA_CAMPAIGN_FACTOR=${factor}`];
}

function testArgs(file: string): string[] {
  return ["test", "-A", "--quiet", "--no-check", file];
}

/** Keeps what was said, and says how to see it again. */
async function tell(part: CampaignPart, { file, size, log }: Failure): Promise<void> {
  const path = `${LOGS}/${part.name}-${size.seed}.log`;
  await Deno.mkdir(repo + LOGS, { recursive: true });
  await Deno.writeTextFile(repo + path, log);
  const store = "DENO_TLS_CA_STORE=system,mozilla";
  console.log(`  log    ${path}`);
  console.log(`  again  ${[store, ...variables(size), "deno", ...testArgs(file)].join(" ")}`);
}

function row(name: string, ...cells: (string | number)[]): string {
  return name.padEnd(16) + cells.map((it) => `${it}`.padStart(11)).join("");
}

function readOptions(): { parts: readonly CampaignPart[]; minutes: number; seed: number } {
  try {
    const { values, positionals } = parseArgs({
      args: Deno.args.filter((it) => it !== "--"),
      allowPositionals: true,
      options: {
        minutes: { type: "string", default: `${DEFAULT_MINUTES}` },
        seed: { type: "string", default: `${crypto.getRandomValues(new Uint32Array(1))[0]}` },
        help: { type: "boolean", short: "h", default: false },
      },
    });
    if (values.help) {
      console.log(help());
      Deno.exit(0);
    }
    const unknown = positionals.filter((word) => !CAMPAIGN_PARTS.some((it) => it.name === word));
    if (unknown.length > 0) {
      const names = CAMPAIGN_PARTS.map((it) => it.name).join(", ");
      throw new Error(`There is no part "${unknown.join('", "')}". Parts: ${names}`);
    }
    const minutes = Number(values.minutes);
    if (!(minutes > 0 && minutes <= 24 * 60)) {
      throw new Error(`--minutes must be a number up to 1440, not "${values.minutes}"`);
    }
    if (!/^\d{1,10}$/.test(values.seed)) {
      throw new Error(`--seed must be a whole number, not "${values.seed}"`);
    }
    const isChosen = ({ name }: CampaignPart) => positionals.length === 0 || positionals.includes(name);
    return { parts: CAMPAIGN_PARTS.filter(isChosen), minutes, seed: Number(values.seed) };
  } catch (error) {
    console.error(error instanceof Error ? error.message : String(error));
    Deno.exit(2);
  }
}

function help(): string {
  const { none, sourceOnly } = openRows(CAMPAIGN_PARTS);
  return `deno task campaign [PART…] [--minutes N] [--seed N]

Attacks and bad luck against the compiled program. Each part repeats its tests with new seeds, in growing
rounds, until its share of the time is over or one of them fails.

  --minutes N   for all parts together (${DEFAULT_MINUTES})
  --seed N      of the first round (a random one, which is printed)

Parts:
${CAMPAIGN_PARTS.map((it) => `  ${it.name.padEnd(16)} ${it.about}`).join("\n")}

Rows of issue 10 that only tests of the source answer for: ${sourceOnly.join(", ") || "none"}
Rows that no part answers for: ${none.join(", ") || "none"}

Example: deno task campaign requests guesses --minutes 2`;
}
