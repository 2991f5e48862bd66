import { createKubeClient, type KubeClient, parseKubeconfig } from "../../k8s/mod.ts";
import { freePort } from "../simulator/free_port.ts";
import { until } from "../until.ts";
import { compactEtcd } from "./compact_etcd.ts";
import { makeCertificates } from "./certificates.ts";
import { endProgram, startProgram } from "./child_process.ts";
import { programPath } from "./programs.ts";
import { makeScratchFolder } from "./scratch_folder.ts";

/** A real kube-apiserver on etcd, as processes on loopback. They end with the process that started them, even when it is killed. */
export interface RealKubeApi {
  url: string;
  /** As k3s writes it: embedded authority, client certificate and key. */
  kubeconfig: string;
  client(): KubeClient;
  finalizeNamespace(name: string): Promise<void>;
  /** A client whose requests the server's own flow control rejects with 429 until told to stop. */
  throttled(): Promise<{ client: KubeClient; stop(): Promise<void> }>;
  restart(): Promise<void>;
  stopApi(): Promise<void>;
  startApi(): Promise<void>;
  /** Drops history: watches from before get 410 after the server, whose cache would still know it, has started again. */
  compact(): Promise<void>;
  stop(): Promise<void>;
}

export async function startRealKubeApi(): Promise<RealKubeApi> {
  const folder = await makeScratchFolder("alga-cluster-");
  const { dir } = folder;
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
      await until("kube-apiserver is ready", () => probe.isReady({ timeoutMs: 1_000 }), (it) => it, 120);
    } finally {
      probe.close();
    }
  }
  async function stopApi(): Promise<void> {
    await endProgram(server);
    server = undefined;
  }
  await startApi();

  /** What the product's client has no verb for. */
  async function send(method: string, path: string, body?: unknown): Promise<void> {
    const http = Deno.createHttpClient({
      caCerts: [certificates.caPem],
      cert: certificates.adminCertificatePem,
      key: certificates.adminKeyPem,
    });
    try {
      const response = await fetch(url + path, {
        client: http,
        method,
        ...(body === undefined
          ? {}
          : { body: JSON.stringify(body), headers: { "content-type": "application/json" } }),
      });
      const text = await response.text();
      // A namespace may be gone, and a version may be old: the next look of the caller tells.
      if (response.status >= 400 && response.status !== 404 && response.status !== 409) {
        throw new Error(`${method} ${path}: ${response.status} ${text}`);
      }
    } finally {
      http.close();
    }
  }

  return {
    url,
    kubeconfig,
    client,
    startApi,
    stopApi,
    finalizeNamespace: (name) =>
      send("PUT", `/api/v1/namespaces/${name}/finalize`, {
        apiVersion: "v1",
        kind: "Namespace",
        metadata: { name },
        spec: { finalizers: [] },
      }),
    async throttled() {
      const rbac = "/apis/rbac.authorization.k8s.io/v1/clusterrolebindings";
      const flow = "/apis/flowcontrol.apiserver.k8s.io/v1";
      const subjects = [{ kind: "User", name: "limited", apiGroup: "rbac.authorization.k8s.io" }];
      const roleRef = { apiGroup: "rbac.authorization.k8s.io", kind: "ClusterRole", name: "cluster-admin" };
      await send("POST", rbac, { metadata: { name: "limited" }, roleRef, subjects });
      // No seats and no queue: everything of this flow is rejected. @see flow control, limitResponse Reject
      const limited = {
        nominalConcurrencyShares: 0,
        lendablePercent: 0,
        borrowingLimitPercent: 0,
        limitResponse: { type: "Reject" },
      };
      await send("POST", `${flow}/prioritylevelconfigurations`, {
        metadata: { name: "limited" },
        spec: { type: "Limited", limited },
      });
      await send("POST", `${flow}/flowschemas`, {
        metadata: { name: "limited" },
        spec: {
          matchingPrecedence: 2,
          priorityLevelConfiguration: { name: "limited" },
          rules: [{
            subjects: [{ kind: "User", user: { name: "limited" } }],
            resourceRules: [{
              verbs: ["*"],
              apiGroups: ["*"],
              resources: ["*"],
              clusterScope: true,
              namespaces: ["*"],
            }],
          }],
        },
      });
      // One request is served whatever the shares say, so one of ours takes that seat: its body never ends.
      const http = Deno.createHttpClient({
        caCerts: [certificates.caPem],
        cert: certificates.limitedCertificatePem,
        key: certificates.limitedKeyPem,
      });
      const held = new AbortController();
      const hold = () =>
        fetch(`${url}/api/v1/namespaces/default/configmaps`, {
          client: http,
          method: "POST",
          body: new ReadableStream<Uint8Array>({
            start: (body) => body.enqueue(new TextEncoder().encode("{")),
          }),
          signal: held.signal,
          headers: { "content-type": "application/json" },
        }).then((it) => it.body?.cancel()).catch(() => {});
      const pending = hold();
      await new Promise((resolve) => setTimeout(resolve, 500)); // first come, first served
      await until(
        "flow control rejects",
        async () => {
          const answer = await fetch(`${url}/api/v1/namespaces`, { client: http });
          await answer.body?.cancel();
          return answer.status;
        },
        (it) => it === 429,
        120,
      );
      return {
        client: createKubeClient({
          ...parseKubeconfig(kubeconfig),
          clientCertificatePem: certificates.limitedCertificatePem,
          clientKeyPem: certificates.limitedKeyPem,
        }),
        async stop() {
          await send("DELETE", `${flow}/flowschemas/limited`);
          held.abort();
          await pending;
          http.close();
        },
      };
    },
    async restart() {
      await stopApi();
      await startApi();
    },
    async compact() {
      await compactEtcd(etcdUrl);
      await stopApi();
      await startApi();
    },
    async stop() {
      await stopApi();
      await endProgram(etcd);
      await folder.close();
    },
  };
}
