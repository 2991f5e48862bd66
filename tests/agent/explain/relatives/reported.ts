import type { BlockerId } from "../../../../agent/causes/cause.ts";
import type { Snapshot } from "../../../../agent/facts/snapshot.ts";
import { pulled } from "./downloads.ts";
import { release, source } from "./installers.ts";
import { ENDED, fatal, journal } from "./machines.ts";
import { said } from "./programs.ts";
import type { Relative } from "./relative.ts";
import { inPod, waits } from "./starts.ts";

const PULL =
  'rpc error: code = Unknown desc = failed to pull and unpack image "ghcr.io/nine-minds/email-service:0a1b2c3d": ';
const COPY = `${PULL}failed to copy: httpReadSeeker: failed open: `;
const HEAD = `${PULL}failed to resolve reference "x": failed to do request: Head `;
const DIGEST = "sha256:34ae38286287fb088ca5c783fbab8b99961bd77218f125907c8fc056d42e3d78";
const CONTENT = `https://pkg-containers.githubusercontent.com/ghcr1/blobs/${DIGEST}`;
const NETWORK =
  'Failed to create pod sandbox: rpc error: code = Unknown desc = failed to setup network for sandbox "3c05350cf571": ';
const READ = "failed to determine artifact digest: ";

const sandbox = (message: string) => inPod("redis", "FailedCreatePodSandBox", message);
const mount = (message: string) => inPod("db", "FailedMount", message);
/** A release whose place is known. */
function read(message: string): Snapshot {
  const made = source("OCIArtifactPullFailed", message);
  const url = "oci://ghcr.io/nine-minds/alga-appliance";
  return { ...made, flux: made.flux.map((it) => it.kind === "OCIRepository" ? { ...it, url } : it) };
}

type Row = [name: string, id: BlockerId, snapshot: Snapshot, sentences?: Pick<Relative, "says" | "never">];

