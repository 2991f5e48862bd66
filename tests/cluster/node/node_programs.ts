import { stringify } from "yaml";
import type { PrivateNamespace } from "./private_namespace.ts";
import type { NodeSettings } from "./k3s_settings.ts";
import { PAUSE_IMAGE } from "./node_images.ts";

/** The programs that k3s has in its one process. */
export const PARTS = [
  "kine",
  "kube-apiserver",
  "kube-controller-manager",
  "kube-scheduler",
  "containerd",
  "kubelet",
  "kube-proxy",
] as const;
export type Part = typeof PARTS[number];

export const NODE_NAME = "appliance-01";
export const API_PORT = 6443;
const KINE_PORT = 2379;
/** Where k3s has its database. */
export const DATABASE_FOLDER = "/var/lib/rancher/k3s/server/db";
/** Where k3s keeps the key of Secrets in it. */
export const ENCRYPTION_CONFIG = "/var/lib/rancher/k3s/server/cred/encryption-config.json";
/** As kine opens it within k3s, where nothing else is said. @see k3s-io/kine pkg/drivers/sqlite/sqlite.go */
const DATABASE_OPTIONS =
  "_journal_mode=WAL&_busy_timeout=30000&_synchronous=NORMAL&_txlock=immediate&_stmt_cache_size=20&cache=shared";
export const CLUSTER_DNS = "10.43.0.10";

export interface NodeFolders {
  /** Certificates and kubeconfigs, by the name of who uses them. */
  pki: string;
  /** What is written for the parts here. */
  config: string;
  /** Programs under their plain names. */
  bin: string;
}

/** Writes the files that the parts read and gives each its command line. */
export async function renderParts(
  { name, nodeAddress }: Pick<PrivateNamespace, "name" | "nodeAddress">,
  { pki, config, bin }: NodeFolders,
  settings: NodeSettings,
): Promise<Record<Part, [string, ...string[]]>> {
  await Deno.mkdir(config, { recursive: true });
  await Deno.writeTextFile(`${config}/kubelet.yaml`, stringify(kubeletConfig(name, pki, settings)));
  await Deno.writeTextFile(`${config}/containerd.toml`, containerdConfig(config));
  await Deno.mkdir(`${config}/cni`, { recursive: true });
  await Deno.writeTextFile(`${config}/cni/10-node.conflist`, JSON.stringify(CNI));
  await writeMirrors(`${config}/registries`, settings.mirrors);
  const kineAddress = `${nodeAddress}:${KINE_PORT}`;
  const asClient = (part: Part) =>
    ["kubeconfig", "authentication-kubeconfig", "authorization-kubeconfig"].map((it) =>
      `--${it}=${pki}/${part}.kubeconfig`
    );
  return {
    kine: [
      `${bin}/kine`,
      `--endpoint=sqlite://${DATABASE_FOLDER}/state.db?${DATABASE_OPTIONS}`,
      `--listen-address=${kineAddress}`,
      "--metrics-bind-address=0",
      "--log-format=json",
      // What it says of a slow disk would be about the machine of the tests, and the agent would name it.
      "--slow-sql-threshold=0",
    ],
    "kube-apiserver": [
      `${bin}/kube-apiserver`,
      `--etcd-servers=http://${kineAddress}`,
      "--bind-address=0.0.0.0",
      `--advertise-address=${nodeAddress}`,
      `--secure-port=${API_PORT}`,
      `--tls-cert-file=${pki}/server.crt`,
      `--tls-private-key-file=${pki}/server.key`,
      `--client-ca-file=${pki}/ca.crt`,
      `--service-account-key-file=${pki}/service-account.key`,
      `--service-account-signing-key-file=${pki}/service-account.key`,
      "--service-account-issuer=https://kubernetes.default.svc.cluster.local",
      "--service-cluster-ip-range=10.43.0.0/16",
      "--authorization-mode=Node,RBAC",
      "--enable-admission-plugins=NodeRestriction",
      "--allow-privileged",
      // Nothing aggregates here, but controllers wait for this authority and complain.
      `--requestheader-client-ca-file=${pki}/ca.crt`,
      "--requestheader-allowed-names=front-proxy",
      "--requestheader-username-headers=X-Remote-User",
      "--requestheader-group-headers=X-Remote-Group",
      "--requestheader-extra-headers-prefix=X-Remote-Extra-",
      `--kubelet-client-certificate=${pki}/admin.crt`,
      `--kubelet-client-key=${pki}/admin.key`,
      `--kubelet-certificate-authority=${pki}/ca.crt`,
      "--kubelet-preferred-address-types=InternalIP,Hostname",
      ...settings.encryptSecrets ? [`--encryption-provider-config=${ENCRYPTION_CONFIG}`] : [],
    ],
    "kube-controller-manager": [
      `${bin}/kube-controller-manager`,
      ...asClient("kube-controller-manager"),
      `--service-account-private-key-file=${pki}/service-account.key`,
      `--root-ca-file=${pki}/ca.crt`,
      "--use-service-account-credentials",
      "--allocate-node-cidrs",
      "--cluster-cidr=10.42.0.0/16",
      "--leader-elect=false",
      "--bind-address=127.0.0.1",
      // The default of 20 requests a second makes its start 4 s long.
      "--kube-api-qps=200",
      "--kube-api-burst=400",
    ],
    "kube-scheduler": [
      `${bin}/kube-scheduler`,
      ...asClient("kube-scheduler"),
      "--leader-elect=false",
      "--bind-address=127.0.0.1",
    ],
    containerd: [`${bin}/containerd`, `--config=${config}/containerd.toml`],
    kubelet: [
      `${bin}/kubelet`,
      `--config=${config}/kubelet.yaml`,
      `--kubeconfig=${pki}/kubelet.kubeconfig`,
      `--hostname-override=${NODE_NAME}`,
      `--node-ip=${nodeAddress}`,
      "--node-labels=node.kubernetes.io/instance-type=k3s",
    ],
    "kube-proxy": [
      `${bin}/kube-proxy`,
      `--kubeconfig=${pki}/kube-proxy.kubeconfig`,
      `--hostname-override=${NODE_NAME}`,
      "--proxy-mode=nftables",
      "--cluster-cidr=10.42.0.0/16",
      // These settings belong to the whole machine.
      "--conntrack-max-per-core=0",
      "--conntrack-tcp-timeout-established=0",
      "--conntrack-tcp-timeout-close-wait=0",
    ],
  };
}

