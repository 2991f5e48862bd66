import { IsoError, MissingProgramError } from "./iso_error.ts";

/** How {@link runProgram} runs a program. */
export interface RunOptions {
  cwd?: string;
  env?: Record<string, string>;
  /** Gets each line that the program writes to standard error while it runs. */
  onLine?: (line: string) => void;
  /** The same for standard output. */
  onOutput?: (text: string) => void;
  /** Exit codes that do not mean a failure. */
  isSuccess?: (code: number) => boolean;
}

/** Where Debian keeps programs that a person's own search path may lack. */
const ADMIN_PATHS = "/usr/sbin:/sbin";

/** Debian's and Ubuntu's package of each program that is used here. */
const PACKAGES: Readonly<Record<string, string>> = {
  debugfs: "e2fsprogs",
  dumpe2fs: "e2fsprogs",
  "dpkg-deb": "dpkg",
  e2fsck: "e2fsprogs",
  gpgv: "gpgv",
  "qemu-img": "qemu-utils",
  sfdisk: "fdisk",
  xorriso: "xorriso",
};

/** Refuses to begin what would stop half way for want of a program, and names all that are missing. @throws {MissingProgramError} */
export async function requirePrograms(programs: readonly string[]): Promise<void> {
  const folders = searchPath().split(":").filter((it) => it !== "");
  const missing: string[] = [];
  for (const program of programs) {
    const found = await Promise.all(folders.map((it) => isFile(`${it}/${program}`)));
    if (!found.includes(true)) missing.push(program);
  }
  if (missing.length > 0) throw missingError(missing);
}

async function isFile(path: string): Promise<boolean> {
  return await Deno.stat(path).then((it) => it.isFile, () => false);
}

function searchPath(): string {
  return `${Deno.env.get("PATH") ?? ""}:${ADMIN_PATHS}`;
}

function missingError(programs: readonly string[], cause?: unknown): MissingProgramError {
  const packages = [...new Set(programs.map((it) => PACKAGES[it] ?? it))].sort();
  const names = programs.map((it) => `"${it}"`);
  const what = names.length === 1 ? `The program ${names[0]} is` : `The programs ${names.join(", ")} are`;
  return new MissingProgramError(
    `${what} not installed`,
    `Install it: sudo apt install ${packages.join(" ")}`,
    {
      cause,
    },
  );
}

/** Runs a program that must succeed and gives its output. @throws {IsoError} Also when it is not installed. */
export async function runProgram(
  program: string,
  args: readonly string[],
  { cwd, env = {}, onLine = () => {}, onOutput, isSuccess = (code) => code === 0 }: RunOptions = {},
): Promise<string> {
  let child: Deno.ChildProcess;
  try {
    child = new Deno.Command(program, {
      args: [...args],
      env: { PATH: searchPath(), ...env, LC_ALL: "C" },
      ...(cwd === undefined ? {} : { cwd }),
      stdin: "null",
      stdout: "piped",
      stderr: "piped",
    }).spawn();
  } catch (cause) {
    if (!(cause instanceof Deno.errors.NotFound)) throw cause;
    throw missingError([program], cause);
  }
  const [stdout, said, { code }] = await Promise.all([
    readText(child.stdout, onOutput),
    readLines(child.stderr, onLine),
    child.status,
  ]);
  if (isSuccess(code)) return stdout;
  const last = said.slice(-5).join("\n");
  throw new IsoError(`"${program}" ended with ${code}: ${last}`, "The lines above are what it said last");
}

async function readText(stream: ReadableStream<Uint8Array>, onOutput?: (text: string) => void) {
  let all = "";
  for await (
    const text of stream.pipeThrough(
      new TextDecoderStream() as unknown as TransformStream<Uint8Array, string>,
    )
  ) {
    onOutput?.(text);
    all += text;
  }
  return all;
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
