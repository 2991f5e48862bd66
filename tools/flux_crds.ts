import { createHash } from "node:crypto";
import { FLUX_CRDS_SHA256, FLUX_MODULES } from "./flux_modules.ts";

/**
 * Fetches Flux's resource definitions, a build input that is never a file of this repository. They are Flux's own text, from
 * its controllers' Go modules at pinned versions; the result is checked against one sum, whatever brought it.
 */
const output = new URL("../flux/flux-crds.yaml", import.meta.url).pathname;
if (sha256(await Deno.readTextFile(output).catch(() => "")) === FLUX_CRDS_SHA256) {
  console.log(`Flux's resource definitions are there: ${output}`);
  Deno.exit(0);
}

/** Outside every module, so that nothing but the named version counts. */
const elsewhere = await Deno.makeTempDir({ prefix: "alga-crds-" });
const parts: string[] = [];
for (const module of FLUX_MODULES) {
  const { code, stdout, stderr } = await new Deno.Command("go", {
    args: ["mod", "download", "-json", module],
    cwd: elsewhere,
    env: { GOTOOLCHAIN: "local", GOFLAGS: "-mod=mod" },
    stdout: "piped",
    stderr: "piped",
  }).output();
  const answer = JSON.parse(new TextDecoder().decode(stdout) || "{}") as { Dir?: string; Error?: string };
  if (code !== 0 || answer.Dir === undefined) {
    fail(`${module} cannot be had: ${answer.Error ?? new TextDecoder().decode(stderr)}`);
  }
  const dir = `${answer.Dir}/config/crd/bases`;
  const names = [...Deno.readDirSync(dir)].map((it) => it.name).filter((it) => it.endsWith(".yaml")).sort();
  for (const name of names) {
    parts.push((await Deno.readTextFile(`${dir}/${name}`)).trimEnd().replace(/^---\n/, ""));
  }
}
await Deno.remove(elsewhere);
const text = `${parts.join("\n---\n")}\n`;
const sum = sha256(text);
if (sum !== FLUX_CRDS_SHA256) {
  fail(`The definitions have the checksum ${sum}, not the pinned ${FLUX_CRDS_SHA256}`);
}
await Deno.writeTextFile(output, text);
console.log(`${output}  ${parts.length} definitions`);

function sha256(content: string): string {
  return createHash("sha256").update(content).digest("hex");
}

function fail(message: string): never {
  console.error(message);
  Deno.exit(1);
}
