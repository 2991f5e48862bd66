import { AGENT_ARCHITECTURES, AgentOffer, RELEASE_REGISTRY } from "../../agent/release/manifest.ts";
import { createArtifact, digestOf, encodeJson, type OciArtifact } from "./oci_artifact.ts";
import { ReleaseError } from "./release_error.ts";

const AGENT_REPOSITORY = "nine-minds/alga-agent";
const AGENT_TYPE = "application/vnd.alga.appliance.agent.v1";
const PROGRAM_TYPE = "application/vnd.alga.appliance.agent.program.v1";

/** What a release says of an agent, and the artifact that holds its programs. */
export interface ReleasedAgent {
  offer: AgentOffer;
  artifact: OciArtifact;
}

/**
 * Reads a folder that `deno task release-agent --key` made: version, programs and the signature over each. The same folder gives
 * the same digests. @throws {ReleaseError} If something of it is missing, or there is no program at all.
 */
export async function readReleasedAgent(dir: string): Promise<ReleasedAgent> {
  const version = (await readText(`${dir}/VERSION`)).trim();
  const programs: AgentOffer["programs"] = {};
  const layers = [];
  for (const architecture of AGENT_ARCHITECTURES) {
    const name = `alga-agent-linux-${architecture}`;
    const bytes = await Deno.readFile(`${dir}/${name}`).catch(() => undefined);
    if (bytes === undefined) continue;
    const signature = (await readText(`${dir}/${name}.sig`)).trim();
    const annotations = { "org.opencontainers.image.title": name };
    layers.push({ mediaType: PROGRAM_TYPE, bytes, annotations });
    programs[architecture] = { sha256: digestOf(bytes).slice("sha256:".length), signature };
  }
  if (layers.length === 0) throw new ReleaseError(`"${dir}" holds no program`, HINT);
  const repository = `${RELEASE_REGISTRY}/${AGENT_REPOSITORY}`;
  const offer = AgentOffer.safeParse({ version, repository, programs });
  if (!offer.success) {
    const wrong = offer.error.issues.map((it) => `${it.path.join(".")}: ${it.message}`).join("; ");
    throw new ReleaseError(`The agent in "${dir}" cannot be named in a release: ${wrong}`, HINT);
  }
  const artifact = createArtifact({ host: RELEASE_REGISTRY, repository: AGENT_REPOSITORY, tag: version }, {
    artifactType: AGENT_TYPE,
    config: { mediaType: "application/vnd.oci.empty.v1+json", bytes: encodeJson({}) },
    layers,
  });
  return { offer: offer.data, artifact };
}

const HINT =
  "Name the folder of a signed release of the agent: deno task release-agent --output FOLDER --key FILE";

async function readText(path: string): Promise<string> {
  return await Deno.readTextFile(path).catch((cause) => {
    throw new ReleaseError(`Cannot read "${path}"`, HINT, { cause });
  });
}
