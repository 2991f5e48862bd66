import { NetworkError } from "../../agent/net/errors.ts";
import type { RegistryClient, RegistryMirrors } from "../../agent/registry/registry.ts";
import { type ResolvedRelease, resolveRelease } from "../../agent/release/mod.ts";
import { findSignatures } from "../../agent/trust/find_signatures.ts";
import type { ReleaseKey } from "../../agent/trust/release_keys.ts";
import { type OciArtifact, toReference } from "./oci_artifact.ts";
import { ReleaseError } from "./release_error.ts";
import { CHANNELS, createReader } from "./release_options.ts";

const ONLY_PROMOTE =
  "Push without --channel, sign, then move the channel: deno task release promote VERSION --by NAME";

/**
 * Once releases are signed, a push may not move a channel: appliances would be led to one that nobody signed. They are where the
 * agent has a key of the publisher, and where what the channel leads to now has a signature of anybody's.
 * @throws {ReleaseError} Where only promote may.
 */
export async function guardChannel(
  mirrors: RegistryMirrors,
  channel: typeof CHANNELS[number],
  releaseKeys: readonly ReleaseKey[],
): Promise<void> {
  if (releaseKeys.length > 0) {
    throw new ReleaseError(
      `"${channel}" is moved by promote alone: the agent has keys to verify with`,
      ONLY_PROMOTE,
    );
  }
  const client = createReader(mirrors);
  try {
    const now = await channelRelease(client, channel);
    if (now === undefined) return;
    const place = { host: now.registryHost, repository: now.repository, digest: now.manifestDigest };
    for await (const _ of findSignatures(client, place)) {
      throw new ReleaseError(
        `"${channel}" is moved by promote alone: release ${now.manifest.version}, to which it leads now, is signed`,
        ONLY_PROMOTE,
      );
    }
  } finally {
    client.close();
  }
}

/** A version of a channel's name would be the channel. @throws {ReleaseError} */
export function refuseChannelAsVersion({ place }: OciArtifact): void {
  if (!(CHANNELS as readonly string[]).includes(place.tag)) return;
  throw new ReleaseError(
    `${toReference(place)} is a channel, not a version`,
    "Build the release under a version of its own",
  );
}

/** What the channel leads to now; `undefined` where it leads to nothing yet. */
export async function channelRelease(
  client: RegistryClient,
  channel: "stable" | "nightly",
): Promise<ResolvedRelease | undefined> {
  try {
    return await resolveRelease(client, { channel });
  } catch (error) {
    if (error instanceof NetworkError && error.status === 404) return undefined;
    throw error;
  }
}
