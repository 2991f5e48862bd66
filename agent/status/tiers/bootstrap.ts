import { clusterCondition } from "./condition.ts";
import type { Facts } from "../../facts/facts.ts";
import type { Condition } from "../document.ts";

/** Conditions: the database was filled for the first time. */
export function bootstrapConditions(facts: Facts): Condition[] {
  return [job(facts), seed(facts), mode(facts)];
}

function job(facts: Facts): Condition {
  return clusterCondition(facts, ["jobs"], "job", "First-time setup finished", () => {
    const { outcome, step } = facts.bootstrap;
    switch (outcome) {
      case "done":
        return { status: "ready", reason: "It finished without an error" };
      case "again":
        return facts.snapshot.remembered.loginReadyOnce
          ? { status: "ready", reason: "It finished before and runs again after a change" }
          : { status: "waiting", reason: "It runs again after a change" };
      case "running":
        return { status: "waiting", reason: step === "" ? "It is running" : `It is running: ${step}` };
      case "failed":
        return {
          status: "failed",
          reason: facts.bootstrap.isLate
            ? "It did not finish in its time"
            : "Every attempt ended with an error",
        };
      case "unknown":
        return { status: "unknown", reason: "The job could not be asked" };
      default:
        return { status: "waiting", reason: "It has not started yet" };
    }
  });
}

/** The agent does not look into the database: the end of the job and a working sign-in page prove that users exist. */
function seed(facts: Facts): Condition {
  return clusterCondition(facts, ["jobs"], "seed", "First administrator exists", () => {
    const { remembered } = facts.snapshot;
    if (remembered.bootstrap?.outcome === "completed" || facts.bootstrap.outcome === "done") {
      return { status: "ready", reason: "The first-time setup checks this before it ends" };
    }
    if (remembered.loginReadyOnce) return { status: "ready", reason: "People could log in before" };
    return { status: "waiting", reason: "Not known before the first-time setup has finished" };
  });
}

function mode(facts: Facts): Condition {
  return clusterCondition(facts, [], "mode", "Setup mode keeps existing data", () => {
    const value = facts.snapshot.appValues?.bootstrapMode;
    if (value === "fresh") {
      return { status: "failed", reason: 'The mode is "fresh", which refuses existing data' };
    }
    return { status: "ready", reason: value === undefined ? "No mode is set" : `The mode is "${value}"` };
  });
}
