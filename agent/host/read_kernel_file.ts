import { AgentError } from "../error.ts";
import { runCommand } from "./run_command.ts";

/** Whether a real path is one that Deno opens only for a program with every permission, which the compiled agent has not. */
export function isKernelFile(path: string): boolean {
  return /^\/(proc|sys)\//.test(path);
}

/** The text of a file of the kernel, at most `maxBytes` from its end; `undefined` when it does not exist. */
export async function readKernelFile(path: string, maxBytes: number): Promise<string | undefined> {
  const { code, stdout, stderr } = await runCommand(
    "cat",
    ["--", path.replace(/^\/proc\/self\//, () => `/proc/${Deno.pid}/`)],
    { searchPath: "/usr/bin:/bin", maxOutputBytes: maxBytes, timeoutMs: 10_000 },
  );
  if (code === 0) return stdout;
  // The second is a process that ended while it was read.
  if (/No such (file or directory|process)|Not a directory/.test(stderr)) return undefined;
  throw new AgentError("COMMAND_FAILED", `Cannot read "${path}": ${stderr.trim()}`);
}
