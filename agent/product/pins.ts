/**
 * Everything of others that an appliance is made of, each with the version and the digest or checksum that proves it. One list
 * for setup, checks, images, the offline bundle and documents; tools/ has its own copy of what it needs, and a test under
 * tests/house says that they agree.
 */

/** The k3s that this agent was tested with. */
export const K3S = {
  version: "v1.36.5+k3s1",
  /** Where releases lie; `--download-url` takes its place, for both files. */
  downloadUrl: "https://github.com/k3s-io/k3s/releases/download",
  /** The installer is not a file of a release: it lies in the source tree, at the same tag. */
  sourceUrl: "https://raw.githubusercontent.com/k3s-io/k3s",
  binary: {
    name: "k3s",
    sha256: "d73847bcd3c5fccef0115b372e2f9a91f3032dc84bbf71518a4617565294d313",
    maxBytes: 256 * 1024 * 1024,
  },
  installer: {
    name: "install.sh",
    sha256: "46177d4c99440b4c0311b67233823a8e8a2fc09693f6c89af1a7161e152fbfad",
    maxBytes: 1024 * 1024,
  },
} as const;

/** Names of archives of container images that k3s loads, and that the pin of an installation image may hold. */
export const ARCHIVE_NAME = /^[\w.-]+\.tar(\.gz|\.zst)?$/;

/** The Flux distribution that is installed. */
export const FLUX_VERSION = "v2.9.6";

/** Flux's resource definitions, as `deno task crds` puts them together from the modules of its controllers. */
export const FLUX_DEFINITIONS_SHA256 = "eed4711c5dcff694f3abbb9610695c9ec079aed4a83798347d0d62aacd4ba33a";

/** Images of Flux's controllers, by digest. */
export const FLUX_IMAGES = {
  "source-controller":
    "ghcr.io/fluxcd/source-controller:v1.9.6@sha256:6a6693172589f8ff26123a231d5fa6ceb194a6efb4dc647cdf057c959f76a2e3",
  "kustomize-controller":
    "ghcr.io/fluxcd/kustomize-controller:v1.9.6@sha256:2ebeaa341da77d52b6abbbba5efcee0450d47f8b42f0e6f33b08f9020262d606",
  "helm-controller":
    "ghcr.io/fluxcd/helm-controller:v1.6.5@sha256:0d52fff5c4d476277b8fcb6beb9041e269adb5db943fe69f5a806ea0c92b1511",
  "notification-controller":
    "ghcr.io/fluxcd/notification-controller:v1.9.4@sha256:840f318265ee26f0d2c48a158bf7896b22aa4e998e320a18646309f0e40b15da",
} as const;

/** The volume provisioner. Named as published releases name it; its digest is not known to us. */
export const LOCAL_PATH_IMAGE = "rancher/local-path-provisioner:v0.0.31";

/** Makes and removes the folders of volumes, and proves that a volume can be written. */
export const BUSYBOX_IMAGE = "busybox:1.36";

/** An image that k3s names itself, with a tag that moves with it. */
export interface K3sImage {
  name: string;
  /** The file in which k3s names it with its tag, once it has started. */
  namedIn: string;
  /** Tags that its releases have named; before k3s is there, one of them is the right one. None: not known. */
  tags: readonly string[];
}

const K3S_FOLDER = "/var/lib/rancher/k3s";

/**
 * What k3s pulls of its own: the beginning of every pod, and its parts in kube-system. Which tag belongs to {@link K3S} is told by
 * none of its files that we have; releases of 2025 name pause 3.6, those of the summer of 2026 name 3.10.2.
 * @see k3s-io/k3s scripts/airgap/image-list.txt, manifests/
 */
export const K3S_IMAGES: readonly K3sImage[] = [
  {
    name: "rancher/mirrored-pause",
    namedIn: `${K3S_FOLDER}/agent/etc/containerd/config.toml`,
    tags: ["3.10.2", "3.6"],
  },
  {
    name: "rancher/mirrored-coredns-coredns",
    namedIn: `${K3S_FOLDER}/server/manifests/coredns.yaml`,
    tags: [],
  },
  {
    name: "rancher/mirrored-metrics-server",
    namedIn: `${K3S_FOLDER}/server/manifests/metrics-server/metrics-server-deployment.yaml`,
    tags: [],
  },
];

/**
 * Images that today's charts and bundles name themselves, so that a release does not say them: checks ask for them, and nothing
 * is pulled because it stands here.
 */
export const CHART_IMAGES = [
  "pgvector/pgvector:0.8.7-pg15-bookworm@sha256:47af0b65960b14f1c6945aa4ccae37836c632e9a6fe0eea9160936e616e5b2e9",
  "redis:latest",
  "busybox:latest",
  "temporalio/auto-setup:1.27.2",
  "temporalio/ui:2.30.0",
  "node:20-alpine",
] as const;

/** Controllers of Flux whose Go modules its resource definitions come from, as far as their newest versions can be had as modules. */
export const FLUX_DEFINITIONS: Readonly<Record<string, string>> = {
  "source-controller": "v1.9.3",
  "kustomize-controller": "v1.9.5",
  "helm-controller": "v1.6.4",
  "notification-controller": "v1.9.3",
};

/** The runtime that is compiled into the program. */
export const DENO = {
  version: "2.6.8",
  runtimeSha256: "23bd19ba48c11df327fca649a81c9d44f0111d9951c1e93ef05bacc219e7ecc3",
} as const;

/** One part of others. */
export interface ThirdPart {
  name: string;
  /** "" = the one that k3s names. */
  version: string;
  /** SPDX name of its licence. */
  licence: string;
  /** Inside this program, fetched by the agent, or pulled by the cluster from a registry. */
  how: "inside" | "fetched" | "pulled";
}

/** Parts of others besides the npm packages inside the program. */
export const THIRD_PARTS: readonly ThirdPart[] = [
  { name: "Deno", version: DENO.version, licence: "MIT", how: "inside" },
  ...Object.entries(FLUX_DEFINITIONS).map(([controller, version]): ThirdPart => ({
    name: `Definitions of ${controller}`,
    version,
    licence: "Apache-2.0",
    how: "inside",
  })),
  { name: "k3s and its installer", version: K3S.version, licence: "Apache-2.0", how: "fetched" },
  ...Object.values(FLUX_IMAGES).map(pulled("Apache-2.0")),
  pulled("Apache-2.0")(LOCAL_PATH_IMAGE),
  pulled("GPL-2.0-only")(BUSYBOX_IMAGE),
  // k3s names tag and digest of these itself, so they move with it.
  ...K3S_IMAGES.map(({ name }): ThirdPart => ({ name, version: "", licence: "Apache-2.0", how: "pulled" })),
];

function pulled(licence: string): (image: string) => ThirdPart {
  return (image) => {
    const [name = "", version = ""] = (image.split("@")[0] ?? "").split(":");
    return { name, version, licence, how: "pulled" };
  };
}
