import { resolve } from "node:path/posix";
import { UsageError } from "../../agent/cli/command.ts";
import { systemClock } from "../../agent/clock.ts";
import { createRegistryClient } from "../../agent/registry/client.ts";
import type { RegistryClient, RegistryMirrors } from "../../agent/registry/registry.ts";
import { readDockerCredentials } from "./docker_credentials.ts";
import { createRegistryWriter, type RegistryWriter } from "./registry_writer.ts";

/** Channels that a release can be put on. */
export const CHANNELS = ["stable", "nightly"] as const;

/** Options of every command that talks to registries and writes to them. */
export const REGISTRY_OPTIONS = {
  "registry-mirror": { type: "string", multiple: true },
  "auth-file": { type: "string" },
  json: { type: "boolean", default: false },
} as const;

/** Which Helm renders the charts. */
export const HELM_OPTION = { type: "string" } as const;

/** The one word that a command needs. @throws {UsageError} */
export function oneWord(positionals: readonly string[], what: string): string {
  const [word, ...more] = positionals;
  if (word === undefined) throw new UsageError(`Name ${what}`);
  if (more.length > 0) throw new UsageError(`Unexpected word "${more[0]}"`);
  return word;
}

/** Reads as an appliance does: without a password. Close it. */
export function createReader(mirrors: RegistryMirrors): RegistryClient {
  return createRegistryClient({
    mirrors,
    network: { dnsServers: [] },
    clock: systemClock,
    userAgent: "alga-release",
    timeoutMs: 30_000,
  });
}

/** Writes with the password of Docker's config.json, where there is one. @throws {ReleaseError} */
export async function createWriter(
  mirrors: RegistryMirrors,
  { folder, home, authFile }: { folder: string; home: string; authFile: string | undefined },
): Promise<RegistryWriter> {
  const path = authFile ?? `${home}/.docker/config.json`;
  const isThere = authFile !== undefined || await Deno.stat(path).then(() => true, () => false);
  const credentials = isThere ? await readDockerCredentials(resolve(folder, path)) : () => undefined;
  return createRegistryWriter({ mirrors, credentials });
}
