import { createTarDecoder } from "modern-tar";
import { AgentError, errorText } from "../error.ts";
import { BundleManifest } from "./manifest.ts";
import { tryParseJson } from "../text/try_parse_json.ts";

const MIB = 1024 * 1024;
/** A bundle is at most 60 MiB; what is far larger once unpacked is something else. */
const MOST_BYTES = 256 * MIB;
const MOST_FILES = 100_000;

/** A bundle that was read: its files by their path below its folder. */
export interface ReadBundle {
  manifest: BundleManifest;
  files: ReadonlyMap<string, Uint8Array>;
}

/** Text of a file in a bundle; `undefined` when it is not there. */
export function bundleText({ files }: ReadBundle, path: string): string | undefined {
  const bytes = files.get(path);
  return bytes && new TextDecoder().decode(bytes);
}

/** Reads a bundle of any origin. @throws {AgentError} USAGE when it is not one, with what to do. */
export async function readBundle(bytes: ReadableStream<Uint8Array>): Promise<ReadBundle> {
  const files = new Map<string, Uint8Array>();
  try {
    let total = 0;
    const counted = new TransformStream<Uint8Array, Uint8Array>({
      transform(chunk, controller) {
        total += chunk.length;
        if (total > MOST_BYTES) throw new Error(`it holds more than ${MOST_BYTES / MIB} MiB`);
        controller.enqueue(chunk);
      },
    });
    const gunzip = new DecompressionStream("gzip") as unknown as TransformStream<Uint8Array, Uint8Array>;
    const entries = bytes.pipeThrough(gunzip).pipeThrough(counted).pipeThrough(createTarDecoder());
    for await (const { header, body } of entries) {
      const content = new Uint8Array(await new Response(body as BodyInit).arrayBuffer());
      if (header.type !== undefined && header.type !== "file") continue;
      if (files.size >= MOST_FILES) throw new Error(`it holds more than ${MOST_FILES} files`);
      // Everything lies below one folder.
      files.set(header.name.slice(header.name.indexOf("/") + 1), content);
    }
  } catch (error) {
    throw notABundle(errorText(error));
  }
  const text = files.get("manifest.json");
  if (text === undefined) throw notABundle("it has no manifest.json");
  const parsed = BundleManifest.safeParse(tryParseJson(new TextDecoder().decode(text)));
  if (!parsed.success) {
    throw notABundle(`its manifest.json has a wrong "${parsed.error.issues[0]?.path.join(".")}"`);
  }
  return { manifest: parsed.data, files };
}

function notABundle(why: string): AgentError {
  return new AgentError("USAGE", `This is not a support bundle: ${why}`, {
    hint:
      'Name a file that "alga-agent bundle" or the page Support made; one that ends in .age is opened with age(1) first',
  });
}
