import * as z from "zod";
import {
  type Descriptor,
  digestOf,
  OCI_MANIFEST,
  type OciArtifact,
  type Place,
  toReference,
} from "./oci_artifact.ts";
import { ReleaseError } from "./release_error.ts";

const REF = "org.opencontainers.image.ref.name";
const Index = z.object({
  manifests: z.array(z.object({ digest: z.string(), annotations: z.object({ [REF]: z.string() }) })),
});
const Manifest = z.object({
  config: z.object({ digest: z.string() }),
  layers: z.array(z.object({ digest: z.string() })),
});

/** Writes artifacts as an OCI image layout, replacing one that is there. @see OCI image-spec, image-layout.md */
export async function writeLayout(dir: string, artifacts: readonly OciArtifact[]): Promise<void> {
  const isThere = await exists(dir);
  if (isThere && !await exists(`${dir}/oci-layout`)) {
    throw new ReleaseError(`"${dir}" is there and holds no release`, "Name another folder with --out");
  }
  const fresh = `${dir}.${Deno.pid}.partial`;
  const blobs = `${fresh}/blobs/sha256`;
  await Deno.mkdir(blobs, { recursive: true });
  const index: (Descriptor & { annotations: Record<string, string> })[] = [];
  for (const it of artifacts) {
    const contents = [{ digest: it.digest, bytes: it.manifest }, ...it.blobs];
    for (const { digest, bytes } of contents) await Deno.writeFile(`${blobs}/${hexOf(digest)}`, bytes);
    index.push({
      mediaType: OCI_MANIFEST,
      digest: it.digest,
      size: it.manifest.length,
      annotations: { [REF]: toReference(it.place) },
    });
  }
  await Deno.writeTextFile(`${fresh}/index.json`, JSON.stringify({ schemaVersion: 2, manifests: index }));
  await Deno.writeTextFile(`${fresh}/oci-layout`, `{"imageLayoutVersion":"1.0.0"}`);
  if (isThere) await Deno.remove(dir, { recursive: true });
  await Deno.rename(fresh, dir);
}

/** Reads a layout back; every byte is checked against its digest. @throws {ReleaseError} */
export async function readLayout(dir: string): Promise<OciArtifact[]> {
  const hint = 'Make the release again with "deno task release build"';
  const read = async (digest: string): Promise<Uint8Array> => {
    const bytes = await Deno.readFile(`${dir}/blobs/sha256/${hexOf(digest)}`).catch((cause) => {
      throw new ReleaseError(`"${dir}" lacks ${digest}`, hint, { cause });
    });
    if (digestOf(bytes) !== digest) throw new ReleaseError(`${digest} in "${dir}" was changed`, hint);
    return bytes;
  };
  const text = await Deno.readTextFile(`${dir}/index.json`).catch((cause) => {
    throw new ReleaseError(`"${dir}" holds no release`, hint, { cause });
  });
  const index = Index.safeParse(tryJson(text));
  if (!index.success) throw new ReleaseError(`"${dir}/index.json" cannot be read`, hint);
  return await Promise.all(index.data.manifests.map(async ({ digest, annotations }) => {
    const manifest = await read(digest);
    const parts = Manifest.safeParse(tryJson(new TextDecoder().decode(manifest)));
    if (!parts.success) throw new ReleaseError(`${digest} in "${dir}" is not an artifact`, hint);
    const digests = new Set([parts.data.config, ...parts.data.layers].map((it) => it.digest));
    return {
      place: parseReference(annotations[REF]),
      manifest,
      digest,
      blobs: await Promise.all([...digests].map(async (it) => ({ digest: it, bytes: await read(it) }))),
    };
  }));
}

function parseReference(text: string): Place {
  const [, host, repository, tag] = /^([^/]+)\/(.+):([^:/]+)$/.exec(text) ?? [];
  if (host === undefined || repository === undefined || tag === undefined) {
    throw new ReleaseError(
      `"${text}" is not a reference`,
      'Make the release again with "deno task release build"',
    );
  }
  return { host, repository, tag };
}

/** Digests name files here; nothing else may. */
function hexOf(digest: string): string {
  const hex = /^sha256:([0-9a-f]{64})$/.exec(digest)?.[1];
  if (hex === undefined) throw new ReleaseError(`"${digest}" is not a digest`, "Make the release again");
  return hex;
}

function tryJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

async function exists(path: string): Promise<boolean> {
  return await Deno.stat(path).then(() => true, () => false);
}
