import type { SettingsContext } from "../../../agent/settings/context.ts";
import type { Settings } from "../../../agent/settings/settings.ts";
import { type CurrentSettings, readSettings } from "../../../agent/settings/settings_store.ts";
import { STARTED_WITH, startedWith } from "../../../agent/setup/k3s_config.ts";
import { valuesObjects } from "../../../agent/setup/values_objects.ts";
import { writeSelection } from "../../../agent/setup/release_selection.ts";
import { PATHS } from "../../../agent/state/paths.ts";
import { wantedK3sFiles } from "../../../agent/settings/wanted_files.ts";
import { readK3sPin } from "../../../k8s/k3s/pin.ts";
import { KINDS, type KubeObject } from "../../../k8s/mod.ts";
import type { Step } from "../../../agent/operation/step.ts";
import { INPUTS } from "../setup/engine.ts";
import { inStepWorld, sampleRelease, type StepWorld } from "../setup/steps/step_world.ts";

export const SETTINGS: Settings = {
  appUrl: "https://psa.example.com",
  dnsMode: "system",
  dnsServers: [],
  channel: "stable",
  proxyUrl: "",
  noProxy: "",
  publicNames: "",
  caCerts: "",
  signatures: "warn",
};

/** What the cluster has once Flux is there, so that releases can be asked for. */
export const HELM_RELEASE_DEFINITION = {
  apiVersion: "apiextensions.k8s.io/v1",
  kind: "CustomResourceDefinition",
  metadata: { name: "helmreleases.helm.toolkit.fluxcd.io" },
  spec: {
    group: "helm.toolkit.fluxcd.io",
    scope: "Namespaced",
    names: { kind: "HelmRelease", plural: "helmreleases", singular: "helmrelease" },
    versions: [{ name: "v2", served: true, storage: true, subresources: { status: {} } }],
  },
};

/** An appliance that was set up with {@link SETTINGS}: files as setup leaves them, values and a few workloads in its cluster. */
export interface SettingsWorld extends StepWorld {
  with(change: Partial<Settings>): SettingsContext;
  current(): Promise<CurrentSettings>;
  /** Puts a workload and its pod into the cluster. */
  workload(
    namespace: string,
    name: string,
    pod: Record<string, unknown>,
    kind?: "Deployment" | "StatefulSet",
  ): KubeObject;
  pods(): Record<string, KubeObject>;
}

