import { createKubeClient, parseKubeconfig } from "./mod.ts";
import type { KubeClient } from "./client/kube_client.ts";
import { PATHS } from "../agent/state/paths.ts";
import type { Host } from "../agent/host/host.ts";

/**
 * Gives a client for the cluster of this host; `undefined` while there is no kubeconfig. The client is kept until the file
 * changes (k3s writes a new one when its certificates change); then the next call closes it and makes another.
 */
export function createKubeConnector(
  host: Host,
  kubeconfigFile?: string,
): () => Promise<KubeClient | undefined> {
  let kept: { text: string; client: KubeClient } | undefined;
  return async () => {
    // A file named on the command line is the caller's own and lies where it says, not below the root.
    const text = kubeconfigFile === undefined
      ? await host.readText(PATHS.kubeconfig)
      : await readOwnFile(kubeconfigFile);
    if (text === undefined) return undefined;
    if (kept?.text === text) return kept.client;
    kept?.client.close();
    kept = { text, client: createKubeClient(parseKubeconfig(text)) };
    return kept.client;
  };
}

async function readOwnFile(path: string): Promise<string | undefined> {
  try {
    return await Deno.readTextFile(path);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return undefined;
    throw error;
  }
}
