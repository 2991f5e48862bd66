import { type FetchedManifest, type RegistryClient } from "../../../agent/registry/registry.ts";
import type { NetworkError } from "../../../agent/net/errors.ts";
import type { MeasuredRead } from "../../../agent/registry/measure_body.ts";
import { RegistryError, type RegistryFailure } from "../../../agent/registry/errors.ts";
import { RELEASE_REPOSITORY, type ReleaseManifest } from "../../../agent/release/manifest.ts";
import { signatureOf } from "../trust/site_key.ts";
import { sampleReleaseManifest } from "../../simulator/sample_release.ts";

const DIGEST = `sha256:${"a".repeat(64)}`;
const SIGNATURE = signatureOf({
  host: "ghcr.io",
  repository: "nine-minds/alga-appliance-release",
  digest: DIGEST,
});

/** A registry without a network: one release, and failures by host. */
export class FakeRegistry implements RegistryClient {
  /** `undefined` = the release does not exist. */
  release: ReleaseManifest | undefined = sampleReleaseManifest();
  /** Replaces the release's text. */
  releaseText: string | undefined;
  /** How asking a registry fails, by its name. */
  readonly pingFailures = new Map<string, RegistryFailure>();
  /** How reading the release fails. */
  readFailure: RegistryFailure | Error | undefined;
  readonly missingImages = new Set<string>();
  readonly brokenImages = new Set<string>();
  /** Seconds that the registry's clock is ahead; `undefined` = it tells no time. */
  aheadSec: number | undefined = 0;
  /** How often the release was read. */
  reads = 0;
  /** Largest layer of every image. */
  layerBytes: number | undefined = 900_000_000;
  /** What reading content gives. */
  read: MeasuredRead | NetworkError = { bytes: 8 * 1024 * 1024, tookMs: 1_000 };
  /** Whether the release has a signature. */
  isSigned = true;
  /** How asking for the signature fails. */
  signatureFailure: RegistryFailure | undefined;

  openBlob(host: string): Promise<never> {
    return Promise.reject(new RegistryError("not-found", host, `${host} has no such blob`));
  }

  ping(host: string): Promise<{ status: number; dateMs: number | undefined }> {
    const failure = this.pingFailures.get(host);
    if (failure) return Promise.reject(new RegistryError(failure, host, `${host}: ${failure}`));
    const dateMs = this.aheadSec === undefined ? undefined : Date.now() + this.aheadSec * 1000;
    return Promise.resolve({ status: 200, dateMs });
  }

  fetchManifest(host: string, repository: string, reference: string): Promise<FetchedManifest> {
    if (/^sha256-/.test(reference)) return this.#signatureManifest(host, reference);
    if (repository === RELEASE_REPOSITORY) this.reads++;
    if (this.readFailure instanceof Error) return Promise.reject(this.readFailure);
    const failure = this.readFailure ?? (this.release === undefined ? "not-found" : undefined);
    if (failure) {
      return Promise.reject(
        new RegistryError(failure, host, `${host}: ${failure} for ${repository}:${reference}`),
      );
    }
    const digest = DIGEST;
    const text = JSON.stringify({
      schemaVersion: 2,
      mediaType: "application/vnd.oci.image.manifest.v1+json",
      config: { mediaType: "application/json", digest, size: 2 },
      layers: this.layerBytes === undefined ? [] : [
        { digest: `sha256:${"b".repeat(64)}`, size: 200 },
        { digest: `sha256:${"d".repeat(64)}`, size: this.layerBytes },
      ],
    });
    return Promise.resolve({
      digest,
      mediaType: "application/vnd.oci.image.manifest.v1+json",
      bytes: new TextEncoder().encode(text),
    });
  }

  #signatureManifest(host: string, reference: string): Promise<FetchedManifest> {
    const failure = this.signatureFailure ??
      (this.isSigned && reference === SIGNATURE.tag ? undefined : "not-found");
    return failure
      ? Promise.reject(new RegistryError(failure, host, `${host}: ${failure}`))
      : Promise.resolve({ digest: "", mediaType: "", bytes: SIGNATURE.manifest });
  }

  fetchBlob(_host?: string, _repository?: string, wanted?: { digest: string }): Promise<Uint8Array> {
    const payload = SIGNATURE.blobs.get(wanted?.digest ?? "");
    if (payload) return Promise.resolve(payload);
    return Promise.resolve(new TextEncoder().encode(this.releaseText ?? JSON.stringify(this.release)));
  }

  measureBlob(_host: string, _repository: string, digest: string): Promise<MeasuredRead> {
    if (this.read instanceof Error) return Promise.reject(this.read);
    return digest.startsWith("sha256:d") ? Promise.resolve(this.read) : Promise.reject(new TypeError(digest));
  }

  fetchReferrers(): Promise<Uint8Array | undefined> {
    return Promise.resolve(undefined);
  }

  exists(host: string, repository: string): Promise<boolean> {
    const failure = this.pingFailures.get(host);
    if (failure) return Promise.reject(new RegistryError(failure, host, `${host}: ${failure}`));
    if (this.brokenImages.has(repository)) {
      return Promise.reject(new RegistryError("server-error", host, `${host} answered 503`));
    }
    return Promise.resolve(!this.missingImages.has(repository));
  }

  close(): void {}
}
