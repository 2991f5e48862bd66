import { componentByObject } from "../product/components.ts";
import { NAMESPACES } from "../product/names.ts";
import { ownerByName, type PodLogFolder } from "./pod_log_files.ts";

/** Groups of sources in the order in which people look for them. */
export const SOURCE_GROUPS = ["Setup", "App", "Flux", "Kubernetes", "Host"] as const;
export type SourceGroup = typeof SOURCE_GROUPS[number];

/** Something that says what it does. */
export interface LogSource {
  /** Stands in addresses: "setup", "k3s", "msp/db". */
  id: string;
  title: string;
  group: SourceGroup;
  /** Containers of Kubernetes; none for what the machine itself says. */
  containers: readonly LogContainer[];
}

/** One container whose log there is. */
export interface LogContainer {
  namespace: string;
  pod: string;
  container: string;
  /** Where its files lie; `undefined` where this machine does not have them. */
  folder: string | undefined;
}

/** A pod as far as logs go. */
export interface LogPod {
  namespace: string;
  name: string;
  uid: string;
  owner?: { name: string } | undefined;
  containers: readonly { name: string }[];
}

/** What the machine says, whether or not there is Kubernetes. */
export const MACHINE_SOURCES: readonly (LogSource & { journal?: readonly string[] })[] = [
  { id: "setup", title: "Setup steps", group: "Setup", containers: [] },
  {
    id: "agent",
    title: "This agent",
    group: "Host",
    containers: [],
    journal: ["-u", "alga-appliance", "-u", "alga-appliance-console@*"],
  },
  { id: "k3s", title: "k3s (Kubernetes)", group: "Host", containers: [], journal: ["-u", "k3s"] },
  {
    id: "kernel",
    title: "Kernel (errors)",
    group: "Host",
    containers: [],
    journal: ["-p", "err", "_TRANSPORT=kernel"],
  },
];

/**
 * Every source: the machine's own, then one for each owner of pods. Pods come from what Kubernetes told and from the folders of the
 * kubelet: what the one does not know (any more), the other does.
 */
export function listSources(pods: readonly LogPod[], folders: readonly PodLogFolder[]): LogSource[] {
  const owners = new Map(pods.map((it) => [`${it.namespace}/${it.name}`, it.owner?.name]));
  const containers = new Map<string, LogContainer & { owner: string }>();
  const add = (it: Omit<LogContainer, "folder">, folder: string | undefined) => {
    const key = `${it.namespace}/${it.pod}/${it.container}`;
    if (containers.has(key) && folder === undefined) return;
    const owner = owners.get(`${it.namespace}/${it.pod}`) ?? ownerByName(it.pod);
    containers.set(key, { ...it, folder, owner });
  };
  for (const it of folders) add({ namespace: it.namespace, pod: it.pod, container: it.container }, it.path);
  for (const pod of pods) {
    for (const it of pod.containers) {
      add({ namespace: pod.namespace, pod: pod.name, container: it.name }, undefined);
    }
  }
  const sources = new Map<string, LogSource & { containers: LogContainer[] }>();
  for (const { owner, ...it } of containers.values()) {
    const id = `${it.namespace}/${owner}`;
    const source = sources.get(id) ??
      { id, title: titleOf(it.namespace, owner), group: groupOf(it.namespace), containers: [] };
    source.containers.push(it);
    sources.set(id, source);
  }
  const all = [...MACHINE_SOURCES, ...sources.values()];
  return all.toSorted((a, b) =>
    SOURCE_GROUPS.indexOf(a.group) - SOURCE_GROUPS.indexOf(b.group) ||
    (a.containers.length === 0 && b.containers.length === 0 ? 0 : a.id < b.id ? -1 : 1)
  );
}

function groupOf(namespace: string): SourceGroup {
  if (namespace === NAMESPACES.flux) return "Flux";
  return namespace === NAMESPACES.app ? "App" : "Kubernetes";
}

function titleOf(namespace: string, owner: string): string {
  const known = (["Deployment", "StatefulSet", "Job"] as const)
    .map((kind) => componentByObject(namespace, kind, owner)).find((it) => it !== undefined);
  const name = namespace === NAMESPACES.app || namespace === NAMESPACES.flux
    ? owner
    : `${owner} (${namespace})`;
  return known === undefined || known.name === owner ? name : `${known.name} (${owner})`;
}
