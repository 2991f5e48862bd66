import { KINDS, type KubeClient } from "../../../k8s/mod.ts";
import type { Host } from "../../host/host.ts";
import { NAMESPACES } from "../../product/names.ts";
import { parseImageName } from "../../product/image_name.ts";
import type { Layer } from "../../release/mod.ts";
import { heldImages } from "./image_pods.ts";

/** Where k3s' container runtime keeps what it has downloaded; a blob that is complete lies there under its digest. */
const CONTENT = "/var/lib/rancher/k3s/agent/containerd/io.containerd.content.v1.content";

/** How one image is named whoever names it ("docker.io/library/redis:7"). */
export function canonicalName(text: string): string {
  const { host, repository, reference } = parseImageName(text);
  return `${host}/${repository}${reference.startsWith("sha256:") ? "@" : ":"}${reference}`;
}

/**
 * Images that are on the machine, by their canonical names: what the node tells (the 50 largest, up to a minute late), what runs, and
 * what was fetched beforehand.
 */
export async function readImagesThere(kube: KubeClient): Promise<Set<string>> {
  const [nodes, pods, held] = await Promise.all([
    kube.list(KINDS.Node),
    kube.list(KINDS.Pod, { namespace: NAMESPACES.app }),
    heldImages(kube),
  ]);
  const running = pods.items.flatMap(({ spec, status }) =>
    (spec?.containers ?? []).filter(({ name }) =>
      status?.containerStatuses?.some((it) => it.name === name && it.state?.running !== undefined)
    ).flatMap((it) => it.image ?? [])
  );
  const told = nodes.items.flatMap((it) => it.status?.images ?? []).flatMap((it) => it.names ?? []);
  return new Set([...told, ...running, ...held].map(canonicalName));
}

/** Bytes of these layers that are on the disk already, the beginnings of those under way too. */
export async function bytesThere(host: Host, layers: readonly Layer[]): Promise<number> {
  const [begun, whole] = [await readBegun(host), await readWhole(host)];
  return layers.reduce(
    (bytes, { digest, sizeBytes }) =>
      bytes + (whole.has(digest) ? sizeBytes : Math.min(begun.get(digest) ?? 0, sizeBytes)),
    0,
  );
}

/** What has come whole, by digest: one look at the folder, since an update has hundreds of layers. */
async function readWhole(host: Host): Promise<Set<string>> {
  const names = await host.list(`${CONTENT}/blobs/sha256`).catch(() => undefined) ?? [];
  return new Set(names.map((it) => `sha256:${it}`));
}

/** What is being written now, by digest; its name there ends with it ("k8s.io/12/layer-sha256:…"). */
async function readBegun(host: Host): Promise<Map<string, number>> {
  const begun = new Map<string, number>();
  for (const name of await host.list(`${CONTENT}/ingest`).catch(() => undefined) ?? []) {
    const folder = `${CONTENT}/ingest/${name}`;
    // It may end between two looks.
    const ref = await host.readText(`${folder}/ref`).catch(() => undefined);
    const data = await host.info(`${folder}/data`).catch(() => undefined);
    const [digest] = /sha256:[0-9a-f]{64}/.exec(ref ?? "") ?? [];
    if (digest !== undefined && data) begun.set(digest, data.sizeBytes);
  }
  return begun;
}
