import { programPath } from "../../cluster/programs.ts";
import { pushRelease } from "../../simulator/push.ts";
import { startSimRegistry } from "../../simulator/registry.ts";
import { sampleReleaseManifest } from "../../simulator/sample_release.ts";
import { FIXTURE_PASSWORD, type Fixtures } from "./fixtures.ts";

const REPOSITORY = "nine-minds/alga-appliance-release";

const OLD_FORM = ["--new-bundle-format=false"];
/** What each case has cosign do with the release `@`, and whether the registry lists referrers. */
const CASES: Record<string, { hasReferrers: boolean; runs: string[][]; env?: Record<string, string> }> = {
  "tag": { hasReferrers: false, runs: [sign("a", OLD_FORM)] },
  "tag, two keys": { hasReferrers: false, runs: [sign("a", OLD_FORM), sign("b", OLD_FORM)] },
  "bundle in referrers": { hasReferrers: true, runs: [sign("a")] },
  "bundle at the fallback tag": { hasReferrers: false, runs: [sign("a")] },
  "payload in referrers": {
    hasReferrers: true,
    runs: [sign("a", [...OLD_FORM, "--registry-referrers-mode=oci-1-1"])],
    env: { COSIGN_EXPERIMENTAL: "1" },
  },
  "attestation": {
    hasReferrers: true,
    runs: [[
      "attest",
      "--yes",
      "--key=a.key",
      "--predicate=predicate.json",
      "--type=slsaprovenance1",
      ...OFFLINE(),
      "@",
    ]],
  },
};

function OFFLINE(): string[] {
  return ["--use-signing-config=false", "--tlog-upload=false"];
}

function sign(key: string, options: string[] = []): string[] {
  return ["sign", "--yes", `--key=${key}.key`, ...OFFLINE(), ...options, "@"];
}

/** Runs the real cosign once per case and keeps what it wrote. */
async function makeFixtures(): Promise<Fixtures> {
  const program = await programPath("cosign");
  const folder = await Deno.makeTempDir({ prefix: "alga-cosign-" });
  const cosign = async (args: string[], env: Record<string, string> = {}) => {
    const { code, stdout, stderr } = await new Deno.Command(program, {
      args,
      cwd: folder,
      env: { COSIGN_PASSWORD: FIXTURE_PASSWORD, HOME: folder, ...env },
    }).output();
    if (code !== 0) throw new Error(`cosign ${args.join(" ")}: ${new TextDecoder().decode(stderr)}`);
    return new TextDecoder().decode(stdout);
  };
  try {
    const version = /GitVersion:\s*(\S+)/.exec(await cosign(["version"]))?.[1] ?? "";
    const keys: Fixtures["keys"] = {};
    for (const name of ["a", "b"]) {
      await cosign(["generate-key-pair", `--output-key-prefix=${name}`]);
      keys[name] = {
        privateText: await Deno.readTextFile(`${folder}/${name}.key`),
        publicText: await Deno.readTextFile(`${folder}/${name}.pub`),
      };
    }
    await Deno.writeTextFile(
      `${folder}/predicate.json`,
      '{"buildDefinition":{"buildType":"x"},"runDetails":{}}',
    );
    const cases: Fixtures["cases"] = {};
    for (const [name, { hasReferrers, runs, env }] of Object.entries(CASES)) {
      const registry = await startSimRegistry();
      registry.hasReferrers = hasReferrers;
      try {
        const digest = await pushRelease(registry.url, ["stable"], sampleReleaseManifest());
        for (const run of runs) {
          const reference = `${registry.host}/${REPOSITORY}@${digest}`;
          await cosign(run.map((it) => it === "@" ? reference : it), env);
        }
        cases[name] = { digest, hasReferrers, ...registry.contents() };
      } finally {
        await registry.close();
      }
    }
    return { cosign: version, keys, cases };
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

if (import.meta.main) {
  const target = new URL("./testdata/cosign.json", import.meta.url);
  await Deno.mkdir(new URL(".", target), { recursive: true });
  await Deno.writeTextFile(target, `${JSON.stringify(await makeFixtures(), undefined, 1)}\n`);
}
