import assert from "node:assert/strict";
import { dirname } from "node:path";
import { stringify } from "yaml";
import { PATHS } from "../../../agent/state/paths.ts";
import { renderK3sConfig } from "../../../k8s/k3s/config.ts";
import { OBEYED_KEYS, readK3sSettings } from "./k3s_settings.ts";

async function read(files: Record<string, string>) {
  const root = await Deno.makeTempDir();
  try {
    for (const [path, text] of Object.entries(files)) {
      await Deno.mkdir(dirname(root + path), { recursive: true });
      await Deno.writeTextFile(root + path, text);
    }
    const found = await readK3sSettings(root);
    return { found, said: found.ok ? found.warnings.join("\n") : found.says, root };
  } finally {
    await Deno.remove(root, { recursive: true });
  }
}

const OURS = renderK3sConfig({
  dnsServers: ["192.0.2.53"],
  mirrors: { "ghcr.io": "http://192.0.2.8:5000" },
  proxyUrl: "",
  noProxy: "",
  nodeAddresses: [],
  encryptSecrets: true,
});
const text = (path: string) => OURS.find((it) => it.path === path)?.text ?? "";

Deno.test("readK3sSettings() obeys every key that the agent writes, and says nothing", async () => {
  const { found, said, root } = await read({
    [PATHS.k3sConfig]: text(PATHS.k3sConfig),
    [PATHS.k3sRegistries]: text(PATHS.k3sRegistries),
  });
  assert.equal(said, "");
  assert.deepEqual(found.ok && found.settings, {
    resolvConf: root + PATHS.k3sResolvConf,
    mirrors: { "ghcr.io": ["http://192.0.2.8:5000"], "192.0.2.8:5000": ["http://192.0.2.8:5000"] },
    kubeconfigMode: 0o600,
    disabled: ["traefik", "servicelb", "local-storage"],
    encryptSecrets: true,
  });
});

Deno.test("readK3sSettings() names a key that it does not obey, as k3s names one that it does not know", async () => {
  const { found, said } = await read({ [PATHS.k3sConfig]: stringify({ "made-up": 1, disable: "coredns" }) });
  assert.ok(found.ok);
  assert.match(said, /level=warning msg="Unknown flag --made-up found in config\.yaml, skipping"$/);
  assert.deepEqual(found.settings.disabled, ["coredns"]);
  assert.ok(!OBEYED_KEYS.includes("made-up"));
});

Deno.test("readK3sSettings() ends on a config.yaml that is none, and waits on such a registries.yaml", async () => {
  const config = await read({ [PATHS.k3sConfig]: "disable: [traefik\n" });
  assert.ok(!config.found.ok && config.found.ends);
  assert.match(config.said, /level=fatal msg="yaml: line \d+: /);
  const registries = await read({ [PATHS.k3sConfig]: "", [PATHS.k3sRegistries]: "mirrors:\n  a: [\n" });
  assert.ok(!registries.found.ok && !registries.found.ends);
  assert.match(
    registries.said,
    /level=info msg="Waiting to retrieve agent configuration; .*: yaml: line \d+: /,
  );
});

Deno.test("readK3sSettings() ends on a token that has not the form of a server's, also beside config.yaml", async () => {
  const hash = "a".repeat(64);
  for (
    const [token, isGood] of [
      ["a password", true],
      [`K10${hash}::server:secret`, true],
      ["K10::server:secret", true],
      ["K10damaged", false],
      [`K10${hash.slice(1)}::server:secret`, false],
      [`K10${hash}::server:`, false],
      [`K10${hash}::`, false],
      ["abcdef.0123456789abcdef", false],
      ["", false],
    ] as const
  ) {
    const { found, said } = await read({
      [PATHS.k3sConfig]: stringify({ token: isGood ? "K10damaged" : "a password" }),
      [`${PATHS.k3sConfig}.d/90-site.yaml`]: stringify({ token }),
    });
    assert.equal(found.ok, isGood, token);
    if (!isGood) {
      assert.match(said, /level=fatal msg="failed to normalize server token; must be in format K10/);
    }
  }
});

Deno.test("readK3sSettings() names what it leaves out of registries.yaml", async () => {
  const { found, said } = await read({
    [PATHS.k3sRegistries]: stringify({
      mirrors: { "ghcr.io": { endpoint: ["no address", "http://192.0.2.8"] } },
      configs: {},
    }),
  });
  assert.match(said, /Ignoring invalid endpoint URL no address for ghcr\.io/);
  assert.match(said, /obeys no configs/);
  assert.deepEqual(found.ok && found.settings.mirrors["ghcr.io"], ["http://192.0.2.8"]);
});
