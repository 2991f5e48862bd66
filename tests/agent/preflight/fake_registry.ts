import { type FetchedManifest, type RegistryClient } from "../../../agent/registry/registry.ts";
import type { NetworkError } from "../../../agent/net/errors.ts";
import type { MeasuredRead } from "../../../agent/registry/measure_body.ts";
import { RegistryError, type RegistryFailure } from "../../../agent/registry/errors.ts";
import { RELEASE_REPOSITORY, type ReleaseManifest } from "../../../agent/release/manifest.ts";
import { sampleReleaseManifest } from "../../simulator/sample_release.ts";

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

  ping(host: string): Promise<{ status: number; dateMs: number | undefined }> {
    const failure = this.pingFailures.get(host);
    if (failure) return Promise.reject(new RegistryError(failure, host, `${host}: ${failure}`));
    const dateMs = this.aheadSec === undefined ? undefined : Date.now() + this.aheadSec * 1000;
    return Promise.resolve({ status: 200, dateMs });
  }

  fetchManifest(host: string, repository: string, reference: string): Promise<FetchedManifest> {
    if (repository === RELEASE_REPOSITORY) this.reads++;
    if (this.readFailure instanceof Error) return Promise.reject(this.readFailure);
    const failure = this.readFailure ?? (this.release === undefined ? "not-found" : undefined);
    if (failure) {
      return Promise.reject(
        new RegistryError(failure, host, `${host}: ${failure} for ${repository}:${reference}`),
      );
    }
    const digest = `sha256:${"a".repeat(64)}`;
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

  fetchBlob(): Promise<Uint8Array> {
    return Promise.resolve(new TextEncoder().encode(this.releaseText ?? JSON.stringify(this.release)));
  }

  measureBlob(_host: string, _repository: string, digest: string): Promise<MeasuredRead> {
    if (this.read instanceof Error) return Promise.reject(this.read);
    return digest.startsWith("sha256:d") ? Promise.resolve(this.read) : Promise.reject(new TypeError(digest));
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
