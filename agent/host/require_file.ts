import { AgentError } from "../error.ts";

/** Device number of /dev/null, to which systemd links what is masked. @see null(4) */
const NULL_DEVICE = 0x103;

/**
 * Looks at what a file is before it is opened: to open a pipe waits for its other end, and a device may never end. Follows
 * links; `path` is the name that people know, `target` the real one.
 * @throws {AgentError} STATE_DAMAGED for what is neither a file nor /dev/null. @throws {Deno.errors.NotFound}
 */
export async function requireFile(path: string, target: string): Promise<void> {
  const found = await Deno.stat(target);
  if (found.isFile || (found.isCharDevice && found.rdev === NULL_DEVICE)) return;
  throw notAFile(path, found.isDirectory ? "folder" : "other");
}

/** The error for a path at which something else than a file stands. */
export function notAFile(path: string, kind: "folder" | "other"): AgentError {
  const what = kind === "folder" ? "a folder" : "a pipe, socket or device";
  return new AgentError("STATE_DAMAGED", `"${path}" is ${what}, not a file`, {
    hint: `Move it away: sudo mv "${path}" "${path}.old"`,
  });
}
