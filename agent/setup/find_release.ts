import type { Clock } from "../clock.ts";
import type { Host } from "../host/host.ts";
import type { RegistryClient } from "../registry/registry.ts";
import {
  placeOf,
  PUBLISHED_PLACE,
  type ReleasePlace,
  RepositoryName,
  type ResolvedRelease,
  resolveRelease,
} from "../release/mod.ts";
import type { KubeClient } from "../../k8s/mod.ts";
import { SELECTION } from "./cluster_holding.ts";
import { readSelection } from "./release_selection.ts";

const DIGEST = /^sha256:[0-9a-f]{64}$/;

/**
 * The installed release: by our own record or, where that is lost, by the digest that setup has left in the cluster, read again
 * from the registry. `undefined` where neither knows. Writes nothing.
 */
export async function findRelease(
  { host, clock, connectKube, registry }: {
    host: Host;
    clock: Clock;
    connectKube(): Promise<KubeClient | undefined>;
    registry: RegistryClient;
  },
): Promise<ResolvedRelease | undefined> {
  const kept = await readSelection(host, clock);
  if (kept) return kept.resolved;
  const data = (await (await connectKube())?.get(SELECTION))?.data;
  if (typeof data?.manifestDigest !== "string" || !DIGEST.test(data.manifestDigest)) return undefined;
  const channel = channelOf(data) ?? "stable";
  return await resolveRelease(registry, { reference: data.manifestDigest, channel, place: keptPlace(data) });
}

/** Where it came from: an override may have named another repository than the published one. */
function keptPlace({ registryHost, repository }: Record<string, unknown>): ReleasePlace {
  if (typeof registryHost !== "string" || typeof repository !== "string") return PUBLISHED_PLACE;
  const name = RepositoryName.safeParse(`${registryHost}/${repository}`);
  return name.success ? placeOf(name.data) : PUBLISHED_PLACE;
}

/** How long the cluster may take to say its channel; a page waits for it. */
const ASK_TIMEOUT_MS = 4_000;

/**
 * The channel that the installed release was chosen from: by our own record or, where that is lost, by what setup has left in the
 * cluster. `undefined` where neither tells now. Never throws.
 */
export async function findChannel(
  { host, clock, connectKube }: {
    host: Host;
    clock: Clock;
    connectKube(): Promise<KubeClient | undefined>;
  },
): Promise<ResolvedRelease["channel"] | undefined> {
  try {
    const kept = await readSelection(host, clock);
    if (kept) return kept.resolved.channel;
    const kube = await connectKube();
    return channelOf((await kube?.get(SELECTION, { signal: AbortSignal.timeout(ASK_TIMEOUT_MS) }))?.data);
  } catch {
    return undefined;
  }
}

function channelOf(data: Record<string, unknown> | undefined): ResolvedRelease["channel"] | undefined {
  // Older installations and other readers say "channel".
  const channel = data?.selectedChannel ?? data?.channel;
  return channel === "stable" || channel === "nightly" ? channel : undefined;
}
