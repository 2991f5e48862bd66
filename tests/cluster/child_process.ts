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
  kill(() => child?.kill("SIGKILL"));
  await child?.status;
}

/**
 * The same for a program inside a namespace: what we hold is the process that entered, and the program is its child. Killed by that
 * one's end it would go on for a moment, and still own its port.
 */
export async function endInside(child: Deno.ChildProcess | undefined): Promise<void> {
  for (const pid of child === undefined ? [] : await childrenOf(child.pid)) {
    kill(() => Deno.kill(pid, "SIGKILL"));
  }
  let timer: ReturnType<typeof setTimeout> | undefined;
  const late = new Promise<void>((resolve) => timer = setTimeout(resolve, 2_000));
  await Promise.race([child?.status, late]);
  clearTimeout(timer);
  await endProgram(child);
}

function kill(strike: () => void): void {
  try {
    strike();
  } catch {
    // gone already
  }
}

async function childrenOf(pid: number): Promise<number[]> {
  const text = await Deno.readTextFile(`/proc/${pid}/task/${pid}/children`).catch(() => "");
  return text.split(" ").map(Number).filter((it) => it > 1);
}

async function copyTo(path: string, stream: ReadableStream<Uint8Array>): Promise<void> {
  using file = await Deno.open(path, { append: true, create: true });
  try {
    for await (const chunk of stream) await file.write(chunk);
  } catch {
    // the program ended
  }
}
