import { systemClock } from "../../agent/clock.ts";
import { type RegistryClient } from "../../agent/registry/registry.ts";
import { createRegistryClient } from "../../agent/registry/client.ts";
import type { OciArtifact } from "../../tools/release/oci_artifact.ts";
import { type Finding, verifyRelease } from "../../tools/release/verify_release.ts";
import type { Surroundings } from "../../tools/release/release_cli.ts";
import { exists } from "../cluster/exists.ts";
import { programPath } from "../cluster/programs.ts";
import { startRegistryServer } from "../simulator/registry_server.ts";

type RegistryServer = Awaited<ReturnType<typeof startRegistryServer>>;

const isInstalled = await Deno.stat("/usr/bin/docker-registry").then(() => true, () => false);

const helm = await programPath("helm");
/** Helm, where `deno task cluster build helm` has made it. */
export const HELM = await exists(helm) ? helm : undefined;
/** What promote has to be told where Helm is not built. */
export const HELM_WORDS = HELM === undefined ? ["--without-helm"] : [];

/** A test on a real docker-registry of its own; skipped and named where that is not installed. */
export function registryTest(
  name: string,
  run: (server: RegistryServer) => Promise<void>,
  options: Parameters<typeof startRegistryServer>[0] = {},
): void {
  Deno.test({
    name: isInstalled ? name : `${name} (skipped: the Debian package docker-registry is not installed)`,
    ignore: !isInstalled,
    async fn() {
      const server = await startRegistryServer(options);
      try {
        await run(server);
      } finally {
        await server.close();
      }
    },
  });
}

/** A client as an appliance has it, with everything led to one server. */
export function clientOf({ url, host }: { url: string; host: string }): RegistryClient {
  return createRegistryClient({
    mirrors: { "ghcr.io": url, "docker.io": url, [host]: url },
    network: { dnsServers: [] },
    clock: systemClock,
    userAgent: "test",
  });
}

/** What verify finds wrong, each as "what: problem". */
export async function problemsOf(server: RegistryServer, reference: string): Promise<string[]> {
  return (await findingsOf(server, reference)).filter((it) => !it.ok).map((it) =>
    `${it.what}: ${it.problem}`
  );
}

/** Everything that verify looked at. */
export async function findingsOf(server: RegistryServer, reference: string): Promise<Finding[]> {
  const client = clientOf(server);
  try {
    return await Array.fromAsync(verifyRelease(client, reference));
  } finally {
    client.close();
  }
}

/** Leads the hosts of artifacts to one server. */
export function mirrorsTo(url: string, artifacts: readonly OciArtifact[]): Record<string, string> {
  return Object.fromEntries(artifacts.map((it) => [it.place.host, url]));
}

/** A terminal that keeps what is written to it. */
export function fakeSurroundings(folder: string): Surroundings & { stdout: string; stderr: string } {
  const around: ReturnType<typeof fakeSurroundings> = {
    stdout: "",
    stderr: "",
    folder,
    home: folder,
    helm: HELM ?? "helm-is-not-built",
    out: (text: string) => void (around.stdout += text),
    err: (text: string) => void (around.stderr += text),
  };
  return around;
}
