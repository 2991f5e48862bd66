import * as z from "zod";
import type { Host } from "../host/host.ts";
import { tryParseJson } from "../text/try_parse_json.ts";
import type { BuildInfo } from "../version.ts";

const Build = z.object({ version: z.string(), commit: z.string(), builtAt: z.string() });

/** What `alga-agent version -o json` of an installed program says; `undefined` when there is none or it does not run. */
export async function readInstalledBuild(host: Host, program: string): Promise<BuildInfo | undefined> {
  if (await host.info(program) === undefined) return undefined;
  const reply = await host.run([program, "version", "-o", "json"], { timeoutMs: 30_000 }).catch(() =>
    undefined
  );
  if (reply?.code !== 0) return undefined;
  return Build.safeParse(tryParseJson(reply.stdout)).data;
}

/** Whether `mine` is older than `other`: by version, between builds of one version by date. */
export function isOlder(mine: BuildInfo, other: BuildInfo): boolean {
  const byVersion = compareVersions(mine.version, other.version);
  if (byVersion !== 0) return byVersion < 0;
  return mine.builtAt !== "" && other.builtAt !== "" && Date.parse(mine.builtAt) < Date.parse(other.builtAt);
}

/** Whether one version is older than another, whenever they were built. */
export function isOlderVersion(mine: string, other: string): boolean {
  return compareVersions(mine, other) < 0;
}

/** By number, part for part; a pre-release ("1.0.0-rc.1") comes before its release. */
function compareVersions(a: string, b: string): number {
  const [[coreA = "", preA], [coreB = "", preB]] = [a.split("-", 2), b.split("-", 2)];
  const byNumber = new Intl.Collator("en", { numeric: true }).compare;
  const byCore = byNumber(coreA, coreB);
  if (byCore !== 0) return byCore;
  if (preA === undefined || preB === undefined) {
    return Number(preA === undefined) - Number(preB === undefined);
  }
  return byNumber(preA, preB);
}
