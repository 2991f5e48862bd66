import type { KubeObject } from "../../../k8s/client/kube_client.ts";
import type { FluxView, HelmTriesView } from "../../facts/snapshot.ts";
import { RESET_AT } from "../../product/reconcile.ts";
import { readMeta } from "./cluster.ts";
import { projectConditions } from "./condition.ts";
import {
  readMessage,
  readNumber,
  readOptionalText,
  readRecord,
  readRecords,
  readText,
  readTime,
} from "./read_field.ts";

/** A Flux object. Suspension comes from the spec: Flux leaves the old conditions standing. */
export function projectFlux(kind: FluxView["kind"]): (object: KubeObject) => FluxView {
  return (object) => {
    const { name, namespace, generation, createdAt } = readMeta(object);
    const status = readRecord(object.status);
    const spec = readRecord(object.spec);
    return {
      kind,
      namespace,
      name,
      generation,
      createdAt,
      observedGeneration: readNumber(status.observedGeneration, -1),
      suspended: spec.suspend === true,
      conditions: projectConditions(status.conditions),
      revision: readOptionalText(readRecord(status.artifact).revision, 200) ??
        readOptionalText(status.lastAppliedRevision, 200),
      url: readMessage(spec.url, 300) || undefined,
      dependsOn: readRecords(spec.dependsOn).map((it) => readText(it.name, 253)),
      deletedAt: readTime(readRecord(object.metadata).deletionTimestamp),
      helm: kind === "HelmRelease" ? projectTries(object) : undefined,
      succeededAt: projectSuccess(status.history),
    };
  };
}

function projectTries(object: KubeObject): HelmTriesView {
  const status = readRecord(object.status);
  const annotations = readRecord(readRecord(object.metadata).annotations);
  const revision = readText(status.lastAttemptedRevision, 200);
  const chart = readRecord(readRecord(readRecord(object.spec).chart).spec);
  const newest = readRecords(status.history)[0];
  return {
    attempted: `${revision} ${readText(status.lastAttemptedConfigDigest, 200)}`,
    newestStatus: readOptionalText(newest?.status, 60),
    resetToken: readOptionalText(annotations[RESET_AT], 60),
    chart: readOptionalText(newest?.chartName, 200) ?? readOptionalText(chart.chart, 200),
    chartVersion: readOptionalText(status.lastAttemptedRevision, 200) ??
      readOptionalText(newest?.chartVersion, 200) ?? readOptionalText(chart.version, 200),
    triedAt: readTime(newest?.lastDeployed),
  };
}

/** One entry for each state that was applied; the one that was tried last counts. @see status.history of Kustomizations */
function projectSuccess(history: unknown): string | undefined {
  const tries = readRecords(history).flatMap((it) => {
    const at = readTime(it.lastReconciled);
    return at === undefined ? [] : [{ at, result: readText(it.lastReconciledStatus, 100) }];
  });
  const last = tries.sort((a, b) => Date.parse(a.at) - Date.parse(b.at)).at(-1);
  return last?.result === "ReconciliationSucceeded" ? last.at : undefined;
}
