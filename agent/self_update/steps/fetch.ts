import { AgentError } from "../../error.ts";
import { readInstalledBuild } from "../../install/compare_builds.ts";
import { fetchFileBy } from "../../net/fetch_file.ts";
import type { Step } from "../../operation/step.ts";
import { placeOf } from "../../release/mod.ts";
import { MODE, PATHS } from "../../state/paths.ts";
import { readKeys, verifyFile } from "../../trust/mod.ts";
import type { AgentUpdateContext } from "../context.ts";
import { readOrder, readOutcome } from "../order.ts";

const MAX_BYTES = 512 * 1024 * 1024;

/** Fetches the program and believes it only by checksum, signature and its own word. */
export const fetchStep: Step<AgentUpdateContext> = {
  id: "fetch",
  title: "Fetch the new agent",
  usualDurationSec: 30,
  mayCancel: true,
  failure: {
    category: "registry-release-source",
    cannot: "The new agent could not be fetched",
    nextAction:
      "Try again (sudo alga-agent update agent retry); what came so far is kept. The running agent has not changed",
  },
  async look(context) {
    const { host, request } = context;
    // What was ordered has been looked at before.
    const isOrdered = [await readOrder(context), await readOutcome(context)].some((it) =>
      it?.id === request.id
    );
    return isOrdered || await host.sha256(PATHS.agentNext) === request.sha256 &&
        await problemOf(context) === undefined;
  },
  async act(context) {
    const { host, request, registry, signal, progress } = context;
    const { registryHost, repository } = placeOf(request.repository);
    const digest = `sha256:${request.sha256}`;
    await fetchFileBy(
      host,
      {
        what: `agent ${request.to}`,
        // For what is said of it; the registry client knows the way.
        url: new URL(`https://${registryHost}/v2/${repository}/blobs/${digest}`),
        path: PATHS.agentNext,
        mode: MODE.program,
        sha256: request.sha256,
        maxBytes: MAX_BYTES,
      },
      (fromByte, limit) => registry.openBlob(registryHost, repository, digest, { fromByte, signal: limit }),
      {
        signal,
        onBytes: (done, total) =>
          progress({ unit: "bytes", done, ...(total === undefined ? {} : { total }) }),
      },
    );
    const problem = await problemOf(context);
    if (problem === undefined) return;
    await host.remove(PATHS.agentNext);
    throw problem;
  },
};

/** Why the fetched program is not taken. */
async function problemOf(context: AgentUpdateContext): Promise<AgentError | undefined> {
  const { host, clock, request, releaseKeys } = context;
  const { keys } = await readKeys(host, releaseKeys);
  const signature = await verifyFile(host, PATHS.agentNext, request.signature, {
    keys,
    nowMs: clock.nowMs(),
  });
  if (signature.status !== "valid") {
    return refused(`Agent ${request.to} is not believed: ${signature.problem}`);
  }
  // An old program with its old, good signature must not come under a new number.
  const build = await readInstalledBuild(host, PATHS.agentNext);
  if (build === undefined) return refused(`Agent ${request.to} does not run on this machine`);
  if (build.version !== request.to) {
    return refused(`What was offered as agent ${request.to} is agent ${build.version}`);
  }
  return undefined;
}

function refused(message: string): AgentError {
  return new AgentError("RELEASE_INVALID", message, {
    hint:
      "Keep the agent that runs, and report this release to Alga support (alga-agent help agent.update-failed)",
    retrySafe: false,
  });
}
