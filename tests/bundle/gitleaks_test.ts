import assert from "node:assert/strict";
import { createKubeConnector } from "../../k8s/connect_kube.ts";
import { makeBundle, sourcesOf } from "../agent/bundle/make_bundle.ts";
import { plantedAppliance, plantedPod } from "../agent/bundle/planted_appliance.ts";
import { SAMPLES } from "../agent/text/redact/samples.ts";
import { mortalCommand } from "../mortal_command.ts";
import { KEEP_BUNDLES } from "./keep_bundle.ts";
import { leaksOf, NO_GITLEAKS, scanGitleaks } from "./scan_gitleaks.ts";

Deno.test({
  name: `gitleaks finds nothing in a bundle of an appliance full of secrets${
    NO_GITLEAKS === undefined ? "" : ` (skipped: ${NO_GITLEAKS})`
  }`,
  ignore: NO_GITLEAKS !== undefined,
  async fn() {
    const { api, host } = await plantedAppliance();
    const connectKube = createKubeConnector(host);
    const dir = await Deno.makeTempDir({ prefix: "alga-gitleaks-" });
    try {
      const samples = Object.values(SAMPLES).flat().map(([text]) => text).join("\n");
      // What it finds before is what proves that it looks.
      await Deno.mkdir(`${dir}/before`);
      await Deno.writeTextFile(`${dir}/before/samples.log`, samples);
      assert.ok((await scanGitleaks(`${dir}/before`)).length >= 5);
      host.put("/var/log/installer/curtin-install.log", samples);
      const sources = sourcesOf({ host, connectKube });
      const before = sources.evidence;
      sources.evidence = async (signal) => {
        const evidence = await before(signal);
        return { ...evidence, snapshot: { ...evidence.snapshot, pods: [plantedPod()] } };
      };
      const bundle = await makeBundle({ sources });
      assert.deepEqual(await leaksOf(bundle), []);
    } finally {
      (await connectKube())?.close();
      await api.close();
      await Deno.remove(dir, { recursive: true });
    }
  },
});

/** Tests that make bundles; those of a real node, of 1,000 pods and of the compiled program look by themselves. */
const MAKERS = [
  "tests/agent/bundle",
  "tests/agent/cli/bundle_test.ts",
  "tests/agent/cli/bundle_disk_test.ts",
  "tests/routes/bundle_viewer_test.ts",
  "tests/routes/support_test.ts",
];
const LOOK_BY_THEMSELVES = [
  "tests/bundle",
  "tests/cluster/node/bundle_test.ts",
  "tests/binary/outside_secrets_test.ts",
];
/** Read nothing but what is refused, or a bundle of a machine with nothing on it. */
const NO_MAKERS = [
  "tests/agent/bundle/replay_test.ts",
  "tests/agent/trust/hostile_test.ts",
  "tests/house/documents_test.ts",
];
/** Most are of the recordings. */
const LEAST_BUNDLES = 120;

Deno.test({
  name: `gitleaks finds nothing in any bundle that the tests make${
    NO_GITLEAKS === undefined ? "" : ` (skipped: ${NO_GITLEAKS})`
  }`,
  ignore: NO_GITLEAKS !== undefined,
  async fn() {
    const dir = await Deno.makeTempDir({ prefix: "alga-gitleaks-" });
    try {
      const args = ["test", "-A", "--quiet", "--no-check", "--parallel", ...MAKERS];
      const cwd = new URL("../..", import.meta.url).pathname;
      // Whether they pass is asked elsewhere.
      await mortalCommand(Deno.execPath(), args, {
        cwd,
        env: { [KEEP_BUNDLES]: `${dir}/all` },
        stdout: "null",
        stderr: "null",
      }).output();
      const made = (await Array.fromAsync(Deno.readDir(`${dir}/all`))).length;
      assert.ok(made >= LEAST_BUNDLES, `${made} bundles were looked at`);
      assert.deepEqual(await scanGitleaks(`${dir}/all`), []);
    } finally {
      await Deno.remove(dir, { recursive: true });
    }
  },
});

Deno.test("every test that makes a bundle has it looked at by gitleaks", async () => {
  const root = new URL("../..", import.meta.url).pathname;
  const isIn = (path: string, places: readonly string[]) =>
    places.some((it) => path === it || path.startsWith(`${it}/`));
  const unseen: string[] = [];
  for await (const path of testFiles(`${root}tests`)) {
    const name = path.slice(root.length);
    const text = await Deno.readTextFile(path);
    const makes = /\breadMade\(|\bmakeBundle\(|\bleaksOf\(|"bundle", "--output"|support\/bundle"/.test(text);
    if (makes && !isIn(name, [...MAKERS, ...LOOK_BY_THEMSELVES, ...NO_MAKERS])) {
      unseen.push(`${name} makes bundles`);
    }
    if (/\breadBundle\(/.test(text) && !isIn(name, [...LOOK_BY_THEMSELVES, ...NO_MAKERS])) {
      unseen.push(`${name} reads a bundle without readMade()`);
    }
  }
  assert.deepEqual(unseen, []);
});

async function* testFiles(folder: string): AsyncGenerator<string> {
  for await (const { name, isDirectory } of Deno.readDir(folder)) {
    if (isDirectory) yield* testFiles(`${folder}/${name}`);
    else if (name.endsWith(".ts")) yield `${folder}/${name}`;
  }
}
