import type { KubeClient } from "../../k8s/mod.ts";
import { endProgram, startProgram } from "./child_process.ts";
import { programPath } from "./programs.ts";
import { type RealKubeApi, startRealKubeApi } from "./real_kube_api.ts";
import { makeScratchFolder } from "./scratch_folder.ts";

/** Many pods on a real API server; kwok plays their kubelets. */
export interface Fleet {
  api: RealKubeApi;
  kubeconfigPath: string;
  /** Creates pods until there are `count`; resolves when the last one runs. */
  grow(count: number): Promise<void>;
  /** Changes pods one after the other until told to stop: restarts, as a crash loop makes them. Gives the number of changes. */
  churn(perSec: number, signal: AbortSignal): Promise<number>;
  stop(): Promise<void>;
}

const PODS_PER_NODE = 500;
const CREATORS = 16;
export const FLEET_NAMESPACE = "fleet";

/** What kwok does with our nodes and pods: nodes are Ready at once, pods pull for a moment and run. */
const STAGES = `
apiVersion: kwok.x-k8s.io/v1alpha1
kind: Stage
metadata: { name: node-is-ready }
spec:
  resourceRef: { apiGroup: v1, kind: Node }
  selector:
    matchExpressions:
    - { key: '.status.conditions.[] | select( .type == "Ready" ) | .status', operator: NotIn, values: ["True"] }
  next:
    statusTemplate: |
      conditions:
      - type: Ready
        status: "True"
        reason: KubeletReady
        message: kubelet is posting ready status
        lastHeartbeatTime: {{ Now | Quote }}
        lastTransitionTime: {{ Now | Quote }}
      capacity: { cpu: "64", memory: 256Gi, pods: "2000" }
      allocatable: { cpu: "64", memory: 256Gi, pods: "2000" }
      nodeInfo: { kubeletVersion: v1.36.3 }
---
apiVersion: kwok.x-k8s.io/v1alpha1
kind: Stage
metadata: { name: pod-runs }
spec:
  resourceRef: { apiGroup: v1, kind: Pod }
  selector:
    matchExpressions:
    - { key: .metadata.deletionTimestamp, operator: DoesNotExist }
    - { key: .status.phase, operator: In, values: [Pending] }
  delay: { durationMilliseconds: 200, jitterDurationMilliseconds: 1500 }
  next:
    statusTemplate: |
      phase: Running
      startTime: {{ Now | Quote }}
      podIP: 10.42.0.7
      conditions:
      {{ range $type := list "Initialized" "Ready" "ContainersReady" }}
      - { type: {{ $type }}, status: "True", lastTransitionTime: {{ Now | Quote }} }
      {{ end }}
      containerStatuses:
      {{ range .spec.containers }}
      - name: {{ .name | Quote }}
        image: {{ .image | Quote }}
        ready: true
        restartCount: 0
        state: { running: { startedAt: {{ Now | Quote }} } }
      {{ end }}
`;

/** Starts an API server with kwok and no pods. */
export async function startFleet(): Promise<Fleet> {
  const api = await startRealKubeApi();
  const folder = await makeScratchFolder("alga-fleet-");
  const { dir } = folder;
  const kubeconfigPath = `${dir}/kubeconfig`;
  await Deno.writeTextFile(kubeconfigPath, api.kubeconfig, { mode: 0o600 });
  await Deno.writeTextFile(`${dir}/stages.yaml`, STAGES);
  const kwok = startProgram(await programPath("kwok"), [
    `--kubeconfig=${kubeconfigPath}`,
    "--manage-all-nodes=false",
    "--manage-nodes-with-annotation-selector=kwok.x-k8s.io/node=fake",
    `--config=${dir}/stages.yaml`,
    "--node-lease-duration-seconds=0",
  ], { logPath: `${dir}/kwok.log` });
  const client = api.client();
  await client.apply({ apiVersion: "v1", kind: "Namespace", metadata: { name: FLEET_NAMESPACE } });
  let pods = 0;
  let nodes = 0;

  async function grow(count: number): Promise<void> {
    for (; nodes * PODS_PER_NODE < count; nodes++) {
      await client.apply({
        apiVersion: "v1",
        kind: "Node",
        metadata: { name: nodeName(nodes), annotations: { "kwok.x-k8s.io/node": "fake" } },
      });
    }
    await Promise.all(Array.from({ length: CREATORS }, async () => {
      while (pods < count) await client.create(pod(pods++));
    }));
    await allRun(client, `${dir}/kwok.log`);
  }

  async function churn(perSec: number, signal: AbortSignal): Promise<number> {
    let changes = 0;
    const startMs = Date.now();
    while (!signal.aborted) {
      const dueMs = startMs + (changes * 1000) / perSec - Date.now();
      if (dueMs > 0) await new Promise((resolve) => setTimeout(resolve, dueMs));
      const number = changes % pods;
      const restarts = Math.floor(changes / pods) + 1;
      await client.patch(
        {
          resource: { apiVersion: "v1", kind: "Pod", plural: "pods", namespaced: true },
          namespace: FLEET_NAMESPACE,
          name: podName(number),
        },
        { status: { containerStatuses: [restarted(restarts)] } },
        { subresource: "status" },
      );
      changes++;
    }
    return changes;
  }

  return {
    api,
    kubeconfigPath,
    grow,
    churn,
    async stop() {
      client.close();
      await endProgram(kwok);
      await api.stop();
      await folder.close();
    },
  };
}

const nodeName = (number: number) => `fleet-node-${number}`;
const podName = (number: number) => `fleet-${String(number).padStart(5, "0")}`;

function pod(number: number) {
  return {
    apiVersion: "v1",
    kind: "Pod",
    metadata: { name: podName(number), namespace: FLEET_NAMESPACE, labels: { app: `fleet-${number % 50}` } },
    spec: {
      nodeName: nodeName(Math.floor(number / PODS_PER_NODE)),
      containers: [{ name: "app", image: `registry.example/fleet/app-${number % 50}:1.0.0` }],
      tolerations: [{ operator: "Exists" }],
    },
  };
}

function restarted(count: number) {
  return {
    name: "app",
    image: "registry.example/fleet/app:1.0.0",
    imageID: "",
    ready: true,
    restartCount: count,
    state: { running: { startedAt: new Date().toISOString().replace(/\.\d+/, "") } },
  };
}

async function allRun(client: KubeClient, logPath: string): Promise<void> {
  const deadlineMs = Date.now() + 300_000;
  for (;;) {
    const { items } = await client.list({ apiVersion: "v1", kind: "Pod", plural: "pods", namespaced: true }, {
      namespace: FLEET_NAMESPACE,
      fieldSelector: "status.phase!=Running",
      limit: 1,
    });
    if (items.length === 0) return;
    if (Date.now() > deadlineMs) throw new Error(`Pods do not run: ${await Deno.readTextFile(logPath)}`);
    await new Promise((resolve) => setTimeout(resolve, 500));
  }
}