const ROWS: readonly Row[] = [
  // k3s-io/k3s, flannel-io/flannel#2253, #2437; containernetworking/plugins: other words in each version of the plugins.
  [
    "flannel without its file",
    "k3s.not-ready-cni",
    sandbox(
      `${NETWORK}plugin type="flannel" failed (add): loadFlannelSubnetEnv failed: open /run/flannel/subnet.env: no such file or directory`,
    ),
  ],
  [
    "flannel 1.7 of the same",
    "k3s.not-ready-cni",
    sandbox(
      `${NETWORK}plugin type="flannel" failed (add): failed to load flannel 'subnet.env' file: open /run/flannel/subnet.env: no such file or directory. Check the flannel pod log for this node.`,
    ),
  ],
  [
    "flannel without its plug-in",
    "k3s.not-ready-cni",
    sandbox(
      `${NETWORK}plugin type="flannel" failed (add): failed to find plugin "flannel" in path [/var/lib/rancher/k3s/data/cni]`,
    ),
  ],
  [
    "a bridge with an address from before",
    "k3s.sandbox-failed",
    sandbox(
      `${NETWORK}plugin type="flannel" failed (add): failed to delegate add: failed to set bridge addr: "cni0" already has an IP address different from 10.42.1.1/24`,
    ),
    { says: /Restart the machine/ },
  ],
  [
    "no address is free",
    "k3s.sandbox-failed",
    sandbox(
      `${NETWORK}plugin type="flannel" failed (add): failed to delegate add: failed to allocate for range 0: no IP addresses available in range set: 10.42.0.1-10.42.0.254`,
    ),
  ],
  [
    "a name that is kept by a sandbox that goes",
    "k3s.sandbox-failed",
    sandbox(
      'Failed to create pod sandbox: rpc error: code = Unknown desc = failed to reserve sandbox name "redis-0_msp_aa_0": name "redis-0_msp_aa_0" is reserved for "b1"',
    ),
  ],
  [
    "no time left for a sandbox",
    "k3s.sandbox-failed",
    sandbox(
      "Failed to create pod sandbox: rpc error: code = DeadlineExceeded desc = context deadline exceeded",
    ),
    { never: /download|registry/i },
  ],
  [
    "a token for an account that is not there",
    "k3s.sandbox-failed",
    mount(
      'MountVolume.SetUp failed for volume "kube-api-access-x" : failed to fetch token: serviceaccounts "default" not found',
    ),
    { never: /image|folder/ },
  ],
  // bank-vaults/bank-vaults#1640, KristianP26/ble-scale-sync#76, nloui/paperless-mcp#10 and others of the same kinds.
  [
    "a manifest that the registry has lost",
    "img.not-found",
    pulled(
      `${COPY}content at https://ghcr.io/v2/nine-minds/email-service/manifests/${DIGEST} not found: not found`,
    ),
    { never: /store|crictl/ },
  ],
  [
    "a layer that the registry has lost",
    "img.not-found",
    pulled(
      `${COPY}could not fetch content descriptor ${DIGEST} (application/vnd.oci.image.layer.v1.tar+gzip) from remote: not found`,
    ),
    { never: /store|crictl/ },
  ],
  [
    "a registry that refuses its own token",
    "reg.auth",
    pulled(
      `${COPY}unexpected status code https://ghcr.io/v2/x/blobs/${DIGEST}: 401 Unauthorized - Server message: unauthorized: unauthenticated: User cannot be authenticated with the token provided.`,
    ),
  ],
  [
    "a token that nobody gets without a login",
    "reg.auth",
    pulled(
      `${PULL}failed to resolve reference "x": failed to authorize: failed to fetch anonymous token: unexpected status from GET request to https://ghcr.io/token?scope=repository%3Ax%3Apull&service=ghcr.io: 403 Forbidden`,
    ),
  ],
  [
    "a host of content that refuses what the registry let through",
    "img.pull-failed",
    pulled(`${COPY}unexpected status from GET request to ${CONTENT}: 403 Forbidden`),
    {
      says: /See where the connection ends/,
      never: /without a login|Nothing on this machine|does not exist/,
    },
  ],
  [
    "a host of content behind a firewall",
    "net.egress",
    pulled(
      `${COPY}failed to do request: Get "${CONTENT}?se=2026-11-21&sig=abc%3D": dial tcp 185.199.111.154:443: i/o timeout`,
    ),
    { says: /pkg-containers\.githubusercontent\.com/, never: /sig=abc/ },
  ],
  [
    "a range that is not there",
    "img.pull-failed",
    pulled(
      `${COPY}unexpected status code https://ghcr.io/v2/x/blobs/${DIGEST}: 416 Requested Range Not Satisfiable`,
    ),
  ],
  [
    "a proxy of the registry that finds no registry behind it",
    "reg.unavailable",
    pulled(
      `${PULL}failed to resolve reference "x": unexpected status from HEAD request to https://ghcr.io/v2/x/manifests/1: 521 <none>`,
    ),
    { never: /this machine/ },
  ],
  [
    "a connection of HTTP/2 that was lost",
    "img.interrupted",
    pulled(`${COPY}failed to do request: Get "https://ghcr.io/v2/x": http2: client connection lost`),
  ],
  [
    "a server that ends a connection of HTTP/2",
    "img.interrupted",
    pulled(
      `${PULL}failed to copy: http2: server sent GOAWAY and closed the connection; LastStreamID=1, ErrCode=NO_ERROR, debug=""`,
    ),
  ],
  [
    "what was changed on the line",
    "img.interrupted",
    pulled(`${PULL}failed to copy: local error: tls: bad record MAC`),
  ],
  [
    "a mirror whose certificate has no address",
    "net.tls-intercept",
    pulled(
      `${HEAD}"https://10.0.0.9:5000/v2/x": tls: failed to verify certificate: x509: cannot validate certificate for 10.0.0.9 because it doesn't contain any IP SANs`,
    ),
    { says: /names this address/, never: /add it to this machine/ },
  ],
  [
    "a mirror whose certificate has its name in the old place",
    "net.tls-intercept",
    pulled(
      `${HEAD}"https://mirror.corp/v2/x": tls: failed to verify certificate: x509: certificate relies on legacy Common Name field, use SANs instead`,
    ),
    { says: /names this address/, never: /add it to this machine/ },
  ],
  [
    "a certificate for another name",
    "net.tls-intercept",
    pulled(
      `${HEAD}"https://ghcr.io/v2/x": tls: failed to verify certificate: x509: certificate is valid for fw.corp.example, not ghcr.io`,
    ),
    { says: /exempt the address[^]*names this address|names this address/ },
  ],
  [
    "a disk that turned read-only while unpacking",
    "disk.readonly",
    pulled(
      `${PULL}failed to prepare extraction snapshot "extract-1": mkdir /var/lib/rancher/k3s/agent/containerd/io.containerd.snapshotter.v1.overlayfs/snapshots/new-1: read-only file system`,
    ),
  ],
  // openebs/openebs#3778, democratic-csi/democratic-csi#68, kubernetes/kubernetes#71837.
  [
    "a folder of a volume that is gone",
    "stor.mount",
    mount(
      'MountVolume.NewMounter initialization failed for volume "pvc-b2483568" : path "/var/lib/alga-appliance/local-path/pvc-b2483568" does not exist',
    ),
    { says: /Do not make an empty folder/ },
  ],
  [
    "a file in place of a folder",
    "stor.mount",
    mount(
      'MountVolume.SetUp failed for volume "data" : hostPath type check failed: /var/lib/alga-appliance/tenant-secrets is not a directory',
    ),
  ],
  [
    "a file server that forgot",
    "stor.mount",
    mount('MountVolume.SetUp failed for volume "pvc-1" : stat /mnt/data/pvc-1: stale NFS file handle'),
    { says: /is mounted/ },
  ],
  [
    "a claim that goes",
    "stor.claim-missing",
    mount(
      "Unable to attach or mount volumes: unmounted volumes=[db-data], unattached volumes=[], failed to process volumes=[db-data]: error processing PVC msp/alga-core-sebastian-postgres-data: PVC is being deleted",
    ),
    { says: /Do not make an empty one/ },
  ],
  [
    "a wait for a volume that tells no cause",
    "stor.mount",
    mount(
      "Unable to attach or mount volumes: unmounted volumes=[db-data], unattached volumes=[db-data kube-api-access-x]: timed out waiting for the condition",
    ),
    { says: /details quote/, never: /folder/ },
  ],
  // percona/pmm#4796, sorintlab/stolon#743, docker-library/postgres#451.
  [
    "PostgreSQL beside another one on the same data",
    "app.crash",
    said("db", 'FATAL:  lock file "postmaster.pid" already exists'),
    { says: /postmaster\.pid/, never: /delete|remove/i },
  ],
  [
    "PostgreSQL with memory from before",
    "app.crash",
    said("db", "FATAL:  pre-existing shared memory block (key 5432001, ID 98304) is still in use"),
    { says: /shared memory block/, never: /GiB|memory exceeded/ },
  ],
  [
    "PostgreSQL without room for its log",
    "disk.pressure",
    said("db", 'FATAL:  could not write to file "pg_wal/xlogtemp.31": No space left on device'),
  ],
  [
    "PostgreSQL whose folder is open to others",
    "stor.owner",
    said("db", 'FATAL:  data directory "/var/lib/postgresql/data" has invalid permissions'),
    { says: /Do not delete/ },
  ],
  [
    "too many connections are no password",
    "app.crash",
    said("alga-core", "error: sorry, too many clients already"),
    { says: /too many clients/, never: /password/ },
  ],
  [
    "a limit of the kernel is no full disk",
    "node.file-watches",
    said("alga-core", "Error: ENOSPC: System limit for number of file watchers reached, watch '/app/x'"),
    { says: /file watches/, never: /Free space/i },
  ],
  [
    "a program's own limit of memory is not the machine's",
    "app.crash",
    said("alga-core", "FATAL ERROR: Reached heap limit Allocation failed - JavaScript heap out of memory"),
    { says: /heap/, never: /GiB|hypervisor/ },
  ],
  [
    "Redis that may not write",
    "stor.owner",
    said("redis", "Can't open or create append-only dir appendonlydir: Permission denied"),
  ],
  // k3s-io/k3s#1545 and others.
  [
    "k3s and the old control groups, of Kubernetes 1.35",
    "k3s.start-cgroup",
    journal(
      'E1121 11:58:50.1 1 run.go:72] "command failed" err="failed to validate kubelet configuration, error: kubelet is configured to not run on a host using cgroup v1. cgroup v1 support is unsupported and will be removed in a future release"',
      ...ENDED,
    ),
  ],
  [
    "k3s and swap",
    "k3s.stopped",
    journal(
      'E1121 11:58:50.1 1 run.go:72] "command failed" err="failed to run Kubelet: running with swap on is not supported, please disable swap or set --fail-swap-on flag to false"',
      ...ENDED,
    ),
    { says: /details quote/ },
  ],
  [
    "k3s without an election",
    "k3s.stopped",
    fatal("starting kubernetes: preparing server: start managed database: raft_start(): "),
    { says: /details quote/ },
  ],
  [
    "k3s of a database that is none",
    "k3s.db-corrupt",
    fatal("Error: failed to start kine: creating storage backend: file is not a database"),
    { says: /Do not delete/ },
  ],
  [
    "k3s without room to unpack itself",
    "disk.pressure",
    fatal(
      "Error: preparing server: failed to extract data: write /var/lib/rancher/k3s/data/.lock: no space left on device",
    ),
  ],
  // fluxcd/helm-controller#282, #32; fluxcd/source-controller#1673, #2050; fluxcd/flux2#5329.
  [
    "a kind that the release forgot to bring",
    "flux.crd-missing",
    release(
      "InstallFailed",
      'Helm install failed: unable to build kubernetes objects from release manifest: resource mapping not found for name: "x" namespace: "msp" from "": no matches for kind "ServiceMonitor" in version "monitoring.coreos.com/v1" ensure CRDs are installed first',
    ),
    { says: /Setup does not make it/, never: /Run setup again|only partly there/ },
  ],
  [
    "a kind of the installer's own",
    "flux.crd-missing",
    release(
      "InstallFailed",
      'Helm install failed: no matches for kind "HelmRelease" in version "helm.toolkit.fluxcd.io/v2"',
    ),
    { says: /Run setup again/ },
  ],
  [
    "a template that does not work",
    "flux.stalled",
    release(
      "InstallFailed",
      'Helm install failed for release msp/email-service with chart email-service@1.0.0: template: email-service/templates/deployment.yaml:28:15: executing "email-service/templates/deployment.yaml" at <.host>: can\'t evaluate field host in type interface {}',
    ),
    { says: /details quote/, never: /interface \{\}/ },
  ],
  [
    "a setting that is not there",
    "cfg.missing-secret",
    release("ValuesError", 'could not resolve Secret chart values reference: secret "msp/x" not found'),
  ],
  [
    "a wait without an end",
    "flux.helm-timeout",
    release(
      "UpgradeFailed",
      "Helm upgrade failed for release msp/x: resource Deployment/msp/email-service not ready. status: InProgress, message: Available: 0/1 context deadline exceeded",
    ),
  ],
  [
    "a question that the registry sent on to a page",
    "flux.source-failed",
    read(
      `${READ}GET https://github.com/-/v2/packages/container/package/nine-minds%2Fx%2Fmanifests%2Fv1.5.0: unexpected status code 404 Not Found: Not Found`,
    ),
    { never: /does not exist|no such release/ },
  ],
  [
    "a release that is not there",
    "flux.source-notfound",
    read(
      `${READ}GET https://ghcr.io/v2/nine-minds/alga-appliance/manifests/1: MANIFEST_UNKNOWN: manifest unknown`,
    ),
  ],
  [
    "a registry of an authority that Flux does not know",
    "flux.source-tls",
    read(
      `${READ}Get "https://harbor.corp/v2/": x509: certificate signed by unknown authority; Get "https://harbor.corp/v2/": x509: certificate signed by unknown authority`,
    ),
    { says: /installer is given too/ },
  ],
  [
    "a registry whose certificate has another name",
    "flux.source-tls",
    read(
      `${READ}Get "https://harbor.corp/v2/": tls: failed to verify certificate: x509: certificate is valid for old.corp, not harbor.corp`,
    ),
    { says: /names this address/ },
  ],
  [
    "a registry that limits in capitals",
    "reg.ratelimit",
    read(
      `${READ}GET https://registry-1.docker.io/v2/x/manifests/1: TOOMANYREQUESTS: You have reached your unauthenticated pull rate limit. https://www.docker.com/increase-rate-limit`,
    ),
  ],
  [
    "a registry that refuses with a map behind it",
    "flux.source-auth",
    read(
      `${READ}GET https://art.corp/v2/ghcr/x/manifests/1: UNAUTHORIZED: The client does not have permission for manifest; map[manifest:x/manifest.json]`,
    ),
  ],
  [
    "a container that names no program",
    "cfg.container",
    waits(
      "CreateContainerError",
      'failed to generate container "aa" spec: failed to apply OCI options: no command specified',
    ),
  ],
  [
    "a machine without the parser of AppArmor",
    "node.apparmor",
    waits(
      "CreateContainerError",
      'failed to create containerd container: get apparmor_parser version: exec: "apparmor_parser": executable file not found in $PATH',
    ),
    { never: /release describes/ },
  ],
];

/** Texts as people reported them in public of other versions and registries: each a fact, with what is true of it. */
export const REPORTED: readonly Relative[] = ROWS.map(([name, id, snapshot, sentences = {}]) => ({
  name: `reported: ${name}`,
  id,
  snapshot,
  ...sentences,
}));
