import type { Snapshot, StatusDocument } from "../status/mod.ts";
import { readEvidence, replay } from "./replay.ts";
import type { ReadBundle } from "./read_bundle.ts";

/** One thing that is different between two bundles. */
export interface Difference {
  what: string;
  /** `undefined`: was not there. */
  before: string | undefined;
  after: string | undefined;
}

/** What changed from one bundle to another, of what people ask about first. @throws {AgentError} USAGE */
export function diffBundles(before: ReadBundle, after: ReadBundle): Difference[] {
  const [a, b] = [factsOf(before), factsOf(after)];
  const found: Difference[] = [];
  for (const what of new Set([...a.keys(), ...b.keys()])) {
    const [was, is] = [a.get(what), b.get(what)];
    if (was !== is) found.push({ what, before: was, after: is });
  }
  return found;
}

function factsOf(bundle: ReadBundle): Map<string, string> {
  return new Map([...statusFacts(replay(bundle)), ...clusterFacts(readEvidence(bundle).snapshot)]);
}

function* statusFacts(status: StatusDocument): Generator<[string, string]> {
  yield ["status", status.rollup.message];
  yield ["agent", status.agentVersion];
  yield ["Kubernetes", status.kubernetesVersion ?? "not installed"];
  yield ["release", status.release.selectedReleaseVersion ?? "none"];
  yield ["channel", status.release.selectedChannel ?? "none"];
  for (const [id, tier] of Object.entries(status.tiers)) {
    yield [`tier ${id}`, tier.ready ? "ready" : tier.status];
  }
  for (const it of status.topBlockers) yield [`cause ${it.id} (${it.component})`, it.title];
  for (const it of status.sources) yield [`source ${it.name}`, it.state];
}

function* clusterFacts(snapshot: Snapshot): Generator<[string, string]> {
  for (const it of snapshot.nodes) {
    yield [
      `node ${it.name}`,
      `${it.kubeletVersion}, ${it.conditions.find((c) => c.type === "Ready")?.status ?? "?"}`,
    ];
  }
  for (const it of snapshot.workloads) {
    const images = Object.values(it.images).join(", ");
    yield [`${it.kind} ${it.namespace}/${it.name}`, `${it.ready} of ${it.desired} ready, ${images}`];
  }
  for (const it of snapshot.pvcs) yield [`volume claim ${it.namespace}/${it.name}`, it.phase];
  for (const it of snapshot.flux) {
    const ready = it.conditions.find((c) => c.type === "Ready");
    yield [
      `${it.kind} ${it.namespace}/${it.name}`,
      `${ready?.status ?? "?"} ${ready?.reason ?? ""} ${it.revision ?? ""}`.trim(),
    ];
  }
  yield ["addresses", snapshot.host.addresses.join(", ")];
  yield ["address of Alga", snapshot.setup.appUrl ?? snapshot.appValues?.appUrl ?? "none"];
}
