/** An npm package of which code is in the bundle. */
export interface BundledPackage {
  name: string;
  version: string;
  /** Its folder, relative to where the bundle was made. */
  folder: string;
}

/** Above the code of each file that is left after unused code was dropped, the bundler writes where it came from. */
const ORIGIN = /^\s*\/\/ (\S+\/npm\/[^/\s]+\/((?:@[^/\s]+\/)?[^/\s]+)\/([^/_\s]+)(?:_\d+)?)\/\S+$/gm;

/** The packages in a bundle that was not minified, by name and version. */
export function bundledPackages(bundle: string): BundledPackage[] {
  const found = new Map<string, BundledPackage>();
  for (const [, folder = "", name = "", version = ""] of bundle.matchAll(ORIGIN)) {
    found.set(`${name}@${version}`, { name, version, folder });
  }
  return [...found.keys()].sort().flatMap((key) => found.get(key) ?? []);
}
