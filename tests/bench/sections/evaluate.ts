import { evaluate } from "../../../agent/status/evaluate.ts";
import { healthyCluster, pod, snapshotOf, workingMore } from "../../agent/status/objects.ts";
import { type Row, type Section, spread } from "../section.ts";

/** The verdict alone, in this process. */
export const evaluateSection: Section = {
  id: "evaluate",
  title: "Verdict",
  run({ podCounts, rounds }) {
    return Promise.resolve(podCounts.map((pods): Row => {
      const many = Array.from({ length: pods }, (_, i) => pod("msp", `worker-${i}`, { phase: "Running" }));
      const snapshot = snapshotOf({ ...healthyCluster(), pods: many }, workingMore());
      const times = Array.from({ length: rounds * 20 }, () => {
        const startMs = performance.now();
        evaluate(snapshot, Date.now());
        return performance.now() - startMs;
      });
      // The first ones are still being compiled by the engine.
      return { name: `evaluate(), ${pods} pods`, unit: "ms", agent: spread(times.slice(rounds * 5)) };
    }));
  },
};
