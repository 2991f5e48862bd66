import {
  type ReleaseSurroundings,
  runReleaseAgentCli,
} from "../../../tools/release_agent/release_agent_cli.ts";

/** A small checkout of its own, and the tool on it; programs are made-up. */
export interface ReleaseTree {
  dir: string;
  /** Made-up programs that were asked for, like "x64 trial". */
  compiled: string[];
  call(...args: string[]): Promise<{ code: number; stdout: string; stderr: string }>;
}

/** Runs with such a checkout; `around` replaces what the tool sees. */
export async function withReleaseTree(
  run: (tree: ReleaseTree) => Promise<void>,
  around: Partial<ReleaseSurroundings> = {},
): Promise<void> {
  const dir = await Deno.makeTempDir({ prefix: "alga-agent-release-" });
  try {
    const repo = `${dir}/repo`;
    await Deno.mkdir(repo);
    await Deno.writeTextFile(`${repo}/deno.json`, JSON.stringify({ version: "0.2.0", imports: {} }));
    await Deno.writeTextFile(`${repo}/deno.lock`, JSON.stringify({ npm: {} }));
    await Deno.writeTextFile(
      `${repo}/CHANGELOG.md`,
      "# Changelog\n\n## Unreleased\n\n- New. Nothing to do.\n",
    );
    const compiled: string[] = [];
    await run({
      dir,
      compiled,
      async call(...args) {
        let stdout = "";
        let stderr = "";
        const code = await runReleaseAgentCli(args, {
          repo,
          folder: dir,
          today: "2026-11-26",
          out: (text) => void (stdout += text),
          err: (text) => void (stderr += text),
          readCommit: () =>
            Promise.resolve({
              commit: "c".repeat(40),
              committedAt: new Date("2026-11-25T09:00:00Z"),
              changes: [],
            }),
          async compile(target, path, { isTrial }) {
            compiled.push(isTrial ? `${target} trial` : target);
            await Deno.writeTextFile(path, `program for ${target}`, { mode: 0o755 });
          },
          bundle: () => Promise.resolve(""),
          ...around,
        });
        return { code, stdout, stderr };
      },
    });
  } finally {
    await Deno.remove(dir, { recursive: true });
  }
}
