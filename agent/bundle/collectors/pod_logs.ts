import { NAMESPACES } from "../../product/names.ts";
import { KINDS, type KubeClient, type KubeObject } from "../../../k8s/mod.ts";
import { errorText } from "../../error.ts";
import type { Collector, CollectorTools } from "../collector.ts";
import { kubeOf } from "./kube.ts";

const MIB = 1024 * 1024;
const TAIL_LINES = 2_000;
/** Logs that are read at the same time. */
const READERS = 4;

/** One log to read. Names come from outside: paths in the archive are made of what Kubernetes allows in them. */
interface WantedLog {
  namespace: string;
  pod: string;
  container: string;
  previous: boolean;
}

/** What containers said, those in trouble first, so that a time that is up costs the least. @see catalogue.md 4.2 */
export const POD_LOGS: Collector = {
  id: "app.pods-logs",
  title: "Logs of pods",
  deadlineMs: 60_000,
  async collect(tools) {
    const kube = await kubeOf(tools);
    if (kube === undefined) return;
    const wanted = await wantedLogs(kube, tools.signal);
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
      signal: tools.signal,
    });
    await tools.file(path, stream, { maxBytes: MIB });
  } catch (error) {
    tools.missing(path, errorText(error));
  }
}

/** Containers of the product's namespaces by need: of pods that are not well, then all others. */
async function wantedLogs(kube: KubeClient, signal: AbortSignal): Promise<WantedLog[]> {
  const troubled: WantedLog[] = [];
  const others: WantedLog[] = [];
  for (const namespace of Object.values(NAMESPACES)) {
    await kube.list(KINDS.Pod, {
      namespace,
      signal,
      limit: 50,
      each: (pod) => {
        for (const it of logsOf(pod)) (it.isTroubled ? troubled : others).push(it.log);
      },
    });
  }
  return [...troubled, ...others];
}

function logsOf(pod: KubeObject): { log: WantedLog; isTroubled: boolean }[] {
  const { namespace = "", name } = pod.metadata;
  const { initContainerStatuses = [], containerStatuses = [] } = Object(pod.status);
  return [...initContainerStatuses, ...containerStatuses].flatMap((it) => {
    const { name: container, ready, restartCount = 0, state = {} } = Object(it);
    if (!isName(container) || !isName(name) || state.waiting && restartCount === 0) return [];
    const isTroubled = restartCount > 0 || !ready && !(state.terminated?.exitCode === 0);
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
