import { AgentError } from "../../error.ts";
import type { Step } from "../../operation/step.ts";
import type { NetworkContext } from "../context.ts";
import { addressesOf, readNetworkState } from "../link_state.ts";

/** k3s stops its containers' shims and starts again; on a slow disk that takes minutes. */
const RESTART_SEC = 600;

/**
 * Kubernetes takes down this machine's address at each start.
 * k3s finds `node-ip` by the default route where its config names none.
 */
export const restartKubernetesStep: Step<NetworkContext> = {
  id: "kubernetes",
  title: "Have Kubernetes take the new address",
  failure: {
    category: "k3s",
    cannot: "Kubernetes could not be restarted with the new address",
    nextAction: "Restart it (sudo systemctl restart k3s); the address of this machine is kept",
  },
  usualDurationSec: 120,
  deadlineSec: RESTART_SEC,
  look: async (context) => !context.hasKubernetes() || !await isOther(context),
  async act({ host, signal, say }) {
    say("Kubernetes is restarted");
    const argv = ["systemctl", "restart", "k3s"] as const;
    const { code, stderr } = await host.run(argv, { timeoutMs: RESTART_SEC * 1000, signal });
    if (code !== 0) {
      throw new AgentError("K3S_FAILED", `"${argv.join(" ")}" ended with ${code}: ${stderr.trim()}`);
    }
  },
  verify: async ({ host, hasKubernetes }) =>
    !hasKubernetes() || (await host.run(["systemctl", "is-active", "--quiet", "k3s"])).code === 0,
};

/** Whether the link has no address any more by which Kubernetes may know this machine. */
async function isOther({ host, settings, tried }: NetworkContext): Promise<boolean> {
  const before = tried.addressesBefore ?? [];
  const now = addressesOf(await readNetworkState(host), settings.link);
  return before.length > 0 && !now.some((it) => before.includes(it.address));
}
