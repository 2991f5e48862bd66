/** A program that ends when this process does, even when that is killed; standard input is shut unless asked for. */
export function mortalCommand(
  program: string,
  args: readonly string[],
  options: Omit<Deno.CommandOptions, "args"> = {},
): Deno.Command {
  return new Deno.Command("setpriv", {
    stdin: "null",
    ...options,
    args: ["--pdeathsig", "KILL", program, ...args],
  });
}
