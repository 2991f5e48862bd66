import { KINDS, type KubeClient, type KubeObject } from "../../k8s/mod.ts";
import { type SimKubeApi, startSimKubeApi } from "./kube_api.ts";
import { pushFluxArtifact, pushImage, pushRelease } from "./push.ts";
import { type RegistryFault, startSimRegistry } from "./registry.ts";
import { startRegistryServer } from "./registry_server.ts";
import { sampleBundle } from "./sample_bundle.ts";
import { SAMPLE_CHARTS, sampleCharts, sampleReleaseManifest } from "./sample_release.ts";
import { SimFlux, SimHelm } from "./sim_flux.ts";
import { COMMAND_LOG, createSimHost, K3S_REQUEST } from "./sim_host.ts";
import { SimKubelet } from "./sim_kubelet.ts";
import { findTimeline, type Timeline } from "./timelines.ts";

const TICK_MS = 100;
/** Seconds of world time from the start of k3s. */
const API_SEC = 2;
const NODE_SEC = 5;

/** A simulated appliance with everything around it. */
export interface World {
  root: string;
  /** A client of the cluster's API, as the administrator. */
  client(): KubeClient;
  /** The simulated API; absent in a world on a real one. */
  api: SimKubeApi | undefined;
  /** `faults` of the simulated one only. */
  registry: { url: string; faults?: RegistryFault[] };
  /** Address of the stand-in application. */
  appUrl: string;
  /** What the agent needs to be told about this world. */
  agentArgs: string[];
  setTimeline(id: string): void;
  /** Publishes another release with charts of its own, to the channel stable. `upgradeFrom`: the releases that it follows. */
  publish(version: string, upgradeFrom?: string[]): Promise<void>;
  /** Lines of every stand-in program that was called. */
  commands(): Promise<string[]>;
  /** Controllers and kubelet hold still from now on: the API alone answers, so that it can be measured. */
  pause(): void;
  /** Ends pause(). */
  resume(): void;
  stop(): Promise<void>;
}

/** A running API server that the world's stand-ins act on in place of the simulated one. */
export interface ClusterApi {
  kubeconfig: string;
  client(): KubeClient;
  /** Lets an emptied namespace go, as the namespace controller does. */
  finalizeNamespace(name: string): Promise<void>;
  /** Real source- and kustomize-controllers act on this API; they pull from a real registry server. */
  hasFlux?: boolean;
}

