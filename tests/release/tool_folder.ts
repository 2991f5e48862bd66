import { type ExitCode } from "../../agent/cli/command.ts";
import { runReleaseCli } from "../../tools/release/release_cli.ts";
import { FIXTURE_PASSWORD, readFixtures } from "../agent/trust/fixtures.ts";
import { pushImage } from "../simulator/push.ts";
import { fakeSurroundings } from "./registry_case.ts";
import { STANDIN_CHARTS, writeSampleTopology } from "./sample_release_push.ts";

const repo = new URL("../..", import.meta.url).pathname;
const SPEC = `version: 1.5.0
images: { algaCore: one, workflowWorker: one, emailService: one, temporalWorker: one }
`;
/** Where the content of a build came from, as outside of a checkout. */
export const ORIGIN = ["--commit", "a".repeat(40), "--created", "2026-11-21T09:00:00Z"];

/** Runs the tool in a folder of its own that holds a release file and a topology. */
export async function withFolder(run: (tool: Tool) => Promise<void>): Promise<void> {
  const dir = await Deno.makeTempDir({ prefix: "alga-release-" });
  try {
    await Deno.writeTextFile(`${dir}/release.yaml`, SPEC);
    await writeSampleTopology(`${dir}/topology`);
    const charts = [...STANDIN_CHARTS.map((it) => `tests/charts/${it}`), "flux/charts/pgbouncer"];
    const build = ["build", "release.yaml", "--topology", "topology", ...ORIGIN];
    for (const it of charts) build.push("--chart", `${repo}${it}`);
    await run({
      dir,
      build,
      async call(...args) {
        const around = fakeSurroundings(dir);
        const code = await runReleaseCli(args, around);
        return { code, stdout: around.stdout, stderr: around.stderr };
      },
    });
  } finally {
    await Deno.remove(dir, { recursive: true });
  }
}

/** Puts a key pair where the documents have it: cosign.key, cosign.pub and cosign.password. Gives the public key. */
export async function writeSigningKey(dir: string): Promise<string> {
  const { keys: { a } } = await readFixtures();
  await Deno.writeTextFile(`${dir}/cosign.key`, a?.privateText ?? "", { mode: 0o600 });
  await Deno.writeTextFile(`${dir}/cosign.pub`, a?.publicText ?? "");
  await Deno.writeTextFile(`${dir}/cosign.password`, FIXTURE_PASSWORD, { mode: 0o600 });
  return a?.publicText ?? "";
}

/** Pushes every image that the release of {@link withFolder} names, those of its charts too. */
export async function pushImages(url: string, tags: readonly string[] = []): Promise<void> {
  const names = ["alga-psa-ee", "workflow-worker", "email-service", "temporal-worker"];
  for (const [i, name] of names.entries()) await pushImage(url, `nine-minds/${name}`, tags[i] ?? "one");
  for (const name of ["standin", "busybox"]) await pushImage(url, `nine-minds/${name}`, "1");
}

/** The release tool in a folder. */
export interface Tool {
  dir: string;
  /** Arguments of a build that succeeds. */
  build: string[];
  call(...args: string[]): Promise<{ code: ExitCode; stdout: string; stderr: string }>;
}
