import assert from "node:assert/strict";
import { KINDS } from "../../k8s/mod.ts";
import { sampleInputs, startAgent } from "../simulator/agent_process.ts";
import { startWorld } from "../simulator/world.ts";
import { agentProgram, fetchSetup, fetchStatus, until } from "../walk/walk.ts";
import { startRealKubeApi } from "./real_kube_api.ts";
import { clusterRequirements } from "./requirements.ts";

const requirements = await clusterRequirements();

Deno.test({
  name: requirements.ok
    ? "the walk on a real kube-apiserver: stand-ins for kubelet and controllers, restart in the middle"
    : `the walk on a real kube-apiserver (skipped: ${requirements.reason})`,
  ignore: !requirements.ok,
  sanitizeOps: false,
  sanitizeResources: false,
  async fn() {
    const api = await startRealKubeApi();
    const root = await Deno.makeTempDir({ prefix: "alga-real-" });
    const world = await startWorld({ root, timeline: "healthy", speed: 20, realApi: api });
    // Flux's own definitions where the build has them, in place of the stand-ins.
    const crds = new URL("../../flux/flux-crds.yaml", import.meta.url);
    if (await Deno.stat(crds).then(() => true, () => false)) {
      await Deno.copyFile(crds, `${root}/opt/alga-appliance/flux-crds.yaml`);
    }
    const program = await agentProgram();
    const agent = await startAgent(world, program === undefined ? {} : { program });
    try {
      await agent.request("POST", "/api/v1/setup", sampleInputs(world));
      await until(
        "Flux is being installed",
        () => fetchSetup(agent),
        (it) => it.steps.some((s) => s.id === "storage" && s.status === "done"),
        120,
      );
      await api.restart();
      await until("set-up is done", () => fetchSetup(agent), (it) => it.state.status === "done", 180);
      const status = await until(
        "everything is healthy",
        () => fetchStatus(agent),
        (it) => it.rollup.state === "fully_healthy",
        60,
      );
      assert.match(status.kubernetesVersion ?? "", /^v1\.36\./);

      // Applied again, nothing of ours changes on a real server.
      const kube = api.client();
      const { fluxObjects } = await import("../../flux/controllers.ts");
      for (const object of fluxObjects().filter((it) => it.kind === "Deployment")) {
        const before = await kube.get({
          resource: KINDS.Deployment,
          namespace: "flux-system",
          name: object.metadata.name,
        });
        const after = await kube.apply(object, { force: true });
        assert.equal(after.metadata.resourceVersion, before?.metadata.resourceVersion, object.metadata.name);
      }
      kube.close();

      await api.stopApi();
      await until(
        "the status says that Kubernetes does not answer",
        () => fetchStatus(agent),
        (it) => it.topBlockers[0]?.id === "k3s.api-down",
        60,
      );
      await api.startApi();
      await until(
        "it clears by itself",
        () => fetchStatus(agent),
        (it) => it.rollup.state === "fully_healthy",
        90,
      );
    } catch (error) {
      console.error(agent.output());
      throw error;
    } finally {
      await agent.kill("SIGKILL");
      await world.stop();
      await api.stop();
      await Deno.remove(root, { recursive: true });
    }
  },
});
