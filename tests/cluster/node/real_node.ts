import { createKubeClient, type KubeClient, parseKubeconfig } from "../../../k8s/mod.ts";
import { renderK3sConfig, writeK3sConfig } from "../../../k8s/k3s/config.ts";
import { RealHost } from "../../../agent/host/real_host.ts";
import { type Certificates, makeCertificates } from "../certificates.ts";
import { exists } from "../exists.ts";
import { KUBERNETES_VERSION, programPath } from "../programs.ts";
import { createApplianceRoot } from "./appliance_root.ts";
import { createK3sService, type K3sService } from "./k3s_service.ts";
import {
  buildImage,
  buildStandin,
  fluxImages,
  type ImageRecipe,
  k3sImages,
  pushImage,
  storageImages,
  writeArchive,
} from "./node_images.ts";
import { API_PORT, NODE_NAME, PARTS } from "./node_programs.ts";
import { type OutsideDns, startOutsideDns } from "./outside_dns.ts";
import { type OutsideRegistry, startOutsideRegistry } from "./outside_registry.ts";
import { until } from "../../until.ts";
import { createPrivateNamespace, type PrivateNamespace } from "./private_namespace.ts";

/** The registry as the node names it; plain HTTP. */
export const REGISTRY_HOST = "registry.test:5000";
export const REGISTRY_URL = `http://${REGISTRY_HOST}`;
/** A name for whose registry the node has no word that it speaks plain HTTP; the same one answers there. */
export const UNDECLARED_REGISTRY_HOST = "undeclared.test:5000";
/** The same registry over HTTPS, with a certificate that the node does not trust. */
export const UNTRUSTED_REGISTRY_HOST = "untrusted.test";
const MIRRORED = ["ghcr.io", "docker.io"];

export interface NodeOptions {
  /** `now`: Kubernetes runs when {@link startNode} returns. `by-agent`: the agent's own k3s step installs and starts it. */
  kubernetes: "now" | "by-agent";
  /** Flux's controllers are there for the agent's own Deployments of them. */
  flux?: boolean;
  /** How long the stand-in for k3s does not heed an end, where k3s does not. */
  deafMs?: number;
}

/** A real Kubernetes node in a namespace of its own. Ends with this process, however that ends. */
export interface RealNode {
  /** Where programs are started inside: `run`, `must`, `start`. */
  namespace: PrivateNamespace;
  /** The appliance's file tree; the agent's `--root`. */
  root: string;
  /** Administrator's kubeconfig that works from outside. */
  kubeconfigPath: string;
  k3s: K3sService;
  registry: OutsideRegistry;
  dns: OutsideDns;
  /** What an agent that is started inside needs to be told. */
  agentArgs: string[];
  /** Address of the application's login page as people would open it: the node's own. */
  nodeAddress: string;
  /** A client from outside. */
  client(): KubeClient;
  /** Builds an image and puts it into the registry; gives its digest. */
  push(recipe: ImageRecipe): Promise<string>;
  /** Waits up to 60 s until the API server says that it is ready. */
  untilApiAnswers(): Promise<void>;
  /**
   * Starts Kubernetes' controllers again, as k3s does with its API server: those that outlive it ask again only after up to a
   * minute, and by then have called a node lost that reports every 10 s.
   */
  restartControllers(): Promise<void>;
  /** Drops the history in the database and starts the API server again: watches from before get 410. */
  compact(): Promise<void>;
  /** Milliseconds from the start of this node to each event. */
  timings: Record<string, number>;
  stop(): Promise<void>;
}

