import { type ReadBundle, readBundle } from "../../agent/bundle/read_bundle.ts";
import { unpackBundle } from "./scan_gitleaks.ts";

/** Names a folder in which every bundle that a test makes is kept, unpacked. */
export const KEEP_BUNDLES = "ALGA_TEST_BUNDLES";

/**
 * Reads a bundle that a test made, and keeps it where somebody wants to look at all of them: gitleaks_test.ts does, and refuses
 * tests that read one in another way. @throws {AgentError} USAGE if it is not one
 */
export async function readMade(bytes: ReadableStream<Uint8Array> | undefined): Promise<ReadBundle> {
  const bundle = await readBundle(bytes ?? new ReadableStream());
  const dir = Deno.env.get(KEEP_BUNDLES);
  if (dir !== undefined) await unpackBundle(bundle, `${dir}/${crypto.randomUUID()}`);
  return bundle;
}
