import { mortalCommand } from "../mortal_command.ts";

/** Runs a program that must succeed and gives its output. */
export async function run(program: string, args: readonly string[]): Promise<string> {
  const { code, stdout, stderr } = await mortalCommand(program, args, { stdout: "piped", stderr: "piped" })
    .output();
  const decoder = new TextDecoder();
  if (code !== 0) {
    throw new Error(`${program} ${args[0]} ended with ${code}: ${decoder.decode(stderr).slice(-2_000)}`);
  }
  return decoder.decode(stdout);
}
