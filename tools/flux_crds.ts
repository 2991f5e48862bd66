import { createHash } from "node:crypto";
import { FLUX_DEFINITIONS } from "../agent/product/pins.ts";

/** The Go modules, with versions, from which Flux's resource definitions come. */
export const FLUX_MODULES: readonly string[] = Object.entries(FLUX_DEFINITIONS)
  .map(([controller, version]) => `github.com/fluxcd/${controller}@${version}`);

/** Checksum of the definitions as one file, whatever brought them. */
export const FLUX_CRDS_SHA256 = "eed4711c5dcff694f3abbb9610695c9ec079aed4a83798347d0d62aacd4ba33a";

if (import.meta.main) await fetchDefinitions(new URL("../flux/flux-crds.yaml", import.meta.url).pathname);

/**
 * Fetches Flux's resource definitions, a build input that is never a file of this repository. They are Flux's own text, from
 * its controllers' Go modules at pinned versions; the result is checked against one sum.
 */
async function fetchDefinitions(output: string): Promise<void> {
  if (sha256(await Deno.readTextFile(output).catch(() => "")) === FLUX_CRDS_SHA256) {
    console.log(`Flux's resource definitions are there: ${output}`);
    return;
  }
  // Outside every module, so that nothing but the named version counts.
  const elsewhere = await Deno.makeTempDir({ prefix: "alga-crds-" });
  const parts: string[] = [];
  for (const module of FLUX_MODULES) parts.push(...await definitionsOf(module, elsewhere));
  await Deno.remove(elsewhere);
  const text = `${parts.join("\n---\n")}\n`;
  const sum = sha256(text);
  if (sum !== FLUX_CRDS_SHA256) {
    fail(`The definitions have the checksum ${sum}, not the pinned ${FLUX_CRDS_SHA256}`);
  }
  await Deno.writeTextFile(output, text);
  console.log(`${output}  ${parts.length} definitions`);
}

async function definitionsOf(module: string, dir: string): Promise<string[]> {
  const { code, stdout, stderr } = await new Deno.Command("go", {
    args: ["mod", "download", "-json", module],
    cwd: dir,
    env: { GOTOOLCHAIN: "local", GOFLAGS: "-mod=mod" },
    stdout: "piped",
    stderr: "piped",
  }).output();
  const answer = JSON.parse(new TextDecoder().decode(stdout) || "{}") as { Dir?: string; Error?: string };
  if (code !== 0 || answer.Dir === undefined) {
    fail(`${module} cannot be had: ${answer.Error ?? new TextDecoder().decode(stderr)}`);
  }
  const bases = `${answer.Dir}/config/crd/bases`;
  const names = [...Deno.readDirSync(bases)].map((it) => it.name).filter((it) => it.endsWith(".yaml")).sort();
  return await Promise.all(
    names.map(async (it) => (await Deno.readTextFile(`${bases}/${it}`)).trimEnd().replace(/^---\n/, "")),
  );
}

function sha256(content: string): string {
  return createHash("sha256").update(content).digest("hex");
}

function fail(message: string): never {
  console.error(message);
  Deno.exit(1);
}
