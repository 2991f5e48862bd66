import { errorText } from "../../error.ts";
import { releaseImages, type ResolvedRelease, valuesImages } from "../../release/mod.ts";
import { NetworkError } from "../../net/errors.ts";
import type { Check, CheckInputs } from "../check.ts";
import { askedEndpoints } from "../facts/endpoints.ts";
import { upgradePathCheck } from "./upgrade_path.ts";
import { couldNotCheck, fail, pass, skipped, warn } from "../outcome.ts";

/** Failures of what was read; reading itself worked. */
const CONTENT_FAILURES: readonly string[] = [
  "newer-format",
  "schema",
  "not-json",
  "wrong-digest",
  "wrong-size",
  "too-large",
];

/** Checks of the release that the answers point at. */
export function releaseChecks(release: () => Promise<ResolvedRelease>): readonly Check[] {
  return [
    channelCheck(release),
    contentCheck(release),
    imagesCheck(release),
    upgradePathCheck(release),
  ];
}

/** What to do where nothing is. The testing channel is never a way out. */
function wayToARelease({ releaseRef, channel }: CheckInputs): string {
  if (releaseRef !== "") {
    return 'Correct the field "Release override", or leave it empty for the newest release';
  }
  return channel === "stable"
    ? "Ask Alga support why the channel has no release"
    : 'Choose stable in the field "Channel"';
}

/** There is something. */
function channelCheck(release: () => Promise<ResolvedRelease>): Check {
  return {
    id: "rel.channel",
    title: "Release",
    vantage: "agent",
    overridable: false,
    async run({ inputs }) {
      const expected = inputs.releaseRef === ""
        ? `the channel ${inputs.channel} leads to a release`
        : `release ${inputs.releaseRef} exists`;
      try {
        const found = `release ${(await release()).manifest.version}`;
        if (inputs.channel === "stable") return pass({ expected, found });
        return warn({
          expected,
          found: `${found} of the testing channel`,
          remediation:
            'Choose stable in the field "Channel", unless Alga support asked you for the testing channel',
        });
      } catch (error) {
        if (!(error instanceof NetworkError)) throw error;
        if (CONTENT_FAILURES.includes(error.failure)) {
          return pass({ expected, found: "something is there (see Release content)" });
        }
        if (error.failure === "not-found") {
          return fail({
            expected,
            found: errorText(error),
            remediation: wayToARelease(inputs),
          });
        }
        return fail({
          expected,
          found: errorText(error),
          remediation:
            "Do what the checks of the way to the registry say, then run the checks again (sudo alga-agent preflight)",
        });
      }
    },
  };
}

/** What is there can be installed. */
function contentCheck(release: () => Promise<ResolvedRelease>): Check {
  return {
    id: "rel.schema",
    title: "Release content",
    vantage: "agent",
    overridable: false,
    async run() {
      const expected = "a release that this agent can install";
      try {
        await release();
        return pass({ expected, found: "complete" });
      } catch (error) {
        if (!(error instanceof NetworkError)) throw error;
        if (!CONTENT_FAILURES.includes(error.failure)) {
          return skipped(expected, "no release could be read (see Release)");
        }
        return fail({
          expected,
          found: errorText(error),
          remediation: error.failure === "newer-format"
            ? "Choose an older release, or ask Alga support for the newest image"
            : "Choose another release and report this one to Alga support",
        });
      }
    },
  };
}

/** All that it will pull exists. */
function imagesCheck(release: () => Promise<ResolvedRelease>): Check {
  return {
    id: "rel.images",
    title: "Images of the release",
    vantage: "containerd",
    overridable: false,
    async run({ registry, mirrors, signal }) {
      const expected = "every image of the release exists";
      let resolved: ResolvedRelease;
      try {
        resolved = await release();
      } catch (error) {
        if (!(error instanceof NetworkError)) throw error;
        return skipped(expected, "no release could be read (see Release)");
      }
      const { version } = resolved.manifest;
      const asked = askedEndpoints(mirrors).map((it) => it.registry as string);
      const images = [
        ...releaseImages(resolved.manifest).map((it) => ({
          ...it,
          reference: it.tag,
          name: `${it.repository}:${it.tag}`,
        })),
        // Those of a registry without a mirror are taken to be on the machine already.
        ...valuesImages(resolved.manifest).filter((it) => asked.includes(it.host)),
      ];
      const known = await Promise.allSettled(
        images.map((it) => registry.exists(it.host, it.repository, it.reference, { signal })),
      );
      const evidence = images.map((it, i) => `${it.tier} ${it.name}: ${existence(known[i])}`);
      const missing = images.filter((_, i) => existence(known[i]) === "missing");
      const unknown = images.filter((_, i) => !["there", "missing"].includes(existence(known[i])));
      const list = (some: typeof images) => some.map((it) => it.name).join(", ");
      if (missing.some((it) => it.tier === "login")) {
        return fail({
          expected,
          found: `missing: ${list(missing)}`,
          evidence,
          remediation: `Choose another release and report ${version} to Alga support`,
        });
      }
      if (unknown.length > 0 || images.length === 0) {
        return couldNotCheck({
          expected,
          found: `could not be asked for: ${list(unknown) || "the release names no image"}`,
          evidence,
          remediation:
            "Run the checks again (sudo alga-agent preflight); if it stays, ask the network administrator about proxy and firewall",
        });
      }
      if (missing.length === 0) return pass({ expected, found: `all ${images.length}`, evidence });
      return warn({
        expected,
        found: `missing, for background services only: ${list(missing)}`,
        evidence,
        remediation: `Report release ${version} to Alga support; people can log in without it`,
      });
    },
  };
}

/** "there", "missing", or in words why it is not known. */
function existence(answer: PromiseSettledResult<boolean> | undefined): string {
  if (answer?.status === "fulfilled") return answer.value ? "there" : "missing";
  return answer === undefined ? "not asked" : errorText(answer.reason);
}
