/**
 * Runs every suite that can run here and closes with one line that counts them: "N passed, N failed, N skipped".
 * Words choose suites by name; `--all` adds those that take longer than ten minutes together with the rest.
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
      "tests/cluster/kube_client_real_test.ts",
      "tests/cluster/real_walk_test.ts",
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
const only = Deno.args.filter((it) => it !== "--all");
const withLong = Deno.args.includes("--all") || only.length > 0;
let passed = 0;
let failed = 0;
let skipped = 0;

for (const suite of SUITES) {
  if (suite.isLong && !withLong) continue;
  if (only.length > 0 && !only.some((it) => suite.name.includes(it))) continue;
  const paths = [];
  for (const path of suite.paths) {
    if (await Deno.stat(repo + path).then(() => true, () => false)) paths.push(path);
  }
  if (paths.length === 0) continue;
  console.log(`\n== ${suite.name}`);
  const child = new Deno.Command(Deno.execPath(), {
    args: ["test", "-A", "--quiet", "--no-check", ...(suite.isParallel ? ["--parallel"] : []), ...paths],
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
    await Deno.stdout.write(new TextEncoder().encode(chunk));
  }
  const { code } = await child.status;
  const summary =
    /(\d+) passed(?: \(\d+ steps?\))? \| (\d+) failed(?: \(\d+ steps?\))?(?: \| (\d+) ignored)?/g;
  const last = [...text.matchAll(summary)].at(-1);
  if (!last) {
    // No summary means that the suite did not even start.
    failed++;
    console.log(`The suite "${suite.name}" gave no result (exit code ${code})`);
    continue;
  }
  passed += Number(last[1]);
  failed += Number(last[2]);
  skipped += Number(last[3] ?? 0);
  if (code !== 0 && Number(last[2]) === 0) failed++;
}

console.log(`\n${passed} passed, ${failed} failed, ${skipped} skipped`);
Deno.exit(failed > 0 || passed === 0 ? 1 : 0);
