import { createArchive } from "../../agent/bundle/archive.ts";
import type { BundleManifest } from "../../agent/bundle/manifest.ts";
import type { ReadBundle } from "../../agent/bundle/read_bundle.ts";
import { readMade } from "./keep_bundle.ts";

/** Bundles that the agent of a real node made while something was broken, each named after the first cause it told. */
const FOLDER = new URL("../agent/bundle/testdata/live", import.meta.url).pathname;
/** Set to "yes" where the tests of a real node write them again. */
const RECORD_BUNDLES = "ALGA_TEST_RECORD_BUNDLES";
/** What a replay is made from; the machine that the test ran on stays out. */
const KEPT =
  /^(?:manifest\.json|status\.json|blockers\.json|timeline\.jsonl|replay\/.*|kube\/pods\.json|pods\/.*)$/;
const LAST_LINES = 40;

/** One that was recorded. */
export interface LiveBundle {
  cause: string;
  path: string;
  bundle: ReadBundle;
}

/** All that were recorded. */
export async function liveBundles(): Promise<LiveBundle[]> {
  const names = (await Array.fromAsync(Deno.readDir(FOLDER))).map((it) => it.name).toSorted();
  return await Promise.all(names.map(async (name) => {
    const path = `${FOLDER}/${name}`;
    const bundle = await readMade((await Deno.open(path)).readable);
    return { cause: name.replace(/\.tar\.gz$/, ""), path, bundle };
  }));
}

/** Keeps one, where that is wanted, without what no replay needs. */
export async function recordBundle(cause: string, { files, manifest }: ReadBundle): Promise<void> {
  if (Deno.env.get(RECORD_BUNDLES) !== "yes") return;
  await Deno.mkdir(FOLDER, { recursive: true });
  const kept = [...files].filter(([path]) => KEPT.test(path));
  const paths = new Set(kept.map(([path]) => path));
  const told: BundleManifest = {
    ...manifest,
    files: manifest.files.filter((it) => paths.has(it.path)),
    collectors: manifest.collectors.map((it) => ({ ...it, missing: [], absent: [] })),
    knownValues: { ...manifest.knownValues, problems: [] },
    skipped: [],
  };
  const archive = createArchive(manifest.id, {
    at: new Date(manifest.createdAt),
    rest: () => Promise.resolve(),
  });
  const written = Deno.writeFile(`${FOLDER}/${cause}.tar.gz`, archive.bytes);
  for (const [path, bytes] of kept) {
    const content = path === "manifest.json"
      ? new TextEncoder().encode(`${JSON.stringify(told, undefined, 1)}\n`)
      : path.startsWith("pods/")
      ? lastLines(bytes)
      : bytes;
    await archive.add(path, [content], content.length);
  }
  await archive.finish();
  await written;
}

function lastLines(bytes: Uint8Array): Uint8Array {
  const lines = new TextDecoder().decode(bytes).split("\n");
  return new TextEncoder().encode(lines.slice(-LAST_LINES - 1).join("\n"));
}
