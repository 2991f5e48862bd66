import * as z from "zod";
import { type Clock, isoNow } from "../../clock.ts";
import type { Host } from "../../host/host.ts";
import { readStateFile, writeStateFile } from "../../state/json_file.ts";
import { PATHS } from "../../state/paths.ts";
import { DEFAULT_POLICY, SIGNATURE_POLICIES } from "../../trust/policy.ts";

const SCHEMA_VERSION = 1;

const HttpUrl = z.string().refine((it) => /^https?:/i.test(it) && URL.canParse(it), "is not a web address");

/** Answers as they are kept: already checked once, so only their shape is looked at. The password leaves once the cluster holds it. */
export const StoredInputs = z.object({
  channel: z.enum(["stable", "nightly"]),
  releaseRef: z.string(),
  appUrl: HttpUrl,
  dnsMode: z.enum(["system", "custom"]),
  dnsServers: z.array(z.string()),
  proxyUrl: HttpUrl.or(z.literal("")),
  noProxy: z.string(),
  /** Younger than the file. */
  publicNames: z.string().default(""),
  signatures: z.enum(SIGNATURE_POLICIES).default(DEFAULT_POLICY),
  tenantName: z.string(),
  adminFirstName: z.string(),
  adminLastName: z.string(),
  adminEmail: z.string(),
  adminPassword: z.string().optional(),
});
export type StoredInputs = z.infer<typeof StoredInputs>;

/** The answers of one run of setup. Which run counts is told by the journal alone. */
const KeptInputs = z.object({ runId: z.string().optional(), inputs: StoredInputs });
/** The whole file; `before`: answers of the run that goes on, should the new one never be in the journal. */
export const InputsFile = KeptInputs.extend({ before: KeptInputs.optional() });
export interface KeptInputs {
  runId: string | undefined;
  inputs: StoredInputs;
}

/** The answers of a run; `undefined` when there are none of it, and when the file is damaged (it is then moved aside). */
export async function readInputs(
  host: Host,
  clock: Clock,
  runId: string | undefined,
): Promise<StoredInputs | undefined> {
  const read = await readStateFile(host, PATHS.setupInputs, InputsFile, {
    clock,
    schemaVersion: SCHEMA_VERSION,
  });
  if (read.status !== "ok") return undefined;
  return [read.value, read.value.before].find((it) => it && it.runId === runId)?.inputs;
}

/** Keeps the answers, 0600. */
export async function writeInputs(
  host: Host,
  clock: Clock,
  { runId, inputs }: KeptInputs,
  before?: KeptInputs,
): Promise<void> {
  const value = { submittedAt: isoNow(clock), runId, inputs, before };
  await writeStateFile(host, PATHS.setupInputs, value, SCHEMA_VERSION);
}

/** What the form may be filled with again: no password, neither the administrator's nor the proxy's. */
export function withoutSecrets(inputs: StoredInputs): Omit<StoredInputs, "adminPassword"> {
  const { adminPassword: _, ...rest } = inputs;
  if (rest.proxyUrl === "") return rest;
  const proxy = new URL(rest.proxyUrl);
  return { ...rest, proxyUrl: `${proxy.protocol}//${proxy.host}` };
}
