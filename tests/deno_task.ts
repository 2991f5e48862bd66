import { mortalCommand } from "./mortal_command.ts";

const repo = new URL("..", import.meta.url).pathname;

/** Runs `deno task …` of this checkout as somebody does who calls it from another folder; gives its code and all that it said. */
export async function denoTask(
  words: readonly string[],
  { dir, env = {} }: { dir: string; env?: Record<string, string> },
): Promise<{ code: number; said: string }> {
  const args = ["task", "--quiet", "--config", `${repo}deno.json`, ...words];
  // npm leaves the folder that it was called in, which here is not where this command is.
  const options = { cwd: dir, env: { ...env, INIT_CWD: dir }, stdout: "piped", stderr: "piped" } as const;
  const { code, stdout, stderr } = await mortalCommand(Deno.execPath(), args, options).output();
  return { code, said: new TextDecoder().decode(stderr) + new TextDecoder().decode(stdout) };
}