export async function inSettingsWorld(body: (world: SettingsWorld) => Promise<void>): Promise<void> {
  await inStepWorld(async (world) => {
    const { host, clock, api } = world;
    host.nowMs = () => clock.nowMs();
    host.put("/run/systemd/resolve/resolv.conf", "nameserver 192.0.2.53\n");
    host.put(
      PATHS.k3sPin,
      JSON.stringify({
        version: "v1.36.5+k3s1",
        binarySha256: "b".repeat(64),
        installerSha256: "c".repeat(64),
      }),
    );
    const links = [{
      ifname: "ens3",
      flags: ["LOWER_UP"],
      addr_info: [{ family: "inet", local: "192.0.2.8" }],
    }];
    host.commands.set("ip", { stdout: JSON.stringify(links) });
    host.commands.set("systemctl", {});
    host.commands.set("journalctl", {
      stdout: `${
        JSON.stringify({ MESSAGE: "k3s: cannot start", __REALTIME_TIMESTAMP: "1763726400000000" })
      }\n`,
    });
    host.commands.set("update-ca-certificates", () => {
      const own = [...host.files].filter(([path]) => path.startsWith(`${PATHS.caFolder}/`)).map(([, it]) =>
        new TextDecoder().decode(it.bytes)
      );
      host.put(PATHS.caBundle, ["# the system's own", ...own].join("\n"));
      return {};
    });
    const current = async () => await readSettings(host, clock, INPUTS) as CurrentSettings;
    const context: SettingsWorld["with"] = (change) => ({
      ...world.context(),
      settings: { ...SETTINGS, ...change },
      by: "browser 192.0.2.7",
      current,
      release: () => Promise.resolve(sampleRelease()),
      progress: () => {},
      owe: () => Promise.reject(new Error("nothing is owed here")),
    });
    const files = await wantedK3sFiles(context({}));
    for (const it of files) host.put(it.path, it.text, it.mode);
    host.put(STARTED_WITH, startedWith(await readK3sPin(host), files));
    await writeSelection(host, clock, sampleRelease(), SETTINGS);
    for (const name of ["alga-system", "msp", "flux-system", "local-path-storage"]) {
      await world.kube.create({ apiVersion: "v1", kind: "Namespace", metadata: { name } });
    }
    const ready = [{ type: "Ready", status: "True" }];
    api.store.create(
      KINDS.Node,
      { metadata: { name: "appliance-01" }, status: { conditions: ready } },
      "sim",
    );
    for (const it of valuesObjects(sampleRelease(), SETTINGS)) {
      api.store.create(KINDS.ConfigMap, it, "alga-agent");
    }
    await clock.sleep(5_000);
    world.reactions.set("Deployment", (object) => rolledOut(world, object));
    world.reactions.set("StatefulSet", (object) => rolledOut(world, object));
    host.record.length = 0;
    await body({
      ...world,
      current,
      with: context,
      workload(namespace, name, pod, kind = "Deployment") {
        const template = { metadata: { labels: { app: name } }, spec: pod };
        return api.store.create(KINDS[kind], {
          apiVersion: "apps/v1",
          kind,
          metadata: { name, namespace },
          spec: { replicas: 1, selector: { matchLabels: { app: name } }, template },
        }, "helm");
      },
      pods: () =>
        Object.fromEntries(api.store.list(KINDS.Pod).map((it) => [it.metadata.labels?.app ?? "", it])),
    });
  });
}

/** What the controllers and the kubelet do with a template: the old pod goes, a new one comes. */
function rolledOut({ api, clock }: StepWorld, object: KubeObject): Record<string, unknown> {
  const { metadata, spec } = object;
  const namespace = metadata.namespace ?? "";
  const old = api.store.list(KINDS.Pod).find((it) =>
    it.metadata.labels?.app === metadata.name && it.metadata.namespace === namespace
  );
  const wanted = JSON.stringify(spec.template);
  if (old?.metadata.annotations?.template !== wanted) {
    if (old) api.store.delete(KINDS.Pod, namespace, old.metadata.name);
    api.store.create(KINDS.Pod, {
      metadata: {
        name: `${metadata.name}-${metadata.generation}`,
        namespace,
        labels: spec.template.metadata.labels,
        annotations: { ...spec.template.metadata.annotations, template: wanted },
        ownerReferences: [{
          apiVersion: "apps/v1",
          kind: object.kind,
          name: metadata.name,
          uid: metadata.uid,
          controller: true,
        }],
      },
      spec: spec.template.spec,
      status: { phase: "Running", startTime: new Date(clock.nowMs()).toISOString().replace(/\.\d+Z/, "Z") },
    } as KubeObject, "sim");
  }
  return {
    observedGeneration: metadata.generation,
    replicas: 1,
    updatedReplicas: 1,
    readyReplicas: 1,
    conditions: [{ type: "Available", status: "True" }],
  };
}

/** The engine's walk over one step. */
export async function walk(step: Step<SettingsContext>, context: SettingsContext): Promise<void> {
  if (await step.look(context)) throw new Error(`"${step.id}" has nothing to do`);
  await step.act(context);
  if (!await (step.verify ?? step.look).call(step, context)) {
    throw new Error(`"${step.id}" ended without its result`);
  }
}

/** Lets the cluster's stand-ins do what is due. */
export async function settleCluster(): Promise<void> {
  for (let i = 0; i < 5; i++) await new Promise((resolve) => setTimeout(resolve, 0));
}
