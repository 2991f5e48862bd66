import { dirname, isAbsolute, join } from "node:path/posix";
import { createKubeClient, readKubeconfig } from "./mod.ts";
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
  let kept: { key: string; client: KubeClient } | undefined;
  // A file named on the command line is the caller's own and lies where it says, not below the root; so does what it names.
  const path = kubeconfigFile ?? PATHS.kubeconfig;
  const read = kubeconfigFile === undefined ? (path: string) => host.readText(path) : readOwnFile;
  return async () => {
    const text = await read(path);
    if (text === undefined) return undefined;
    const config = await readKubeconfig(
      text,
      (name) => read(isAbsolute(name) ? name : join(dirname(path), name)),
    );
    const key = JSON.stringify(config); // a named file may change as well
    if (kept?.key === key) return kept.client;
    kept?.client.close();
    kept = { key, client: createKubeClient(config) };
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
