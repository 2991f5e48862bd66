import * as z from "zod";
import { type Clock, isoNow } from "../clock.ts";
import type { Host } from "../host/host.ts";
import { readStateFile, writeStateFile } from "../state/json_file.ts";
import { PATHS } from "../state/paths.ts";
import { PasswordHash } from "./password_hash.ts";

/** The whole file. */
export const CredentialFile = PasswordHash.extend({ status: z.literal("active"), updatedAt: z.string() });

/** The management password as it is kept. */
export type Credential = z.infer<typeof CredentialFile>;

const MAX_BYTES = 4_096;

/** The management password's file as text, to see whether another process has changed it; `undefined` without one. */
export async function readCredentialText(host: Host): Promise<string | undefined> {
  const found = await host.info(PATHS.credential);
  return found?.kind === "file" ? await host.readText(PATHS.credential, { maxBytes: MAX_BYTES }) : undefined;
}

/** The management password; `undefined` without one. A damaged file is none: the token then signs in, and root has it. */
export async function readCredential(host: Host, clock: Clock): Promise<Credential | undefined> {
  const read = await readStateFile(host, PATHS.credential, CredentialFile, { clock, schemaVersion: 1 });
  return read.status === "ok" ? read.value : undefined;
}

/** @throws {AgentError} STATE_WRITE_FAILED */
export async function writeCredential(host: Host, credential: Credential): Promise<void> {
  await writeStateFile(host, PATHS.credential, credential, 1);
}

export function makeCredential(hash: PasswordHash, clock: Clock): Credential {
  return { status: "active", ...hash, updatedAt: isoNow(clock) };
}
