import assert from "node:assert/strict";
import { createKubeConnector } from "../../k8s/connect_kube.ts";
import { makeBundle, sourcesOf } from "../agent/bundle/make_bundle.ts";
import { plantedAppliance, plantedPod } from "../agent/bundle/planted_appliance.ts";
import { SAMPLES } from "../agent/text/redact/samples.ts";
import { mortalCommand } from "../mortal_command.ts";
import { KEEP_BUNDLES } from "./keep_bundle.ts";
import { NO_GITLEAKS, scanGitleaks, unpackBundle } from "./scan_gitleaks.ts";

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
      await unpackBundle(bundle, `${dir}/bundle`);
      assert.deepEqual(await scanGitleaks(`${dir}/bundle`), []);
    } finally {
      (await connectKube())?.close();
      await api.close();
      await Deno.remove(dir, { recursive: true });
    }
  },
});

/** Tests that make bundles, each with what it takes apart; the ones of a real node look by themselves. */
const MAKERS = ["tests/agent/bundle", "tests/agent/cli/bundle_test.ts", "tests/routes/bundle_viewer_test.ts"];
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
      const args = ["test", "-A", "--quiet", "--no-check", ...MAKERS];
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
