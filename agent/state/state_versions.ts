import type { Host } from "../host/host.ts";
import { newerState, readVersion, versionText } from "./json_file.ts";
import {
  type Content,
  migrate,
  type Migration,
  MIGRATIONS,
  type Migrations,
  versionOf,
} from "./migrations.ts";
import { MODE, STATE_PATHS } from "./paths.ts";

/** State files that say of which version they are. */
export const VERSIONED_PATHS: readonly string[] = STATE_PATHS.filter((it) => it.endsWith(".json"));

interface Found {
  path: string;
  text: string;
  version: number;
}

/**
 * Refuses to start over what a newer agent wrote: before anything is written, so that this agent leaves all of it as it is.
 * @throws {AgentError} STATE_NEWER, with the file, its version and the way out
 */
export async function requireKnownVersions(host: Host, migrations: Migrations = MIGRATIONS): Promise<void> {
  for (const { path, version } of await readVersions(host)) {
    if (version > versionOf(path, migrations)) throw newerState(path, version);
  }
}

/**
 * Writes each older state file in the present form; the older one is kept beside it. Call it where nobody else writes. A kill in
 * between leaves a file that is still of the older version, or one that is done. What a step cannot read is left to its reader,
 * which tells of damage.
 */
export async function migrateStateFiles(host: Host, migrations: Migrations = MIGRATIONS): Promise<void> {
  for (const { path, text, version } of await readVersions(host)) {
    const wanted = versionOf(path, migrations);
    if (version >= wanted) continue;
    const content = tryMigrate(text, version, migrations[path] ?? []);
    if (content === undefined) continue;
    await write(host, keptPath(path, version), text);
    await write(host, path, versionText(content, wanted));
  }
}

/** Whether {@link restoreOlder} would change anything. */
export async function isAnyNewer(host: Host, migrations: Migrations = MIGRATIONS): Promise<boolean> {
  return (await readVersions(host)).some(({ path, version }) => version > versionOf(path, migrations));
}

/**
 * The way back of an update of the agent: each file that the newer agent has brought to its own form is again as it was before.
 * The newer one is kept beside it; one that there was not before goes. Call it where nobody else writes; it may be killed at any
 * point and begun again.
 */
export async function restoreOlder(host: Host, migrations: Migrations = MIGRATIONS): Promise<void> {
  for (const { path, text, version } of await readVersions(host)) {
    const own = versionOf(path, migrations);
    if (version <= own) continue;
    await write(host, keptPath(path, version), text);
    const before = await readKept(host, path, own);
    if (before === undefined) await host.remove(path);
    else await write(host, path, before);
  }
}

function tryMigrate(text: string, version: number, steps: readonly Migration[]): Content | undefined {
  try {
    const { schemaVersion: _, ...content } = migrate(JSON.parse(text), version, steps);
    return content;
  } catch {
    return undefined;
  }
}

async function readKept(host: Host, path: string, newest: number): Promise<string | undefined> {
  for (let version = newest; version > 0; version--) {
    const text = await host.readText(keptPath(path, version));
    if (text !== undefined) return text;
  }
  return undefined;
}

async function readVersions(host: Host): Promise<Found[]> {
  const found = await Promise.all(VERSIONED_PATHS.map(async (path) => {
    const isFile = (await host.info(path))?.kind === "file";
    const text = isFile ? await host.readText(path) : undefined;
    const version = text === undefined ? undefined : readVersion(text);
    return text === undefined || version === undefined ? [] : [{ path, text, version }];
  }));
  return found.flat();
}

/** Where a file of this version lies once there is another one. */
function keptPath(path: string, version: number): string {
  return `${path}.v${version}`;
}

async function write(host: Host, path: string, text: string): Promise<void> {
  await host.writeFile(path, text, { mode: MODE.secretFile });
}
