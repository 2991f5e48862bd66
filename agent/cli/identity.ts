import type { Identity } from "../../routes/mod.ts";
import { BUILD } from "../version.ts";

/** Which appliance and which agent this is; the machine's name is that of the moment. */
export function identityOf(hostName: () => string, addresses: Identity["addresses"]): Identity {
  return {
    get hostName() {
      return hostName();
    },
    addresses,
    agentVersion: BUILD.version,
    commit: BUILD.commit,
    builtAt: BUILD.builtAt,
  };
}
