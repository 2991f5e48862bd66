/**
 * Runs every suite that can run here and closes with one line that counts them: "N passed, N failed, N skipped".
 * Words choose suites by name; `--all` adds those that take longer than ten minutes together with the rest: without it
 * they count as skipped. What was skipped is named.
 * A suite is a list of folders and files of tests; steps within a test count as the test that holds them.
 */
const SUITES: readonly { name: string; paths: string[]; isLong?: boolean; isParallel?: boolean }[] = [
  {
    name: "unit and component",
    paths: [
      "tests/agent",
      "tests/k8s",
      "tests/contract",
      "tests/routes",
      "tests/views",
      "tests/flux",
      "tests/release",
      "tests/house",
    ],
    isParallel: true,
  },
  { name: "compiled binary", paths: ["tests/binary", "tests/systemd", "tests/bench"] },
  { name: "walk on the simulator", paths: ["tests/walk"] },
  { name: "browser", paths: ["tests/browser"] },
  {
    name: "real Kubernetes API",
    paths: [
      "tests/cluster/scratch_folder_test.ts",
      "tests/cluster/requirements_test.ts",
      "tests/cluster/kube_client_real_test.ts",
      "tests/cluster/real_walk_test.ts",
      "tests/cluster/real_topology_test.ts",
      "tests/cluster/fleet_test.ts",
    ],
  },
  {
    name: "real node",
    paths: ["tests/cluster/node", "tests/cluster/appliance_test.ts"],
    isLong: true,
  },
];

const repo = new URL("..", import.meta.url).pathname;
const words = Deno.args.filter((it) => it !== "--all" && it !== "--");
const unknown = words.filter((word) => !SUITES.some((it) => it.name.includes(word)));
if (unknown.length > 0) {
  const names = SUITES.map((it) => `"${it.name}"`).join(", ");
  console.error(
    `No suite has "${unknown.join('", "')}" in its name. Say --all, or words of these names: ${names}`,
  );
  Deno.exit(2);
}
const withLong = Deno.args.includes("--all") || words.length > 0;
let passed = 0;
let failed = 0;
let skipped = 0;
/** Names of what was skipped. */
const names: string[] = [];

for (const suite of SUITES) {
  if (words.length > 0 && !words.some((it) => suite.name.includes(it))) continue;
  const paths = [];
  for (const path of suite.paths) {
    if (await Deno.stat(repo + path).then(() => true, () => false)) paths.push(path);
  }
  if (paths.length === 0) continue;
  const isLeftOut = suite.isLong && !withLong;
  if (!isLeftOut) console.log(`\n== ${suite.name}`);
  const child = new Deno.Command(Deno.execPath(), {
    args: [
      "test",
      "-A",
      "--quiet",
      "--no-check",
      ...(suite.isParallel ? ["--parallel"] : []),
      // Loads the suite and counts it, but runs nothing of it.
      ...(isLeftOut ? ["--filter", "no test has this name"] : []),
      ...paths,
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
  const summary =
    /(\d+) passed(?: \(\d+ steps?\))? \| (\d+) failed(?: \(\d+ steps?\))?(?: \| (\d+) ignored(?: \(\d+ steps?\))?)?(?: \| \d+ measured)?(?: \| (\d+) filtered out)?/g;
  const last = [...text.matchAll(summary)].at(-1);
  if (!last) {
    // No summary means that the suite did not even start.
    failed++;
    console.log(`The suite "${suite.name}" gave no result (exit code ${code})`);
    continue;
  }
  passed += Number(last[1]);
  failed += Number(last[2]);
  skipped += Number(last[3] ?? 0) + Number(last[4] ?? 0);
  names.push(...[...text.matchAll(/^(.+) \.\.\. ignored/gm)].map((it) => it[1] ?? ""));
  if (isLeftOut) names.push(`suite "${suite.name}" (${last[4]} tests; run it with --all)`);
  if (code !== 0 && Number(last[2]) === 0) failed++;
}

if (names.length > 0) console.log(`\nSkipped:\n  ${names.join("\n  ")}`);
console.log(`\n${passed} passed, ${failed} failed, ${skipped} skipped`);
Deno.exit(failed > 0 || passed === 0 ? 1 : 0);
