import * as z from "zod";
import { AgentError } from "../../agent/error.ts";
import type { Host } from "../../agent/host/host.ts";
import { PATHS } from "../../agent/state/paths.ts";

const Sha256 = z.string().regex(/^[0-9a-f]{64}$/);

const Pin = z.object({
  version: z.string().regex(/^v\d+\.\d+\.\d+\+k3s\d+$/),
  binarySha256: Sha256,
  installerSha256: Sha256,
});

/** Which k3s is installed, and the sums that prove it. */
export type K3sPin = z.infer<typeof Pin>;

/** The k3s that this agent was tested with. @see components.md 0 */
export const DEFAULT_K3S_PIN: K3sPin = {
  version: "v1.36.5+k3s1",
  binarySha256: "d73847bcd3c5fccef0115b372e2f9a91f3032dc84bbf71518a4617565294d313",
  installerSha256: "46177d4c99440b4c0311b67233823a8e8a2fc09693f6c89af1a7161e152fbfad",
};

/** The pin that the installation image brought, else the agent's own. @throws {AgentError} K3S_FAILED when it is damaged. */
export async function readK3sPin(host: Host): Promise<K3sPin> {
  const text = await host.readText(PATHS.k3sPin);
  if (text === undefined) return DEFAULT_K3S_PIN;
  try {
    return Pin.parse(JSON.parse(text));
  } catch (cause) {
    throw new AgentError("K3S_FAILED", `"${PATHS.k3sPin}" is damaged`, {
      hint: "Install from the appliance image again",
      cause,
    });
  }
}
