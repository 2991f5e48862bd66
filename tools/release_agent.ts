import { BUNDLE } from "./bundle.ts";
import { AgentReleaseError } from "./release_agent/agent_release_error.ts";
import { runReleaseAgentCli } from "./release_agent/release_agent_cli.ts";

/** `deno task release-agent`: every file of a release of the agent itself. Each program is made by tools/compile.ts. */
const repo = new URL("..", import.meta.url).pathname.replace(/\/$/, "");

Deno.exit(
  await runReleaseAgentCli(Deno.args, {
    repo,
    // `deno task` changes the folder; paths on its command line are meant from where it was called.
    folder: Deno.env.get("INIT_CWD") ?? Deno.cwd(),
    today: new Date().toISOString().slice(0, 10),
    out: (text) => Deno.stdout.writeSync(new TextEncoder().encode(text)),
    err: (text) => Deno.stderr.writeSync(new TextEncoder().encode(text)),
    async readCommit() {
      const commit = (await run("git", ["rev-parse", "HEAD"])).trim();
      const committedSec = Number(await run("git", ["log", "-1", "--format=%ct"]));
      const changes = await run("git", ["status", "--porcelain"]);
      return {
        commit,
        committedAt: new Date(committedSec * 1000),
        changes: changes.split("\n").filter((it) => it !== ""),
      };
    },
    async compile(target, path, { isTrial }) {
      const mode = isTrial ? ["--partial"] : ["--release"];
      const tool = `${repo}/tools/compile.ts`;
      await run(Deno.execPath(), [
        "run",
        "-A",
        "--quiet",
        tool,
        "--target",
        target,
        "--output",
        path,
        ...mode,
      ]);
    },
    async bundle() {
      const dir = await Deno.makeTempDir({ prefix: "alga-bundle-" });
      try {
        await run(Deno.execPath(), [...BUNDLE, "--outdir", dir, "main.ts"]);
        const parts = await Array.fromAsync(Deno.readDir(dir));
        return (await Promise.all(parts.map((it) => Deno.readTextFile(`${dir}/${it.name}`)))).join("\n");
      } finally {
        await Deno.remove(dir, { recursive: true });
      }
    },
  }),
);

/** Runs a program in the checkout; gives what it prints. */
async function run(program: string, args: string[]): Promise<string> {
  const { success, code, stdout, stderr } = await new Deno.Command(program, {
    args,
    cwd: repo,
    stdin: "null",
    stdout: "piped",
    stderr: "piped",
  }).output();
  if (!success) {
    const why = new TextDecoder().decode(stderr).trim();
    throw new AgentReleaseError(
      `${program.split("/").at(-1)} ${args[0]} ended with ${code}:\n${why}`,
      "Fix what it says, then start again",
    );
  }
  return new TextDecoder().decode(stdout);
}
