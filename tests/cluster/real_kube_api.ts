import { createKubeClient, type KubeClient, parseKubeconfig } from "../../k8s/mod.ts";
import { freePort } from "../simulator/registry_server.ts";
import { makeCertificates } from "./certificates.ts";
import { endProgram, startProgram } from "./child_process.ts";
import { programPath } from "./programs.ts";

/** A real kube-apiserver on etcd, as processes on loopback. They end with the process that started them, even when it is killed. */
export interface RealKubeApi {
  url: string;
  /** As k3s writes it: embedded authority, client certificate and key. */
  kubeconfig: string;
  client(): KubeClient;
  finalizeNamespace(name: string): Promise<void>;
  restart(): Promise<void>;
  stopApi(): Promise<void>;
  startApi(): Promise<void>;
  /** Drops history: watches from before get 410 after the server, whose cache would still know it, has started anew. */
  compact(): Promise<void>;
  stop(): Promise<void>;
}

export async function startRealKubeApi(): Promise<RealKubeApi> {
  const dir = await Deno.makeTempDir({ prefix: "alga-cluster-" });
  const certificates = await makeCertificates(dir);
  const [etcdPort, peerPort, apiPort] = [freePort(), freePort(), freePort()];
  const etcdUrl = `http://127.0.0.1:${etcdPort}`;
  const etcd = startProgram(await programPath("etcd"), [
    "--data-dir",
    `${dir}/etcd`,
    "--listen-client-urls",
    etcdUrl,
    "--advertise-client-urls",
    etcdUrl,
    "--listen-peer-urls",
    `http://127.0.0.1:${peerPort}`,
    "--unsafe-no-fsync",
    "--log-level",
    "error",
  ]);
  const url = `https://127.0.0.1:${apiPort}`;
  const base64 = (pem: string) => btoa(pem);
  const kubeconfig = JSON.stringify({
    apiVersion: "v1",
    kind: "Config",
    "current-context": "default",
    contexts: [{ name: "default", context: { cluster: "default", user: "default" } }],
    clusters: [{
      name: "default",
      cluster: { server: url, "certificate-authority-data": base64(certificates.caPem) },
    }],
    users: [{
      name: "default",
      user: {
        "client-certificate-data": base64(certificates.adminCertificatePem),
        "client-key-data": base64(certificates.adminKeyPem),
      },
    }],
  });
  const client = () => createKubeClient(parseKubeconfig(kubeconfig));

  let server: Deno.ChildProcess | undefined;
  async function startApi(): Promise<void> {
    server = startProgram(await programPath("kube-apiserver"), [
      `--etcd-servers=${etcdUrl}`,
      "--bind-address=127.0.0.1",
      "--advertise-address=127.0.0.1",
      `--secure-port=${apiPort}`,
      `--tls-cert-file=${dir}/server.crt`,
      `--tls-private-key-file=${dir}/server.key`,
      `--client-ca-file=${dir}/ca.crt`,
      `--service-account-key-file=${dir}/service-account.key`,
      `--service-account-signing-key-file=${dir}/service-account.key`,
      "--service-account-issuer=https://kubernetes.default.svc",
      "--service-cluster-ip-range=10.43.0.0/16",
      "--authorization-mode=Node,RBAC",
      "--allow-privileged",
      "--endpoint-reconciler-type=none",
      // Without controllers nobody makes the account that this plug-in asks for.
      "--disable-admission-plugins=ServiceAccount",
    ]);
    const probe = client();
    try {
      for (let i = 0; i < 600; i++) {
        if (await probe.isReady({ timeoutMs: 1_000 })) return;
        await new Promise((resolve) => setTimeout(resolve, 100));
      }
      throw new Error("kube-apiserver did not become ready within 60 s");
    } finally {
      probe.close();
    }
  }
  async function stopApi(): Promise<void> {
    await endProgram(server);
    server = undefined;
  }
  await startApi();

  return {
    url,
    kubeconfig,
    client,
    startApi,
    stopApi,
    async finalizeNamespace(name) {
      const http = Deno.createHttpClient({
        caCerts: [certificates.caPem],
        cert: certificates.adminCertificatePem,
        key: certificates.adminKeyPem,
      });
      try {
        const body = JSON.stringify({
          apiVersion: "v1",
          kind: "Namespace",
          metadata: { name },
          spec: { finalizers: [] },
        });
        const response = await fetch(`${url}/api/v1/namespaces/${name}/finalize`, {
          client: http,
          method: "PUT",
          body,
          headers: { "content-type": "application/json" },
        });
        await response.body?.cancel();
      } finally {
        http.close();
      }
    },
    async restart() {
      await stopApi();
      await startApi();
    },
    async compact() {
      const post = async (
        path: string,
        body: unknown,
      ) => (await (await fetch(`${etcdUrl}${path}`, { method: "POST", body: JSON.stringify(body) })).json());
      const range = await post("/v3/kv/range", { key: btoa("/") });
      await post("/v3/kv/compaction", { revision: range.header.revision, physical: true });
      await stopApi();
      await startApi();
    },
    async stop() {
      await stopApi();
      await endProgram(etcd);
      await Deno.remove(dir, { recursive: true });
    },
  };
}
