import { systemClock } from "../../../agent/clock.ts";
import {
  createRegistryClient,
  type NetworkSettings,
  type RegistryClient,
  type RegistryClientOptions,
} from "../../../agent/release/mod.ts";

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
