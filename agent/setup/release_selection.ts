import * as z from "zod";
import { type Clock, isoNow } from "../clock.ts";
import { AgentError } from "../error.ts";
import type { Host } from "../host/host.ts";
import { ReleaseManifest, type ResolvedRelease } from "../release/mod.ts";
import { readStateFile, writeStateFile } from "../state/json_file.ts";
import { PATHS } from "../state/paths.ts";
import type { StoredInputs } from "./inputs/stored.ts";

const SCHEMA_VERSION = 1;

/** What is read of the file; it holds more, for others. */
export const Selection = z.object({
  resolved: z.object({
    reference: z.string(),
    channel: z.enum(["stable", "nightly"]),
    registryHost: z.string(),
    repository: z.string(),
    manifestDigest: z.string(),
    manifest: ReleaseManifest,
  }),
});

/** The chosen release; `undefined` before one was chosen or when the file is damaged (it is then chosen again). */
export async function readSelection(
  host: Host,
  clock: Clock,
): Promise<{ resolved: ResolvedRelease } | undefined> {
  const read = await readStateFile(host, PATHS.releaseSelection, Selection, {
    clock,
    schemaVersion: SCHEMA_VERSION,
  });
  return read.status === "ok" ? read.value : undefined;
}

/** @throws {AgentError} RELEASE_INVALID when the installed release is not on record: it must not be made up. */
export function requireRelease(found: ResolvedRelease | undefined): ResolvedRelease {
  if (found) return found;
  throw new AgentError("RELEASE_INVALID", "The record of the installed release can no longer be read", {
    hint: 'Make a support bundle on the page "Support" and send it to Alga support',
    retrySafe: false,
  });
}

/** Keeps the chosen release: the fields that updates compare, and the whole manifest. */
export async function writeSelection(
  host: Host,
  clock: Clock,
  resolved: ResolvedRelease,
  inputs: Pick<StoredInputs, "appUrl" | "dnsMode" | "dnsServers">,
): Promise<void> {
  await writeStateFile(host, PATHS.releaseSelection, {
    updatedAt: isoNow(clock),
    selectedChannel: resolved.channel,
    selectedReleaseVersion: resolved.manifest.version,
    registryHost: resolved.registryHost,
    repository: resolved.repository,
    manifestDigest: resolved.manifestDigest,
    supportAgent: resolved.manifest.supportAgent ?? "",
    runtime: { appHostname: inputs.appUrl, dnsMode: inputs.dnsMode, dnsServers: inputs.dnsServers },
    resolved,
  }, SCHEMA_VERSION);
}

/** The chosen release at hand, without a look at the disk each time. */
export interface ReleaseMemory {
  current(): ResolvedRelease | undefined;
  /** Looks at the disk. */
  read(): Promise<ResolvedRelease | undefined>;
  /** For other answers another one is chosen. */
  forget(): Promise<void>;
}

export function createReleaseMemory(host: Host, clock: Clock): ReleaseMemory {
  let current: ResolvedRelease | undefined;
  return {
    current: () => current,
    async read() {
      return current = (await readSelection(host, clock))?.resolved;
    },
    async forget() {
      await host.remove(PATHS.releaseSelection);
      current = undefined;
    },
  };
}
