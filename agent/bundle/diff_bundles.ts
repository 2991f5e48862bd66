import type { TierId } from "../product/tiers.ts";
import type { Snapshot, StatusDocument } from "../status/mod.ts";
import { TIER_NAME } from "../status/tier_texts.ts";
import { readEvidence, replay } from "./replay.ts";
import type { ReadBundle } from "./read_bundle.ts";

const HEALTH: Record<StatusDocument["tiers"]["core"]["status"], string> = {
  healthy: "ready",
  degraded: "needs attention",
  unhealthy: "not working",
  unknown: "not known yet",
};
const SOURCE: Record<StatusDocument["sources"][number]["name"], string> = {
  kubernetes: "The API of Kubernetes",
  registry: "The registry",
  application: "The sign-in page",
};
const ANSWERS: Record<StatusDocument["sources"][number]["state"], string> = {
  "answering": "answers",
  "not-answering": "does not answer",
  "not-yet": "is not there yet",
  "unknown": "not known yet",
};
const READY: Readonly<Record<string, string>> = { True: "ready", False: "not ready" };

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
  yield ["Status", status.rollup.message];
  yield ["Agent", status.agentVersion];
  yield ["Kubernetes", status.kubernetesVersion ?? "not installed"];
  yield ["Release", status.release.selectedReleaseVersion ?? "none"];
  yield ["Channel", status.release.selectedChannel ?? "none"];
  for (const [id, tier] of Object.entries(status.tiers)) {
    yield [TIER_NAME[id as TierId], tier.ready ? "ready" : HEALTH[tier.status]];
  }
  for (const it of status.topBlockers) yield [`Finding ${it.id} (${it.component})`, it.title];
  for (const it of status.sources) yield [SOURCE[it.name], ANSWERS[it.state]];
}

function* clusterFacts(snapshot: Snapshot): Generator<[string, string]> {
  for (const it of snapshot.nodes) {
    yield [
      `Node ${it.name}`,
      `${it.kubeletVersion}, ${
        READY[it.conditions.find((c) => c.type === "Ready")?.status ?? ""] ?? "not known yet"
      }`,
    ];
  }
  for (const it of snapshot.workloads) {
    const images = Object.values(it.images).join(", ");
    yield [`${it.kind} ${it.namespace}/${it.name}`, `${it.ready} of ${it.desired} ready, ${images}`];
  }
  for (const it of snapshot.pvcs) yield [`Volume claim ${it.namespace}/${it.name}`, it.phase];
  for (const it of snapshot.flux) {
    const ready = it.conditions.find((c) => c.type === "Ready");
    yield [
      `${it.kind} ${it.namespace}/${it.name}`,
      [READY[ready?.status ?? ""] ?? "not known yet", ready?.reason, it.revision].filter(Boolean).join(", "),
    ];
  }
  yield ["Addresses", snapshot.host.addresses.join(", ")];
  yield ["Address of Alga", snapshot.setup.appUrl ?? snapshot.appValues?.appUrl ?? "none"];
}
