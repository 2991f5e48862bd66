import { type Heard, heard } from "./heard.ts";
import type { Relative } from "./relative.ts";
import { inPod, waits } from "./starts.ts";

const SANDBOX = "Failed to create pod sandbox: rpc error: code = Unknown desc = ";
const NETWORK = `${SANDBOX}failed to setup network for sandbox "3c05350cf571": `;
const RUNC =
  "failed to create containerd task: failed to create shim task: OCI runtime create failed: runc create failed: ";

const OF_RUNC: readonly Heard[] = [
  [
    "node.apparmor",
    `${RUNC}unable to apply apparmor profile: apparmor failed to apply profile: write /proc/self/attr/apparmor/exec: no such file or directory: unknown`,
    { says: /apparmor/, never: /release/ },
  ],
  [
    "node.apparmor",
    `${RUNC}unable to start container process: error during container init: unable to apply apparmor profile: apparmor failed to apply profile: write fsmount:fscontext:proc/thread-self/attr/apparmor/exec: no such file or directory`,
    { says: /apparmor/, never: /release/ },
  ],
  [
    "app.crash",
    `${RUNC}unable to start container process: error loading seccomp filter into kernel: error loading seccomp filter: errno 22: unknown`,
  ],
  [
    "app.crash",
    `${RUNC}unable to start container process: can't get final child's PID from pipe: EOF: unknown`,
  ],
  [
    "node.process-limit",
    'failed to start containerd task "x": fork/exec /usr/bin/containerd-shim-runc-v2: resource temporarily unavailable',
    { says: /processes and threads/ },
  ],
  [
    "node.kernel-keys",
    `${RUNC}unable to start container process: error during container init: unable to join session keyring: unable to create session key: disk quota exceeded: unknown`,
    { says: /kernel\.keys\./, never: /Free space/ },
  ],
  [
    "mem.oom-container",
    `${RUNC}unable to start container process: container init was OOM-killed (memory limit too low?): unknown`,
  ],
  [
    "app.crash",
    `${RUNC}unable to start container process: error during container init: open /proc/sys/net/ipv4/ip_unprivileged_port_start: permission denied: unknown`,
  ],
  [
    "app.crash",
    `${RUNC}unable to start container process: error during container init: error mounting "/var/lib/kubelet/pods/a/volumes/x" to rootfs at "/etc/x": create mountpoint for /etc/x mount: make mountpoint "/etc/x": mkdirat /run/k3s/containerd/x/rootfs/etc/x: read-only file system: unknown`,
  ],
  [
    "app.crash",
    `${RUNC}unable to start container process: error during container init: error mounting "/var/lib/kubelet/pods/a/volume-subpaths/x" to rootfs at "/x": mount /x:/x (via /proc/self/fd/6), flags: 0x5001: not a directory: unknown: Are you trying to mount a directory onto a file (or vice-versa)? Check if the specified host path exists and is the expected type`,
  ],
  [
    "app.crash",
    `${RUNC}unable to start container process: error during container init: exec: "/entrypoint.sh": permission denied: unknown`,
  ],
  [
    "app.crash",
    `${RUNC}unable to start container process: error during container init: exec: "node": executable file not found in $PATH: unknown`,
  ],
  [
    "img.arch",
    `${RUNC}unable to start container process: error during container init: exec /docker-entrypoint.sh: exec format error: unknown`,
  ],
  [
    "app.crash",
    "failed to create containerd task: failed to create shim task: context deadline exceeded: unknown",
  ],
  ["app.crash", 'failed to start containerd task "app": ttrpc: closed: unknown'],
  [
    "node.file-watches",
    "failed to create containerd task: failed to create shim task: failed to start io pipe copy: inotify_init: too many open files",
    { says: /fs\.inotify\.max_user_instances/, never: /Free space|report/i },
  ],
];

const OF_CONTAINERS: readonly Heard[] = [
  [
    "node.apparmor",
    'failed to generate container "a" spec: failed to generate apparmor spec opts: apparmor_parser: exec: "apparmor_parser": executable file not found in $PATH',
    { says: /apparmor/, never: /release/ },
  ],
  [
    "node.apparmor",
    'failed to create containerd container: load apparmor profile /tmp/cri-containerd.apparmor.d123: parser error(apparmor_parser: Unable to replace "cri-containerd.apparmor.d".  Permission denied; attempted to load a profile while confined?): exit status 243',
    { says: /apparmor/, never: /release/ },
  ],
  [
    "k3s.container-failed",
    'failed to reserve container name "redis_redis-0_msp_aa_1": name "redis_redis-0_msp_aa_1" is reserved for "bb"',
  ],
  [
    "cfg.container",
    "container has runAsNonRoot and image has non-numeric user (node), cannot verify user is non-root",
  ],
  [
    "cfg.container",
    "failed to create containerd container: unable to find user app: no matching entries in passwd file",
  ],
  [
    "k3s.container-failed",
    'failed to generate container "a" spec: failed to generate spec: lstat /dev/dri: no such file or directory',
  ],
  [
    "k3s.container-failed",
    'failed to generate container "a" spec: failed to generate spec: failed to mkdir "/var/mnt/alga-data": mkdir /var/mnt/alga-data: file exists',
  ],
];

