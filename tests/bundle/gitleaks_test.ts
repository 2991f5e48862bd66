import assert from "node:assert/strict";
import { createKubeConnector } from "../../k8s/connect_kube.ts";
import { makeBundle, sourcesOf } from "../agent/bundle/make_bundle.ts";
import { plantedAppliance, plantedPod } from "../agent/bundle/planted_appliance.ts";
import { SAMPLES } from "../agent/text/redact/samples.ts";
import { exists } from "../cluster/exists.ts";
import { programPath } from "../cluster/programs.ts";
import { mortalCommand } from "../mortal_command.ts";

const program = await programPath("gitleaks");
const isBuilt = await exists(program);

/** What gitleaks finds in a folder: rule, file and line. */
async function scan(dir: string): Promise<string[]> {
  const report = `${dir}.json`;
  await mortalCommand(program, [
    "dir",
    dir,
    "--no-banner",
    "--exit-code",
    "0",
    "--report-format",
    "json",
    "--report-path",
    report,
  ], {
    stdout: "null",
    stderr: "null",
  }).output();
  const found: { RuleID: string; File: string; StartLine: number; Match: string }[] = JSON.parse(
    await Deno.readTextFile(report),
  );
  await Deno.remove(report);
  return found.map((it) =>
    `${it.RuleID} ${it.File.slice(dir.length)}:${it.StartLine} ${it.Match.slice(0, 80)}`
  );
}

Deno.test({
  name: `gitleaks finds nothing in a bundle of an appliance full of secrets${
    isBuilt ? "" : " (skipped: not built: gitleaks; see deno task cluster build)"
  }`,
  ignore: !isBuilt,
  async fn() {
    const { api, host } = await plantedAppliance();
    const connectKube = createKubeConnector(host);
    const dir = await Deno.makeTempDir({ prefix: "alga-gitleaks-" });
    try {
      const samples = Object.values(SAMPLES).flat().map(([text]) => text).join("\n");
      // What it finds before is what proves that it looks.
      await Deno.mkdir(`${dir}/before`);
      await Deno.writeTextFile(`${dir}/before/samples.log`, samples);
      assert.ok((await scan(`${dir}/before`)).length >= 5);
      host.put("/var/log/installer/curtin-install.log", samples);
      const sources = sourcesOf({ host, connectKube });
      const before = sources.evidence;
      sources.evidence = async (signal) => {
        const evidence = await before(signal);
        return { ...evidence, snapshot: { ...evidence.snapshot, pods: [plantedPod()] } };
      };
      const bundle = await makeBundle({ sources });
      for (const [path, bytes] of bundle.files) {
        const target = `${dir}/bundle/${path}`;
        await Deno.mkdir(target.slice(0, target.lastIndexOf("/")), { recursive: true });
        await Deno.writeFile(target, bytes);
      }
      assert.deepEqual(await scan(`${dir}/bundle`), []);
    } finally {
      (await connectKube())?.close();
      await api.close();
      await Deno.remove(dir, { recursive: true });
    }
  },
});
