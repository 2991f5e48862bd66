import { IsoError } from "./iso_error.ts";

/** How {@link runProgram} runs a program. */
export interface RunOptions {
  cwd?: string;
  env?: Record<string, string>;
  /** Gets each line that the program writes to standard error while it runs. */
  onLine?: (line: string) => void;
}

/** Debian's and Ubuntu's package of each program that is used here. */
const PACKAGES: Readonly<Record<string, string>> = {
  "dpkg-deb": "dpkg",
  gpgv: "gpgv",
  xorriso: "xorriso",
};

/** Runs a program that must succeed and gives its output. @throws {IsoError} Also when it is not installed. */
export async function runProgram(
  program: string,
  args: readonly string[],
  { cwd, env = {}, onLine = () => {} }: RunOptions = {},
): Promise<string> {
  let child: Deno.ChildProcess;
  try {
    child = new Deno.Command(program, {
      args: [...args],
      env: { ...env, LC_ALL: "C" },
      ...(cwd === undefined ? {} : { cwd }),
      stdin: "null",
      stdout: "piped",
      stderr: "piped",
    }).spawn();
  } catch (cause) {
    if (!(cause instanceof Deno.errors.NotFound)) throw cause;
    const hint = `Install it: sudo apt install ${PACKAGES[program] ?? program}`;
    throw new IsoError(`The program "${program}" is not installed`, hint, { cause });
  }
  const [stdout, said, { code }] = await Promise.all([
    new Response(child.stdout).text(),
    readLines(child.stderr, onLine),
    child.status,
  ]);
  if (code === 0) return stdout;
  const last = said.slice(-5).join("\n");
  throw new IsoError(`"${program}" ended with ${code}: ${last}`, "The lines above are what it said last");
}

async function readLines(stream: ReadableStream<Uint8Array>, onLine: (line: string) => void) {
  const lines: string[] = [];
  let rest = "";
  const decoder = new TextDecoder();
  for await (const chunk of stream) {
    // Progress is written over itself with a carriage return.
    const parts = (rest + decoder.decode(chunk, { stream: true })).split(/[\r\n]+/);
    rest = parts.pop() ?? "";
    for (const it of parts) {
      onLine(it);
      lines.push(it);
    }
  }
  return rest === "" ? lines : [...lines, rest];
}
