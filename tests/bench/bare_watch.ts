import { createKubeClient } from "../../k8s/client/http_kube_client.ts";
import { KINDS } from "../../k8s/client/kinds.ts";

/**
 * The floor of watching: `bare_watch CONFIG` lists and watches pods with the agent's own client and keeps nothing but a map.
 * CONFIG is a Kubeconfig as JSON, so that no YAML is read here.
 */
const client = createKubeClient(JSON.parse(await Deno.readTextFile(Deno.args[0] ?? "")));
const pods = new Map<string, string>();
const { items, resourceVersion } = await client.list(KINDS.Pod);
for (const { metadata } of items) pods.set(metadata.uid ?? "", metadata.resourceVersion ?? "");
console.log(`${pods.size} pods`);
for await (const event of client.watch(KINDS.Pod, { resourceVersion })) {
  if (event.type === "BOOKMARK") continue;
  const { uid = "", resourceVersion: version = "" } = event.object.metadata;
  if (event.type === "DELETED") pods.delete(uid);
  else pods.set(uid, version);
}
