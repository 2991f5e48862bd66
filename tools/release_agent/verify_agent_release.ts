import { AgentReleaseError } from "./agent_release_error.ts";
import { checkChecksums, SIGNATURE_ENDING, SIGNATURE_FILE, SUMS_FILE } from "./checksums.ts";
import { isSignedBy } from "./signature.ts";

/** What is wrong with a release in a folder; nothing, if it is what was made. Without a key no signature is looked at. */
export async function verifyAgentRelease(dir: string, publicPem?: string): Promise<string[]> {
  const sums = await Deno.readFile(`${dir}/${SUMS_FILE}`).catch((cause) => {
    throw new AgentReleaseError(`"${dir}" has no ${SUMS_FILE}`, "Name the folder of a release", { cause });
  });
  const problems = await checkChecksums(dir, new TextDecoder().decode(sums));
  if (publicPem === undefined) return problems;
  const signature = await Deno.readTextFile(`${dir}/${SIGNATURE_FILE}`).catch(() => undefined);
  if (signature === undefined) return [`not signed: there is no ${SIGNATURE_FILE}`, ...problems];
  if (!isSignedBy(sums, signature, publicPem)) {
    return [`${SIGNATURE_FILE} is not a signature of ${SUMS_FILE} by this key`, ...problems];
  }
  for await (const { name } of Deno.readDir(dir)) {
    const of = name.slice(0, -SIGNATURE_ENDING.length);
    if (name === SIGNATURE_FILE || !name.endsWith(SIGNATURE_ENDING)) continue;
    const content = await Deno.readFile(`${dir}/${of}`).catch(() => new Uint8Array());
    if (!isSignedBy(content, await Deno.readTextFile(`${dir}/${name}`), publicPem)) {
      problems.push(`${name} is not a signature of ${of} by this key`);
    }
  }
  return problems;
}
