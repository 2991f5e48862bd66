import { errorText } from "../error.ts";
import { RELEASE_REGISTRY } from "../release/mod.ts";
import { type RegistryClient } from "../registry/registry.ts";
import { type NetworkSettings } from "../net/settings.ts";

/** Whether the registry can be used now, for the platform tier. */
export interface RegistryProbe {
  /** Never throws. */
  ask(signal: AbortSignal): Promise<{ ok: boolean; message: string }>;
  close(): void;
}

/** Asks the registry the way that set-up does; answers that changed since the last time make another client. */
export function createRegistryProbe(
  readNetwork: () => Promise<NetworkSettings>,
  clientFor: (network: NetworkSettings) => RegistryClient,
): RegistryProbe {
  let kept: { key: string; client: RegistryClient } | undefined;
  function forget(): void {
    kept?.client.close();
    kept = undefined;
  }
  return {
    async ask(signal) {
      try {
        const network = await readNetwork();
        const key = JSON.stringify(network);
        if (kept?.key !== key) forget();
        kept ??= { key, client: clientFor(network) };
        await kept.client.ping(RELEASE_REGISTRY, { signal });
        return { ok: true, message: `${RELEASE_REGISTRY} answers` };
      } catch (error) {
        forget(); // the next one knows authorities that are installed meanwhile
        return { ok: false, message: errorText(error) };
      }
    },
    close: forget,
  };
}
