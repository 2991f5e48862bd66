import * as z from "zod";
import type { GateReader } from "../operation/conditions.ts";
import { type PreflightReport, standsInTheWay } from "../preflight/mod.ts";

// Only what is computed with is looked at; a newer version may know more words and fields.
const Report = z.looseObject({
  startedAt: z.string(),
  finishedAt: z.string(),
  results: z.array(z.looseObject({ id: z.string(), status: z.string(), found: z.string() })),
});

/** What the checks of setup say: a failed or unfinished one stands in the way until it is accepted, if it may be. */
export const preflightGate: GateReader<PreflightReport> = {
  id: "preflight",
  read: (data) => Report.safeParse(data).success ? data as PreflightReport : undefined,
  conditions: ({ results }) =>
    results.filter(standsInTheWay)
      .map((it) => ({
        id: it.id,
        cause: it.found,
        wayOut: it.remediation,
        mayBeAccepted: it.overridable,
      })),
  ids: ({ results }) => results.map((it) => it.id),
};
