/**
 * The programs of the real cluster, each pinned by the go.mod and go.sum of its folder in `go/`. This table is the only place that
 * knows how one is built.
 */
export interface Program {
  /** Folder in `go/`. Programs of one folder share one set of dependencies. */
  module: string;
  package: string;
  /** Linker flags beside `-s -w`. */
  flags?: string;
  tags?: string;
  /** It has parts in C, for which gcc is needed. */
  cgo?: boolean;
}

export const KUBERNETES_VERSION = "v1.36.3";
const kubernetes = (name: string): Program => ({
  module: "kubernetes",
  package: `k8s.io/kubernetes/cmd/${name}`,
  // Without it the programs say v0.0.0.
  flags: `-X k8s.io/component-base/version.gitVersion=${KUBERNETES_VERSION}`,
});
const flux = (name: string): Program => ({ module: name, package: `github.com/fluxcd/${name}` });
const containerd = (name: string): Program => ({
  module: "containerd",
  package: `github.com/containerd/containerd/v2/cmd/${name}`,
  tags: "no_btrfs no_devmapper no_zfs",
});

export const PROGRAMS = {
  "kube-apiserver": kubernetes("kube-apiserver"),
  etcd: { module: "kubernetes", package: "go.etcd.io/etcd/server/v3" },
  // SQLite in C, as k3s has it: the driver that Go alone would build has other words for the same faults.
  kine: { module: "kine", package: "github.com/k3s-io/kine", cgo: true },
  "source-controller": flux("source-controller"),
  "kustomize-controller": flux("kustomize-controller"),
  "helm-controller": flux("helm-controller"),
  "kube-controller-manager": kubernetes("kube-controller-manager"),
  "kube-scheduler": kubernetes("kube-scheduler"),
  "kube-proxy": kubernetes("kube-proxy"),
  kubelet: kubernetes("kubelet"),
  containerd: containerd("containerd"),
  "containerd-shim-runc-v2": containerd("containerd-shim-runc-v2"),
  ctr: containerd("ctr"),
  "local-path-provisioner": {
    module: "local-path-provisioner",
    package: "github.com/rancher/local-path-provisioner",
  },
  coredns: { module: "coredns", package: "github.com/coredns/coredns" },
  gitleaks: { module: "gitleaks", package: "github.com/zricethezav/gitleaks/v8" },
  cosign: { module: "cosign", package: "github.com/sigstore/cosign/v3/cmd/cosign" },
  helm: { module: "helm", package: "helm.sh/helm/v4/cmd/helm" },
  kwok: { module: "kwok", package: "sigs.k8s.io/kwok/cmd/kwok" },
} as const satisfies Record<string, Program>;

export type ProgramName = keyof typeof PROGRAMS;

/** What each suite starts; `deno task cluster build SET` builds just these. */
export const PROGRAM_SETS = {
  api: ["kube-apiserver", "etcd"],
  flux: ["kube-apiserver", "etcd", "source-controller", "kustomize-controller"],
  node: Object.keys(PROGRAMS).filter((it) =>
    !["kwok", "gitleaks", "cosign", "helm"].includes(it)
  ) as ProgramName[],
  /** Looks for secrets in support bundles. */
  scan: ["gitleaks"],
  /** Renders the charts of a release. */
  helm: ["helm"],
  /** Makes the signatures of tests/agent/trust/testdata. */
  cosign: ["cosign"],
  fleet: ["kube-apiserver", "etcd", "kube-controller-manager", "kube-scheduler", "kwok"],
} as const satisfies Record<string, readonly ProgramName[]>;

export type ProgramSet = keyof typeof PROGRAM_SETS;

/** What was built once; outlives checkouts. */
export const CACHE_FOLDER = `${
  Deno.env.get("XDG_CACHE_HOME") ?? `${Deno.env.get("HOME")}/.cache`
}/alga-agent/cluster`;

/** Where a program lies once it is built: a cache that outlives checkouts, keyed by everything it is built from. */
export async function programPath(name: ProgramName): Promise<string> {
  const program: Program = PROGRAMS[name];
  const folder = moduleFolder(name);
  const parts = [
    await Deno.readTextFile(`${folder}/go.mod`),
    await Deno.readTextFile(`${folder}/go.sum`).catch(() => ""),
    JSON.stringify(program),
  ];
  const digest = new Uint8Array(
    await crypto.subtle.digest("SHA-256", new TextEncoder().encode(parts.join("\0"))),
  );
  const key = [...digest.subarray(0, 8)].map((it) => it.toString(16).padStart(2, "0")).join("");
  return `${CACHE_FOLDER}/${name}-${key}`;
}

/** Folder with the go.mod of a program. */
export function moduleFolder(name: ProgramName): string {
  return new URL(`./go/${PROGRAMS[name].module}`, import.meta.url).pathname;
}
