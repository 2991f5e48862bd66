import type { BundleChecks } from "../bundle/collector.ts";
import type { Clock } from "../clock.ts";
import { primaryAddress } from "../host/network_facts.ts";
import type { Host } from "../host/host.ts";
import { networkOf } from "../net/settings.ts";
import type { NetworkSettings } from "../net/settings.ts";
import { allChecks, type CheckContext, type CheckInputs, runPreflight } from "../preflight/mod.ts";
import { APP_PORT } from "../product/ports.ts";
import type { RegistryClient, RegistryMirrors } from "../registry/registry.ts";

/** A bundle has others to wait for. */
const CHECK_MS = 8_000;
/** It measures how long a write takes: a disk that is full or ill is left alone. */
const WRITES = "disk.latency";

export interface BundleChecksDeps {
  host: Host;
  clock: Clock;
  mirrors: RegistryMirrors;
  readonly agentPort: number;
  registryFor(network: NetworkSettings): RegistryClient;
  /** The answers and settings that count; `undefined` before there are any. */
  inputs(): Promise<CheckInputs | undefined>;
  atSetup: BundleChecks["atSetup"];
}

/** The checks of setup as a bundle runs them again: with the settings of today, and nothing is written. */
export function createBundleChecks(deps: BundleChecksDeps): BundleChecks {
  const { host, clock, mirrors } = deps;
  return {
    atSetup: deps.atSetup,
    async now(isWanted, signal) {
      const inputs = await deps.inputs().catch(() => undefined) ?? await defaultInputs(host);
      const registry = deps.registryFor(networkOf(inputs));
      try {
        const { agentPort } = deps;
        const asked: CheckContext = { host, clock, inputs, registry, mirrors, agentPort, signal };
        const checks = allChecks(asked).filter((it) => it.id !== WRITES && isWanted(it.id));
        return await runPreflight(asked, { checks, timeoutMs: CHECK_MS });
      } finally {
        registry.close();
      }
    },
  };
}

/** What would be asked in the form, as far as checks look at it. */
export async function defaultInputs(host: Host): Promise<CheckInputs> {
  const address = (await primaryAddress(host).catch(() => undefined))?.address ?? "127.0.0.1";
  return {
    channel: "stable",
    releaseRef: "",
    appUrl: `http://${address}:${APP_PORT}`,
    dnsMode: "system",
    dnsServers: [],
    proxyUrl: "",
    noProxy: "",
  };
}
