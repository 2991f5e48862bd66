import { KINDS, type KubeClient, type KubeObject, type ResourceKind } from "../../../../k8s/mod.ts";
import { localPathObjects } from "../../../../k8s/storage/local_path_manifests.ts";
import { FLUX_CONTROLLERS, FLUX_NAMESPACE, fluxObjects } from "../../../../flux/controllers.ts";
import { readFluxCrds } from "../../../../flux/crds.ts";
import { RealHost } from "../../../../agent/host/real_host.ts";
import { until } from "../../../until.ts";
import type { Undo } from "../faults.ts";
import { busyboxImage, standinImage } from "../node_images.ts";
import { type RealNode, startNode } from "../real_node.ts";
import { type Phase, statesOf, tidy } from "./recording.ts";
import { type RecordCase, SHELL, STANDIN } from "./record_case.ts";
import { recordCases } from "./record_cases.ts";

const FLUX_KINDS = [KINDS.OCIRepository, KINDS.HelmRepository, KINDS.Kustomization, KINDS.HelmRelease];
const WATCH_SEC = 75;
/** The longest wait for states of a case that have not been seen yet; back-off on a busy machine takes minutes. */
const STATES_SEC = 300;
const LOOK_EVERY_MS = 400;
/** More than the back-off cycle has. */
const MAX_PHASES = 12;

/** Makes every case happen on a real node and writes what was seen, a file for each, into a folder. */
export async function record(folder: string, only: readonly string[] = []): Promise<void> {
  const all = recordCases().filter((it) => only.length === 0 || only.includes(it.name));
  const unknown = only.find((name) => !all.some((it) => it.name === name));
  if (unknown !== undefined) throw new Error(`There is no case "${unknown}"`);
  const node = await startNode({ kubernetes: "now", flux: all.some((it) => it.flux) });
  const kube = node.client();
  try {
    await node.push(await busyboxImage(SHELL));
    await node.push(await standinImage(STANDIN, ["3000", "3503=503"]));
    for (const object of localPathObjects()) await kube.apply(object, { force: true });
    if (all.some((it) => it.flux)) await installFlux(node, kube);
    await Deno.mkdir(folder, { recursive: true });
    const incomplete: string[] = [];
    const write = async (it: RecordCase) => {
      const phases = await recordCase(node, kube, it);
      const missed = (it.states ?? []).filter((state) => !statesOf(phases).has(state));
      if (missed.length > 0 || phases.length < 2) {
        incomplete.push(`${it.name} (${missed.join(", ") || "one phase only"})`);
        return;
      }
      const versions = await versionsOf(node, kube);
      const { name, expected, component, laterSec = 0 } = it;
      const head = JSON.stringify({ name, expected, component, laterSec, versions }).slice(0, -1);
      const lines = tidy(phases, { namespace: name, node: node.nodeAddress }).map((it) => JSON.stringify(it));
      await Deno.writeTextFile(`${folder}/${name}.json`, `${head},"phases":[\n${lines.join(",\n")}\n]}\n`);
      console.log(`${name}: ${phases.length} phases`);
    };
    const own = all.filter((it) => !it.wholeNode);
    await Promise.all(own.map(async (it, index) => {
      await new Promise((resolve) => setTimeout(resolve, index * 500));
      await write(it);
    }));
    for (const it of all.filter((it) => it.wholeNode)) await write(it);
    if (incomplete.length > 0) throw new Error(`Not seen, so not written: ${incomplete.join("; ")}`);
    if (node.k3s.lost.length > 0) throw new Error(`Ended by itself: ${node.k3s.lost.join(", ")}`);
  } finally {
    kube.close();
    await node.stop();
  }
}

/** As the agent's own step does. */
async function installFlux(node: RealNode, kube: KubeClient): Promise<void> {
  for (const crd of await readFluxCrds(new RealHost(node.root))) await kube.apply(crd, { force: true });
  for (const object of fluxObjects()) await kube.apply(object, { force: true });
  for (const name of FLUX_CONTROLLERS) {
    await until(
      `${name} is there`,
      () => kube.get({ resource: KINDS.Deployment, namespace: FLUX_NAMESPACE, name }),
      (it) => it?.status?.readyReplicas === 1,
      300,
    );
  }
}

async function recordCase(node: RealNode, kube: KubeClient, it: RecordCase): Promise<Phase[]> {
  const namespace = it.name;
  await kube.create({ apiVersion: "v1", kind: "Namespace", metadata: { name: namespace } });
  // The account of a new namespace comes a moment later.
  while ((await kube.list(KINDS.ServiceAccount, { namespace })).items.length === 0) await pause();
  const undo: Undo | void = await it.arrange?.(node, namespace);
  const made = (async () => {
    for (const object of it.objects) {
      await kube.apply({ ...object, metadata: { ...object.metadata, namespace } }, {
        fieldManager: "record",
        force: true,
      });
      await new Promise((resolve) => setTimeout(resolve, (it.staggerSec ?? 0) * 1000));
    }
  })();
  const phases: Phase[] = [];
  const seen = new Set<string>();
  const startedMs = Date.now();
  const isOver = () => {
    const lacks = it.states?.some((state) => !statesOf(phases).has(state)) ?? false;
    const sec = (Date.now() - startedMs) / 1000;
    if (lacks) return sec > STATES_SEC;
    return sec > (it.watchSec ?? WATCH_SEC) || phases.length >= MAX_PHASES;
  };
  while (!isOver()) {
    const phase = await look(kube, it).catch(() => undefined);
    const signature = phase && signatureOf(phase);
    if (phase && signature !== undefined && !seen.has(signature)) {
      seen.add(signature);
      phases.push(phase);
    }
    await pause();
  }
  await made;
  await undo?.();
  await kube.delete({ resource: KINDS.Namespace, name: namespace });
  return phases;
}

