import { isOlder, numbersOf, pathProblem, type ResolvedRelease } from "../../agent/release/mod.ts";
import type { Helm } from "./render_chart.ts";
import type { Finding } from "./verify_release.ts";

/** Whether appliances on the channel's present release can go to this one. Nobody may have to skip a minor version. */
export function pathFindings(from: ResolvedRelease | undefined, to: ResolvedRelease): Finding[] {
  if (!from || from.manifestDigest === to.manifestDigest) {
    return [{ what: "path: the channel led to no other release", ok: true }];
  }
  const [old, next] = [from.manifest, to.manifest];
  const finding = (what: string, problem: string | undefined, nextStep: string): Finding =>
    problem === undefined ? { what, ok: true } : { what, ok: false, problem, nextStep };
  return [
    finding(
      `path ${old.version} → ${next.version}`,
      stepProblem(old.version, next),
      isOlder(next.version, old.version)
        ? "Build it under a version that is higher: appliances do not go back"
        : `Publish the release between them first, or name ${old.version} in "upgradeFrom" if one step leads here`,
    ),
    finding(
      `age of ${next.version}`,
      ageProblem(old.releasedAt, next.releasedAt),
      'Give it a "releasedAt" of its own that is later, and build it under a new version',
    ),
  ];
}

/** First what appliances themselves refuse; where the release names no way, a publisher may not leave them a gap either. */
function stepProblem(from: string, to: ResolvedRelease["manifest"]): string | undefined {
  const refused = pathProblem(from, to);
  if (refused !== undefined || to.upgradeFrom !== undefined) return refused?.found;
  const [a, b] = [numbersOf(from), numbersOf(to.version)];
  if (!a || !b) return "the versions are not numbers, so the way must be named";
  const [major = 0, minor = 0] = a;
  const [nextMajor = 0, nextMinor = 0] = b;
  if (nextMajor !== major) return "it has another first number";
  return nextMinor > minor + 1 ? `it skips ${major}.${minor + 1}` : undefined;
}

/** Appliances refuse what is not later than what they have seen. */
function ageProblem(from: string | undefined, to: string | undefined): string | undefined {
  if (from === undefined) return undefined;
  if (to === undefined) return `it does not say when it was published, and the one before does (${from})`;
  return Date.parse(to) > Date.parse(from) ? undefined : `${to} is not later than ${from}`;
}

/** One line of the record of promotions. `helm`: the version that rendered the charts. */
export function promotionRecord(
  { at, by, channel, from, to, helm }: {
    at: string;
    by: string;
    channel: string;
    from: ResolvedRelease | undefined;
    to: ResolvedRelease;
    helm: Pick<Helm, "version"> | undefined;
  },
): string {
  const name = (it: ResolvedRelease | undefined) =>
    it ? { version: it.manifest.version, digest: it.manifestDigest } : null;
  return `${
    JSON.stringify({ at, by, channel, from: name(from), to: name(to), helm: helm?.version ?? null })
  }\n`;
}
