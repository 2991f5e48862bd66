import { RegistryError } from "../../../agent/registry/errors.ts";
import type { RegistryClient } from "../../../agent/registry/registry.ts";
import { signatureOf } from "./site_key.ts";

/** A registry that has the signature of every bundle, of none, or cannot say. */
export function bundleRegistry(
  state: { signed: "yes" | "no" | "denied"; asked: number },
  digest = `sha256:${"1".repeat(64)}`,
): RegistryClient {
  const signed = signatureOf({
    host: "ghcr.io",
    repository: "nine-minds/alga-appliance-config",
    digest,
  });
  const absent = (host: string) => new RegistryError("not-found", host, "it is not there", { status: 404 });
  return {
    fetchReferrers: (host: string) => Promise.reject(absent(host)),
    fetchManifest(host: string, _repository: string, reference: string) {
      state.asked++;
      if (state.signed === "denied") {
        return Promise.reject(new RegistryError("denied", host, "it is denied", { status: 403 }));
      }
      if (state.signed === "no" || reference !== signed.tag) return Promise.reject(absent(host));
      return Promise.resolve({ digest: "", mediaType: "", bytes: signed.manifest });
    },
    fetchBlob: (_host: string, _repository: string, { digest }: { digest: string }) =>
      Promise.resolve(signed.blobs.get(digest) ?? new Uint8Array()),
  } as unknown as RegistryClient;
}