/** Builds the world in a folder and starts it. `speed` = seconds of world time per second. */
export async function startWorld(
  options: { root: string; timeline: string; speed?: number; realApi?: ClusterApi },
): Promise<World> {
  const { root } = options;
  const speed = options.speed ?? 1;
  const startMs = Date.now();
  const nowMs = () => startMs + (Date.now() - startMs) * speed;
  const now = () => new Date(Date.now()).toISOString().replace(/\.\d+Z/, "Z");
  let timeline: Timeline = findTimeline(options.timeline);

  await createSimHost(root);
  const registry = options.realApi?.hasFlux ? await startRegistryServer() : await startSimRegistry();
  await fillRegistry(registry, timeline);
  const simulated = options.realApi === undefined ? await startSimKubeApi() : undefined;
  const api: Pick<ClusterApi, "kubeconfig" | "client"> = options.realApi ?? simulated as SimKubeApi;
  const app = startApp();
  const ended = new AbortController();
  const kube = api.client();
  const kubelet = new SimKubelet({
    kube,
    nowMs,
    faults: () => timeline.faults,
    appPort: app.port,
    setLog: (namespace, pod, lines) => simulated?.setLogs(namespace, pod, () => lines),
    appIsUp: () => app.isUp = true,
  });
  const flux = new SimFlux(kube, registry.url, now);
  const helm = new SimHelm(kube, now);

  let isPaused = false;
  let k3sStartedMs: number | undefined;
  const loop = (async () => {
    while (!ended.signal.aborted) {
      await new Promise((resolve) => setTimeout(resolve, TICK_MS));
      if (k3sStartedMs === undefined && await exists(`${root}${K3S_REQUEST}`)) k3sStartedMs = nowMs();
      if (k3sStartedMs === undefined || isPaused || ended.signal.aborted) continue;
      const ageSec = (nowMs() - k3sStartedMs) / 1000;
      try {
        if (ageSec >= API_SEC) await writeKubeconfig(root, api.kubeconfig);
        if (ageSec >= API_SEC) await makeNode(kube, ageSec >= NODE_SEC);
        if (ageSec < NODE_SEC) continue;
        await kubelet.tick();
        if (!options.realApi?.hasFlux) await flux.tick();
        await helm.tick();
        if (options.realApi) await finishNamespaces(kube, options.realApi);
      } catch (error) {
        if (Deno.env.get("ALGA_TEST_DEBUG")) console.error("stand-ins:", error);
        // The API is down on purpose (a test), or another manager was faster; the next tick looks again.
      }
    }
  })();

  return {
    root,
    client: () => api.client(),
    api: simulated,
    registry,
    appUrl: `http://127.0.0.1:${app.port}`,
    agentArgs: [
      "--root",
      root,
      ...["ghcr.io", "docker.io"].flatMap((it) => ["--registry-mirror", `${it}=${registry.url}`]),
    ],
    setTimeline: (id) => {
      timeline = findTimeline(id);
    },
    publish: (version, upgradeFrom) => publishRelease(registry, timeline, version, { upgradeFrom }),
    async commands() {
      return (await Deno.readTextFile(`${root}${COMMAND_LOG}`)).trim().split("\n");
    },
    pause: () => isPaused = true,
    resume: () => isPaused = false,
    async stop() {
      ended.abort();
      await loop;
      kube.close();
      await Promise.all([app.close(), simulated?.close(), registry.close()]);
    },
  };
}

async function fillRegistry(registry: { url: string }, timeline: Timeline): Promise<void> {
  await publishRelease(registry, timeline, "1.4.0", { channels: ["stable", "nightly"] });
}

async function publishRelease(
  registry: { url: string },
  timeline: Timeline,
  version: string,
  { channels = ["stable"], upgradeFrom }: { channels?: string[]; upgradeFrom?: string[] | undefined } = {},
): Promise<void> {
  const charts = version === "1.4.0" ? SAMPLE_CHARTS : `0.0.0-appliance.${version}`;
  const digest = await pushFluxArtifact(
    registry.url,
    "nine-minds/alga-appliance-config",
    version,
    sampleBundle(charts),
  );
  const { images: tags } = sampleReleaseManifest();
  const manifest = sampleReleaseManifest({
    version,
    charts: sampleCharts(charts),
    images: version === "1.4.0" ? tags : { ...tags, algaCore: `core-${version}` },
    config: { repository: "ghcr.io/nine-minds/alga-appliance-config", tag: version, digest },
    ...(upgradeFrom && { upgradeFrom }),
  });
  for (const [name, tag] of Object.entries(manifest.charts)) {
    await pushImage(registry.url, `nine-minds/charts/${name}`, tag);
  }
  const missing = timeline.faults.filter((it) => it.kind === "image-not-found").map((it) => it.workload);
  const images = {
    "alga-psa-ee": manifest.images.algaCore,
    "workflow-worker": manifest.images.workflowWorker,
    "email-service": manifest.images.emailService,
    "temporal-worker": manifest.images.temporalWorker,
  };
  for (const [name, tag] of Object.entries(images)) {
    if (tag !== undefined && !missing.includes(name)) {
      await pushImage(registry.url, `nine-minds/${name}`, tag);
    }
  }
  if (!timeline.releaseMissing) await pushRelease(registry.url, [...channels, version], manifest);
}

