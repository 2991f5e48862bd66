import { RegistryError } from "../../../agent/registry/errors.ts";
import type { ResolvedRelease } from "../../../agent/release/mod.ts";
import { type Channel, NEW, OLD, releaseOf } from "./update_world.ts";

/** 1.4.0 → {@link NEW} → {@link SIXTH} → {@link SEVENTH}: each follows the one before it, and no other. */
export const FIFTH = following(NEW, "1.4.0");
export const SIXTH = releaseOf("1.6.0", "6", ["1.5.0"]);
export const SEVENTH = releaseOf("1.7.0", "7", ["1.5.0", "1.6.0"]);

/** The same release as one that follows these. */
export function following(release: ResolvedRelease, ...upgradeFrom: string[]): ResolvedRelease {
  return { ...release, manifest: { ...release.manifest, upgradeFrom } };
}

/** A registry of these releases, by version and digest; the channel leads to the last one. */
export function channelOf(...releases: ResolvedRelease[]): Channel {
  return (reference) => {
    const found = reference === "stable"
      ? releases.at(-1)
      : releases.find((it) => it.manifest.version === reference || it.manifestDigest === reference);
    if (found) return found;
    throw new RegistryError("not-found", "ghcr.io", `ghcr.io does not have ${reference} (404)`, {
      status: 404,
    });
  };
}

/** All of them, from the installed one on. */
export const ALL = [OLD, FIFTH, SIXTH, SEVENTH] as const;
