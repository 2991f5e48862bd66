import type { ReleaseManifest } from "./manifest.ts";

/** Three numbers, as releases are named; what follows a "-" or "+" does not count here. */
const VERSION = /^v?(\d{1,6})\.(\d{1,6})\.(\d{1,6})(?:[-+].*)?$/;

/**
 * Why an appliance of this version cannot go to the target in one step; `undefined` where it can, or where neither the release nor
 * the names say anything.
 */
export function pathProblem(
  installed: string,
  target: Pick<ReleaseManifest, "version" | "upgradeFrom">,
): { found: string; remediation: string } | undefined {
  const { version, upgradeFrom } = target;
  if (isOlder(version, installed)) {
    return {
      found: `${version} is older than ${installed}`,
      remediation: "Stay on the installed release. Accept it only where Alga support asked you to go back",
    };
  }
  if (!upgradeFrom || upgradeFrom.includes(installed)) return undefined;
  return {
    found: `${version} follows ${upgradeFrom.join(", ") || "no other release"}`,
    remediation: `Update to ${upgradeFrom.at(-1) ?? "the release that Alga support names"} first`,
  };
}

/** Whether one version comes before another; `false` where they cannot be compared. */
export function isOlder(one: string, other: string): boolean {
  const [a, b] = [numbersOf(one), numbersOf(other)];
  if (!a || !b) return false;
  const at = a.findIndex((it, i) => it !== b[i]);
  return at >= 0 && (a[at] ?? 0) < (b[at] ?? 0);
}

/** The three numbers of a version; `undefined` where it is not named so. */
export function numbersOf(version: string): number[] | undefined {
  return VERSION.exec(version.trim())?.slice(1).map(Number);
}
