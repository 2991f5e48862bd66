/** What git says of a folder: lines of `git status --porcelain`, or undefined outside a checkout. */
export async function changedFiles(dir: string): Promise<string[] | undefined> {
  const git = await runGit(dir);
  if (!git?.success) return undefined;
  return new TextDecoder().decode(git.stdout).split("\n").filter((it) => it !== "");
}

/** Undefined where there is no git. */
async function runGit(dir: string): Promise<Deno.CommandOutput | undefined> {
  try {
    return await new Deno.Command("git", {
      args: ["status", "--porcelain"],
      cwd: dir,
      stdout: "piped",
      stderr: "null",
    }).output();
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return undefined;
    throw error;
  }
}

if (import.meta.main) {
  const changed = await changedFiles(Deno.cwd());
  if (changed === undefined) console.log("This is not a git checkout: there is nothing to compare with");
  else if (changed.length > 0) {
    console.error("The tree is not clean: what ran here changed it, or it was not committed:");
    for (const line of changed) console.error(line);
    Deno.exit(1);
  }
}
