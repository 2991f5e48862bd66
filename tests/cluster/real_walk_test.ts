import { exists } from "./exists.ts";
import assert from "node:assert/strict";
import { FLUX_NAMESPACE, fluxObjects } from "../../flux/controllers.ts";
import { SOURCE_NAME } from "../../flux/source_objects.ts";
import { KINDS } from "../../k8s/mod.ts";
import { type AgentProcess, sampleInputs } from "../simulator/agent_process.ts";
import { startWorld, type World } from "../simulator/world.ts";
import { fetchSetup, fetchStatus, startCompiled } from "../walk/walk.ts";
import { type RealFlux, startRealFlux } from "./real_flux.ts";
import { type RealKubeApi, startRealKubeApi } from "./real_kube_api.ts";
import { clusterRequirements } from "./requirements.ts";
import { until } from "../until.ts";

/** What stands around the agent in these tests. Kubelet, workload controllers and Helm are stand-ins. */
interface Rig {
  agent: AgentProcess;
  api: RealKubeApi;
  world: World;
}

const withApi = await clusterRequirements("api");
Deno.test({
  name: withApi.ok
    ? "the walk on a real kube-apiserver: API restarted in the middle, stopped and back at the end"
    : `the walk on a real kube-apiserver (skipped: ${withApi.reason})`,
  ignore: !withApi.ok,
  sanitizeOps: false,
  sanitizeResources: false,
  fn: () =>
    rig({ hasFlux: false }, async ({ agent, api, world }) => {
      await agent.request("POST", "/api/v1/setup", sampleInputs(world));
      await until(
        "Flux is being installed",
        () => fetchSetup(agent),
        (it) => it.steps.some((s) => s.id === "storage" && s.status === "done"),
        120,
      );
      await api.restart();
      await healthy(agent, 180);

      // Applied again, nothing of ours changes on a real server.
      const kube = api.client();
      for (const object of fluxObjects().filter((it) => it.kind === "Deployment")) {
        const ref = { resource: KINDS.Deployment, namespace: FLUX_NAMESPACE, name: object.metadata.name };
        const before = await kube.get(ref);
        const after = await kube.apply(object, { force: true });
        assert.equal(after.metadata.resourceVersion, before?.metadata.resourceVersion, object.metadata.name);
      }
      kube.close();

      await api.stopApi();
      await topBlocker(agent, "k3s.api-down");
      await api.startApi();
      await healthy(agent, 90);
    }),
});

const withFlux = await clusterRequirements("flux");
Deno.test({
  name: withFlux.ok
    ? "the walk with Flux's own source- and kustomize-controller: by digest from a registry server, a wrong digest, a suspended layer"
    : `the walk with Flux's own source- and kustomize-controller (skipped: ${withFlux.reason})`,
  ignore: !withFlux.ok,
  sanitizeOps: false,
  sanitizeResources: false,
  fn: () =>
    rig({ hasFlux: true }, async ({ agent, api, world }) => {
      await agent.request("POST", "/api/v1/setup", sampleInputs(world));
      await healthy(agent, 240);

      const kube = api.client();
      const source = { resource: KINDS.OCIRepository, namespace: FLUX_NAMESPACE, name: SOURCE_NAME };
      const good = await kube.get(source);
      const digest = good?.spec.ref.digest as string;
      assert.equal(
        good?.status?.artifact.revision,
        digest,
        "a source by digest has the bare digest as revision",
      );
      const condition = good?.status?.conditions.find((it: { type: string }) => it.type === "Ready");
      assert.deepEqual(
        [condition.reason, condition.message],
        ["Succeeded", `stored artifact for digest '${digest}'`],
      );

      const wrong = `sha256:${"0".repeat(64)}`;
      await kube.patch(source, { spec: { ref: { digest: wrong } } });
      const broken = await topBlocker(agent, "flux.source-notfound");
      assert.equal(broken.tiers.login.ready, true, "a broken source takes no log-in away");
      await kube.patch(source, { spec: { ref: { digest } } });
      await healthy(agent, 60);

      const layer = { resource: KINDS.Kustomization, namespace: FLUX_NAMESPACE, name: "alga-background" };
      await kube.patch(layer, { spec: { suspend: true } });
      await topBlocker(agent, "flux.suspended");
      await kube.patch(layer, { spec: { suspend: false } });
      await healthy(agent, 60);
      kube.close();
    }),
});

async function rig(options: { hasFlux: boolean }, body: (rig: Rig) => Promise<void>): Promise<void> {
  const api = await startRealKubeApi();
  const root = await Deno.makeTempDir({ prefix: "alga-real-" });
  const world = await startWorld({ root, timeline: "healthy", speed: 20, realApi: { ...api, ...options } });
  let flux: RealFlux | undefined;
  if (options.hasFlux) {
    await Deno.writeTextFile(`${root}/flux.kubeconfig`, api.kubeconfig, { mode: 0o600 });
    flux = await startRealFlux(`${root}/flux.kubeconfig`, ["source-controller", "kustomize-controller"]);
  }
  // Flux's own definitions where the build has them, in place of the stand-ins.
  const crds = new URL("../../flux/flux-crds.yaml", import.meta.url);
  if (await exists(crds.pathname)) {
    await Deno.copyFile(crds, `${root}/opt/alga-appliance/flux-crds.yaml`);
  }
  const agent = await startCompiled(world);
  try {
    await body({ agent, api, world });
  } catch (error) {
    console.error(agent.output());
    for (const name of ["source-controller", "kustomize-controller"] as const) {
      console.error(`${name}:\n${(await flux?.log(name))?.slice(-4000)}`);
    }
    throw error;
  } finally {
    await agent.kill("SIGKILL");
    await world.stop();
    await flux?.stop();
    await api.stop();
    await Deno.remove(root, { recursive: true });
  }
}

async function healthy(agent: AgentProcess, timeoutSec: number): Promise<void> {
  await until("setup is done", () => fetchSetup(agent), (it) => it.state.status === "done", timeoutSec);
  const status = await until(
    "everything is healthy",
    () => fetchStatus(agent),
    (it) => it.rollup.state === "fully_healthy",
    timeoutSec,
  );
  assert.match(status.kubernetesVersion ?? "", /^v1\.36\./);
}

function topBlocker(agent: AgentProcess, id: string) {
  return until(
    `the first blocker is ${id}`,
    () => fetchStatus(agent),
    (it) => it.topBlockers[0]?.id === id,
    60,
  );
}