export async function startNode(options: NodeOptions): Promise<RealNode> {
  const startedMs = Date.now();
  const timings: Record<string, number> = {};
  const mark = (what: string) => timings[what] = Date.now() - startedMs;
  const namespace = await createPrivateNamespace({ init: await buildStandin("pause") });
  mark("namespace");
  const closers: (() => Promise<void>)[] = [() => namespace.close()];
  const stop = async () => {
    const errors: unknown[] = [];
    for (const close of closers.splice(0).reverse()) await close().catch((error) => errors.push(error));
    if (errors.length > 0) throw new AggregateError(errors, "The node did not end cleanly");
  };
  try {
    const { dir, nodeAddress, hostAddress } = namespace;
    const nameServers = [hostAddress, namespace.secondHostAddress];
    const root = `${dir}/root`;
    const folders = { pki: `${dir}/pki`, config: `${dir}/config`, bin: `${dir}/bin` };
    const logFolder = `${dir}/log`;
    for (const path of [root, folders.pki, folders.bin, logFolder]) await Deno.mkdir(path);
    await makeControlGroups(namespace.name);
    for (const name of [...PARTS, "containerd-shim-runc-v2", "ctr"] as const) {
      await Deno.symlink(await programPath(name), `${folders.bin}/${name}`);
    }
    const certificates = await makeNodeCertificates(folders.pki, nodeAddress);
    mark("certificates");

    const dns = startOutsideDns(nameServers);
    closers.push(() => dns.close());
    for (const host of [REGISTRY_HOST, UNDECLARED_REGISTRY_HOST, UNTRUSTED_REGISTRY_HOST]) {
      dns.answer(host.replace(/:.*/, ""), hostAddress);
    }
    const registry = await startOutsideRegistry({
      dir: `${dir}/registry`,
      hostname: hostAddress,
      port: 5000,
      certificatePem: await Deno.readTextFile(`${folders.pki}/untrusted.crt`),
      keyPem: await Deno.readTextFile(`${folders.pki}/untrusted.key`),
    });
    closers.push(() => registry.close());
    const push = async (recipe: ImageRecipe) => await pushImage(registry.pushUrl, await buildImage(recipe));
    for (const recipe of await storageImages()) await push(recipe);

    await createApplianceRoot(root, { nameServers, logFolder, version: KUBERNETES_VERSION });
    await Deno.mkdir(`${root}/var/mnt`, { recursive: true });
    // Volumes lie where the agent's objects say, which knows of no root.
    await namespace.must(["mount", "--bind", `${root}/var/mnt`, "/var/mnt"]);
    await namespace.must(["mount", "--make-rshared", "/var/mnt"]);
    // Where k3s has it; what it leads to exists inside the namespace only.
    await Deno.mkdir(`${root}/var/lib/rancher/k3s/agent`, { recursive: true });
    await Deno.symlink("/var/lib/containerd", `${root}/var/lib/rancher/k3s/agent/containerd`);
    const advance = [...await k3sImages(), ...options.flux ? await fluxImages() : []];
    const imageArchive = `${dir}/images.tar`;
    await writeArchive(await Promise.all(advance.map(buildImage)), imageArchive);
    mark("images and root");

    const kubeconfigFor = (server: string) => kubeconfig(server, certificates);
    const { deafMs } = options;
    const k3s = createK3sService({
      ...{ namespace, root, folders, logFolder, imageArchive, kubeconfigFor },
      ...(deafMs === undefined ? {} : { deafMs }),
    });
    closers.push(() => k3s.close());
    const own = kubeconfigFor(`https://${nodeAddress}:${API_PORT}`);
    const kubeconfigPath = `${dir}/kubeconfig`;
    await Deno.writeTextFile(kubeconfigPath, own, { mode: 0o600 });
    if (options.kubernetes === "now") {
      await installAsAgentWould(root, nameServers);
      await k3s.restart();
      mark("Kubernetes");
    }
    const client = () => createKubeClient(parseKubeconfig(own));
    const untilApiAnswers = async () => {
      const kube = client();
      try {
        await until("the API server answers", () => kube.isReady({ timeoutMs: 1_000 }), (it) => it);
      } finally {
        kube.close();
      }
    };
    const restartControllers = async () => {
      for (const part of ["kube-controller-manager", "kube-scheduler"] as const) {
        await k3s.stopPart(part);
        await k3s.startPart(part);
      }
    };
    return {
      namespace,
      root,
      kubeconfigPath,
      k3s,
      registry,
      dns,
      push,
      timings,
      nodeAddress,
      agentArgs: [
        "--root",
        root,
        ...MIRRORED.flatMap((it) => ["--registry-mirror", `${it}=${REGISTRY_URL}`]),
      ],
      client,
      untilApiAnswers,
      restartControllers,
      async compact() {
        await k3s.stopPart("kube-apiserver");
        await k3s.stopPart("kine");
        const from = (await k3s.log("kine")).length;
        // As a rule it keeps the newest 1,000 revisions.
        await k3s.startPart("kine", ["--compact-interval=1s", "--compact-min-retain=1"]);
        const said = async () => (await k3s.log("kine")).slice(from);
        await until("kine drops what is old", said, (it) => it.includes("COMPACT deleted"), 60);
        await k3s.stopPart("kine");
        await k3s.startPart("kine");
        await k3s.startPart("kube-apiserver");
        await untilApiAnswers();
        await restartControllers();
      },
      stop,
    };
  } catch (error) {
    await stop();
    throw error;
  }
}

