import { AgentError, errorText } from "../error.ts";

/** A key that age(1) can encrypt to ("age1…"). */
export function isRecipient(text: string): boolean {
  return /^age1[02-9ac-hj-np-z]{58}$/.test(text);
}

/** The same bytes, so that only the holders of these keys can read them. @throws {AgentError} USAGE for a key that is none. */
export async function encryptFor(
  recipients: readonly string[],
  bytes: ReadableStream<Uint8Array>,
): Promise<ReadableStream<Uint8Array>> {
  // Loaded by those who need it.
  const { Encrypter } = await import("age-encryption");
  const encrypter = new Encrypter();
  try {
    for (const it of recipients) encrypter.addRecipient(it);
  } catch (cause) {
    throw new AgentError("USAGE", `This is not a key to encrypt to: ${errorText(cause)}`, { cause });
  }
  return await encrypter.encrypt(bytes);
}
