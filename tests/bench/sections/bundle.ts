import type { Answer } from "../../bundle/healthz_asker.ts";
import { bundleOfThousandPods, PODS } from "../../bundle/thousand_pods.ts";
import { percentile, type Row, type Section, spread } from "../section.ts";

/** A support bundle of 1,000 pods with 20 MB of logs, and what it costs those who ask /healthz meanwhile. */
export const bundleSection: Section = {
  id: "bundle",
  title: `Support bundle of ${PODS} pods`,
  async run({ program, say }) {
    say(`${PODS} pods are being bundled`);
    const { tookMs, idleMib, mostMib, idleAnswers, busyAnswers } = await bundleOfThousandPods(program);
    const p99 = (answers: readonly Answer[], of: "waitMs" | "workMs") =>
      percentile(answers.map((it) => it[of]).toSorted((a, b) => a - b), 99);
    const rows: Row[] = [{
      name: "to the last byte",
      unit: "s",
      agent: spread([tookMs / 1_000]),
      budget: { kind: "value", bound: "atMost", limit: 90 },
    }, {
      name: "most memory, beside idle",
      unit: "MiB",
      agent: spread([mostMib]),
      floor: spread([idleMib]),
      budget: { kind: "difference", bound: "atMost", limit: 32 },
    }, {
      // What others want of this machine is not in it.
      name: "/healthz waits for the agent's own work, 99 of 100",
      unit: "ms",
      agent: spread([p99(busyAnswers, "workMs")]),
      budget: { kind: "value", bound: "atMost", limit: 50 },
    }, {
      name: "/healthz, beside idle, 99 of 100",
      unit: "ms",
      agent: spread([p99(busyAnswers, "waitMs")]),
      floor: spread([p99(idleAnswers, "waitMs")]),
    }];
    return rows;
  },
};
