/**
 * What git says of a folder: lines of `git status --porcelain`, or undefined where there is no checkout.
 * @throws {Error} with git's own words if it does not tell.
 */
export async function changedFiles(dir: string): Promise<string[] | undefined> {
  // A file in a worktree, a folder elsewhere.
  if (!await Deno.stat(`${dir}/.git`).then(() => true, () => false)) return undefined;
  const { success, stdout, stderr } = await new Deno.Command("git", {
    args: ["status", "--porcelain"],
    cwd: dir,
    stdout: "piped",
    stderr: "piped",
  }).output();
  if (!success) {
    throw new Error(`git cannot tell what has changed: ${new TextDecoder().decode(stderr).trim()}`);
  }
  return new TextDecoder().decode(stdout).split("\n").filter((it) => it !== "");
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
