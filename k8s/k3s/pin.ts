import * as z from "zod";
import { AgentError } from "../../agent/error.ts";
import type { Host } from "../../agent/host/host.ts";
import { ARCHIVE_NAME, K3S } from "../../agent/product/pins.ts";
import { PATHS } from "../../agent/state/paths.ts";

const Sha256 = z.string().regex(/^[0-9a-f]{64}$/);

const Pin = z.object({
  version: z.string().regex(/^v\d+\.\d+\.\d+\+k3s\d+$/),
  binarySha256: Sha256,
  installerSha256: Sha256,
  /** Archives with k3s' own images that the installation image brings, name → checksum. */
  airgapImages: z.record(z.string().regex(ARCHIVE_NAME), Sha256).default({}),
});

/** Which k3s is installed, and the sums that prove it. */
export type K3sPin = z.infer<typeof Pin>;

/** The k3s that this agent was tested with. */
export const DEFAULT_K3S_PIN: K3sPin = {
  version: K3S.version,
  binarySha256: K3S.binary.sha256,
  installerSha256: K3S.installer.sha256,
  airgapImages: {},
};

/** The pin that the installation image brought, else the agent's own. @throws {AgentError} K3S_FAILED when it is damaged. */
export async function readK3sPin(host: Host): Promise<K3sPin> {
  const text = await host.readText(PATHS.k3sPin);
  if (text === undefined) return DEFAULT_K3S_PIN;
  try {
    return Pin.parse(JSON.parse(text));
  } catch (cause) {
    throw new AgentError("K3S_FAILED", `"${PATHS.k3sPin}" is damaged`, {
      hint: "Install from the appliance image again, in the hypervisor",
      cause,
    });
  }
}
