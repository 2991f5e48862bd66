import type { Snapshot } from "../../../agent/facts/snapshot.ts";
import { podOf } from "../status/objects.ts";
import { of } from "./rule_row.ts";

/** A pod of Redis that the kubelet would not take, for this reason. */
export function rejected(reason: string, message: string): Snapshot {
  const pod = podOf("redis", {}, { containers: [], phase: "Failed" });
  Object.assign(pod.status, { reason, message });
  return of("redis", [pod]);
}
