/** A program of the cluster that dies with us: setpriv asks the kernel to kill it when its parent ends, however that happens. */
export function startProgram(
  program: string,
  args: readonly string[],
  options: { env?: Record<string, string>; logPath?: string } = {},
): Deno.ChildProcess {
  const child = new Deno.Command("setpriv", {
    args: ["--pdeathsig", "KILL", program, ...args],
    env: options.env ?? {},
    stdout: options.logPath === undefined ? "null" : "piped",
    stderr: options.logPath === undefined ? "null" : "piped",
  }).spawn();
  if (options.logPath !== undefined) {
    for (const stream of [child.stdout, child.stderr]) void copyTo(options.logPath, stream);
  }
  return child;
}

/** Ends a program at once and waits until it is gone. */
export async function endProgram(child: Deno.ChildProcess | undefined): Promise<void> {
  try {
    child?.kill("SIGKILL");
  } catch {
    // gone already
  }
  await child?.status;
}

async function copyTo(path: string, stream: ReadableStream<Uint8Array>): Promise<void> {
  using file = await Deno.open(path, { append: true, create: true });
  try {
    for await (const chunk of stream) await file.write(chunk);
  } catch {
    // the program ended
  }
}
