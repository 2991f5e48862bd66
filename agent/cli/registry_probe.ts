import { errorText } from "../error.ts";
import { NetworkError } from "../net/errors.ts";
import { RELEASE_REGISTRY } from "../release/mod.ts";
import { type RegistryClient } from "../registry/registry.ts";
import { type NetworkSettings } from "../net/settings.ts";

/** What the registry answered, or why it did not. */
export interface RegistryAnswer {
  ok: boolean;
  /** In our words, for people. */
  message: string;
  /** Why it failed, as far as that is known; `detail`: what the runtime said, "" when nothing. */
  failure?: { code: string; host: string; status?: number; detail: string };
}

/** Whether the registry can be used now, for the platform tier. */
export interface RegistryProbe {
  /** Never throws. */
  ask(signal: AbortSignal): Promise<RegistryAnswer>;
  close(): void;
}

/** Asks the registry the way that setup does; answers that changed since the last time make another client. */
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
        return { ok: false, message: errorText(error), ...failureOf(error) };
      }
    },
    close: forget,
  };
}

/** The failure as codes, with what the runtime said: our own words are for people. */
function failureOf(error: unknown): Pick<RegistryAnswer, "failure"> {
  if (!(error instanceof NetworkError)) return {};
  const { failure: code, host, status } = error;
  const said: string[] = [];
  for (let at = error.cause; at instanceof Error && said.length < 4; at = at.cause) said.push(errorText(at));
  return { failure: { code, host, detail: said.join(": "), ...(status === undefined ? {} : { status }) } };
}
