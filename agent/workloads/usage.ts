import { readNumber, readRecord, readRecords, readText } from "../observe/projections/read_field.ts";

/** What is used; `null` where the kubelet does not tell. */
export interface Usage {
  cpuCores: number | null;
  memoryBytes: number | null;
}

/** One volume as its file system tells. */
export interface VolumeUsage {
  usedBytes: number | null;
  capacityBytes: number | null;
}

/** What the kubelet measures of one pod. */
export interface PodUsage extends Usage {
  containers: Readonly<Record<string, Usage>>;
  volumes: Readonly<Record<string, VolumeUsage>>;
}

/** Pods of a node, by "namespace/name". */
export type NodeUsage = ReadonlyMap<string, PodUsage>;

/** A node runs at most 110 pods by default; what a summary says beyond is not read. */
const MOST_PODS = 1_000;

/** The pods of a summary of the kubelet. Never throws. @see Kubernetes, "Summary API" */
export function parseSummary(summary: unknown): NodeUsage {
  return new Map(
    readRecords(readRecord(summary).pods, MOST_PODS).map((pod) => {
      const ref = readRecord(pod.podRef);
      const containers = readRecords(pod.containers).map((it) =>
        [readText(it.name, 80), usageOf(it)] as const
      );
      return [`${readText(ref.namespace, 63)}/${readText(ref.name, 253)}`, {
        ...larger(usageOf(pod), sumUsage(containers.map(([, it]) => it))),
        containers: Object.fromEntries(containers),
        volumes: Object.fromEntries(
          readRecords(pod.volume).map((it) => [readText(it.name, 253), {
            usedBytes: known(it.usedBytes),
            capacityBytes: known(it.capacityBytes),
          }]),
        ),
      }];
    }),
  );
}

/** The sum of what is known of all of them; `null` where one of them is not told. */
export function sumUsage(all: readonly (Usage | undefined)[]): Usage {
  const sum = (of: (usage: Usage) => number | null) =>
    all.reduce<number | null>((total, it) => {
      const value = it ? of(it) : null;
      return total === null || value === null ? null : total + value;
    }, all.length === 0 ? null : 0);
  return { cpuCores: sum((it) => it.cpuCores), memoryBytes: sum((it) => it.memoryBytes) };
}

/** Where a pod's own control group cannot be read the kubelet says 0 of it, and yet tells of its containers. */
function larger(pod: Usage, containers: Usage): Usage {
  const most = (a: number | null, b: number | null) => a === null || b === null ? a ?? b : Math.max(a, b);
  return {
    cpuCores: most(pod.cpuCores, containers.cpuCores),
    memoryBytes: most(pod.memoryBytes, containers.memoryBytes),
  };
}

/** The working set is what counts against a limit, and what the kubelet evicts for. */
function usageOf(value: Record<string, unknown>): Usage {
  const nanoCores = known(readRecord(value.cpu).usageNanoCores);
  return {
    cpuCores: nanoCores === null ? null : nanoCores / 1e9,
    memoryBytes: known(readRecord(value.memory).workingSetBytes),
  };
}

function known(value: unknown): number | null {
  const number = readNumber(value, -1);
  return number < 0 ? null : number;
}
