import * as z from "zod";
import { type Clock, isoNow } from "../clock.ts";
import type { Host } from "../host/host.ts";
import { readStateFile, writeStateFile } from "../state/json_file.ts";
import { PATHS } from "../state/paths.ts";

const SCHEMA_VERSION = 1;

const HttpUrl = z.string().refine((it) => /^https?:/.test(it) && URL.canParse(it), "is not a web address");

/** Answers as they are kept: already checked once, so only their shape is looked at. The password leaves once the cluster holds it. */
const StoredInputs = z.object({
  channel: z.enum(["stable", "nightly"]),
  releaseRef: z.string(),
  appUrl: HttpUrl,
  dnsMode: z.enum(["system", "custom"]),
  dnsServers: z.array(z.string()),
  proxyUrl: HttpUrl.or(z.literal("")),
  noProxy: z.string(),
  tenantName: z.string(),
  adminFirstName: z.string(),
  adminLastName: z.string(),
  adminEmail: z.string(),
  adminPassword: z.string().optional(),
});
export type StoredInputs = z.infer<typeof StoredInputs>;

/** `undefined` before set-up was asked for, and when the file is damaged (it is then moved aside). */
export async function readInputs(host: Host, clock: Clock): Promise<StoredInputs | undefined> {
  const read = await readStateFile(host, PATHS.setupInputs, z.object({ inputs: StoredInputs }), {
    clock,
    schemaVersion: SCHEMA_VERSION,
  });
  return read.status === "ok" ? read.value.inputs : undefined;
}

/** Keeps the answers, 0600. */
export async function writeInputs(host: Host, clock: Clock, inputs: StoredInputs): Promise<void> {
  await writeStateFile(host, PATHS.setupInputs, { submittedAt: isoNow(clock), inputs }, SCHEMA_VERSION);
}

/** What the form may be filled with again: no password, neither the administrator's nor the proxy's. */
export function withoutSecrets(inputs: StoredInputs): Omit<StoredInputs, "adminPassword"> {
  const { adminPassword: _, ...rest } = inputs;
  if (rest.proxyUrl === "") return rest;
  const proxy = new URL(rest.proxyUrl);
  return { ...rest, proxyUrl: `${proxy.protocol}//${proxy.host}` };
}
