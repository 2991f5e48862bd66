import { RegistryError } from "../registry/errors.ts";
import type { RegistryClient } from "../registry/registry.ts";
import { isOlder, pathProblem, type ResolvedRelease, resolveRelease, Tag } from "../release/mod.ts";

/** Longest way that is looked for, in releases. */
const MOST_STEPS = 8;
/** Releases that are read at most while it is looked for. */
const MOST_READ = 24;

/** A release on the way, as it is shown. */
export interface WayStep {
  version: string;
  manifestDigest: string;
}

/** How the target is reached: the releases in order, the target last; or why no way was found. */
export type Way =
  | { releases: readonly [ResolvedRelease, ...ResolvedRelease[]]; problem?: undefined }
  | { releases?: undefined; problem: string };

/**
 * The shortest way from the installed release to the target, by what each release says of those that it follows (`upgradeFrom`).
 * Releases between are asked for by their version, at the target's place; of two ways of the same length the one over the newer
 * release is taken. One that nobody has, or that says it is another one, is passed over.
 * @throws {NetworkError} When the registry cannot be asked.
 */
export async function findWay(
  registry: RegistryClient,
  { installed, target, signal }: {
    installed: string;
    target: ResolvedRelease;
    signal?: AbortSignal;
  },
): Promise<Way> {
  const { channel, registryHost, repository, manifest: { version: goal } } = target;
  // Going back is asked for, and checked, as one step.
  if (isOlder(goal, installed)) return { releases: [target] };
  const asked = new Set([goal]);
  const missing: string[] = [];
  let isCut = false;
  const open: [ResolvedRelease, ...ResolvedRelease[]][] = [[target]];
  for (const way of open) {
    const [first] = way;
    const problem = pathProblem(installed, first.manifest);
    if (problem === undefined) return { releases: way };
    for (const version of (first.manifest.upgradeFrom ?? []).toReversed()) {
      if (asked.has(version) || !Tag.safeParse(version).success) continue;
      // Nobody goes back on the way, nor in a circle.
      if (isOlder(version, installed) || isOlder(first.manifest.version, version)) continue;
      if (way.length === MOST_STEPS || asked.size > MOST_READ) {
        isCut = true;
        continue;
      }
      asked.add(version);
      const place = { registryHost, repository };
      const found = await tryResolve(registry, version, { channel, place, ...(signal && { signal }) });
      if (found) open.push([found, ...way]);
      else missing.push(version);
    }
  }
  const why = missing.length === 0 ? "" : `; ${missing.join(", ")} cannot be had`;
  return {
    problem: isCut
      ? `no way from ${installed} to ${goal} was found within ${MOST_STEPS} updates${why}: pin a release between, and update to that first`
      : `no release is known that leads from ${installed} to ${goal}${why}`,
  };
}

/** `undefined` where there is no such release that could be used. */
async function tryResolve(
  registry: RegistryClient,
  version: string,
  options: Omit<Parameters<typeof resolveRelease>[1], "reference">,
): Promise<ResolvedRelease | undefined> {
  try {
    const found = await resolveRelease(registry, { ...options, reference: version });
    return found.manifest.version === version ? found : undefined;
  } catch (error) {
    if (error instanceof RegistryError && ["not-found", "schema", "newer-format"].includes(error.failure)) {
      return undefined;
    }
    throw error;
  }
}
