import type { Collector } from "./collector.ts";
import { AGENT_COLLECTORS } from "./collectors/agent.ts";
import { CHECK_COLLECTORS } from "./collectors/checks.ts";
import { KUBE_COLLECTORS } from "./collectors/kube.ts";
import { MACHINE_COLLECTORS } from "./collectors/machine.ts";
import { NETWORK_COLLECTORS } from "./collectors/network.ts";
import { POD_LOGS } from "./collectors/pod_logs.ts";

/** Everything that a bundle holds, in the order in which it is begun: what tells most comes first. */
export const COLLECTORS: readonly Collector[] = [
  ...AGENT_COLLECTORS,
  ...MACHINE_COLLECTORS,
  ...NETWORK_COLLECTORS,
  ...KUBE_COLLECTORS,
  ...CHECK_COLLECTORS,
  POD_LOGS,
];
