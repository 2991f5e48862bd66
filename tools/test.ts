import { renderSummary, type Summary } from "./summary.ts";
import { type Suite, SUITES } from "./suites.ts";
import { failedFiles, parseTestOutput } from "./test_output.ts";

/**
 * Runs every suite that can run here and closes with one line that counts them: "N passed, N failed, N skipped".
 * Words choose suites by name; `--all` adds those that take longer than ten minutes together with the rest: without it
 * they count as skipped. What was skipped is named. Where up to three files failed they run a second time, alone: one that then
 * passes counts as passed and is named, with what it said the first time further up. `--count` loads the chosen suites and counts all of them as skipped.
 * `--no-lock` is for another Deno than the pinned one. Steps within a test count as the test that holds them.
 */
const FLAGS = ["--all", "--count", "--no-lock", "--"];

const repo = new URL("..", import.meta.url).pathname;
const words = Deno.args.filter((it) => !FLAGS.includes(it));
const unknown = words.filter((word) => !SUITES.some((it) => it.name.includes(word)));
if (unknown.length > 0) {
  const names = SUITES.map((it) => `"${it.name}"`).join(", ");
  console.error(
    `No suite has "${unknown.join('", "')}" in its name. Say --all, or words of these names: ${names}`,
  );
  Deno.exit(2);
}
/** More than so many are no accident of a machine that has other things to do. */
const MOST_AGAIN = 3;
const isCountOnly = Deno.args.includes("--count");
const withLong = Deno.args.includes("--all") || words.length > 0;
const total: Summary = { passed: 0, failed: 0, skipped: 0, skippedNames: [], shakyFiles: [] };
for (const suite of SUITES) {
  if (words.length > 0 && !words.some((it) => suite.name.includes(it))) continue;
  const isLeftOut = isCountOnly || (suite.isLong === true && !withLong);
  const first = await runSuite(suite, isLeftOut);
  const { passed, failed, skipped, skippedNames, shakyFiles } = isLeftOut ? first : await again(suite, first);
  total.passed += passed;
  total.failed += failed;
  total.skipped += skipped;
  total.skippedNames.push(...skippedNames);
  total.shakyFiles.push(...shakyFiles);
}
await Deno.stdout.write(new TextEncoder().encode(renderSummary(total)));
Deno.exit(total.failed > 0 || (total.passed === 0 && !isCountOnly) ? 1 : 0);

interface SuiteRun extends Summary {
  failedFiles: string[];
}

/** What a suite comes to once the files that failed have run alone. */
async function again(suite: Suite, first: SuiteRun): Promise<Summary> {
  const { failed, failedFiles } = first;
  if (failed === 0 || failedFiles.length === 0 || failedFiles.length > MOST_AGAIN) return first;
  console.log(`\n== ${suite.name}, once more: ${failedFiles.join(", ")}`);
  const second = await runSuite({ ...suite, paths: failedFiles }, false);
  // What failed must have run again.
  if (second.failed > 0 || second.passed < failed) return first;
  return { ...first, passed: first.passed + failed, failed: 0, shakyFiles: failedFiles };
}

/** Runs a suite and shows what it says; one that is left out is loaded and counted, and nothing of it runs. */
async function runSuite(suite: Suite, isLeftOut: boolean): Promise<SuiteRun> {
  if (!isLeftOut) console.log(`\n== ${suite.name}`);
  const child = new Deno.Command(Deno.execPath(), {
    args: [
      "test",
      "-A",
      "--quiet",
      "--no-check",
      ...(Deno.args.includes("--no-lock") ? ["--no-lock"] : []),
      ...(suite.isParallel ? ["--parallel"] : []),
      ...(isLeftOut ? ["--filter", "no test has this name"] : []),
      ...suite.paths,
    ],
    cwd: repo,
    stdout: "piped",
    stderr: "inherit",
    env: { NO_COLOR: "1" },
  }).spawn();
  let text = "";
  for await (
    const chunk of child.stdout.pipeThrough(
      new TextDecoderStream() as unknown as TransformStream<Uint8Array, string>,
    )
  ) {
    text += chunk;
    if (!isLeftOut) await Deno.stdout.write(new TextEncoder().encode(chunk));
  }
  const { code } = await child.status;
  // A suite that cannot even be loaded says why, run or not.
  if (isLeftOut && code !== 0) await Deno.stdout.write(new TextEncoder().encode(text));
  const result = parseTestOutput(text);
  if (!result) {
    // No summary means that the suite did not even start.
    console.log(`The suite "${suite.name}" gave no result (exit code ${code})`);
    return { passed: 0, failed: 1, skipped: 0, skippedNames: [], shakyFiles: [], failedFiles: [] };
  }
  const { passed, failed, skipped, skippedNames, filtered } = result;
  if (isLeftOut) {
    const hint = isCountOnly ? "not run" : "run it with --all";
    skippedNames.push(`suite "${suite.name}" (${filtered} tests; ${hint})`);
  }
  return {
    passed,
    failed: code !== 0 && failed === 0 ? 1 : failed,
    skipped: skipped + filtered,
    skippedNames,
    shakyFiles: [],
    failedFiles: failedFiles(text),
  };
}
