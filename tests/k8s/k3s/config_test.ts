import assert from "node:assert/strict";
import { parse } from "yaml";
import {
  type K3sSettings,
  proxyEnvironment,
  renderK3sConfig,
  writeK3sConfig,
} from "../../../k8s/k3s/config.ts";
import { FakeHost } from "../../fakes/fake_host.ts";

const SETTINGS: K3sSettings = {
  dnsServers: ["192.0.2.53", "192.0.2.54"],
  mirrors: {},
  proxyUrl: "",
  noProxy: "",
  nodeAddresses: ["192.0.2.8"],
  encryptSecrets: true,
};

const PROXY = {
  ...SETTINGS,
  proxyUrl: "http://user:p%40ss@proxy.example:3128",
  noProxy: "intern.example, .corp",
};

function textOf(path: string, settings = SETTINGS): string {
  return renderK3sConfig(settings).find((it) => it.path === path)?.text ??
    assert.fail(`${path} is not written`);
}

Deno.test("renderK3sConfig() disables what the appliance brings itself and keeps the kubeconfig private", () => {
  assert.deepEqual(parse(textOf("/etc/rancher/k3s/config.yaml")), {
    disable: ["traefik", "servicelb", "local-storage"],
    "write-kubeconfig-mode": "0600",
    "resolv-conf": "/etc/rancher/k3s/resolv.conf",
    "secrets-encryption": true,
  });
  assert.match(
    textOf("/etc/rancher/k3s/config.yaml"),
    /write-kubeconfig-mode: "0600"/,
    "unquoted it is an octal",
  );
});

Deno.test("renderK3sConfig() has no word about encryption where a cluster began without", () => {
  const text = textOf("/etc/rancher/k3s/config.yaml", { ...SETTINGS, encryptSecrets: false });
  assert.equal("secrets-encryption" in parse(text), false);
});

Deno.test("renderK3sConfig() gives pods exactly the servers that were named: no search domain, no public one", () => {
  assert.equal(textOf("/etc/rancher/k3s/resolv.conf"), "nameserver 192.0.2.53\nnameserver 192.0.2.54\n");
});

Deno.test("renderK3sConfig() writes logins for containerd into the file that root alone reads", () => {
  const login = { username: "site", password: "Geheim" };
  const files = renderK3sConfig({ ...SETTINGS, logins: { "mirror.example:5000": login } });
  const file = files.find((it) => it.path === "/etc/rancher/k3s/registries.yaml");
  assert.deepEqual(parse(file?.text ?? ""), {
    mirrors: {},
    configs: { "mirror.example:5000": { auth: login } },
  });
  assert.equal(file?.mode, 0o600);
  assert.ok(files.every((it) => it === file || !it.text.includes("Geheim")));
});

Deno.test("renderK3sConfig() writes mirrors, and none where there are none", () => {
  const settings = { ...SETTINGS, mirrors: { "ghcr.io": "http://192.0.2.9:5000" } };
  const path = "/etc/rancher/k3s/registries.yaml";
  assert.deepEqual(parse(textOf(path, settings)), {
    mirrors: { "ghcr.io": { endpoint: ["http://192.0.2.9:5000"] } },
  });
  assert.deepEqual(parse(textOf(path)), { mirrors: {} });
});

Deno.test("renderK3sConfig() lets a slow disk take its time and keeps k3s' own storage away", () => {
  assert.equal(
    textOf("/etc/systemd/system/k3s.service.d/10-start-timeout.conf"),
    "[Service]\nTimeoutStartSec=0\n",
  );
  assert.equal(textOf("/var/lib/rancher/k3s/server/manifests/local-storage.yaml.skip"), "");
});

Deno.test("renderK3sConfig() keeps every file that may hold a password 0600", () => {
  const files = renderK3sConfig(PROXY);
  const holders = files.filter((it) => it.text.includes("p%40ss"));
  assert.deepEqual(holders.map((it) => [it.path, it.mode]), [["/etc/default/k3s", 0o600]]);
  assert.equal(textOf("/etc/default/k3s"), "", "without a proxy an old one is taken away");
});

Deno.test("renderK3sConfig() gives the same bytes each time", () => {
  assert.deepEqual(renderK3sConfig(PROXY), renderK3sConfig({ ...PROXY }));
});

Deno.test("proxyEnvironment() keeps everything of the cluster and of this machine away from the proxy", () => {
  const { NO_PROXY, ...rest } = proxyEnvironment(PROXY);
  assert.deepEqual(rest, { HTTP_PROXY: PROXY.proxyUrl, HTTPS_PROXY: PROXY.proxyUrl });
  assert.deepEqual(NO_PROXY?.split(","), [
    "intern.example",
    ".corp",
    "127.0.0.1",
    "localhost",
    "192.0.2.8",
    "10.42.0.0/16",
    "10.43.0.0/16",
    ".svc",
    ".cluster.local",
    ".cluster.local.",
  ]);
  assert.deepEqual(proxyEnvironment(SETTINGS), {});
});

Deno.test("writeK3sConfig() writes what differs, nothing else, and tells whether it did", async () => {
  const host = new FakeHost();
  const files = renderK3sConfig(SETTINGS);
  assert.equal(await writeK3sConfig(host, files), true);
  assert.equal(host.record.length, files.length);
  assert.equal(host.files.get("/etc/rancher/k3s/config.yaml")?.mode, 0o600);
  host.record.length = 0;
  assert.equal(await writeK3sConfig(host, files), false);
  assert.deepEqual(host.record, []);
  assert.equal(
    await writeK3sConfig(host, renderK3sConfig({ ...SETTINGS, dnsServers: ["192.0.2.55"] })),
    true,
  );
  assert.deepEqual(host.record, ["write /etc/rancher/k3s/resolv.conf 644"]);
});
