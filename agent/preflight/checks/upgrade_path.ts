import { NetworkError } from "../../net/errors.ts";
import { pathProblem, type ResolvedRelease } from "../../release/mod.ts";
import type { Check } from "../check.ts";
import { fail, pass, skipped } from "../outcome.ts";

/** From what is installed the release can be reached in one step. An update asks the same of its target by itself. */
export function upgradePathCheck(release: () => Promise<ResolvedRelease>): Check {
  return {
    id: "rel.upgrade-path",
    title: "Way from the installed release",
    vantage: "agent",
    overridable: true,
    async run({ facts }) {
      const expected = "the release follows the one that is installed";
      const installed = (await facts.previousInstall()).release;
      if (installed === undefined) return skipped(expected, "no release is installed");
      try {
        const { manifest } = await release();
        if (manifest.version === installed) return pass({ expected, found: `${installed} is installed` });
        const problem = pathProblem(installed, manifest);
        return problem === undefined
          ? pass({ expected, found: `${installed} to ${manifest.version}` })
          : fail({ expected, ...problem });
      } catch (error) {
        if (!(error instanceof NetworkError)) throw error;
        return skipped(expected, "no release could be read (see Release)");
      }
    },
  };
}
