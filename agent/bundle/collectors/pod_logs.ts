import { NAMESPACES } from "../../product/names.ts";
import type { KubeClient } from "../../../k8s/mod.ts";
import { errorText } from "../../error.ts";
import type { Snapshot } from "../../status/mod.ts";
import type { Collector, CollectorTools } from "../collector.ts";
import { kubeOf } from "./kube.ts";

const MIB = 1024 * 1024;
const TAIL_LINES = 2_000;
/** Logs that are read at the same time. */
const READERS = 2;

type PodView = Snapshot["pods"][number];

/** One log to read. Names come from outside: paths in the archive are made of what Kubernetes allows in them. */
interface WantedLog {
  namespace: string;
  pod: string;
  container: string;
  previous: boolean;
}

/** What containers said, those in trouble first, so that a time that is up costs the least. */
export const POD_LOGS: Collector = {
  id: "app.pods-logs",
  title: "Logs of pods",
  deadlineMs: 60_000,
  async collect(tools) {
    const kube = await kubeOf(tools);
    if (kube === undefined) return;
    const wanted = await wantedLogs(tools);
    let next = 0;
    const read = async () => {
      for (let log = wanted[next++]; log !== undefined && !tools.signal.aborted; log = wanted[next++]) {
        await addLog(tools, kube, log);
      }
    };
    await Promise.all(Array.from({ length: READERS }, read));
    if (next < wanted.length) {
      tools.missing(`${wanted.length - next} of ${wanted.length} logs`, "the time was up");
    }
  },
};

async function addLog(tools: CollectorTools, kube: KubeClient, log: WantedLog): Promise<void> {
  const { namespace, pod, container, previous } = log;
  const path = `pods/${namespace}/${pod}/${container}${previous ? ".previous" : ""}.log`;
  try {
    const stream = await kube.logs({ namespace, name: pod }, {
      container,
      previous,
      timestamps: true,
      tailLines: TAIL_LINES,
      limitBytes: MIB,
      asItComes: true,
      signal: tools.signal,
    });
    await tools.file(path, stream, { maxBytes: MIB });
  } catch (error) {
    tools.missing(path, errorText(error));
  }
}

/** Containers of the product's namespaces by need: of pods that are not well, then all others. */
async function wantedLogs({ evidence, signal }: CollectorTools): Promise<WantedLog[]> {
  const { pods } = (await evidence(signal)).snapshot;
  const ours = new Set<string>(Object.values(NAMESPACES));
  const found = pods.filter((it) => ours.has(it.namespace)).flatMap(logsOf);
  return [...found.filter((it) => it.isTroubled), ...found.filter((it) => !it.isTroubled)].map((it) =>
    it.log
  );
}

function logsOf(pod: PodView): { log: WantedLog; isTroubled: boolean }[] {
  const { namespace, name } = pod;
  return pod.containers.flatMap(({ name: container, ready, restartCount, state }) => {
    if (!isName(container) || !isName(name) || state.kind === "waiting" && restartCount === 0) return [];
    const hasEnded = state.kind === "terminated" && state.exitCode === 0;
    const isTroubled = restartCount > 0 || !ready && !hasEnded;
    return [false, true].filter((previous) => !previous || restartCount > 0).map((previous) => ({
      log: { namespace, pod: name, container, previous },
      isTroubled,
    }));
  });
}

/** What Kubernetes allows in names: nothing else becomes part of a path. */
function isName(text: unknown): text is string {
  return typeof text === "string" && /^[a-z0-9][a-z0-9.-]{0,252}$/.test(text) && !text.includes("..");
}