async function look(
  kube: KubeClient,
  { name, wholeNode, also, flux }: RecordCase,
): Promise<Phase> {
  const withNodes = wholeNode === true;
  const list = async (resource: ResourceKind) => {
    const { items } = await kube.list(resource, { namespace: name });
    if (also === undefined) return items;
    const elsewhere = await kube.list(resource, { namespace: also.namespace });
    const isMeant = (it: KubeObject) =>
      String(it.involvedObject?.name ?? it.metadata.name).startsWith(also.name);
    return [...items, ...elsewhere.items.filter(isMeant)];
  };
  const pods = await list(KINDS.Pod);
  const events = await list(KINDS.Event);
  const nodeEvents = withNodes
    ? (await kube.list(KINDS.Event, { namespace: "default" })).items
      .filter((it) => it.involvedObject?.kind === "Node" && it.reason !== "CgroupV1")
    : [];
  return {
    at: new Date().toISOString(),
    pods,
    events: [...events, ...nodeEvents],
    deployments: await list(KINDS.Deployment),
    jobs: await list(KINDS.Job),
    pvcs: await list(KINDS.PersistentVolumeClaim),
    storageClasses: (await kube.list(KINDS.StorageClass)).items,
    nodes: withNodes ? (await kube.list(KINDS.Node)).items : [],
    ...(flux ? { flux: (await Promise.all(FLUX_KINDS.map(list))).flat() } : {}),
    logs: (await Promise.all(pods.map((it) => logsOf(kube, it)))).flat(),
  };
}

/** As the agent reads them: of the run before when the container runs again. */
async function logsOf(kube: KubeClient, pod: KubeObject): Promise<Phase["logs"]> {
  const { name, namespace = "" } = pod.metadata;
  const statuses = [...pod.status?.initContainerStatuses ?? [], ...pod.status?.containerStatuses ?? []];
  const logs: Phase["logs"] = [];
  for (const it of statuses) {
    if (it.state?.waiting && !it.lastState?.terminated) continue;
    const previous = it.state?.running !== undefined && it.restartCount > 0;
    const text = await kube.logs({ namespace, name }, { container: it.name, tailLines: 40, previous })
      .then((stream) => new Response(stream).text(), () => "");
    if (text === "") continue;
    const lines = text.trimEnd().split("\n");
    logs.push({ pod: name, container: it.name, restartCount: it.restartCount, lines });
  }
  return logs;
}

/** What makes one moment differ from another: states and reasons, not times, counts and numbers. */
function signatureOf({ pods, events, deployments, jobs, pvcs, nodes, flux = [] }: Phase): string {
  const state = (it: Record<string, { reason?: string; message?: string; exitCode?: number }> = {}) =>
    Object.entries(it).map(([kind, { reason = "", message = "", exitCode = 0 }]) =>
      [kind, reason, exitCode, message.split(":")[0]?.replaceAll(/\d+/g, "")].join(" ")
    );
  const conditions = (it: KubeObject) =>
    (it.status?.conditions ?? []).map((c: { type: string; status: string; reason?: string }) =>
      `${c.type} ${c.status} ${c.reason}`
    );
  return JSON.stringify([
    pods.map((it) => [
      it.status?.phase,
      [...it.status?.initContainerStatuses ?? [], ...it.status?.containerStatuses ?? []].map((c) => [
        state(c.state),
        state(c.lastState),
        Math.min(c.restartCount, 2),
      ]),
      conditions(it).filter((c: string) => c.startsWith("PodScheduled")),
    ]),
    [...new Set(events.map((it) => `${it.reason} ${String(it.message).slice(0, 12)}`))].sort(),
    jobs.map((it) => [conditions(it), it.status?.failed, it.status?.active]),
    pvcs.map((it) => it.status?.phase),
    deployments.map((it) => [it.metadata.name, it.status?.readyReplicas]),
    flux.map((it) => [it.kind, it.metadata.name, conditions(it)]),
    nodes.map((it) => [conditions(it), it.spec?.unschedulable, it.spec?.taints]),
  ]);
}

async function versionsOf(node: RealNode, kube: KubeClient): Promise<Record<string, string>> {
  const info = (await kube.list(KINDS.Node)).items[0]?.status?.nodeInfo;
  const runc = (await node.namespace.must(["runc", "--version"])).split("\n")[0] ?? "";
  return { kubelet: info?.kubeletVersion ?? "", containerd: info?.containerRuntimeVersion ?? "", runc };
}

function pause(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, LOOK_EVERY_MS));
}
