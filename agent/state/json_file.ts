import * as z from "zod";
import type { Clock } from "../clock.ts";
import { AgentError, errorText } from "../error.ts";
import type { Host } from "../host/host.ts";
import { moveAside, moveNonFileAside } from "./move_aside.ts";
import { MODE } from "./paths.ts";

/** What reading a state file gave. `damaged` was moved aside and can be rebuilt or asked for again. */
export type StateFile<T> = { status: "ok"; value: T } | { status: "absent" } | {
  status: "damaged";
  problem: string;
};

/**
 * Reads a JSON state file through its schema. What does not parse, or is not a file, is moved to `damaged/`, never deleted.
 * @throws {AgentError} STATE_NEWER when it carries a higher `schemaVersion` than we know: an older agent must not touch it.
 */
export async function readStateFile<T>(
  host: Host,
  path: string,
  schema: z.ZodType<T>,
  options: { clock: Clock; schemaVersion: number },
): Promise<StateFile<T>> {
  const nonFile = await moveNonFileAside(host, path, options.clock);
  if (nonFile !== undefined) return { status: "damaged", problem: nonFile };
  const text = await host.readText(path);
  if (text === undefined) return { status: "absent" };
  try {
    const json: unknown = JSON.parse(text);
    const version = z.object({ schemaVersion: z.int().positive().default(1) }).parse(json).schemaVersion;
    if (version > options.schemaVersion) {
      throw new AgentError(
        "STATE_NEWER",
        `"${path}" was written by a newer agent (version ${version} of its format)`,
        {
          hint: "Install the newer agent again: sudo ./alga-agent install, in the folder where it lies",
          retrySafe: false,
        },
      );
    }
    return { status: "ok", value: schema.parse(json) };
  } catch (error) {
    if (error instanceof AgentError) throw error;
    // The parser's own words quote the file, which may hold a secret.
    const problem = error instanceof z.ZodError
      ? `field "${error.issues[0]?.path.join(".")}" ${error.issues[0]?.message}`
      : error instanceof SyntaxError
      ? "it is not JSON"
      : errorText(error);
    await moveAside(host, path, options.clock);
    return { status: "damaged", problem: `"${path}" is damaged: ${problem}` };
  }
}

/** Writes a state file atomically, 0600, as indented JSON with its `schemaVersion`. */
export async function writeStateFile(
  host: Host,
  path: string,
  value: object,
  schemaVersion: number,
): Promise<void> {
  await host.writeFile(path, `${JSON.stringify({ schemaVersion, ...value }, undefined, 2)}\n`, {
    mode: MODE.secretFile,
  });
}
