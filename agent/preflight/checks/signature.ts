import { NetworkError } from "../../net/errors.ts";
import type { ResolvedRelease } from "../../release/mod.ts";
import { DEFAULT_POLICY, isBelieved, type Judgement, judgeRelease } from "../../trust/mod.ts";
import type { Check, CheckContext, CheckOutcome } from "../check.ts";
import { couldNotCheck, fail, pass, skipped, warn } from "../outcome.ts";

/** Checks whether the release that the answers point at is believed. They look at its signatures once. */
export function signatureChecks(
  context: CheckContext,
  release: () => Promise<ResolvedRelease>,
): readonly Check[] {
  let pending: Promise<Judgement | undefined> | undefined;
  const judge = () => pending ??= judgeIt(context, release);
  return [signatureCheck(judge), keptCheck(judge)];
}

async function judgeIt(
  context: CheckContext,
  release: () => Promise<ResolvedRelease>,
): Promise<Judgement | undefined> {
  const policy = context.inputs.signatures ?? DEFAULT_POLICY;
  try {
    return await judgeRelease(context, await release(), { policy, signal: context.signal });
  } catch (error) {
    if (error instanceof NetworkError) return undefined;
    throw error;
  }
}

const UNREAD = "no release could be read (see Release)";

/** A key that counts here signed it. */
function signatureCheck(judge: () => Promise<Judgement | undefined>): Check {
  return {
    id: "rel.signature",
    title: "Signature of the release",
    vantage: "agent",
    overridable: false,
    async run() {
      const expected = "a signature by a key that is trusted here";
      const judgement = await judge();
      return judgement ? outcomeOf(judgement, expected) : skipped(expected, UNREAD);
    },
  };
}

function outcomeOf({ verdict, found, remediation, keyProblems }: Judgement, expected: string): CheckOutcome {
  const words = { expected, found, remediation, evidence: keyProblems };
  switch (verdict) {
    case "signed":
      return pass({ expected, found, evidence: keyProblems });
    case "unsigned":
    case "stripped":
      return warn(words);
    case "refused":
      return fail(words);
    case "unknown":
      return couldNotCheck(words);
  }
}

/** Once releases were signed, one without a signature is taken only where somebody accepts it. */
function keptCheck(judge: () => Promise<Judgement | undefined>): Check {
  return {
    id: "rel.signature-kept",
    title: "Signed as before",
    vantage: "agent",
    overridable: true,
    async run() {
      const expected = "a signature, if releases before had one";
      const judgement = await judge();
      if (!judgement) return skipped(expected, UNREAD);
      const { verdict, found, remediation } = judgement;
      if (verdict === "stripped") return fail({ expected, found, remediation });
      if (!isBelieved(judgement)) {
        return skipped(expected, "see Signature of the release");
      }
      return pass({ expected, found: verdict === "signed" ? found : "none of them had one" });
    },
  };
}
