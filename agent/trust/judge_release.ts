import type { Clock } from "../clock.ts";
import { errorText } from "../error.ts";
import type { Host } from "../host/host.ts";
import { NetworkError } from "../net/errors.ts";
import type { RegistryClient } from "../registry/registry.ts";
import type { ResolvedRelease } from "../release/mod.ts";
import { PATHS } from "../state/paths.ts";
import { readKeys } from "./keys.ts";
import { newerSeen, readSeen, remember, type SeenReleases } from "./memory.ts";
import { decide, type SignaturePolicy, type Verdict } from "./policy.ts";
import type { ReleaseKey } from "./release_keys.ts";
import { type Signature, verifySignature } from "./verify_signature.ts";

/** Whether a release is believed, and why. */
export interface Judgement {
  verdict: Verdict;
  policy: SignaturePolicy;
  /** What was found ("signed with the key \"alga-2026\""). */
  found: string;
  /** What to do; empty where all is well. */
  remediation: string;
  /** Key files that count for nothing, each with why. */
  keyProblems: readonly string[];
  /** A later release that its channel led to before. */
  newer?: { version: string; releasedAt: string };
}

/** What judging needs. */
export interface JudgeDeps {
  host: Host;
  clock: Clock;
  registry: RegistryClient;
  /** The publisher's keys; those that are compiled in unless a test brings its own. */
  releaseKeys?: readonly ReleaseKey[];
}

/** Looks at the signatures of a release. Changes nothing. */
export async function judgeRelease(
  { host, clock, registry, releaseKeys }: JudgeDeps,
  release: ResolvedRelease,
  { policy, signal }: { policy: SignaturePolicy; signal?: AbortSignal },
): Promise<Judgement> {
  const { registryHost, repository, manifestDigest } = release;
  const [{ keys, problems }, seen] = await Promise.all([
    readKeys(host, releaseKeys),
    readSeen(host, clock, release),
  ]);
  const base = { policy, keyProblems: problems.map((it) => `${it.name}: ${it.problem}`) };
  let signature: Signature;
  try {
    const place = { host: registryHost, repository, digest: manifestDigest };
    signature = await verifySignature(registry, place, {
      keys,
      nowMs: clock.nowMs(),
      ...(signal && { signal }),
    });
  } catch (error) {
    if (!(error instanceof NetworkError)) throw error;
    return {
      ...base,
      verdict: "unknown",
      found: `its signature could not be asked for: ${errorText(error)}`,
      remediation:
        "Wait some minutes, then try again; if it stays, ask the network administrator about proxy and firewall",
    };
  }
  const verdict = decide(signature, { policy, wasSigned: seen !== undefined });
  const newer = newerSeen(seen, release);
  return {
    ...base,
    verdict,
    found: foundText(signature, seen),
    remediation: REMEDIES[verdict](signature),
    ...(newer && { newer: { version: newer.version, releasedAt: newer.releasedAt } }),
  };
}

/** Judges a release, and keeps in mind that a signed one was seen. */
export async function judgeAndRemember(
  deps: JudgeDeps,
  release: ResolvedRelease,
  options: { policy: SignaturePolicy; signal?: AbortSignal },
): Promise<Judgement> {
  const judgement = await judgeRelease(deps, release, options);
  if (judgement.verdict === "signed") await remember(deps.host, deps.clock, release);
  return judgement;
}

function foundText(signature: Signature, seen: SeenReleases | undefined): string {
  const before = seen && `, and release ${seen.signed.version} had one (seen ${seen.signed.at.slice(0, 10)})`;
  switch (signature.status) {
    case "valid":
      return `signed with the key "${signature.key}"`;
    case "invalid":
      return `its signature does not count: ${signature.problem}`;
    case "missing":
      return `it has no signature${before ?? ""}`;
    case "no-key":
      return `it cannot be told whether it is signed: no key is known here${before ?? ""}`;
  }
}

const SUPPORT = "Do not install it: report it to Alga support";

/** The policy is an answer of setup first, and a setting afterwards. */
function howToSet(policy: SignaturePolicy): string {
  return `choose "Signatures of releases: ${policy}" in setup's answers; after setup: sudo alga-agent settings set --signatures ${policy}`;
}

const REMEDIES: Record<Exclude<Verdict, "unknown">, (signature: Signature) => string> = {
  signed: () => "",
  unsigned: () => `Nothing while releases are not signed. To refuse unsigned ones, ${howToSet("require")}`,
  stripped: () => `${SUPPORT}. Accept it only where support says that this release has no signature`,
  refused: ({ status }) =>
    status === "invalid"
      ? `${SUPPORT}. Where this site signs releases itself, see that its public key lies in ${PATHS.keyFolder}`
      : `${SUPPORT}. To let unsigned releases pass, ${howToSet("warn")}`,
};
