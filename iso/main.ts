import { DebError } from "../tools/deb/build_deb.ts";
import { AgentReleaseError } from "../tools/release_agent/agent_release_error.ts";
import { buildIso } from "./build_iso.ts";
import { HELP } from "./help.ts";
import { IsoError, IsoUsageError } from "./iso_error.ts";
import { parseBuildOptions, parseVerifyOptions } from "./options.ts";
import { verifyImage } from "./verify_image.ts";

/** `deno task iso`: makes an installation image, or proves one. */
const repo = new URL("..", import.meta.url).pathname;
const talk = (line: string) => console.error(line);

/** Gives the exit code; throws what a person can fix, too. */
async function main(args: readonly string[]): Promise<number> {
  if (args.includes("--help")) {
    console.log(HELP);
    return 0;
  }
  if (args[0] === "verify") return await verify(args.slice(1));
  const input = await parseBuildOptions(args, { repo, say: talk });
  const { image } = await buildIso(input);
  console.log(`${input.output}  ${(image.bytes / 1e6).toFixed(1)} MB  sha256 ${image.sha256}`);
  return 0;
}

async function verify(args: readonly string[]): Promise<number> {
  const { image, isJson, options } = await parseVerifyOptions(args);
  const { manifest, trust, problems } = await verifyImage(image, { say: talk, ...options });
  const isWhole = problems.length === 0;
  if (isJson) console.log(JSON.stringify({ isWhole, trust, problems, build: manifest.build }, null, 2));
  else {
    const { version, commit, builtAt, base, k3s, account } = manifest.build;
    console.log(`Alga appliance ${version}, commit ${commit}, ${builtAt}`);
    console.log(`Base:    ${base.name}`);
    console.log(`k3s:     ${k3s ?? "fetched by the machine"}`);
    console.log(`Account: ${account}`);
    for (const it of problems) console.log(`- ${it}`);
    const word = trust === "signed"
      ? "as it was made and signed"
      : "as its manifest says; nobody signed for that";
    console.log(isWhole ? `The image is ${word}` : "The image is not as it was made");
  }
  return isWhole ? 0 : 1;
}

// "deno task" starts in the checkout; paths are meant from where it was called.
Deno.chdir(Deno.env.get("INIT_CWD") ?? Deno.cwd());
try {
  Deno.exit(await main(Deno.args));
} catch (error) {
  if (!(error instanceof IsoError || error instanceof AgentReleaseError || error instanceof DebError)) {
    throw error;
  }
  console.error(error.message);
  if ("hint" in error) console.error(error.hint);
  Deno.exit(error instanceof IsoUsageError ? 2 : 1);
}
