import assert from "node:assert/strict";
import { createKubeConnector } from "../../k8s/connect_kube.ts";
import { PATHS } from "../../agent/state/paths.ts";
import { FakeHost } from "../fakes/fake_host.ts";

function kubeconfig(token: string): string {
  return JSON.stringify({
    "current-context": "c",
    contexts: [{ name: "c", context: { cluster: "c", user: "u" } }],
    clusters: [{ name: "c", cluster: { server: "http://127.0.0.1:1" } }],
    users: [{ name: "u", user: { token } }],
  });
}

// Deno counts what is left open: the old client as well, unless it was closed.
Deno.test("the connector keeps a client while its file stays, and closes it when another takes its place", async () => {
  const host = new FakeHost();
  const connect = createKubeConnector(host);
  assert.equal(await connect(), undefined);
  host.put(PATHS.kubeconfig, kubeconfig("one"));
  const first = await connect();
  assert.ok(first);
  assert.equal(await connect(), first);
  host.put(PATHS.kubeconfig, kubeconfig("two"));
  const second = await connect();
  assert.notEqual(second, first);
  second?.close();
});
