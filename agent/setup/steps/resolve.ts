import { AgentError } from "../../error.ts";
import { resolveRelease } from "../../release/mod.ts";
import { isBelieved, judgeAndRemember } from "../../trust/mod.ts";
import { readSelection, writeSelection } from "../release_selection.ts";
import type { Step } from "../step.ts";

/** Turns channel or pin into one release, once; everything later uses its digests. */
export const resolveStep: Step = {
  id: "resolve",
  title: "Choose the release",
  failure: {
    category: "registry-release-source",
    cannot: "The release could not be chosen",
    nextAction: 'Correct the field "Release override" or leave it empty; if it is empty, ask Alga support',
  },
  installState: { status: "release-resolve", phase: "registry-release-source" },
  async look({ host, clock, inputs }) {
    const selection = await readSelection(host, clock);
    return selection?.resolved.reference === (inputs.releaseRef || inputs.channel);
  },
  async act({ host, clock, inputs, registry, signal, say }) {
    const resolved = await resolveRelease(registry, {
      channel: inputs.channel,
      reference: inputs.releaseRef,
      signal,
    });
    const trust = await judgeAndRemember({ host, clock, registry }, resolved, {
      policy: inputs.signatures,
      signal,
    });
    if (!isBelieved(trust)) {
      throw new AgentError(
        "RELEASE_INVALID",
        `Release ${resolved.manifest.version} is not believed: ${trust.found}`,
        { hint: trust.remediation, retrySafe: trust.verdict === "unknown" },
      );
    }
    await writeSelection(host, clock, resolved, inputs);
    say(`Release ${resolved.manifest.version}`);
  },
};
