import type { RegistryContents } from "../../simulator/registry.ts";

/** What the real cosign made. @see make_fixtures.ts */
export interface Fixtures {
  /** Its version. */
  cosign: string;
  keys: Record<string, { privateText: string; publicText: string }>;
  cases: Record<string, RegistryContents & { digest: string; hasReferrers: boolean }>;
}

/** Password of the keys in the fixtures: they sign nothing else. */
export const FIXTURE_PASSWORD = "fixture";

/** Reads them. */
export async function readFixtures(): Promise<Fixtures> {
  return JSON.parse(await Deno.readTextFile(new URL("./testdata/cosign.json", import.meta.url)));
}
