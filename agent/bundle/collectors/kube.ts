import { NAMESPACES } from "../../product/names.ts";
import { KINDS, type KubeClient, type KubeObject, type ResourceKind } from "../../../k8s/mod.ts";
import { errorText } from "../../error.ts";
import { type Collector, type CollectorTools, inBatches } from "../collector.ts";
import { hostCollector } from "../from_host.ts";
import { bundledConfigMap, bundledFlux, bundledObject, bundledSecret } from "../kube_objects.ts";
import { PATHS } from "../../state/paths.ts";

const MIB = 1024 * 1024;
const PAGE = 50;
/** ConfigMaps of the agent's own and of cluster DNS: settings, no secrets. */
const WHOLE_CONFIG_MAPS = new Set([
  "appliance-release-selection",
  "appliance-values-alga-core",
  "coredns",
  "coredns-custom",
]);

/** One kind of object and what of each is written. */
interface KindRow {
  path: string;
  resource: ResourceKind;
  shown?: (object: KubeObject) => unknown;
  maxBytes?: number;
}

/** The client of the cluster, or nothing and word of it. */
export async function kubeOf(tools: CollectorTools): Promise<KubeClient | undefined> {
  const kube = await tools.connectKube();
  if (kube === undefined) tools.absent("Kubernetes");
  return kube;
}

function kindsCollector(id: string, title: string, rows: readonly KindRow[]): Collector {
  return {
    id,
    title,
    deadlineMs: 20_000,
    async collect(tools) {
      const kube = await kubeOf(tools);
      if (kube === undefined) return;
      await Promise.all(rows.map(async ({ path, resource, shown = bundledObject, maxBytes = 5 * MIB }) => {
        try {
          const found = documents(kube, resource, { shown, signal: tools.signal });
          await tools.file(`${path}.json`, inBatches(found, tools.rest), { maxBytes });
        } catch (error) {
          tools.missing(resource.plural, errorText(error));
        }
      }));
    },
  };
}

/** Objects as they come, one JSON document behind the other; no more than a page of them is held. */
async function* documents(
  kube: KubeClient,
  resource: ResourceKind,
  { shown, signal }: { shown: (object: KubeObject) => unknown; signal: AbortSignal },
): AsyncGenerator<string> {
  const found: string[] = [];
  let isOver = false;
  let failure: unknown;
  const wake = { up: () => {} };
  const listing = kube.list(resource, {
    limit: PAGE,
    signal,
    each(object) {
      found.push(`${JSON.stringify(shown(object), undefined, 1)}\n`);
      wake.up();
    },
  }).catch((error) => void (failure = error ?? new Error("it broke off"))).finally(() => {
    isOver = true;
    wake.up();
  });
  for (;;) {
    for (let text = found.shift(); text !== undefined; text = found.shift()) {
      yield text;
    }
    if (isOver) break;
    await new Promise<void>((resolve) => wake.up = resolve);
  }
  await listing;
  if (failure !== undefined) throw failure;
}