/** What the agent's k3s step leaves behind, for nodes without an agent. */
async function installAsAgentWould(root: string, nameServers: readonly string[]): Promise<void> {
  const host = new RealHost(root);
  const mirrors = Object.fromEntries(MIRRORED.map((it) => [it, REGISTRY_URL]));
  const files = renderK3sConfig({
    dnsServers: nameServers,
    mirrors,
    proxyUrl: "",
    noProxy: "",
    nodeAddresses: [],
    encryptSecrets: true,
  });
  await writeK3sConfig(host, files);
  await Deno.mkdir(`${root}/usr/local/bin`, { recursive: true });
  await Deno.copyFile(`${root}/opt/alga-appliance/bin/k3s`, `${root}/usr/local/bin/k3s`);
  await host.writeFile(
    "/etc/systemd/system/k3s.service",
    `[Service]\nExecStart=${root}/usr/local/bin/k3s server\n`,
    { mode: 0o644 },
  );
}

async function makeNodeCertificates(pki: string, nodeAddress: string): Promise<Certificates> {
  const clients = {
    "kube-controller-manager": "/CN=system:kube-controller-manager",
    "kube-scheduler": "/CN=system:kube-scheduler",
    "kube-proxy": "/CN=system:kube-proxy",
    kubelet: `/O=system:nodes/CN=system:node:${NODE_NAME}`,
  };
  const certificates = await makeCertificates(pki, {
    serverNames: [`IP:${nodeAddress}`],
    clients,
    servers: {
      "kubelet-server": [`IP:${nodeAddress}`, `DNS:${NODE_NAME}`],
      untrusted: [`DNS:${UNTRUSTED_REGISTRY_HOST}`],
    },
  });
  for (const name of Object.keys(clients)) {
    const read = (suffix: string) => Deno.readTextFile(`${pki}/${name}.${suffix}`);
    const identity = {
      ...certificates,
      adminCertificatePem: await read("crt"),
      adminKeyPem: await read("key"),
    };
    const text = kubeconfig(`https://127.0.0.1:${API_PORT}`, identity);
    await Deno.writeTextFile(`${pki}/${name}.kubeconfig`, text, { mode: 0o600 });
  }
  return certificates;
}

function kubeconfig(server: string, { caPem, adminCertificatePem, adminKeyPem }: Certificates): string {
  return JSON.stringify({
    apiVersion: "v1",
    kind: "Config",
    "current-context": "default",
    contexts: [{ name: "default", context: { cluster: "default", user: "default" } }],
    clusters: [{ name: "default", cluster: { server, "certificate-authority-data": btoa(caPem) } }],
    users: [{
      name: "default",
      user: {
        "client-certificate-data": btoa(adminCertificatePem),
        "client-key-data": btoa(adminKeyPem),
      },
    }],
  });
}

/** The group below which the kubelet makes those of its pods, in every hierarchy of this machine. */
async function makeControlGroups(name: string): Promise<void> {
  const top = "/sys/fs/cgroup";
  if (await exists(`${top}/cgroup.controllers`)) {
    for (const controller of ["cpu", "cpuset", "memory", "pids", "io", "hugetlb"]) {
      // One that this kernel lacks is refused; the kubelet names what it cannot do without.
      await Deno.writeTextFile(`${top}/cgroup.subtree_control`, `+${controller}`).catch(() => {});
    }
    return await Deno.mkdir(`${top}/${name}`);
  }
  for await (const hierarchy of Deno.readDir(top)) {
    if (hierarchy.isDirectory) await Deno.mkdir(`${top}/${hierarchy.name}/${name}`, { recursive: true });
  }
}
