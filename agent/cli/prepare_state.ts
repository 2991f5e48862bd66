import * as z from "zod";
import { isToken } from "../access/token.ts";
import type { Clock } from "../clock.ts";
import type { Host } from "../host/host.ts";
import { moveAside, readStateFile } from "../state/json_file.ts";
import { MODE, PATHS } from "../state/paths.ts";

const FOLDERS = [PATHS.stateDir, PATHS.configDir, PATHS.logDir, PATHS.runDir] as const;

/** What each file is recognised by. Its owner reads more of it; here a file counts that is torn or stands in another's place. */
const STATE_FILES: readonly [path: string, shape: z.ZodType][] = [
  [PATHS.installState, z.object({ status: z.string(), phase: z.string() })],
  [PATHS.setupInputs, z.object({ inputs: z.object({}) })],
  [PATHS.releaseSelection, z.object({ resolved: z.object({}) })],
  [PATHS.generatedSecrets, z.object({ algaAuthKey: z.string().min(1), statusToken: z.string().min(1) })],
  [PATHS.sessions, z.object({ sessions: z.array(z.object({})) })],
  [PATHS.statusMemory, z.object({ tiers: z.object({}) })],
];

const PRIVATE_FILES = [...STATE_FILES.map(([path]) => path), PATHS.journal, PATHS.setupToken] as const;

/** Makes the folders of the state, private as they have to be. Gives what was found otherwise, in words. */
export async function prepareFolders(host: Host): Promise<string[]> {
  const found: string[] = [];
  for (const path of FOLDERS) {
    const mode = (await host.info(path))?.mode;
    if (mode === MODE.privateFolder) continue;
    await host.makeFolder(path, { mode: MODE.privateFolder });
    if (mode !== undefined) found.push(`"${path}" had the mode ${octal(mode)}; it is private again`);
  }
  return found;
}

/**
 * Mends the modes of private files and moves damaged ones aside, so that their owner starts anew; the journal mends itself.
 * Gives what was found, in words. @throws {AgentError} STATE_NEWER
 */
export async function prepareFiles(host: Host, clock: Clock): Promise<string[]> {
  const found: string[] = [];
  for (const path of PRIVATE_FILES) {
    const info = await host.info(path);
    if (info?.kind !== "file" || (info.mode & 0o077) === 0) continue;
    await host.setMode(path, MODE.secretFile);
    found.push(`"${path}" had the mode ${octal(info.mode)}; it is private again`);
  }
  for (const [path, shape] of STATE_FILES) {
    const read = await readStateFile(host, path, shape, { clock, schemaVersion: 1 });
    if (read.status === "damaged") found.push(`${read.problem}. It was moved to ${PATHS.damagedDir}`);
  }
  for (const [path, isWhole] of [[PATHS.setupToken, isToken], [PATHS.siteId, isSiteId]] as const) {
    const text = await host.readText(path, { maxBytes: 1_000 });
    if (text === undefined || isWhole(text.trim())) continue;
    await moveAside(host, path, clock);
    found.push(`"${path}" is damaged. It was moved to ${PATHS.damagedDir}`);
  }
  return found;
}

function isSiteId(text: string): boolean {
  return /^[\x21-\x7e]{0,100}$/.test(text);
}

function octal(mode: number): string {
  return mode.toString(8).padStart(4, "0");
}