/** Objects of the cluster. */
export const KUBE_COLLECTORS: readonly Collector[] = [
  {
    id: "k3s.version",
    title: "Version of Kubernetes",
    async collect(tools) {
      const kube = await kubeOf(tools);
      if (kube) {
        const isReady = await kube.isReady({ timeoutMs: 5_000, signal: tools.signal }).catch(errorText);
        const version = await kube.version({ signal: tools.signal }).catch(errorText);
        await tools.json("kube/version.json", { version, isReady });
      }
    },
  },
  hostCollector("k3s.config", "Settings of Kubernetes, certificates and images", {
    files: [
      { path: "kube/k3s-config.yaml", from: PATHS.k3sConfig },
      { path: "kube/k3s-registries.yaml", from: PATHS.k3sRegistries },
      { path: "kube/k3s-environment.txt", from: PATHS.k3sEnvironment },
    ],
    programs: [
      { path: "kube/certificates.txt", argv: ["k3s", "certificate", "check"] },
      { path: "kube/images.txt", argv: ["k3s", "crictl", "images"] },
      { path: "kube/datastore.txt", argv: ["ls", "-l", "/var/lib/rancher/k3s/server/db"], tellsByCode: true },
    ],
  }),
  kindsCollector("kube.nodes", "Nodes and namespaces", [
    { path: "kube/nodes", resource: KINDS.Node },
    { path: "kube/namespaces", resource: KINDS.Namespace },
  ]),
  kindsCollector("kube.workloads", "Workloads and pods", [
    { path: "kube/deployments", resource: KINDS.Deployment },
    { path: "kube/statefulsets", resource: KINDS.StatefulSet },
    { path: "kube/daemonsets", resource: KINDS.DaemonSet },
    { path: "kube/jobs", resource: KINDS.Job },
    { path: "kube/pods", resource: KINDS.Pod, maxBytes: 12 * MIB },
  ]),
  kindsCollector("kube.storage", "Volumes", [
    { path: "kube/persistentvolumeclaims", resource: KINDS.PersistentVolumeClaim },
    { path: "kube/persistentvolumes", resource: KINDS.PersistentVolume },
    { path: "kube/storageclasses", resource: KINDS.StorageClass },
  ]),
  hostCollector("kube.volume-folders", "Folders of volumes: names, owners and sizes", {
    programs: [
      { path: "kube/volume-folders.txt", argv: ["ls", "-ln", PATHS.localPathData], tellsByCode: true },
      {
        path: "kube/volume-sizes.txt",
        argv: ["du", "-xk", "--max-depth=1", PATHS.localPathData],
        tellsByCode: true,
      },
    ],
  }),
  kindsCollector("kube.events", "Events", [{ path: "kube/events", resource: KINDS.Event }]),
  kindsCollector("kube.config", "Names of ConfigMaps", [{
    path: "kube/configmaps",
    resource: KINDS.ConfigMap,
    shown(object) {
      const { namespace, name } = object.metadata;
      const isOurs = namespace === NAMESPACES.settings || namespace === NAMESPACES.system;
      return bundledConfigMap(object, isOurs && WHOLE_CONFIG_MAPS.has(name));
    },
  }]),
  kindsCollector("kube.secrets", "Names of Secrets", [
    { path: "kube/secrets", resource: KINDS.Secret, shown: bundledSecret },
  ]),
  kindsCollector("kube.network", "Network of the cluster", [
    { path: "kube/services", resource: KINDS.Service },
    { path: "kube/endpointslices", resource: KINDS.EndpointSlice },
    { path: "kube/ingresses", resource: KINDS.Ingress },
    { path: "kube/networkpolicies", resource: KINDS.NetworkPolicy },
  ]),
  kindsCollector("kube.quota", "Limits and priorities", [
    { path: "kube/resourcequotas", resource: KINDS.ResourceQuota },
    { path: "kube/limitranges", resource: KINDS.LimitRange },
    { path: "kube/priorityclasses", resource: KINDS.PriorityClass },
    { path: "kube/poddisruptionbudgets", resource: KINDS.PodDisruptionBudget },
    { path: "kube/horizontalpodautoscalers", resource: KINDS.HorizontalPodAutoscaler },
  ]),
  kindsCollector("flux.objects", "Objects of Flux", [
    { path: "flux/ocirepositories", resource: KINDS.OCIRepository, shown: bundledFlux },
    { path: "flux/helmrepositories", resource: KINDS.HelmRepository, shown: bundledFlux },
    { path: "flux/helmcharts", resource: KINDS.HelmChart, shown: bundledFlux },
    { path: "flux/kustomizations", resource: KINDS.Kustomization, shown: bundledFlux },
    { path: "flux/helmreleases", resource: KINDS.HelmRelease, shown: bundledFlux },
  ]),
];
