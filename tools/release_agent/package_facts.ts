import { resolve } from "node:path";
import { AgentReleaseError } from "./agent_release_error.ts";
import type { BundledPackage } from "./bundled_packages.ts";

/** What an SBOM says of an npm package. */
export interface PackageFacts {
  name: string;
  version: string;
  /** SPDX identifier or expression, as the package says. */
  licence: string;
  /** SHA-512 of the published archive, in hexadecimal, as deno.lock pins it. */
  sha512: string;
  /** Names and versions (`name@version`) of the packages of the same bundle that it uses. */
  uses: string[];
}

/** The parts of deno.lock that are needed here. */
export interface LockFile {
  npm: Record<string, { integrity: string; dependencies?: string[] }>;
}

/** Facts about every package of a bundle: licence from its own package.json, the rest from the lock file. */
export async function packageFacts(
  packages: readonly BundledPackage[],
  lock: LockFile,
  dir: string,
): Promise<PackageFacts[]> {
  return await Promise.all(packages.map(async ({ name, version, folder }) => {
    const { license } = JSON.parse(await Deno.readTextFile(resolve(dir, folder, "package.json")));
    if (typeof license !== "string" || license === "") {
      throw new AgentReleaseError(
        `The package ${name} ${version} names no licence`,
        "Look at its source; use another package if it has none",
      );
    }
    const { integrity, dependencies = [] } = lockEntry(lock, name, version);
    return {
      name,
      version,
      licence: license,
      sha512: sha512Of(integrity, name),
      uses: packages.filter((it) => dependencies.some((entry) => isNamed(entry, it)))
        .map((it) => `${it.name}@${it.version}`),
    };
  }));
}

/** The lock file's entry of a package; which packages it was resolved beside may stand behind its version. */
function lockEntry(lock: LockFile, name: string, version: string) {
  const key = Object.keys(lock.npm).find((it) =>
    it === `${name}@${version}` || it.startsWith(`${name}@${version}_`)
  );
  const entry = key === undefined ? undefined : lock.npm[key];
  if (entry === undefined) {
    throw new AgentReleaseError(
      `The bundle has ${name} ${version}, which deno.lock does not`,
      "Bundle with the tree's own deno.lock",
    );
  }
  return entry;
}

/** Whether a dependency of the lock file, "name" or "name@version…", is this package. */
function isNamed(entry: string, { name, version }: BundledPackage): boolean {
  return entry === name || entry === `${name}@${version}` || entry.startsWith(`${name}@${version}_`);
}

function sha512Of(integrity: string, name: string): string {
  const [algorithm, value = ""] = integrity.split(/-(.*)/);
  if (algorithm !== "sha512") {
    throw new AgentReleaseError(
      `deno.lock pins ${name} with ${algorithm}, not sha512`,
      "Add the package again, from a registry that gives sha512",
    );
  }
  return Array.from(Uint8Array.fromBase64(value), (it) => it.toString(16).padStart(2, "0")).join("");
}