function kubeletConfig(cgroup: string, pki: string, settings: NodeSettings): object {
  return {
    apiVersion: "kubelet.config.k8s.io/v1beta1",
    kind: "KubeletConfiguration",
    authentication: {
      anonymous: { enabled: false },
      webhook: { enabled: true },
      x509: { clientCAFile: `${pki}/ca.crt` },
    },
    authorization: { mode: "Webhook" },
    tlsCertFile: `${pki}/kubelet-server.crt`,
    tlsPrivateKeyFile: `${pki}/kubelet-server.key`,
    clusterDNS: [CLUSTER_DNS],
    clusterDomain: "cluster.local",
    resolvConf: settings.resolvConf,
    containerRuntimeEndpoint: "unix:///run/containerd/containerd.sock",
    failCgroupV1: false,
    failSwapOn: false,
    cgroupDriver: "cgroupfs",
    cgroupRoot: `/${cgroup}`,
    volumePluginDir: "/var/lib/kubelet/volume-plugins",
    // The disk is this machine's and may well be nearly full.
    evictionHard: { "imagefs.available": "0%", "nodefs.available": "0%", "memory.available": "50Mi" },
    imageGCHighThresholdPercent: 100,
    // The default of 5 min keeps a pressure alive that is over.
    evictionPressureTransitionPeriod: "10s",
    // One dead registry would hold every other pull.
    serializeImagePulls: false,
    // More than 31 makes the kubelet of 1.36.3 panic with the first pull of an unlucky name.
    maxParallelImagePulls: 31,
    shutdownGracePeriod: "0s",
  };
}

/** Each pod on a link of its own: everything passes the node's own rules, so no bridge filter is needed. */
const CNI = {
  cniVersion: "1.0.0",
  name: "node",
  plugins: [
    {
      type: "ptp",
      ipam: {
        type: "host-local",
        ranges: [[{ subnet: "10.42.0.0/24" }]],
        routes: [{ dst: "0.0.0.0/0" }],
      },
    },
    { type: "portmap", capabilities: { portMappings: true } },
  ],
};

function containerdConfig(config: string): string {
  return `version = 3
root = "/var/lib/containerd"
state = "/run/containerd"
disabled_plugins = [
  "io.containerd.snapshotter.v1.blockfile",
  "io.containerd.snapshotter.v1.erofs",
  "io.containerd.differ.v1.erofs",
  "io.containerd.nri.v1.nri",
]
[plugins."io.containerd.cri.v1.images"]
  snapshotter = "overlayfs"
  [plugins."io.containerd.cri.v1.images".pinned_images]
    sandbox = "${PAUSE_IMAGE}"
  [plugins."io.containerd.cri.v1.images".registry]
    config_path = "${config}/registries"
[plugins."io.containerd.cri.v1.runtime"]
  restrict_oom_score_adj = true
  [plugins."io.containerd.cri.v1.runtime".cni]
    bin_dirs = ["/usr/lib/cni"]
    conf_dir = "${config}/cni"
  [plugins."io.containerd.cri.v1.runtime".containerd]
    default_runtime_name = "runc"
    [plugins."io.containerd.cri.v1.runtime".containerd.runtimes.runc]
      runtime_type = "io.containerd.runc.v2"
      [plugins."io.containerd.cri.v1.runtime".containerd.runtimes.runc.options]
        SystemdCgroup = false
`;
}

/** As k3s translates its registries.yaml, but without the way past the mirror: there is no internet behind it. */
async function writeMirrors(folder: string, mirrors: NodeSettings["mirrors"]): Promise<void> {
  await Deno.remove(folder, { recursive: true }).catch(() => {});
  await Deno.mkdir(folder, { recursive: true });
  for (const [host, endpoints] of Object.entries(mirrors)) {
    await Deno.mkdir(`${folder}/${host}`);
    const hosts = endpoints.map((it) => `[host."${it}"]\n  capabilities = ["pull", "resolve"]\n`);
    await Deno.writeTextFile(`${folder}/${host}/hosts.toml`, `server = "${endpoints[0]}"\n${hosts.join("")}`);
  }
}
