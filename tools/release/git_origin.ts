import type { Origin } from "./flux_artifact.ts";
import { ReleaseError } from "./release_error.ts";

/**
 * Commit and date of a checkout, or what the caller says in their place.
 * @throws {ReleaseError} If the folders hold changes that no commit has: the release would name the wrong origin.
 */
export async function readOrigin(
  folders: readonly string[],
  told: { commit?: string; created?: string },
): Promise<Origin> {
  const { commit, created } = told;
  if (commit !== undefined || created !== undefined) {
    const date = new Date(created ?? "");
    if (!/^[0-9a-f]{40}$/.test(commit ?? "") || Number.isNaN(date.getTime())) {
      throw new ReleaseError(
        "--commit and --created belong together",
        "Give 40 hex digits and a time like 2026-11-21T09:00:00Z",
      );
    }
    return { commit: commit ?? "", createdAt: date.toISOString() };
  }
  const dir = folders[0] ?? ".";
  const [head = "", date = ""] = (await git(dir, ["log", "-1", "--format=%H %cI"])).trim().split(" ");
  const changes = await git(dir, ["status", "--porcelain", "--", ...folders]);
  if (changes.trim() !== "") {
    throw new ReleaseError(
      `There are changes that are not committed:\n${changes.trimEnd()}`,
      "Commit them, or say where they come from with --commit and --created",
    );
  }
  return { commit: head, createdAt: new Date(date).toISOString() };
}

async function git(dir: string, args: string[]): Promise<string> {
  const result = await new Deno.Command("git", { args, cwd: dir, stdout: "piped", stderr: "null" }).output()
    .catch(() => undefined);
  if (!result?.success) {
    throw new ReleaseError(
      `"${dir}" is not a git checkout`,
      "Say where it comes from with --commit and --created",
    );
  }
  return new TextDecoder().decode(result.stdout);
}
