import { KINDS } from "../../../../k8s/mod.ts";
import { cordon, scaleToZero, stopPart, type Undo } from "../faults.ts";
import { busyboxImage } from "../node_images.ts";
import { NODE_NAME } from "../node_programs.ts";
import { type RealNode, REGISTRY_HOST } from "../real_node.ts";
import { app, deployment, type RecordCase, shell, STANDIN } from "./record_case.ts";

/** About the cluster's own name service; nothing else is made. */
const NAME_SERVICE = {
  ...{ wholeNode: true, watchSec: 30, objects: [] },
  also: { namespace: "kube-system", name: "coredns" },
};

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
      name: "coredns-none",
      expected: "platform.part-down",
      component: "coredns",
      ...NAME_SERVICE,
      arrange: (node) => scaleToZero(node, "kube-system", "coredns"),
    },
    {
      name: "coredns-loop",
      expected: "dns.coredns-loop",
      component: "coredns",
      states: ["Error", "CrashLoopBackOff"],
      ...NAME_SERVICE,
      arrange: (node) => changeNameServers(node, "nameserver 127.0.0.1\n"),
    },
    {
      name: "coredns-no-servers",
      expected: "dns.coredns-none",
      component: "coredns",
      states: ["Error", "CrashLoopBackOff"],
      ...NAME_SERVICE,
      arrange: (node) => changeNameServers(node, "# none\n"),
    },
    {
      name: "runtime-gone",
      expected: "k3s.node-not-ready",
      wholeNode: true,
      watchSec: 60,
      laterSec: 150,
      objects: [app(shell("sleep 3600"))],
      arrange: (node) => stopPart(node, "containerd"),
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

/** What the name service forwards to: it reads the node's file when it starts. */
async function changeNameServers(node: RealNode, text: string): Promise<Undo> {
  const path = `${node.namespace.dir}/resolv.conf`;
  await Deno.writeTextFile(path, text);
  const again = async () => void await (await scaleToZero(node, "kube-system", "coredns"))();
  const undo = await changeKubelet(node, (it) => it.replace(/("?resolvConf"?: *"?)[^",\n]+/, `$1${path}`));
  await again();
  return async () => {
    await undo();
    await again();
  };
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
