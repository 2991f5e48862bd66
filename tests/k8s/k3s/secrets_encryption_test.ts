import assert from "node:assert/strict";
import { wantsSecretsEncryption } from "../../../k8s/k3s/secrets_encryption.ts";
import { FakeHost } from "../../fakes/fake_host.ts";

const CONFIG = "/etc/rancher/k3s/config.yaml";
const DATABASE = "/var/lib/rancher/k3s/server/db/state.db";
const KEY = "/var/lib/rancher/k3s/server/cred/encryption-config.json";

const CASES: readonly [string, Record<string, string>, boolean][] = [
  ["a machine without k3s", {}, true],
  ["settings of an older agent, never started", { [CONFIG]: "disable: [traefik]\n" }, true],
  ["our folder of manifests alone", { "/var/lib/rancher/k3s/server/manifests/x.yaml.skip": "" }, true],
  ["a cluster that began without", { [CONFIG]: "disable: [traefik]\n", [DATABASE]: "SQLite" }, false],
  ["a cluster whose settings are gone", { [DATABASE]: "SQLite" }, false],
  ["a cluster whose settings are damaged", { [CONFIG]: "disable: [", [DATABASE]: "SQLite" }, false],
  [
    "a cluster that was told not to",
    { [CONFIG]: "secrets-encryption: false\n", [DATABASE]: "SQLite" },
    false,
  ],
  ["a first start under way", { [CONFIG]: "secrets-encryption: true\n", [DATABASE]: "" }, true],
  ["an encrypted cluster whose settings are gone", { [DATABASE]: "SQLite", [KEY]: "{}" }, true],
];

for (const [what, files, expected] of CASES) {
  Deno.test(`wantsSecretsEncryption() is ${expected} for ${what}`, async () => {
    assert.equal(await wantsSecretsEncryption(new FakeHost(files)), expected);
  });
}
