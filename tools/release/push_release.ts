import { type OciArtifact, type Place, toReference } from "./oci_artifact.ts";
import type { RegistryWriter } from "./registry_writer.ts";
import { ReleaseError } from "./release_error.ts";

/** What became of one artifact. */
export interface Pushed {
  reference: string;
  digest: string;
  status: "pushed" | "was there";
}

/**
 * Sends artifacts in their order, so that the pointer comes last, and reads each back.
 * A tag that holds something else is never overwritten: appliances rely on it.
 * @throws {ReleaseError} If a tag is taken, or the registry does not give back what it got.
 * @throws {NetworkError} As the registry answers.
 */
export async function* pushRelease(
  writer: RegistryWriter,
  artifacts: readonly OciArtifact[],
): AsyncGenerator<Pushed> {
  for (const it of artifacts) await refuseTakenTag(writer, it);
  for (const artifact of artifacts) {
    const { place: { host, repository, tag }, digest, blobs } = artifact;
    let sent = false;
    for (const blob of blobs) sent = await writer.pushBlob(host, repository, blob) || sent;
    if (await writer.fetchDigest(host, repository, tag) !== digest) {
      await writer.pushManifest(host, repository, tag, artifact.manifest);
      sent = true;
    }
    await checkPushed(writer, artifact);
    yield { reference: toReference(artifact.place), digest, status: sent ? "pushed" : "was there" };
  }
}

/** Moves a channel to a release that is already pushed. @throws as {@link pushRelease} */
export async function moveChannel(
  writer: RegistryWriter,
  pointer: OciArtifact,
  channel: string,
): Promise<Pushed> {
  const place: Place = { ...pointer.place, tag: channel };
  const { host, repository } = place;
  const isThere = await writer.fetchDigest(host, repository, channel) === pointer.digest;
  if (!isThere) await writer.pushManifest(host, repository, channel, pointer.manifest);
  await checkPushed(writer, { ...pointer, place });
  return { reference: toReference(place), digest: pointer.digest, status: isThere ? "was there" : "pushed" };
}

async function refuseTakenTag(writer: RegistryWriter, { place, digest }: OciArtifact): Promise<void> {
  const found = await writer.fetchDigest(place.host, place.repository, place.tag);
  if (found === undefined || found === digest) return;
  throw new ReleaseError(
    `${toReference(place)} is already published with other content (${found})`,
    "Choose a new version: what a version names never changes",
  );
}

async function checkPushed(writer: RegistryWriter, { place, digest, blobs }: OciArtifact): Promise<void> {
  const { host, repository, tag } = place;
  const found = await writer.fetchDigest(host, repository, tag);
  if (found !== digest) {
    throw new ReleaseError(
      `${toReference(place)} was sent as ${digest} and reads back as ${found ?? "nothing"}`,
      "Push again; when it stays so, look at the registry's log",
    );
  }
  for (const blob of blobs) {
    if (!await writer.hasBlob(host, repository, blob)) {
      throw new ReleaseError(
        `${toReference(place)} lacks ${blob.digest} after it was sent`,
        "Push again; when it stays so, look at the registry's log",
      );
    }
  }
}
