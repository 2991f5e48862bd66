import assert from "node:assert/strict";
import { Buffer } from "node:buffer";
import { projectPod } from "../../../agent/observe/projections/pod.ts";
import { startSimKubeApi } from "../../simulator/kube_api.ts";
import { FakeHost } from "../../fakes/fake_host.ts";
import { ENCODINGS, makeCanaries } from "../text/redact/canaries.ts";
import { chained } from "./make_bundle.ts";

/** The pod with the planted log, as the observer sees it. */
export function plantedPod() {
  return projectPod({
    metadata: { name: "app-0", namespace: "msp" },
    spec: { containers: [{ name: "app", image: "x" }] },
    status: { containerStatuses: [{ name: "app", ready: true, restartCount: 1, state: { running: {} } }] },
  });
}

const KEY_REST = "x".repeat(40);

function keyFile(begin: string): string {
  return `-----BEGIN PRIVATE KEY-----\n${begin}${KEY_REST}\n-----END PRIVATE KEY-----\n`;
}

/** Secrets that are planted. */
export const CANARIES = 1_000;
const PER_SECRET = 20;
/** Lines of the log in the message of each. */
const PER_EVENT = 50;

/** An appliance with planted secrets wherever something of it is collected, and the texts that must not leave. */
export async function plantedAppliance() {
  const canaries = makeCanaries(CANARIES);
  const log = canaries.flatMap(({ value, index }) =>
    Object.entries(ENCODINGS).map(([name, encode]) => `step ${index} ${name} says ${encode(value)} here`)
  );
  const api = await startSimKubeApi();
  const kube = api.client();
  const namespace = "msp";
  await kube.create({ apiVersion: "v1", kind: "Namespace", metadata: { name: namespace } });
  for (let from = 0; from < CANARIES; from += PER_SECRET) {
    await kube.create({
      apiVersion: "v1",
      kind: "Secret",
      metadata: { name: `planted-${from}`, namespace },
      data: Object.fromEntries(
        canaries.slice(from, from + PER_SECRET).map((
          it,
        ) => [it.key, Buffer.from(it.value).toString("base64")]),
      ),
    });
  }
  const [canary] = canaries;
  assert.ok(canary);
  await kube.create({
    apiVersion: "v1",
    kind: "Secret",
    type: "helm.sh/release.v1",
    metadata: { name: "sh.helm.release.v1.alga.v1", namespace, labels: { owner: "helm", name: "alga" } },
    data: { release: Buffer.from(`H4sI${canary.value}`).toString("base64") },
  });
  await kube.create({
    apiVersion: "v1",
    kind: "ConfigMap",
    metadata: {
      name: "settings",
      namespace,
      annotations: { "kubectl.kubernetes.io/last-applied-configuration": canary.value },
    },
    data: { "app.yaml": log.join("\n") },
  });
  await kube.create({
    apiVersion: "v1",
    kind: "Pod",
    metadata: { name: "app-0", namespace, annotations: { note: `uses ${canary.value}` } },
    spec: {
      containers: [{
        name: "app",
        image: "x",
        args: [`--password=${canary.value}`],
        env: [
          { name: "DB_PASSWORD", value: canary.value },
          { name: "OTHER", value: canary.value },
          ...log.map((value, index) => ({ name: `PLANTED_${index}`, value })),
        ],
      }],
    },
    status: { containerStatuses: [{ name: "app", ready: true, restartCount: 1, state: { running: {} } }] },
  });
  api.setLogs(namespace, "app-0", () => log);
  for (let from = 0; from < log.length; from += PER_EVENT) {
    await kube.create({
      apiVersion: "v1",
      kind: "Event",
      metadata: { name: `event-${from}`, namespace },
      involvedObject: { kind: "Pod", name: "app-0", namespace },
      type: "Warning",
      reason: "Failed",
      message: log.slice(from, from + PER_EVENT).join("; "),
    });
  }
  const all = log.join("\n");
  const host = new FakeHost(
    {
      "/var/lib/alga-appliance/setup-token": "7Q4MX-0ABCD-EFGHJ-KMNPQ-RSTVW-XYZ12\n",
      "/var/lib/alga-appliance/generated-secrets.json": JSON.stringify({
        ALGA_AUTH_KEY: "made-once-and-kept-77",
      }),
      "/var/lib/alga-appliance/setup-inputs.json": JSON.stringify({
        schemaVersion: 1,
        adminPassword: "typed-by-maria-77",
        adminEmail: "maria@acme.example",
        proxyUrl: "http://bob:proxy-word-77@proxy.acme.example:3128",
      }),
      "/var/lib/alga-appliance/install-state.json": JSON.stringify({ lastAction: all.slice(0, 50_000) }),
      "/var/lib/alga-appliance/sessions.json": JSON.stringify({
        sessions: [{
          idHash: "5e551014".repeat(8),
          csrfToken: "form-token-77",
          credential: "password",
          address: "192.0.2.77",
          browser: "Firefox on Linux",
          credentialMark: "mark-of-credential-77",
        }],
      }),
      "/var/lib/alga-appliance/admin-ui-credential.json": JSON.stringify({
        algorithm: "scrypt",
        salt: "5a17".repeat(8),
        hash: "4a54".repeat(32),
      }),
      "/var/lib/alga-appliance/self-signed.json": JSON.stringify({
        key: keyFile("bWFkZUtleTc3"),
        certificate: "x",
        names: ["appliance-01"],
      }),
      "/etc/alga-appliance/tls/tls.key": keyFile("c2l0ZUtleTc3"),
      "/var/lib/alga-appliance/journal.jsonl": `${
        JSON.stringify({ seq: 1, data: { text: "typed-by-maria-77" } })
      }\n`,
      "/var/log/alga-appliance/audit.jsonl": chained([
        {
          type: "sign-in.accepted",
          data: { via: "password", address: "192.0.2.77", browser: "Firefox on Linux" },
        },
        ...log.map((text) => ({ type: "other", data: { text } })),
      ]),
      "/etc/rancher/k3s/k3s.yaml": api.kubeconfig,
      "/etc/rancher/k3s/config.yaml": "token: cluster-token-77\n",
      "/etc/rancher/k3s/registries.yaml": 'configs:\n  x:\n    auth:\n      password: "registry-word-77"\n',
      "/etc/default/k3s": "HTTPS_PROXY=http://bob:proxy-word-77@proxy:3128\n",
      "/var/lib/rancher/k3s/server/token": `K10${"ab".repeat(32)}::server:join-word-77\n`,
    },
    Object.fromEntries(
      ["journalctl", "ps", "systemctl", "dmesg", "ip", "k3s"].map((it) => [it, {
        stdout:
          `${all}\nused typed-by-maria-77 made-once-and-kept-77 proxy-word-77 join-word-77 registry-word-77 cluster-token-77\nkeys bWFkZUtleTc3${KEY_REST} c2l0ZUtleTc3${KEY_REST} ${
            "5a17".repeat(8)
          } ${"4a54".repeat(32)} ${"5e551014".repeat(8)} form-token-77 mark-of-credential-77\n`,
      }]),
    ),
  );
  const words = [
    "typed-by-maria-77",
    "made-once-and-kept-77",
    "proxy-word-77",
    "join-word-77",
    "registry-word-77",
    "cluster-token-77",
    "bWFkZUtleTc3",
    "c2l0ZUtleTc3",
    "5a17".repeat(8),
    "4a54".repeat(32),
    "5e551014".repeat(8),
    "form-token-77",
    "mark-of-credential-77",
    "7Q4MX-0ABCD",
    "maria@acme.example",
    "simulated-admin-token",
  ];
  kube.close();
  return { api, host, log, forbidden: [...canaries.map((it) => it.value), ...words], canary };
}
