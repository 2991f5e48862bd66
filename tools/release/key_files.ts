import { resolve } from "node:path/posix";
import type { KeyObject } from "node:crypto";
import { parsePublicKey, type TrustedKey } from "../../agent/trust/public_key.ts";
import { RELEASE_KEYS, type ReleaseKey } from "../../agent/trust/release_keys.ts";
import { isEncrypted, readPrivateKey } from "./private_key.ts";
import { ReleaseError } from "./release_error.ts";

/**
 * The key to sign with. It and its password come from files that nobody else may read, never from arguments or the environment.
 * @throws {ReleaseError} If a file is missing or open to others, or the key cannot be used.
 */
export async function readSigningKey(
  folder: string,
  { key, passwordFile }: { key: string | undefined; passwordFile: string | undefined },
): Promise<KeyObject> {
  if (key === undefined) throw new ReleaseError("No key is named", "Name its file: --key FILE");
  const text = await readPrivate(resolve(folder, key));
  if (!isEncrypted(text)) return readPrivateKey(text, "");
  if (passwordFile === undefined) {
    throw new ReleaseError("The key has a password", "Name the file that holds it: --password-file FILE");
  }
  return readPrivateKey(text, (await readPrivate(resolve(folder, passwordFile))).replace(/\r?\n$/, ""));
}

/** The keys to verify with: the files that are named, else those that are compiled into the agent. */
export async function readVerifyingKeys(
  folder: string,
  paths: readonly string[],
  compiledIn: readonly ReleaseKey[] = RELEASE_KEYS,
): Promise<TrustedKey[]> {
  const texts = paths.length === 0 ? compiledIn : await Promise.all(paths.map(async (name) => ({
    name,
    text: await Deno.readTextFile(resolve(folder, name)).catch((cause) => {
      throw new ReleaseError(`Cannot read "${name}"`, "Name the file of a public key", { cause });
    }),
  })));
  return texts.map(({ name, text }) => {
    const read = parsePublicKey(name, text);
    if ("problem" in read) {
      throw new ReleaseError(`"${name}": ${read.problem}`, "Name the file of a public key");
    }
    return read;
  });
}

async function readPrivate(path: string): Promise<string> {
  let text: string;
  let isPrivate: boolean;
  try {
    const { mode, isFile } = await Deno.stat(path);
    isPrivate = isFile && ((mode ?? 0) & 0o077) === 0;
    text = isFile ? await Deno.readTextFile(path) : "";
  } catch (cause) {
    throw new ReleaseError(`Cannot read "${path}"`, "Name another file", { cause });
  }
  // Taken for the other half, it would be closed, and then be none.
  if (text.includes("-----BEGIN PUBLIC KEY-----")) {
    throw new ReleaseError(`"${path}" is a public key`, "Name the file of its private key");
  }
  if (isPrivate) return text;
  throw new ReleaseError(`"${path}" can be read by others`, `Close it: chmod 600 ${path}`);
}