const OF_SANDBOXES: readonly Heard[] = [
  ["k3s.sandbox-failed", `${SANDBOX}failed to get sandbox runtime: no runtime for "nvidia" is configured`],
  [
    "k3s.sandbox-failed",
    `${NETWORK}plugin type="portmap" failed (add): unable to create chain CNI-HOSTPORT-SETMARK: failed to list chains: running [/sbin/iptables -t nat -S --wait]: exit status 3: iptables v1.8.10 (legacy): can't initialize iptables table \`nat': Table does not exist (do you need to insmod?)`,
    { never: /network between services/ },
  ],
  [
    "k3s.sandbox-failed",
    `${NETWORK}plugin type="portmap" failed (add): cannot find a supported backend for hostport`,
    { never: /network between services/ },
  ],
  [
    "k3s.sandbox-failed",
    `${NETWORK}plugin type="flannel" failed (add): running iptables: Another app is currently holding the xtables lock. Perhaps you want to use the -w option?`,
    { never: /network between services/ },
  ],
  [
    "k3s.sandbox-failed",
    `${NETWORK}plugin type="bridge" failed (add): container veth name provided (eth0) already exists`,
    { never: /network between services/ },
  ],
  [
    "k3s.sandbox-failed",
    `${NETWORK}plugin type="flannel" failed (add): failed to delegate add: failed to make veth pair: operation not supported`,
    { never: /network between services/ },
  ],
  [
    "k3s.sandbox-failed",
    `${NETWORK}plugin type="bridge" failed (add): failed to connect "vethabc" to bridge cni0: exchange full`,
    { never: /network between services/ },
  ],
  [
    "k3s.sandbox-failed",
    `${NETWORK}plugin type="flannel" failed (add): failed to delegate add: failed to allocate for range 0: 10.42.0.9 has been allocated to bb, duplicate allocation is not allowed`,
    { never: /network between services/ },
  ],
  ["k3s.not-ready-cni", `${NETWORK}cni plugin not initialized`],
  [
    "k3s.sandbox-failed",
    `${NETWORK}plugin type="calico" failed (add): error getting ClusterInformation: connection is unauthorized: Unauthorized`,
    { never: /network between services/ },
  ],
  [
    "k3s.sandbox-failed",
    `${NETWORK}failed to open netns "/var/run/netns/cni-aa": failed to Statfs "/var/run/netns/cni-aa": no such file or directory`,
  ],
  [
    "k3s.sandbox-failed",
    `${SANDBOX}failed to create containerd task: failed to create shim task: OCI runtime create failed: runc create failed: unable to start container process: can't get final child's PID from pipe: EOF: unknown`,
  ],
  [
    "k3s.sandbox-failed",
    `${SANDBOX}failed to create containerd task: failed to create shim task: OCI runtime create failed: runc create failed: unable to start container process: unable to apply cgroup configuration: unable to start unit "cri-containerd-aa.scope": Message recipient disconnected from message bus without replying: unknown`,
  ],
  [
    "k3s.sandbox-failed",
    `${SANDBOX}failed to start sandbox container task "aa": failed to create shim: cgroups: cgroup mountpoint does not exist`,
  ],
  [
    "img.interrupted",
    `${SANDBOX}failed to get sandbox image "rancher/mirrored-pause:3.10.2": failed to pull image "rancher/mirrored-pause:3.10.2": failed to pull and unpack image "docker.io/rancher/mirrored-pause:3.10.2": failed to resolve reference "docker.io/rancher/mirrored-pause:3.10.2": failed to do request: Head "https://registry-1.docker.io/v2/rancher/mirrored-pause/manifests/3.10.2": EOF`,
  ],
  [
    "k3s.sandbox-failed",
    `${SANDBOX}failed to create containerd task: failed to create shim task: OCI runtime create failed: runc create failed: unable to start container process: error during container init: write /proc/self/attr/keycreate: invalid argument: unknown`,
  ],
  [
    "k3s.sandbox-failed",
    `${SANDBOX}failed to generate sandbox container spec: failed to set hostname: hostname too long`,
  ],
  ["node.resolv-conf", `${SANDBOX}open /run/systemd/resolve/resolv.conf: no such file or directory`],
  [
    "k3s.sandbox-failed",
    `${NETWORK}plugin type="flannel" failed (add): failed to set default route: file exists`,
    { never: /network between services/ },
  ],
  [
    "k3s.sandbox-failed",
    'Failed to create pod sandbox: rpc error: code = NotFound desc = failed to get image from containerd "sha256:da86": image "docker.io/rancher/mirrored-pause:3.10.2": not found',
    { never: /release names|registry/ },
  ],
  [
    "net.egress",
    `Failed to create pod sandbox: rpc error: code = DeadlineExceeded desc = failed to get sandbox image "rancher/mirrored-pause:3.10.2": failed to pull image "rancher/mirrored-pause:3.10.2": failed to do request: Head "https://registry-1.docker.io/v2/rancher/mirrored-pause/manifests/3.10.2": dial tcp 192.0.2.4:443: i/o timeout`,
    { says: /registry-1\.docker\.io on port 443/ },
  ],
  [
    "dns.failed",
    `${SANDBOX}failed to get sandbox image "docker.io/rancher/mirrored-pause:3.10.2": failed to do request: Head https://registry-1.docker.io/v2/rancher/mirrored-pause/manifests/3.10.2: dial tcp: lookup registry-1.docker.io: Try again`,
    { never: /refused/ },
  ],
  [
    "node.open-files",
    `${SANDBOX}failed to start sandbox "a": failed to create containerd task: failed to create shim task: failed to create TTRPC connection: too many open files`,
    { never: /Free space/ },
  ],
];

/** What runc, containerd and the network plug-ins say of containers that do not start. */
export const HEARD_STARTS: readonly Relative[] = [
  ...heard(OF_RUNC, (text) => waits("RunContainerError", text)),
  ...heard(OF_CONTAINERS, (text) => waits("CreateContainerError", text)),
  ...heard(OF_SANDBOXES, (text) => inPod("redis", "FailedCreatePodSandBox", text)),
];
