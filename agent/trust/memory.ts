import { isDeepStrictEqual } from "node:util";
import * as z from "zod";
import { type Clock, isoNow } from "../clock.ts";
import type { Host } from "../host/host.ts";
import type { ResolvedRelease } from "../release/mod.ts";
import { readStateFile, writeStateFile } from "../state/json_file.ts";
import { PATHS } from "../state/paths.ts";

const SCHEMA_VERSION = 1;

const Newest = z.object({ version: z.string(), manifestDigest: z.string(), releasedAt: z.string() });
const Seen = z.object({
  /** The first signed release that was seen, and when. */
  signed: z.object({ at: z.string(), version: z.string() }),
  /** The newest signed release that each channel led to. */
  channels: z.record(z.string(), Newest),
});
const Memory = z.object({ repositories: z.record(z.string(), Seen) });

/** What signed releases of one repository were seen. */
export type SeenReleases = z.infer<typeof Seen>;

/** What a release needs to have said of it. */
type Named =
  & Pick<ResolvedRelease, "registryHost" | "repository" | "reference" | "channel" | "manifestDigest">
  & {
    manifest: Pick<ResolvedRelease["manifest"], "version" | "releasedAt">;
  };

/** What was seen of a release's repository; `undefined` when no signed release was. */
export async function readSeen(host: Host, clock: Clock, release: Named): Promise<SeenReleases | undefined> {
  return (await readMemory(host, clock)).repositories[placeOf(release)];
}

/**
 * The release that its channel led to before, where that was published later than this one: somebody shows an old pointer again,
 * or the publisher has gone back. Without a time in it, a release cannot be newer than one that has. Whoever asks for a release by
 * its version or digest wants that one.
 */
export function newerSeen(
  seen: SeenReleases | undefined,
  release: Named,
): z.infer<typeof Newest> | undefined {
  const newest = seen?.channels[release.channel];
  if (!newest || release.reference !== release.channel || newest.manifestDigest === release.manifestDigest) {
    return undefined;
  }
  const { releasedAt } = release.manifest;
  return releasedAt === undefined || isBefore(releasedAt, newest.releasedAt) ? newest : undefined;
}

/** Whether one time comes before another, both ISO 8601. */
export function isBefore(one: string, other: string): boolean {
  return Date.parse(one) < Date.parse(other);
}

/** Notes that a signed release was seen: unsigned ones and older ones are then no longer taken without a word. */
export async function remember(host: Host, clock: Clock, release: Named): Promise<void> {
  const { version } = release.manifest;
  await change(host, clock, release, (before) => {
    const seen = before ?? { signed: { at: isoNow(clock), version }, channels: {} };
    return newerSeen(seen, release) ? seen : withNewest(seen, release);
  });
}

/** Somebody asked for a release that is older than one that was seen: from now on it is the newest of its channel. */
export async function goBackTo(host: Host, clock: Clock, release: Named): Promise<void> {
  await change(host, clock, release, (before) => before && withNewest(before, release));
}

function withNewest(
  seen: SeenReleases,
  { reference, channel, manifestDigest, manifest }: Named,
): SeenReleases {
  const { [channel]: _, ...others } = seen.channels;
  const { version, releasedAt } = manifest;
  if (reference !== channel) return seen;
  if (releasedAt === undefined) return { ...seen, channels: others };
  return { ...seen, channels: { ...others, [channel]: { version, manifestDigest, releasedAt } } };
}

async function change(
  host: Host,
  clock: Clock,
  release: Named,
  alter: (before: SeenReleases | undefined) => SeenReleases | undefined,
): Promise<void> {
  const { repositories } = await readMemory(host, clock);
  const place = placeOf(release);
  const after = alter(repositories[place]);
  if (after === undefined || isDeepStrictEqual(after, repositories[place])) return;
  const value = { repositories: { ...repositories, [place]: after } };
  await writeStateFile(host, PATHS.releaseTrust, value, SCHEMA_VERSION);
}

async function readMemory(host: Host, clock: Clock): Promise<z.infer<typeof Memory>> {
  const read = await readStateFile(host, PATHS.releaseTrust, Memory, {
    clock,
    schemaVersion: SCHEMA_VERSION,
  });
  return read.status === "ok" ? read.value : { repositories: {} };
}

function placeOf({ registryHost, repository }: Named): string {
  return `${registryHost}/${repository}`;
}
