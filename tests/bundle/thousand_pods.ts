import type { ReadBundle } from "../../agent/bundle/read_bundle.ts";
import { createKubeClient, parseKubeconfig } from "../../k8s/mod.ts";
import { startAgent } from "../simulator/agent_process.ts";
import { createSimHost } from "../simulator/sim_host.ts";
import { startSimKubeApi } from "../simulator/kube_api.ts";
import { until } from "../until.ts";
import type { Answer } from "./healthz_asker.ts";
import { readMade } from "./keep_bundle.ts";

/** Pods of which each has a log of its own length. */
export const PODS = 1_000;
const LINES = 2_000;

/** A bundle of so many pods, and what making it cost. */
export interface ThousandPods {
  bundle: ReadBundle;
  tookMs: number;
  /** Memory of the agent before, and the most that it had meanwhile, in MiB. */
  idleMib: number;
  mostMib: number;
  /** Answers of /healthz before and meanwhile. */
  idleAnswers: readonly Answer[];
  busyAnswers: readonly Answer[];
}

/** Makes one, by the API. `program`: a compiled agent; the source without it. */
export async function bundleOfThousandPods(program: string | undefined): Promise<ThousandPods> {
  const root = await Deno.makeTempDir({ prefix: "alga-thousand-" });
  const api = await startSimKubeApi();
  const kube = createKubeClient(parseKubeconfig(api.kubeconfig));
  const lines = Array.from({ length: LINES }, (_, i) => logLine(i));
  try {
    await createSimHost(root);
    await kube.create({ apiVersion: "v1", kind: "Namespace", metadata: { name: "msp" } });
    for (let i = 0; i < PODS; i++) {
      await kube.create({
        apiVersion: "v1",
        kind: "Pod",
        metadata: { name: `pod-${i}`, namespace: "msp", labels: { app: `pod-${i}` } },
        spec: {
          nodeName: "appliance-01",
          containers: [{ name: "main", image: "x", env: [{ name: "DB_PASSWORD", value: "Geheim77" }] }],
        },
        status: {
          phase: "Running",
          containerStatuses: [{ name: "main", ready: true, restartCount: 0, state: { running: {} } }],
        },
      });
      // Each has its own length, 200 lines at the mean: 20 MB together.
      api.setLogs("msp", `pod-${i}`, () => lines.slice(0, i % 10 === 0 ? LINES / 2 : 110));
    }
    await Deno.mkdir(`${root}/etc/rancher/k3s`, { recursive: true });
    await Deno.writeTextFile(`${root}/etc/rancher/k3s/k3s.yaml`, api.kubeconfig);
    const agent = await startAgent(
      { root, agentArgs: ["--root", root] },
      program === undefined ? {} : { program },
    );
    try {
      const known = () => agent.request("GET", "/api/v1/status").then((it) => JSON.stringify(it.body));
      await until("the pods are known", known, (it) => it.includes('"kubernetesVersion":"v1.36.5'), 60);
      await new Promise((resolve) => setTimeout(resolve, 5_000));
      const idleMib = await rssMib(agent.pid);
      let mostMib = idleMib;
      const asker = new Worker(new URL("./healthz_asker.ts", import.meta.url).href, { type: "module" });
      const answers = () =>
        new Promise<Answer[]>((resolve) => {
          asker.onmessage = ({ data }) => resolve(data);
          asker.postMessage("answers");
        });
      asker.postMessage({ url: agent.url, pid: agent.pid });
      // What others take of this machine, they take of both.
      await new Promise((resolve) => setTimeout(resolve, 3_000));
      const idleAnswers = await answers();
      let isOver = false;
      const watching = (async () => {
        while (!isOver) {
          mostMib = Math.max(mostMib, await rssMib(agent.pid));
          await new Promise((resolve) => setTimeout(resolve, 20));
        }
      })();
      const startedMs = performance.now();
      const response = await fetch(`${agent.url}/api/v1/support/bundle`, {
        method: "POST",
        headers: { authorization: `Bearer ${agent.token}`, "content-type": "application/json" },
        body: "{}",
      });
      const bytes = new Uint8Array(await response.arrayBuffer());
      const tookMs = performance.now() - startedMs;
      isOver = true;
      await watching;
      const busyAnswers = await answers();
      asker.terminate();
      const bundle = await readMade(new Blob([bytes]).stream());
      return { bundle, tookMs, idleMib, mostMib, idleAnswers, busyAnswers };
    } finally {
      await agent.kill("SIGKILL");
    }
  } finally {
    kube.close();
    await api.close();
    await Deno.remove(root, { recursive: true });
  }
}

async function rssMib(pid: number): Promise<number> {
  const text = await Deno.readTextFile(`/proc/${pid}/status`);
  return Number(/VmRSS:\s+(\d+) kB/.exec(text)?.[1]) / 1024;
}

/** What a service says in a day: times, numbers, now and then a password. */
function logLine(i: number): string {
  return i % 50 === 0
    ? `connecting to postgres://app:Geheim77@db/server as worker ${i}`
    : `request ${i} handled in ${i % 97} ms by worker-${i % 7} status=200 path=/api/tickets/${i * 7919}`;
}
