import assert from "node:assert/strict";
import { createKubeClient, parseKubeconfig } from "../../k8s/mod.ts";
import { createSimHost } from "../simulator/sim_host.ts";
import { startSimKubeApi } from "../simulator/kube_api.ts";
import { until } from "../until.ts";
import { startCompiled } from "../walk/walk.ts";
import { readMade } from "./keep_bundle.ts";
import { leaksOf } from "./scan_gitleaks.ts";
import type { Answer } from "./healthz_asker.ts";

const PODS = 1_000;
const LINES = 2_000;
/** Measured: 19 to 26 MiB. */
const KEPT_MIB = 32;
/**
 * What an answer may have to wait for the agent's own work, 99 of 100 times. Measured while 80 to 100 others wanted the two
 * processors of this machine: median 1, 95 of 100 within 6, 99 within 15, at most 25 to 53. How long it took by the clock is told and not judged: that is theirs.
 */
const KEPT_WORK_MS = 50;

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

function spread(ms: number[]) {
  const sorted = ms.toSorted((a, b) => a - b);
  const at = (share: number) => Math.round(sorted[Math.floor((sorted.length - 1) * share)] ?? 0);
  return { median: at(0.5), p95: at(0.95), p99: at(0.99), most: at(1) };
}

Deno.test({
  name:
    "1,000 pods: 90 s and 32 MiB above idle at most, and no work of the agent keeps /healthz longer than 50 ms",
  sanitizeOps: false,
  sanitizeResources: false,
  async fn() {
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
      const agent = await startCompiled({ root, agentArgs: ["--root", root] });
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
        const logs = [...bundle.files.keys()].filter((it) => it.startsWith("pods/")).length;
        const total = bundle.manifest.files.reduce((sum, it) => sum + it.sizeBytes, 0);
        const figures = {
          logs,
          totalMb: Math.round(total / 1e6),
          archiveKb: Math.round(bytes.length / 1e3),
          tookSec: Math.round(tookMs / 100) / 10,
          idleMib: Math.round(idleMib),
          aboveIdleMib: Math.round(mostMib - idleMib),
          idleHealthzMs: spread(idleAnswers.map((it) => it.waitMs)),
          healthzMs: spread(busyAnswers.map((it) => it.waitMs)),
          healthzWorkMs: spread(busyAnswers.map((it) => it.workMs)),
        };
        console.log(JSON.stringify(figures));
        assert.equal(
          logs,
          PODS,
          JSON.stringify(bundle.manifest.collectors.find((it) => it.id === "app.pods-logs")),
        );
        assert.ok(!JSON.stringify([...bundle.files.values()].map((it) => it.length)).includes("Geheim77"));
        assert.deepEqual(await leaksOf(bundle), []);
        for (const file of bundle.files.values()) {
          assert.ok(!new TextDecoder().decode(file).includes("Geheim77"));
        }
        assert.ok(tookMs <= 90_000, JSON.stringify(figures));
        assert.ok(mostMib - idleMib <= KEPT_MIB, JSON.stringify(figures));
        assert.ok(busyAnswers.length >= 50, JSON.stringify(figures));
        assert.ok(figures.healthzWorkMs.p99 <= KEPT_WORK_MS, JSON.stringify(figures));
      } finally {
        await agent.kill("SIGKILL");
      }
    } finally {
      kube.close();
      await api.close();
      await Deno.remove(root, { recursive: true });
    }
  },
});
