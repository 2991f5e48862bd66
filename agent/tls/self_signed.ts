import * as z from "zod";
import type { Clock } from "../clock.ts";
import type { Host } from "../host/host.ts";
import { readStateFile, writeStateFile } from "../state/json_file.ts";
import { PATHS } from "../state/paths.ts";
import { isHostName } from "../text/host_name.ts";
import { type CertificateFacts, isKeyOf, readCertificate } from "./read_certificate.ts";

const DAY_MS = 86_400_000;
/** Apple's systems take none that is valid for longer than 825 days. */
const VALID_MS = 820 * DAY_MS;
/** It begins earlier, for clocks that are late. */
const EARLIER_MS = DAY_MS;
/** So long before its end it is made again. */
const RENEW_MS = 30 * DAY_MS;
/** Addresses that the machine no longer has stay in it, since they may come back; the oldest go. */
const MAX_NAMES = 20;

/** The whole file. */
export const SelfSignedFile = z.object({
  key: z.string(),
  certificate: z.string(),
  /** Host names and addresses that it is for; the first is its name. */
  names: z.array(z.string()).min(1),
}).refine(({ key, certificate }) => isKeyOf(key, certificate), "key and certificate do not fit");
export type SelfSigned = z.infer<typeof SelfSignedFile>;

/** Under which names and addresses the pages are opened. */
export interface WantedNames {
  hostName: string;
  /** The address that people should open. */
  readonly mainAddress: string;
  /** All addresses. Never rejects. */
  addresses(): Promise<readonly string[]>;
}

/** The agent's own certificate. */
export interface OpenedSelfSigned extends SelfSigned, CertificateFacts {
  /** Why it is a new one, as a sentence; `undefined` when it is the one of before. */
  news?: string;
}

/**
 * The certificate that the agent has made for itself. People compare its fingerprint, so it is made again for a reason alone: it
 * nears its end, or the machine has another name or main address. Its key stays. `kept` is the one in use, which the disk may not
 * have taken.
 */
export async function openSelfSigned(
  host: Host,
  clock: Clock,
  wanted: WantedNames,
  kept?: SelfSigned,
): Promise<OpenedSelfSigned> {
  const read = await readStateFile(host, PATHS.selfSigned, SelfSignedFile, { clock, schemaVersion: 1 });
  const onDisk = read.status === "ok" ? read.value : undefined;
  const found = kept ?? onDisk;
  const facts = found && readCertificate(found.certificate);
  const reason = reasonFor(found, facts, wanted, clock.nowMs());
  const save = async ({ key, certificate, names }: SelfSigned) => {
    if (onDisk?.certificate === certificate) return;
    await writeStateFile(host, PATHS.selfSigned, { key, certificate, names }, 1).catch(() => {}); // told as disk.full
  };
  if (reason === undefined && found && facts) {
    await save(found);
    const { key, certificate, names } = found;
    return { key, certificate, names, ...facts };
  }

  // Loaded when it is needed, which is once in two years.
  const { makeCertificate, makeKey } = await import("./make_certificate.ts");
  const key = found && facts ? found.key : makeKey();
  const names = namesOf(wanted.hostName, [
    wanted.mainAddress,
    ...await wanted.addresses(),
    ...found?.names ?? [],
  ]);
  const nowMs = clock.nowMs();
  const certificate = await makeCertificate(key, {
    names,
    notBefore: new Date(nowMs - EARLIER_MS),
    notAfter: new Date(nowMs + VALID_MS),
  });
  await save({ key, certificate, names });
  const made = readCertificate(certificate);
  if (made === undefined) throw new TypeError("The certificate that was made cannot be read");
  return { key, certificate, names, ...made, news: `A certificate for the pages was made: ${reason}` };
}

function reasonFor(
  found: SelfSigned | undefined,
  facts: CertificateFacts | undefined,
  { hostName, mainAddress }: WantedNames,
  nowMs: number,
): string | undefined {
  if (found === undefined) return "there was none";
  if (facts === undefined) return "the one before could not be read";
  if (facts.validFromMs > nowMs) return "the one before begins later than this machine's clock says";
  if (facts.validToMs - nowMs < RENEW_MS) return "the one before nears its end";
  if (found.names[0] !== asName(hostName)) return `the host name is now ${hostName}`;
  return found.names.includes(mainAddress) ? undefined : `the address is now ${mainAddress}`;
}

function namesOf(hostName: string, more: readonly string[]): [string, ...string[]] {
  const name = asName(hostName);
  const all = new Set([name, `${name}.local`, "localhost", "127.0.0.1", "::1", ...more]);
  return [name, ...[...all].slice(1, MAX_NAMES)];
}

/** What is not a host name cannot stand in a certificate. */
function asName(hostName: string): string {
  return isHostName(hostName) ? hostName : "localhost";
}
