import { listWorkloads } from "../../../agent/workloads/list.ts";
import { ALL_WORKLOADS } from "../../../agent/workloads/query.ts";
import { evaluate } from "../../../agent/status/evaluate.ts";
import { renderPage } from "../../../views/layout.ts";
import { workloadsPage } from "../../../views/workloads_page.ts";
import { ago, healthyCluster, pod, snapshotOf, waiting, workingMore } from "../../agent/status/objects.ts";
import { sampleFrame } from "../../views/samples.ts";
import { type Row, type Section, spread } from "../section.ts";

/** What well pods are like, and one of a hundred that is not. */
const RUNNING = {
  ready: true,
  restartCount: 0,
  imageID: "",
  state: { running: { startedAt: ago(3_000) } },
  lastState: {},
};
const MISSING = { ready: false, restartCount: 0, imageID: "", ...waiting("ImagePullBackOff", "not found") };

/** The page of workloads, from the snapshot to its markup, beside the verdict that is made of the same pods at each change. */
export const pagesSection: Section = {
  id: "pages",
  title: "Page of workloads",
  run({ podCounts, rounds }) {
    return Promise.resolve(podCounts.map((pods): Row => {
      const many = Array.from({ length: pods }, (_, i) => {
        const status = i % 100 === 0 ? MISSING : RUNNING;
        return pod("msp", `worker-${i}`, { phase: "Running", containers: [{ name: "worker", ...status }] });
      });
      const snapshot = snapshotOf({ ...healthyCluster(), pods: many }, workingMore());
      const measure = (make: () => unknown) =>
        spread(
          Array.from({ length: rounds * 20 }, () => {
            const startMs = performance.now();
            make();
            return performance.now() - startMs;
          }).slice(rounds * 5), // the first ones are still being compiled by the engine
        );
      return {
        name: `page of workloads, ${pods} pods`,
        unit: "ms",
        agent: measure(() => {
          const { list } = listWorkloads(snapshot, ALL_WORKLOADS, Date.now());
          return renderPage(sampleFrame(), workloadsPage(list, new Date().toISOString()));
        }),
        floor: measure(() => evaluate(snapshot, Date.now())),
        budget: { kind: "ratio", bound: "atMost", limit: 25 },
      };
    }));
  },
};
