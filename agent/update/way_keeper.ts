import { errorText } from "../error.ts";
import type { NetworkSettings } from "../net/settings.ts";
import type { RegistryClient } from "../registry/registry.ts";
import { pathProblem, type ResolvedRelease } from "../release/mod.ts";
import { networkOfSettings, type Settings } from "../settings/settings.ts";
import { findWay, type Way } from "./way.ts";

const LIMIT_MS = 60_000;

/** Keeps in mind which way leads from one release to another. */
export interface WayKeeper {
  /** `undefined` while nobody has looked for it. */
  known(installed: ResolvedRelease, target: ResolvedRelease): Way | undefined;
  /** Looks for it, unless it is known. Never throws: a registry that cannot be asked is a problem, and asked again. */
  find(installed: ResolvedRelease, target: ResolvedRelease): Promise<Way>;
}

/** What looking for a way needs. `changed`: called when another way is known. */
export interface WayKeeperDeps {
  settings(): Promise<Settings | undefined>;
  registryFor: (network: NetworkSettings) => RegistryClient;
  changed(): void;
}

export function createWayKeeper({ settings, registryFor, changed }: WayKeeperDeps): WayKeeper {
  let kept: { pair: string; way: Way; isFinal: boolean } | undefined;
  let underWay: { pair: string; found: Promise<Way> } | undefined;

  async function look(installed: string, target: ResolvedRelease): Promise<[way: Way, isFinal: boolean]> {
    // Most releases are one step away, and nobody has to be asked.
    if (pathProblem(installed, target.manifest) === undefined) return [{ releases: [target] }, true];
    let registry: RegistryClient | undefined;
    try {
      const now = await settings();
      if (!now) return [{ problem: "the settings are not known" }, false];
      registry = registryFor(networkOfSettings(now));
      const signal = AbortSignal.timeout(LIMIT_MS);
      const way = await findWay(registry, { installed, target, signal });
      return [way, way.problem === undefined];
    } catch (error) {
      return [{ problem: errorText(error) }, false];
    } finally {
      registry?.close();
    }
  }

  async function keep(pair: string, installed: string, target: ResolvedRelease): Promise<Way> {
    const [way, isFinal] = await look(installed, target);
    kept = { pair, way, isFinal };
    if (underWay?.pair === pair) underWay = undefined;
    changed();
    return way;
  }

  return {
    known: (installed, target) => kept?.pair === pairOf(installed, target) ? kept.way : undefined,
    async find(installed, target) {
      const pair = pairOf(installed, target);
      if (kept?.pair === pair && kept.isFinal) return kept.way;
      if (underWay?.pair !== pair) underWay = { pair, found: keep(pair, installed.manifest.version, target) };
      return await underWay.found;
    },
  };
}

function pairOf(installed: ResolvedRelease, target: ResolvedRelease): string {
  return `${installed.manifestDigest} ${target.manifestDigest}`;
}
