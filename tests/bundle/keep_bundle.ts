import type { ReadBundle } from "../../agent/bundle/read_bundle.ts";
import { unpackBundle } from "./scan_gitleaks.ts";

/** Names a folder in which every bundle that a test makes is kept, unpacked. */
export const KEEP_BUNDLES = "ALGA_TEST_BUNDLES";

/** Keeps a bundle where somebody wants to look at all of them. */
export async function keepBundle(bundle: ReadBundle): Promise<ReadBundle> {
  const dir = Deno.env.get(KEEP_BUNDLES);
  if (dir !== undefined) await unpackBundle(bundle, `${dir}/${crypto.randomUUID()}`);
  return bundle;
}
