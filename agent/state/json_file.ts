import * as z from "zod";
import type { Clock } from "../clock.ts";
import { AgentError, errorText } from "../error.ts";
import type { Host } from "../host/host.ts";
import { type Content, migrate, type Migration, MIGRATIONS } from "./migrations.ts";
import { moveAside, moveNonFileAside } from "./move_aside.ts";
import { MODE } from "./paths.ts";

/** What reading a state file gave. `damaged` was moved aside and can be rebuilt or asked for again. */
export type StateFile<T> = { status: "ok"; value: T } | { status: "absent" } | {
  status: "damaged";
  problem: string;
};

const Versioned = z.object({ schemaVersion: z.int().positive().default(1) });

/**
 * Reads a JSON state file through its schema; an older one is brought to the present form on the way, and stays on disk as it is.
 * What does not parse, or is not a file, is moved to `damaged/`, never deleted.
 * @throws {AgentError} STATE_NEWER when it carries a higher `schemaVersion` than we know: an older agent must not touch it.
 */
export async function readStateFile<T>(
  host: Host,
  path: string,
  schema: z.ZodType<T>,
  options: { clock: Clock; schemaVersion: number; migrations?: readonly Migration[] },
): Promise<StateFile<T>> {
  const { schemaVersion, migrations = MIGRATIONS[path] ?? [] } = options;
  if (schemaVersion !== migrations.length + 1) {
    throw new TypeError(`"${path}" is of version ${schemaVersion}, with ${migrations.length} steps to it`);
  }
  const nonFile = await moveNonFileAside(host, path, options.clock);
  if (nonFile !== undefined) return { status: "damaged", problem: nonFile };
  const text = await host.readText(path);
  if (text === undefined) return { status: "absent" };
  try {
    const json: unknown = JSON.parse(text);
    const version = Versioned.parse(json).schemaVersion;
    if (version > schemaVersion) throw newerState(path, version);
    return { status: "ok", value: schema.parse(migrate(json as Content, version, migrations)) };
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
  await host.writeFile(path, versionText(value, schemaVersion), { mode: MODE.secretFile });
}

/** The text of a state file. */
export function versionText(value: object, schemaVersion: number): string {
  return `${JSON.stringify({ schemaVersion, ...value }, undefined, 2)}\n`;
}

/** The version that a state file says of itself; `undefined` where it cannot be read. */
export function readVersion(text: string): number | undefined {
  try {
    return Versioned.parse(JSON.parse(text)).schemaVersion;
  } catch {
    return undefined;
  }
}

/** What an older agent says instead of guessing. */
export function newerState(path: string, version: number): AgentError {
  return new AgentError(
    "STATE_NEWER",
    `"${path}" was written by a newer agent (version ${version} of its format)`,
    {
      hint: "Install the newer agent again: sudo ./alga-agent install, in the folder where it lies",
      retrySafe: false,
    },
  );
}
