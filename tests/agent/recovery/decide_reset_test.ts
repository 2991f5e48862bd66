import assert from "node:assert/strict";
import { projectJob, projectWorkload } from "../../../agent/observe/projections/cluster.ts";
import { projectFlux } from "../../../agent/observe/projections/flux.ts";
import { RESET_AT } from "../../../agent/product/reconcile.ts";
import { decideReset, outcomeOf, type ResetQuestion } from "../../../agent/recovery/decide_reset.ts";
import type { KubeObject } from "../../../k8s/mod.ts";
import { failedRelease, job, NOW_MS, workload } from "./stalled_objects.ts";

/** What the API server sends, and what is on record. */
interface Given extends Partial<Pick<ResetQuestion, "attempts" | "nowMs">> {
  release?: KubeObject;
  workloads?: KubeObject[];
  jobs?: KubeObject[];
}

const observed = projectFlux("HelmRelease");

function question(given: Given = {}): ResetQuestion {
  return {
    release: observed(given.release ?? failedRelease()),
    workloads: (given.workloads ?? [workload("email-service")]).map(projectWorkload("Deployment")),
    jobs: (given.jobs ?? []).map(projectJob),
    attempts: given.attempts ?? [],
    nowMs: given.nowMs ?? NOW_MS,
  };
}

Deno.test("decideReset() resets a release that ran out of time and whose parts are ready now", () => {
  assert.equal(decideReset(question()).reset, true);
});

for (
  const message of [
    "failed early due to stalled resources",
    "timeout waiting for: [Deployment/msp/email-service status: 'InProgress']",
    "timed out waiting for the condition",
    "context deadline exceeded",
    // As a busy node gave it: the client does not even ask any more.
    "Helm install failed for release msp/email-service with chart email-service@0.1.0: client rate limiter Wait returned an error: rate: Wait(n=1) would exceed context deadline",
  ]
) {
  Deno.test(`decideReset() knows a release that ran out of time by "${message.slice(-45)}"`, () => {
    assert.equal(decideReset(question({ release: failedRelease({ message }) })).reset, true);
  });
}

const REASONS: readonly [string, Given, RegExp][] = [
  ["that has not given up", { release: failedRelease({ stalled: "False" }) }, /not given up/],
  ["that a person suspended", { release: failedRelease({ suspend: true }) }, /suspended/],
  ["that is being deleted", { release: failedRelease({ deleted: true }) }, /deleted/],
  ["that was changed after it gave up", { release: failedRelease({ observed: 1 }) }, /changed/],
  ["without a failed attempt on record", { release: failedRelease({ last: "deployed" }) }, /on record/],
  [
    "that failed for another reason than time",
    { release: failedRelease({ message: 'cannot patch "x": field is immutable' }) },
    /out of time/,
  ],
  ["of which nothing can be looked at", { workloads: [] }, /no parts/],
  [
    "whose message names a part that is not there",
    {
      release: failedRelease({
        message: "resource DaemonSet/msp/other not ready: context deadline exceeded",
      }),
    },
    /DaemonSet other/,
  ],
  ["with a part that is not ready", { workloads: [workload("email-service", { ready: 0 })] }, /not ready/],
  [
    "with a part that is still rolling out",
    { workloads: [workload("email-service", { updated: 0 })] },
    /not ready/,
  ],
  [
    "with a part whose status is older than its spec",
    { workloads: [workload("email-service", { observed: 1 })] },
    /not ready/,
  ],
  ["with a Job that runs", { jobs: [job("seed", "running")] }, /Job seed/],
  ["with a Job that failed", { jobs: [job("seed", "failed")] }, /Job seed/],
];
for (const [what, over, because] of REASONS) {
  Deno.test(`decideReset() leaves a release alone ${what}`, () => {
    const decision = decideReset(question(over));
    assert.equal(decision.reset, false);
    assert.match(decision.reset ? "" : decision.because, because);
  });
}

Deno.test("decideReset() resets the same failure once, and a release three times a day", () => {
  const first = decideReset(question());
  assert.ok(first.reset);
  const attempt = (failedRevision: string, hoursAgo: number) => ({
    release: "email-service",
    failedRevision,
    at: new Date(NOW_MS - hoursAgo * 3_600_000).toISOString(),
    outcome: "failed-again" as const,
  });
  const same = decideReset(question({ attempts: [attempt(first.failedRevision, 100)] }));
  assert.match(same.reset ? "" : same.because, /before/);
  const often = ["a", "b", "c"].map((it) => attempt(it, 1));
  assert.equal(decideReset(question({ attempts: often })).reset, false);
  assert.equal(decideReset(question({ attempts: often.slice(1) })).reset, true);
  assert.equal(
    decideReset(question({ attempts: often.map((it) => ({ ...it, release: "other" })) })).reset,
    true,
  );
  const old = ["a", "b", "c"].map((it) => attempt(it, 25));
  assert.equal(decideReset(question({ attempts: old })).reset, true);
});

Deno.test("outcomeOf() tells what became of a reset", () => {
  const at = new Date(NOW_MS - 60_000).toISOString();
  const attempt = { release: "email-service", failedRevision: "x", at, outcome: "pending" as const };
  const reached = (release: KubeObject): KubeObject => ({
    ...release,
    metadata: { ...release.metadata, annotations: { [RESET_AT]: at } },
  });
  const later = (type: string) => ({
    ...reached(failedRelease()),
    status: {
      conditions: [{ type, status: "True", lastTransitionTime: new Date(NOW_MS).toISOString() }],
    },
  });
  assert.equal(outcomeOf(attempt, observed(later("Ready")), NOW_MS).outcome, "recovered");
  assert.equal(outcomeOf(attempt, observed(later("Stalled")), NOW_MS).outcome, "failed-again");
  const stale = reached(failedRelease());
  assert.equal(outcomeOf(attempt, observed(stale), NOW_MS).outcome, "pending", "the old failure is not news");
  const neverReached = { ...later("Ready"), metadata: failedRelease().metadata };
  assert.equal(
    outcomeOf(attempt, observed(neverReached), NOW_MS).outcome,
    "pending",
    "it is not our success",
  );
  assert.equal(outcomeOf(attempt, undefined, NOW_MS + 46 * 60_000).outcome, "unresolved");
});
