import { AgentError, errorText } from "../error.ts";
import { readKernelFile } from "./read_kernel_file.ts";
import { runCommand } from "./run_command.ts";

/** Files and connections that the agent may hold at once; what its unit gives. */
export const OPEN_FILES = 65_536;
/** Fewer are used up by the open pages and clients of one site. */
const FEW_FILES = 4_096;

/**
 * Raises the soft limit of open files of this process to {@link OPEN_FILES}, or to the hard limit where that is lower. Deno has
 * no setrlimit(2), and opening the foreign function interface for it would open everything; prlimit(1) of util-linux does it
 * for a running process. Does nothing where the limit is high enough. Gives what an administrator should know. Never throws.
 */
export async function raiseFileLimit(): Promise<string | undefined> {
  try {
    const { soft, hard } = parseFileLimit(await readKernelFile("/proc/self/limits", 16 * 1024) ?? "");
    const wanted = Math.min(OPEN_FILES, hard);
    if (soft >= wanted) return tooFew(soft);
    const args = ["--pid", String(Deno.pid), `--nofile=${wanted}:`];
    const { code, stderr } = await runCommand("prlimit", args, {
      searchPath: "/usr/bin:/bin",
      timeoutMs: 10_000,
    });
    if (code === 0) return tooFew(wanted);
    throw new AgentError("COMMAND_FAILED", stderr.trim());
  } catch (error) {
    return `The limit of open files could not be raised: ${errorText(error)}`;
  }
}

/** The limits of open files in the text of /proc/PID/limits. @throws {SyntaxError} when they are not in it. @see proc_pid_limits(5) */
export function parseFileLimit(text: string): { soft: number; hard: number } {
  const [, soft, hard] = /^Max open files +(\d+|unlimited) +(\d+|unlimited) /m.exec(text) ?? [];
  if (soft === undefined || hard === undefined) throw new SyntaxError("The kernel tells no limit");
  const numberOf = (it: string) => it === "unlimited" ? Infinity : Number(it);
  return { soft: numberOf(soft), hard: numberOf(hard) };
}

function tooFew(limit: number): string | undefined {
  if (limit >= FEW_FILES) return undefined;
  return `Only ${limit} files and connections may be open at once; raise "ulimit -Hn" to ${FEW_FILES} or more`;
}
