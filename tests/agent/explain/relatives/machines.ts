import type { Snapshot } from "../../../../agent/facts/snapshot.ts";
import { ago, healthyCluster, node, snapshotOf, workingMore } from "../../status/objects.ts";
import { api } from "../rule_row.ts";
import type { Relative } from "./relative.ts";

/** What the service k3s has said since it was started. */
export function journal(...texts: string[]): Snapshot {
  const silent = api("not-answering", 400);
  const lines = ["Starting k3s.service - Lightweight Kubernetes...", ...texts];
  return {
    ...silent,
    host: { ...silent.host, journal: lines.map((text, index) => ({ at: ago(80 - index), text })) },
  };
}
/** systemd of the end. */
export const ENDED = [
  "k3s.service: Main process exited, code=exited, status=1/FAILURE",
  "k3s.service: Failed with result 'exit-code'.",
];
/** The last line of k3s itself. */
export const fatal = (text: string) =>
  journal(`time="2026-11-21T11:58:55Z" level=fatal msg="${text}"`, ...ENDED);
/** A machine that is ready and has this trouble. */
export const withCondition = (type: string, message: string) =>
  snapshotOf({
    ...healthyCluster(),
    nodes: [
      node([
        { type, status: "True", reason: "Kubelet", message, lastTransitionTime: ago(400) },
        { type: "Ready", status: "True", reason: "KubeletReady", lastTransitionTime: ago(3_000) },
      ]),
    ],
  }, workingMore());

/** What the service k3s and the kubelet say of the machine. */
export const MACHINES: readonly Relative[] = [
  {
    name: "flannel without a default route",
    snapshot: fatal("flannel exited: failed to get default interface: no default route found"),
    id: "node.no-default-route",
  },
  {
    name: "k3s that picks no address",
    snapshot: fatal("Error: failed to get node-ip: unable to select an IP from default routes"),
    id: "node.no-default-route",
  },
  {
    name: "an address that is not there, without a colon",
    snapshot: fatal("configuring node IP: node IP 192.0.2.99 not found in the host's network interfaces"),
    id: "net.node-ip-changed",
    says: /192\.0\.2\.99/,
  },
  {
    name: "systemd of a kill by the kernel",
    snapshot: journal("k3s.service: A process of this unit has been killed by the OOM killer.", ...ENDED),
    id: "mem.oom-host",
  },
  {
    name: "a service that has ended once, with words that nobody knows, is quoted",
    snapshot: fatal("Error: invalid kubelet args: unknown flag: --foo"),
    id: "k3s.stopped",
    says: /The details quote/,
    never: /Wait: after a start|keeps stopping/,
    quotes: /unknown flag: --foo/,
  },
  {
    name: "one that starts again has said why it ended before",
    snapshot: journal(
      'time="2026-11-21T11:58:55Z" level=fatal msg="Error: invalid kubelet args: unknown flag: --foo"',
      ...ENDED,
      "k3s.service: Scheduled restart job, restart counter is at 1.",
      "Starting k3s.service - Lightweight Kubernetes...",
    ),
    id: "k3s.stopped",
    quotes: /unknown flag: --foo/,
  },
  ...[
    'E1121 11:58:55.1 1 run.go:72] "command failed" err="failed to parse kubelet flag: unknown flag: --foo"',
    "k3s.service: Main process exited, code=killed, status=9/KILL",
    'time="2026-11-21T11:58:55Z" level=panic msg="nobody has seen this"',
    "panic: runtime error: invalid memory address or nil pointer dereference",
    "k3s.service: start operation timed out. Terminating.",
  ].map((line): Relative => ({
    name: `ended once: ${line.slice(0, 70)}`,
    snapshot: journal(line, "k3s.service: Failed with result 'exit-code'."),
    id: "k3s.stopped",
    quotes: new RegExp(line.slice(-30).replaceAll(/[.()"]/g, ".")),
  })),
  {
    name: "a service that somebody stops has no error",
    snapshot: journal(
      'time="2026-11-21T11:50:55Z" level=error msg="something that it came over"',
      "Stopping k3s.service - Lightweight Kubernetes...",
      ...ENDED,
    ),
    id: "k3s.api-down",
    says: /Restart the service/,
  },
  {
    name: "a service that ended three times keeps stopping, however long each try takes",
    snapshot: journal(
      ...[1, 2, 3].flatMap(
        () => [
          'level=fatal msg="Error: invalid kubelet args: unknown flag: --foo"',
          ...ENDED,
          "Starting k3s.service - Lightweight Kubernetes...",
        ],
      ),
    ),
    id: "k3s.crash-loop",
    says: /The details quote/,
  },
  {
    name: "a program that systemd cannot run at all",
    snapshot: journal(
      "k3s.service: Failed at step EXEC spawning /usr/local/bin/k3s: Exec format error",
      ...ENDED,
    ),
    id: "k3s.crash-loop",
    says: /The details quote/,
  },
  ...[["PIDPressure", "kubelet has insufficient PID available"], ["NetworkUnavailable", "no route"], [
    "ReadonlyFilesystem",
    "Filesystem is read-only",
  ], ["KernelDeadlock", "docker hung"]].map(([type = "", message = ""]): Relative => ({
    name: `a trouble of the machine that nobody asked for is told: ${type}`,
    snapshot: withCondition(type, message),
    id: "node.condition",
    says: /The details quote/,
  })),
];
