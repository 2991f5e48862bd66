import type { Snapshot } from "../../../agent/facts/snapshot.ts";
import { isNoLog } from "../../../agent/observe/wanted_logs.ts";
import type { KubeObject } from "../../../k8s/client/kube_client.ts";
import type { Phase, Recording } from "../../cluster/node/record/recording.ts";
import { type Cluster, healthyCluster, NOW_MS, snapshotOf } from "../status/objects.ts";

const FOLDER = new URL("./testdata/recorded/", import.meta.url);

/** What was recorded on a real node, by file. */
export const RECORDINGS: readonly Recording[] = [...Deno.readDirSync(FOLDER)].map((it) => it.name)
  .filter((it) => it.endsWith(".json")).sort()
  .map((it) => JSON.parse(Deno.readTextFileSync(new URL(it, FOLDER))));

/** As the agent keeps them: what is not a log does not take the place of one. */
export function withKeptLogs(phases: readonly Phase[]): Phase[] {
  const kept = new Map<string, Phase["logs"][number]>();
  return phases.map((phase) => {
    for (const it of phase.logs) {
      if (!isNoLog(it.lines.join("\n"))) kept.set(`${it.pod}/${it.container}`, it);
    }
    return { ...phase, logs: [...kept.values()] };
  });
}

/** The same moment, seen at the time at which the other test objects are. */
export function moved(phase: Phase): Phase {
  const byMs = NOW_MS - Date.parse(phase.at);
  const text = JSON.stringify(phase).replaceAll(
    /"(20\d\d-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?Z)"/g,
    (_, time: string) => JSON.stringify(new Date(Date.parse(time) + byMs).toISOString()),
  );
  return JSON.parse(text);
}

/** An appliance that is well but for what was recorded. */
export function snapshotAt(phase: Phase): Snapshot {
  const cluster: Cluster = healthyCluster();
  const recorded = new Set(phase.deployments.map((it) => it.metadata.name));
  cluster.deployments = [
    ...cluster.deployments.filter((it) => !recorded.has(it.metadata.name)),
    ...phase.deployments,
  ];
  const claims = new Set(phase.pvcs.map((it) => it.metadata.name));
  cluster.pvcs = [...cluster.pvcs.filter((it) => !claims.has(it.metadata.name)), ...phase.pvcs];
  cluster.storageClasses = [
    ...cluster.storageClasses.filter((it) => it.metadata.name === "local-path"),
    ...phase.storageClasses.filter((it) => it.metadata.name !== "local-path"),
  ];
  cluster.jobs = phase.jobs;
  cluster.pods = phase.pods;
  cluster.events = phase.events;
  const flux = phase.flux ?? [];
  const said = new Set(flux.map(nameOf));
  cluster.flux = [...cluster.flux.filter((it) => !said.has(nameOf(it))), ...flux];
  if (phase.nodes.length > 0) cluster.nodes = phase.nodes;
  const bootstrap = phase.logs.find((it) => it.container === "bootstrap");
  return snapshotOf(cluster, {
    logs: phase.logs.map((it) => {
      const { namespace = "" } = phase.pods.find(({ metadata }) => metadata.name === it.pod)?.metadata ?? {};
      return { namespace, ...it };
    }),
    bootstrapLog: bootstrap && { pod: bootstrap.pod, tail: bootstrap.lines },
  });
}

function nameOf({ kind, metadata }: KubeObject): string {
  return `${kind}/${metadata.name}`;
}
