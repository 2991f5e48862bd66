import type { ResolvedRelease } from "../../agent/release/mod.ts";
import { parse } from "yaml";

/** One thing that a customer's appliance will get in place of another. */
export interface ReleaseChange {
  what: string;
  from: string | undefined;
  to: string | undefined;
}

/** What an update from one release to another changes: images, charts, bundle and values, key by key. Pure. */
export function releaseChanges(from: ResolvedRelease, to: ResolvedRelease): ReleaseChange[] {
  const [before, after] = [from, to].map((it) => facts(it)) as [Map<string, string>, Map<string, string>];
  return [...new Set([...before.keys(), ...after.keys()])]
    .filter((it) => before.get(it) !== after.get(it))
    .map((what) => ({ what, from: before.get(what), to: after.get(what) }));
}

/** "image algaCore", "chart temporal", "alga-core.single-node.yaml server.replicaCount" → value. */
function facts({ manifest }: ResolvedRelease): Map<string, string> {
  const found = new Map<string, string>([
    ["version", manifest.version],
    ["releasedAt", manifest.releasedAt ?? ""],
    ["config bundle", manifest.config.digest],
  ]);
  for (const [name, tag] of Object.entries(manifest.images)) if (tag) found.set(`image ${name}`, tag);
  for (const [name, version] of Object.entries(manifest.charts)) found.set(`chart ${name}`, version);
  for (const [name, text] of Object.entries(manifest.profileValues)) {
    addLeaves(found, name, parse(text, { maxAliasCount: 50, logLevel: "error" }));
  }
  return found;
}

function addLeaves(found: Map<string, string>, path: string, value: unknown): void {
  if (value === null || typeof value !== "object" || Array.isArray(value)) {
    found.set(path, typeof value === "string" ? value : JSON.stringify(value) ?? "");
    return;
  }
  const separator = path.includes(" ") ? "." : " ";
  for (const [key, it] of Object.entries(value)) addLeaves(found, `${path}${separator}${key}`, it);
}
