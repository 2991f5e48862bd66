import { bootstrapLines, bootstrapOutcome, bootstrapStep } from "../../facts/bootstrap_state.ts";
import { clusterProof } from "./condition.ts";
import type { Scene } from "../../facts/facts.ts";
import type { Proof } from "../document.ts";

/** Proofs that the database was filled for the first time. @see contract.md 5.5, 7.1 BOOTSTRAP_READY */
export function bootstrapProofs(scene: Scene): Proof[] {
  return [job(scene), seed(scene), mode(scene)];
}

function job(scene: Scene): Proof {
  return clusterProof(scene, ["jobs"], "job", "First-time setup finished", () => {
    const step = bootstrapStep(bootstrapLines(scene));
    switch (bootstrapOutcome(scene)) {
      case "done":
        return { status: "ready", reason: "It finished without an error" };
      case "again":
        return scene.snapshot.remembered.loginReadyOnce
          ? { status: "ready", reason: "It finished before and runs again after a change" }
          : { status: "waiting", reason: "It runs again after a change" };
      case "running":
        return { status: "waiting", reason: step === "" ? "It is running" : `It is running: ${step}` };
      case "failed":
        return { status: "failed", reason: "Every attempt ended with an error" };
      case "unknown":
        return { status: "unknown", reason: "The job could not be asked" };
      default:
        return { status: "waiting", reason: "It has not started yet" };
    }
  });
}

/** The agent does not look into the database: the end of the job and a working sign-in page prove that users exist. */
function seed(scene: Scene): Proof {
  return clusterProof(scene, ["jobs"], "seed", "First administrator exists", () => {
    const { remembered } = scene.snapshot;
    if (remembered.bootstrap?.outcome === "completed" || bootstrapOutcome(scene) === "done") {
      return { status: "ready", reason: "The first-time setup checks this before it ends" };
    }
    if (remembered.loginReadyOnce) return { status: "ready", reason: "People could log in before" };
    return { status: "waiting", reason: "Not known before the first-time setup has finished" };
  });
}

function mode(scene: Scene): Proof {
  return clusterProof(scene, [], "mode", "Setup mode keeps existing data", () => {
    const value = scene.snapshot.appValues?.bootstrapMode;
    if (value === "fresh") {
      return { status: "failed", reason: 'The mode is "fresh", which refuses existing data' };
    }
    return { status: "ready", reason: value === undefined ? "No mode is set" : `The mode is "${value}"` };
  });
}
