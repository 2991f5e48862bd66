import { DENO_VERSION } from "../denort.ts";
import { FLUX_CRDS_SHA256 } from "../flux_crds.ts";
import { AgentReleaseError } from "./agent_release_error.ts";
import { bundledPackages } from "./bundled_packages.ts";
import { changelogSection } from "./changelog.ts";
import { checksumsOf, sha256OfFile, SIGNATURE_ENDING, SIGNATURE_FILE, SUMS_FILE } from "./checksums.ts";
import { type LockFile, packageFacts } from "./package_facts.ts";
import { buildSbom } from "./sbom.ts";
import { signBlob } from "./signature.ts";

/** Architectures, named as `deno task compile --target` does. */
export const TARGETS = ["x64", "arm64"] as const;
export type Target = (typeof TARGETS)[number];

/** What a release is made from. */
export interface AgentReleaseInput {
  /** The checkout. */
  repo: string;
  /** Folder that gets the files; new or empty. */
  dir: string;
  targets: readonly Target[];
  /** Text of the private key in PEM form; without it nothing is signed. */
  key?: string;
  commit: string;
  committedAt: Date;
  /** Makes the program of one architecture. */
  compile(target: Target, path: string): Promise<void>;
  /** The program's code as the bundler gives it when it is not minified. */
  bundle(): Promise<string>;
}

/** Makes all files of a release in its folder, and gives their names. The same commit gives the same bytes. */
export async function buildAgentRelease(input: AgentReleaseInput): Promise<string[]> {
  const { repo, dir, targets, key } = input;
  const { version, imports } = JSON.parse(await Deno.readTextFile(`${repo}/deno.json`));
  const section = changelogSection(await Deno.readTextFile(`${repo}/CHANGELOG.md`), version);
  // These fail early and cheaply: nothing is compiled for a release that cannot be signed.
  if (key !== undefined) signBlob(new Uint8Array(), key);
  const hasFluxDefinitions = await hasDefinitions(repo);
  await makeEmpty(dir);
  const programs = [];
  for (const target of targets) {
    const name = `alga-agent-linux-${target}`;
    await input.compile(target, `${dir}/${name}`);
    programs.push({ name, sha256: await sha256OfFile(`${dir}/${name}`) });
    if (key !== undefined) {
      // Of its own, for whoever gets the program alone: a release of the appliance names it.
      const signature = signBlob(await Deno.readFile(`${dir}/${name}`), key);
      await Deno.writeTextFile(`${dir}/${name}${SIGNATURE_ENDING}`, signature);
    }
  }
  const lock: LockFile = JSON.parse(await Deno.readTextFile(`${repo}/deno.lock`));
  const sbom = buildSbom({
    version,
    commit: input.commit,
    committedAt: input.committedAt,
    denoVersion: DENO_VERSION,
    packages: await packageFacts(bundledPackages(await input.bundle()), lock, repo),
    direct: Object.values<string>(imports).map((it) => it.replace(/^npm:/, "")),
    hasFluxDefinitions,
    programs,
  });
  const files: Record<string, string> = {
    "VERSION": `${version}\n`,
    "RELEASE-NOTES.md": `# alga-agent ${version}\n\n${section}\n`,
    "alga-agent.cdx.json": `${JSON.stringify(sbom, null, 2)}\n`,
  };
  for (const [name, text] of Object.entries(files)) await Deno.writeTextFile(`${dir}/${name}`, text);
  const sums = await checksumsOf(dir);
  await Deno.writeTextFile(`${dir}/${SUMS_FILE}`, sums);
  if (key !== undefined) {
    await Deno.writeTextFile(`${dir}/${SIGNATURE_FILE}`, signBlob(new TextEncoder().encode(sums), key));
  }
  return (await Array.fromAsync(Deno.readDir(dir))).map((it) => it.name).sort();
}

/** Whether Flux's definitions go into the program; the SBOM names their versions, so a file of others is refused. */
async function hasDefinitions(repo: string): Promise<boolean> {
  const sha256 = await sha256OfFile(`${repo}/flux/flux-crds.yaml`).catch((error) => {
    if (error instanceof Deno.errors.NotFound) return undefined;
    throw error;
  });
  if (sha256 === undefined || sha256 === FLUX_CRDS_SHA256) return sha256 !== undefined;
  throw new AgentReleaseError(
    "flux/flux-crds.yaml is not what the pinned versions of Flux give",
    "Make it again: deno task crds",
  );
}

/** A file of an older release among the new ones would be summed and signed with them. */
async function makeEmpty(dir: string): Promise<void> {
  await Deno.mkdir(dir, { recursive: true });
  for await (const { name } of Deno.readDir(dir)) {
    throw new AgentReleaseError(
      `"${dir}" is not empty: it holds "${name}"`,
      "Name another folder, or empty it",
    );
  }
}
