import { systemClock } from "../../../agent/clock.ts";
import { type RegistryClient } from "../../../agent/registry/registry.ts";
import { createRegistryClient, type RegistryClientOptions } from "../../../agent/registry/client.ts";
import { type NetworkSettings } from "../../../agent/net/settings.ts";

/** A client to which this address is ghcr.io. Close it. */
export function clientOf(
  url: string,
  { network, ...options }: Partial<Omit<RegistryClientOptions, "network">> & {
    network?: Partial<NetworkSettings>;
  } = {},
): RegistryClient {
  return createRegistryClient({
    mirrors: { "ghcr.io": url },
    network: { dnsServers: [], ...network },
    clock: systemClock,
    userAgent: "test",
    ...options,
  });
}
