import { readFluxCrds } from "../../flux/crds.ts";
import type { KubeClient } from "../../k8s/mod.ts";
import { FakeHost } from "../fakes/fake_host.ts";
import {
  missingForRegistry,
  type RegistryServer,
  startRegistryServer,
} from "../simulator/registry_server.ts";
import { exists } from "./exists.ts";
import { type FluxController, type RealFlux, startRealFlux } from "./real_flux.ts";
import { startRealKubeApi } from "./real_kube_api.ts";
import { clusterRequirements } from "./requirements.ts";

/** What stands around one test. */
interface FluxCase {
  flux: RealFlux;
  kube: KubeClient;
  registry: RegistryServer;
}

/**
 * A test with Flux's own controllers, its definitions and its namespace on a real API server, and a registry beside them; skipped,
 * with the reason in its name, where one of these cannot be had.
 */
export async function fluxTest(
  name: string,
  controllers: readonly FluxController[],
  body: (around: FluxCase) => Promise<void>,
): Promise<void> {
  const reason = await missing(controllers);
  Deno.test({
    name: reason === undefined ? name : `${name} (skipped: ${reason})`,
    ignore: reason !== undefined,
    sanitizeOps: false,
    sanitizeResources: false,
    async fn() {
      await using started = new AsyncDisposableStack();
      const registry = await startRegistryServer();
      started.defer(() => registry.close());
      const api = await startRealKubeApi();
      started.defer(() => api.stop());
      const kube = api.client();
      started.defer(() => kube.close());
      const kubeconfig = await Deno.makeTempFile({ prefix: "alga-kubeconfig-" });
      started.defer(() => Deno.remove(kubeconfig));
      await Deno.writeTextFile(kubeconfig, api.kubeconfig);
      const flux = await startRealFlux(kubeconfig, controllers);
      started.defer(() => flux.stop());
      for (const definition of await readFluxCrds(new FakeHost())) {
        await kube.apply(definition, { force: true });
      }
      await kube.apply({ apiVersion: "v1", kind: "Namespace", metadata: { name: "flux-system" } }, {
        force: true,
      });
      await body({ flux, kube, registry });
    },
  });
}

async function missing(controllers: readonly FluxController[]): Promise<string | undefined> {
  const built = await clusterRequirements(["kube-apiserver", "etcd", ...controllers]);
  if (!built.ok) return built.reason;
  const registry = await missingForRegistry();
  if (registry !== undefined) return registry;
  const definitions = new URL("../../flux/flux-crds.yaml", import.meta.url).pathname;
  return await exists(definitions) ? undefined : "flux/flux-crds.yaml is missing; see deno task crds";
}
