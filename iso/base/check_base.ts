import { basename } from "node:path";
import { sha256OfFile } from "../../tools/release_agent/checksums.ts";
import { IsoError, IsoUsageError, MissingProgramError } from "../iso_error.ts";
import { requireFile, requireText } from "../require_file.ts";
import { runProgram } from "../run_program.ts";

/** By what the base is proven: its sum, or the list of sums that its maker signed. */
export type BaseProof =
  | { kind: "sum"; sha256: string }
  | { kind: "list"; sums: string; signature?: string; keyring?: string };

/** Where a builder gets what proves the base. */
const WHERE = "SHA256SUMS and SHA256SUMS.gpg lie beside the image on releases.ubuntu.com";

/** Proves the base before anything is read from it and gives its SHA-256. @throws {IsoError} If it is another file. */
export async function checkBase(base: string, proof: BaseProof): Promise<string> {
  const wanted = proof.kind === "sum" ? proof.sha256.toLowerCase() : await sumFromList(base, proof);
  const found = await sha256OfFile(base).catch((cause) => {
    if (!(cause instanceof Deno.errors.NotFound)) throw cause;
    throw new IsoError(`The base "${base}" is not there`, "Fetch it from releases.ubuntu.com", { cause });
  });
  if (found === wanted) return found;
  throw new IsoError(
    `The base "${basename(base)}" has the SHA-256 ${found}, not ${wanted}`,
    "It is damaged, or another image: fetch it again and compare",
  );
}

/** The sum that the list has for a file of this name. */
async function sumFromList(base: string, it: Extract<BaseProof, { kind: "list" }>): Promise<string> {
  if ((it.signature === undefined) !== (it.keyring === undefined)) {
    throw new IsoUsageError(
      `A signature is proven with a keyring; one of both is missing. Give --sums-signature and --keyring together. ${WHERE}; the keyring is /usr/share/keyrings/ubuntu-archive-keyring.gpg of the package ubuntu-keyring`,
    );
  }
  const list = await requireText("--sums", it.sums);
  if (it.signature !== undefined && it.keyring !== undefined) {
    await requireFile("--sums-signature", it.signature);
    await requireFile("--keyring", it.keyring);
    const keyring = await Deno.realPath(it.keyring);
    await runProgram("gpgv", ["--keyring", keyring, it.signature, it.sums]).catch((cause) => {
      if (!(cause instanceof IsoError) || cause instanceof MissingProgramError) throw cause;
      const [said = ""] = cause.message.split("\n").filter((line) =>
        /BAD|No public key|can't|no valid/i.test(line)
      );
      throw new IsoError(
        `"${basename(it.sums)}" is not proven to be signed by a key of the keyring${
          said && ` (${said.trim()})`
        }`,
        `Do not use this base. ${WHERE}; fetch all three again`,
        { cause },
      );
    });
  }
  const name = basename(base);
  for (const line of list.split(/\r?\n/)) {
    const [, sum, file] = /^([0-9a-f]{64}) [ *](.+)$/.exec(line) ?? [];
    if (sum !== undefined && file === name) return sum;
  }
  throw new IsoError(
    `"${basename(it.sums)}" has no sum of a file "${name}"`,
    `Keep the file's own name. ${WHERE}`,
  );
}