/** Stand-in for the namespace controller: empties namespaces that are going, then lets them go. */
async function finishNamespaces(kube: KubeClient, api: ClusterApi): Promise<void> {
  for (const namespace of (await kube.list(KINDS.Namespace)).items) {
    if (namespace.metadata.deletionTimestamp === undefined) continue;
    for (const kind of [KINDS.Job, KINDS.Pod, KINDS.PersistentVolumeClaim]) {
      for (
        const { metadata } of (await kube.list<KubeObject>(kind, { namespace: namespace.metadata.name }))
          .items
      ) {
        const ref = { resource: kind, namespace: namespace.metadata.name, name: metadata.name };
        if (metadata.finalizers) await kube.patch<KubeObject>(ref, { metadata: { finalizers: null } });
        await kube.delete(ref);
      }
    }
    await api.finalizeNamespace(namespace.metadata.name);
  }
}

async function makeNode(kube: KubeClient, ready: boolean): Promise<void> {
  const existing = await kube.get({ resource: KINDS.Node, name: "appliance-01" });
  if (!existing) {
    await kube.create({
      apiVersion: "v1",
      kind: "Node",
      metadata: { name: "appliance-01", labels: { "node.kubernetes.io/instance-type": "k3s" } },
      spec: {},
    });
  }
  if (ready && !await kube.get({ resource: KINDS.Deployment, namespace: "kube-system", name: "coredns" })) {
    const template = {
      metadata: { labels: { "k8s-app": "kube-dns" } },
      // Reads the node's resolv.conf, as k3s' own does.
      spec: {
        dnsPolicy: "Default",
        containers: [{ name: "coredns", image: "rancher/mirrored-coredns-coredns:1.14.7" }],
      },
    };
    await kube.apply({
      apiVersion: "apps/v1",
      kind: "Deployment",
      metadata: { name: "coredns", namespace: "kube-system" },
      spec: { replicas: 1, selector: { matchLabels: { "k8s-app": "kube-dns" } }, template },
    }, { fieldManager: "k3s" });
  }
  const wanted = ready ? "True" : "False";
  const old = (existing?.status?.conditions as { type: string; status: string }[] | undefined)?.find((it) =>
    it.type === "Ready"
  );
  if (old?.status === wanted) return;
  const condition = {
    type: "Ready",
    status: wanted,
    reason: ready ? "KubeletReady" : "KubeletNotReady",
    message: ready
      ? "kubelet is posting ready status"
      : "container runtime network not ready: cni plugin not initialized",
    lastTransitionTime: new Date().toISOString(),
  };
  const status = {
    conditions: [condition],
    addresses: [{ type: "InternalIP", address: "192.168.64.8" }],
    nodeInfo: { kubeletVersion: "v1.36.5+k3s1" },
  };
  await kube.patch({ resource: KINDS.Node, name: "appliance-01" }, { status }, {
    subresource: "status",
    fieldManager: "stand-in-kubelet",
  });
}

/** The application: refuses until its pod runs, then leads to the dashboard. */
function startApp(): { port: number; isUp: boolean; close(): Promise<void> } {
  const app = { port: 0, isUp: false, close: () => server.shutdown() };
  const server = Deno.serve(
    { hostname: "127.0.0.1", port: 0, onListen: () => {} },
    () =>
      app.isUp
        ? new Response(null, { status: 307, headers: { location: "/msp/dashboard" } })
        : new Response("starting\n", { status: 503 }),
  );
  app.port = server.addr.port;
  return app;
}

async function writeKubeconfig(root: string, text: string): Promise<void> {
  const path = `${root}/etc/rancher/k3s/k3s.yaml`;
  if (await exists(path)) return;
  await Deno.mkdir(`${root}/etc/rancher/k3s`, { recursive: true });
  await Deno.writeTextFile(`${path}.new`, text, { mode: 0o600 });
  await Deno.rename(`${path}.new`, path);
}

async function exists(path: string): Promise<boolean> {
  return await Deno.stat(path).then(() => true, () => false);
}
