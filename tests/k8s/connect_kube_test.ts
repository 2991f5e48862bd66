import assert from "node:assert/strict";
import { createKubeConnector } from "../../k8s/connect_kube.ts";
import { PATHS } from "../../agent/state/paths.ts";
import { RealHost } from "../../agent/host/real_host.ts";
import { makeCertificates } from "../cluster/certificates.ts";
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

Deno.test("the connector reads what a kubeconfig names below the root, and takes a new client when that changes", async () => {
  const root = await Deno.makeTempDir({ prefix: "alga-root-" });
  try {
    const { caPem } = await makeCertificates(root, { serverNames: ["IP:127.0.0.1"] });
    const host = new RealHost(root);
    const named = kubeconfig("one").replace('"server"', '"certificate-authority":"pki/ca.crt","server"');
    await host.writeFile(PATHS.kubeconfig, named, { mode: 0o600 });
    const connect = createKubeConnector(host);
    await assert.rejects(connect(), { code: "KUBE_API", message: /"certificate-authority" does not exist/ });
    await host.writeFile("/etc/rancher/k3s/pki/ca.crt", caPem, { mode: 0o600 });
    const first = await connect();
    assert.equal(await connect(), first);
    await host.writeFile("/etc/rancher/k3s/pki/ca.crt", `${caPem}\n`, { mode: 0o600 });
    const second = await connect();
    assert.notEqual(second, first);
    second?.close();
  } finally {
    await Deno.remove(root, { recursive: true });
  }
});
