import type { KubeObject } from "../../../k8s/client/kube_client.ts";
import { readMessage, readNumber, readRecord, readText, readTime } from "./read_field.ts";
import type { EventView } from "../../facts/snapshot.ts";

/** Ordinary (not Warning) events that tell something; all others are dropped on arrival. */
const TELLING_REASONS = new Set([
  "Pulling",
  "Pulled",
  "BackOff",
  "Killing",
  "Starting",
  "FailedBinding",
  "ExternalProvisioning",
  "WaitForFirstConsumer",
  "Provisioning",
  "ProvisioningSucceeded",
  "NodeReady",
  "NodeNotReady",
  "Completed",
  "ReconciliationSucceeded",
  "InstallSucceeded",
  "UpgradeSucceeded",
]);

/** An event worth keeping; of what is looked at closely, any. The newer kind has no `count` and times in `eventTime` and `series`. */
export function projectEvent(object: KubeObject, options: { keepAll: true }): EventView;
export function projectEvent(object: KubeObject): EventView | undefined;
export function projectEvent(object: KubeObject, options?: { keepAll: true }): EventView | undefined {
  const type = readText(object.type, 20);
  const reason = readText(object.reason, 80);
  if (!options?.keepAll && type !== "Warning" && !TELLING_REASONS.has(reason)) return undefined;
  const about = readRecord(object.involvedObject ?? object.regarding);
  const series = readRecord(object.series);
  const eventTime = readTime(object.eventTime);
  const created = readTime(readRecord(object.metadata).creationTimestamp);
  const container = /\{([^}]{1,80})\}$/.exec(readText(about.fieldPath, 200))?.[1];
  return {
    namespace: readText(about.namespace, 63),
    kind: readText(about.kind, 60),
    name: readText(about.name, 253),
    uid: readText(about.uid, 60),
    container,
    type,
    reason,
    message: readMessage(object.message ?? object.note, 2_000),
    firstAt: readTime(object.firstTimestamp) ?? eventTime ?? created,
    lastAt: readTime(series.lastObservedTime) ?? readTime(object.lastTimestamp) ?? eventTime ?? created,
    count: readNumber(object.count, readNumber(series.count, 1)),
  };
}
