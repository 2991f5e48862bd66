import type { Snapshot } from "../../../../agent/facts/snapshot.ts";
import { ago, bootstrapJob, broken, snapshotOf } from "../../status/objects.ts";
import { HEALTHY, type Row } from "../rule_row.ts";

/** For the tests beside the rows. */
export const failedJob = (lines: string[]): Snapshot =>
  snapshotOf(
    broken("alga-core", {
      jobs: [
        bootstrapJob({
          failed: 7,
          conditions: [{
            type: "Failed",
            status: "True",
            reason: "BackoffLimitExceeded",
            message: "Job has reached the specified backoff limit",
            lastTransitionTime: ago(60),
          }],
        }),
      ],
    }),
    { bootstrapLog: { pod: "alga-core-sebastian-bootstrap-r7q4t", tail: lines } },
  );

const runningJob = snapshotOf(broken("alga-core", { jobs: [bootstrapJob({ active: 1 })] }), {
  bootstrapLog: { pod: "p", tail: ["2026-11-21T11:59:00.1Z Running migrations"] },
});

/** Every way in which the rules of this family find something. */
export const BOOTSTRAP_ROWS: readonly Row[] = [
  {
    name: "mode fresh on existing data",
    id: "app.seed-guard",
    red: failedJob(["ERROR: Existing application database state detected while bootstrap.mode=fresh"]),
    green: failedJob(["ERROR: Configured seed directory does not exist: /app/x"]),
  },
  { name: "bootstrap runs", id: "app.bootstrap-running", hard: false, red: runningJob, green: HEALTHY },
  ...[
    'error: relation "users" already exists',
    'error: column "tenant" of relation "users" already exists',
  ].map((line): Row => ({
    name: `half of a change is there already, ${line}`,
    id: "app.migration-failed",
    red: failedJob([`2026-11-21T11:59:00.1Z ${line}`]),
    green: failedJob(["2026-11-21T11:59:00.1Z ERROR: file already exists"]),
  })),
  {
    name: "bootstrap failed",
    id: "app.bootstrap-failed",
    red: failedJob(["2026-11-21T11:59:00.1Z ERROR: Configured seed directory does not exist: /app/x"]),
    green: runningJob,
  },
  {
    name: "migration failed",
    id: "app.migration-failed",
    red: failedJob([
      "Running migrations",
      'migration file "20261101_x.cjs" failed',
      "ERROR: Migration failed",
    ]),
    green: runningJob,
  },
  {
    name: "a migration runs on top of one that ran half",
    id: "app.migration-failed",
    red: failedJob([
      "Running migrations",
      'error: create table "tickets" (...) - relation "tickets" already exists',
    ]),
    green: runningJob,
  },
  {
    name: "bootstrap password",
    id: "app.db-auth",
    red: failedJob(["ERROR: PostgreSQL authentication failed for user postgres"]),
    green: runningJob,
  },
  {
    name: "bootstrap without cache",
    id: "app.redis",
    component: "redis",
    red: failedJob(["ERROR: ReplyError: NOAUTH Authentication required."]),
    green: runningJob,
  },
  {
    name: "bootstrap with a cache that cannot save",
    id: "app.redis-unsaved",
    component: "redis",
    red: failedJob(["ERROR: ReplyError: MISCONF Redis is configured to save RDB snapshots"]),
    green: runningJob,
  },
  {
    name: "bootstrap without database",
    id: "app.db-start",
    red: failedJob(["ERROR: PostgreSQL did not become reachable within 300s"]),
    green: runningJob,
  },
];
