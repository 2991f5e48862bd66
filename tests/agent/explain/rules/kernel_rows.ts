import type { BlockerId } from "../../../../agent/causes/cause.ts";
import type { Snapshot } from "../../../../agent/facts/snapshot.ts";
import { podOf, waiting } from "../../status/objects.ts";
import { rejected } from "../rejected.ts";
import { said } from "../relatives/programs.ts";
import { inPod, waits } from "../relatives/starts.ts";
import { of, type Row } from "../rule_row.ts";

const OCI =
  "failed to create containerd task: failed to create shim task: OCI runtime create failed: runc create failed: unable to start container process: error during container init: ";
const SANDBOX = "Failed to create pod sandbox: rpc error: code = Unknown desc = ";

const RED: readonly [id: BlockerId, where: string, snapshot: Snapshot][] = [
  [
    "node.file-watches",
    "a program",
    said("temporal", "failed to create fsnotify watcher: too many open files"),
  ],
  [
    "node.file-watches",
    "a program in Node.js",
    said("alga-core", "Error: EMFILE: too many open files, watch '/app'"),
  ],
  [
    "node.kernel-keys",
    "a container",
    waits(
      "RunContainerError",
      `${OCI}unable to join session keyring: unable to create session key: disk quota exceeded: unknown`,
    ),
  ],
  [
    "node.process-limit",
    "its surroundings",
    inPod(
      "redis",
      "FailedCreatePodSandBox",
      `${SANDBOX}failed to start shim: fork/exec /usr/bin/containerd-shim-runc-v2: resource temporarily unavailable`,
    ),
  ],
  [
    "node.open-files",
    "a container",
    waits(
      "CreateContainerError",
      "failed to create containerd container: open /run/k3s/containerd/x: too many open files",
    ),
  ],
  [
    "node.apparmor",
    "a container",
    waits(
      "RunContainerError",
      `${OCI}unable to apply apparmor profile: apparmor failed to apply profile: write /proc/self/attr/apparmor/exec: no such file or directory: unknown`,
    ),
  ],
  [
    "node.apparmor",
    "a pod",
    rejected("AppArmor", "Pod was rejected: Cannot enforce AppArmor: profile is not loaded"),
  ],
];

/** Every way in which the limits of the kernel show. */
export const KERNEL_ROWS: readonly Row[] = RED.map(([id, where, red]) => ({
  name: `a limit of the kernel, met by ${where}`,
  id,
  red,
  green: of("redis", [podOf("redis", waiting("ContainerCreating"))]),
}));
