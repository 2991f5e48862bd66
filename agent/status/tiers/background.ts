import { HELM_RELEASES } from "../../product/helm_releases.ts";
import { COMPONENTS } from "../../product/components.ts";
import { proof, workloadProof } from "./condition.ts";
import { fluxProof } from "./platform.ts";
import type { Scene } from "../../facts/facts.ts";
import type { Proof } from "../document.ts";

const BACKGROUND_RELEASES = ["temporal", "email-service", "workflow-worker", "temporal-worker"];

/** Proofs that the services behind the scenes work. @see contract.md 7.1 BACKGROUND_READY */
export function backgroundProofs(scene: Scene): Proof[] {
  return [
    ...COMPONENTS.filter((it) => it.tier === "background").map((it) => workloadProof(scene, it)),
    ...BACKGROUND_RELEASES.map((it) => fluxProof(scene, "HelmRelease", it, `Release part "${it}" installed`)),
  ];
}

/** Proofs that nothing at all is left to do, without the tiers below. @see contract.md 7.1 FULLY_HEALTHY */
export function fullHealthProofs(scene: Scene, openProblems: number): Proof[] {
  return [
    ...HELM_RELEASES.filter((it) => !BACKGROUND_RELEASES.includes(it))
      .map((it) => fluxProof(scene, "HelmRelease", it, `Release part "${it}" installed`)),
    drift(scene),
    openProblems === 0
      ? proof("problems", "No open problems", "ready", "Nothing needs attention")
      : proof("problems", "No open problems", "failed", `${openProblems} open`),
  ];
}

/** What runs is what was chosen. Compared by container name. @see contract.md 3 "Image drift" */
function drift(scene: Scene): Proof {
  const title = "The chosen version runs";
  const wanted = scene.snapshot.appValues?.serverImage;
  const runs = scene.state("alga-core")?.workload?.images["sebastian"];
  if (wanted === undefined || runs === undefined) return proof("drift", title, "waiting", "Not known yet");
  return wanted === runs || runs.endsWith(`/${wanted}`)
    ? proof("drift", title, "ready", runs)
    : proof("drift", title, "failed", `${runs} runs, ${wanted} was chosen`);
}
