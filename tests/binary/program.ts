import { join } from "node:path";
import { NO_RUNTIME } from "../../tools/denort.ts";
import { mortalCommand } from "../mortal_command.ts";

const repo = new URL("../..", import.meta.url).pathname;

/** What the executable is made from. */
const SOURCES = [
  "main.ts",
  "deno.json",
  "deno.lock",
  "agent",
  "routes",
  "views",
  "k8s",
  "flux",
  "systemd",
  "tools/bundle.ts",
  "tools/compile",
  "tools/compile.ts",
  "tools/denort.ts",
  "tools/licence_texts.ts",
  "tools/licences",
];

/** The compiled program under test, or why there is none; the reason is part of the skipped tests' names. */
export type Program = { ok: true; path: string } | { ok: false; reason: string };

/**
 * The program in .out/, compiled again when a source is younger. ALGA_TEST_PROGRAM names another one, for example a release
 * that was downloaded.
 */
export async function compiledProgram(): Promise<Program> {
  const given = Deno.env.get("ALGA_TEST_PROGRAM");
  if (given !== undefined) return { ok: true, path: given };
  const path = `${repo}.out/alga-agent`;
  const builtMs = (await Deno.stat(path).catch(() => undefined))?.mtime?.getTime() ?? 0;
  if (builtMs > await newestMs(SOURCES.map((it) => repo + it))) return { ok: true, path };
  const { code, output } = await compile(["--partial"]);
  if (code === 0) return { ok: true, path };
  // Only a runtime that cannot be had is a reason to skip; everything else is a failure.
  if (output.split("\n").some((it) => it.startsWith(NO_RUNTIME))) return { ok: false, reason: NO_RUNTIME };
  throw new Error(`The program cannot be compiled: ${output}`);
}

/** Runs the compile tool as `deno task compile` does. */
export async function compile(
  args: readonly string[],
  options: { tool?: string; env?: Record<string, string> } = {},
): Promise<{ code: number; output: string }> {
  const { code, stdout, stderr } = await mortalCommand(Deno.execPath(), [
    "run",
    "-A",
    "--quiet",
    options.tool ?? `${repo}tools/compile.ts`,
    ...args,
  ], {
    env: { NO_COLOR: "1", ...options.env },
    stdout: "piped",
    stderr: "piped",
  }).output();
  return { code, output: new TextDecoder().decode(stdout) + new TextDecoder().decode(stderr) };
}

/** What a run of the program to its end gave. */
export interface Run {
  code: number;
  stdout: string;
  stderr: string;
}

/** Runs the program to its end. */
export async function run(
  program: string,
  args: readonly string[],
  options: { stdin?: string; env?: Record<string, string>; clearEnv?: boolean } = {},
): Promise<Run> {
  const child = mortalCommand(program, args, {
    stdin: options.stdin === undefined ? "null" : "piped",
    stdout: "piped",
    stderr: "piped",
    env: options.env ?? {},
    clearEnv: options.clearEnv ?? false,
  }).spawn();
  if (options.stdin !== undefined) {
    const writer = child.stdin.getWriter();
    await writer.write(new TextEncoder().encode(options.stdin));
    await writer.close();
  }
  const { code, stdout, stderr } = await child.output();
  return { code, stdout: new TextDecoder().decode(stdout), stderr: new TextDecoder().decode(stderr) };
}

async function newestMs(paths: readonly string[]): Promise<number> {
  let newest = 0;
  for (const path of paths) {
    const info = await Deno.stat(path);
    newest = Math.max(newest, info.mtime?.getTime() ?? 0);
    if (!info.isDirectory) continue;
    for await (const entry of Deno.readDir(path)) {
      newest = Math.max(newest, await newestMs([join(path, entry.name)]));
    }
  }
  return newest;
}
