import { KINDS } from "../../../../k8s/mod.ts";
import { cordon, stopPart, type Undo } from "../faults.ts";
import { busyboxImage } from "../node_images.ts";
import { NODE_NAME } from "../node_programs.ts";
import { type RealNode, REGISTRY_HOST } from "../real_node.ts";
import { app, deployment, type RecordCase, shell, STANDIN } from "./record_case.ts";

/** Pods for which the machine has no room, and machines that are in trouble. */
export function machineCases(): RecordCase[] {
  const requests = (it: Record<string, string>) => ({ resources: { requests: it } });
  const port = { image: STANDIN, ports: [{ containerPort: 3777, hostPort: 3777 }] };
  return [
    {
      name: "too-little-memory",
      expected: "sched.resources",
      laterSec: 60,
      objects: [app(shell("sleep 3600", requests({ memory: "900Gi" })))],
    },
    {
      name: "too-little-cpu",
      expected: "sched.resources",
      laterSec: 60,
      objects: [app(shell("sleep 3600", requests({ cpu: "900" })))],
    },
    {
      name: "port-taken",
      expected: "sched.port",
      laterSec: 60,
      objects: [
        {
          apiVersion: "v1",
          kind: "Pod",
          metadata: { name: "first" },
          spec: { automountServiceAccountToken: false, containers: [{ name: "app", ...port }] },
        },
        app(port),
      ],
    },
    {
      name: "node-paused",
      expected: "k3s.node-paused",
      wholeNode: true,
      watchSec: 15,
      laterSec: 60,
      objects: [app(shell("sleep 3600"))],
      arrange: (node) => cordon(node, NODE_NAME),
    },
    {
      name: "node-tainted",
      expected: "sched.taint",
      wholeNode: true,
      watchSec: 15,
      laterSec: 60,
      objects: [app(shell("sleep 3600"))],
      async arrange(node) {
        const ref = { resource: KINDS.Node, name: NODE_NAME };
        const set = async (taints: unknown) => {
          const kube = node.client();
          await kube.patch(ref, { spec: { taints } });
          kube.close();
        };
        await set([{ key: "site.test/kept-free", effect: "NoSchedule" }]);
        return () => set(null);
      },
    },
    {
      name: "network-missing",
      expected: "k3s.not-ready-cni",
      wholeNode: true,
      watchSec: 45,
      laterSec: 150,
      objects: [app(shell("sleep 3600"))],
      async arrange(node) {
        const file = `${node.namespace.dir}/config/cni/10-node.conflist`;
        await Deno.rename(file, `${file}.away`);
        // The runtime reads it at start, and tells the kubelet what it lacks.
        const undo = await stopPart(node, "containerd");
        await undo();
        return async () => {
          await Deno.rename(`${file}.away`, file);
          await new Promise((resolve) => setTimeout(resolve, 10_000));
        };
      },
    },
    {
      name: "downloads-wait-in-line",
      expected: "img.slow",
      component: "workflow-worker",
      wholeNode: true,
      staggerSec: 5,
      watchSec: 40,
      laterSec: 360,
      objects: [
        deployment("workflow-worker", { image: `${REGISTRY_HOST}/record/held:1` }),
        app({ image: `${REGISTRY_HOST}/record/behind-it:1`, command: ["sleep", "3600"] }),
      ],
      async arrange(node) {
        await node.push(await busyboxImage(`${REGISTRY_HOST}/record/behind-it:1`));
        const answer = node.registry.fail("/record/held/", { kind: "silent" });
        // As k3s has it: one download at a time.
        const undo = await changeKubelet(
          node,
          (it) =>
            it.replace("serializeImagePulls: false", "serializeImagePulls: true").replace(
              /^maxParallel.*\n/m,
              "",
            ),
        );
        return async () => {
          answer();
          await undo();
        };
      },
    },
    {
      name: "node-gone",
      expected: "k3s.node-gone",
      wholeNode: true,
      watchSec: 90,
      laterSec: 60,
      objects: [app(shell("sleep 3600"))],
      arrange: (node) => stopPart(node, "kubelet"),
    },
    {
      name: "disk-pressure",
      expected: "disk.pressure",
      wholeNode: true,
      watchSec: 45,
      laterSec: 60,
      objects: [app(shell("sleep 3600"))],
      arrange: (node) =>
        changeKubelet(node, (it) => it.replace("nodefs.available: 0%", "nodefs.available: 99%")),
    },
  ];
}

async function changeKubelet(node: RealNode, change: (text: string) => string): Promise<Undo> {
  const file = `${node.namespace.dir}/config/kubelet.yaml`;
  const before = await Deno.readTextFile(file);
  const restart = async (text: string) => {
    await Deno.writeTextFile(file, text);
    await (await stopPart(node, "kubelet"))();
  };
  await restart(change(before));
  return () => restart(before);
}
