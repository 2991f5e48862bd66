import type { RegistryClient } from "../../../agent/registry/registry.ts";
import { parsePublicKey, type TrustedKey } from "../../../agent/trust/public_key.ts";
import type { SignedPlace } from "../../../agent/trust/find_signatures.ts";
import { type SimRegistry, startSimRegistry } from "../../simulator/registry.ts";
import { clientOf } from "../registry/client_of.ts";
import { type Fixtures, readFixtures } from "./fixtures.ts";

/** Where releases lie. */
export const RELEASES = { host: "ghcr.io", repository: "nine-minds/alga-appliance-release" };
/** A moment at which the keys of the fixtures count. */
export const NOW_MS = Date.parse("2026-12-01T00:00:00Z");

/** A registry as cosign left it. */
export interface SignedRegistry {
  registry: SimRegistry;
  client: RegistryClient;
  place: SignedPlace;
  fixtures: Fixtures;
}

/** Runs a body on a registry that holds one case of the fixtures. */
export async function withSigned(
  name: string,
  body: (world: SignedRegistry) => Promise<void>,
): Promise<void> {
  const fixtures = await readFixtures();
  const fixture = fixtures.cases[name];
  if (!fixture) throw new Error(`There is no case "${name}"`);
  const registry = await startSimRegistry();
  const client = clientOf(registry.url);
  try {
    registry.load(fixture);
    registry.hasReferrers = fixture.hasReferrers;
    await body({ registry, client, fixtures, place: { ...RELEASES, digest: fixture.digest } });
  } finally {
    client.close();
    await registry.close();
  }
}

/** A key of the fixtures; `before` stands above its block. */
export function keyOf({ keys }: Fixtures, name: string, before = ""): TrustedKey {
  const key = parsePublicKey(name, `${before}${keys[name]?.publicText}`);
  if ("problem" in key) throw new Error(key.problem);
  return key;
}
