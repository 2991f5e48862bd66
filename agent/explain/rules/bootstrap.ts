import { BOOTSTRAP_JOB, NAMESPACES } from "../../product/names.ts";
import type { Facts } from "../../facts/facts.ts";
import type { Cause } from "../../causes/cause.ts";
import { APP } from "../../causes/app.ts";
import { BOOTSTRAP } from "../../causes/bootstrap.ts";
import { DATABASE } from "../../causes/database.ts";
import { clip } from "../../text/clip.ts";
import { type Finding, finding, type Rule } from "../finding.ts";
import { MIGRATION_FAILED } from "./migration_words.ts";
import { forPeople } from "./runtime_text.ts";

interface FailureWords {
  component: string;
  detail: string;
  isLate: boolean;
}

/** What the last error lines of the first-time setup tell; first match wins. */
const FAILURES: readonly { cause: Cause<FailureWords>; test: RegExp; component?: string }[] = [
  {
    cause: DATABASE.auth,
    test: /PostgreSQL authentication failed|password authentication failed/i,
    component: "db",
  },
  { cause: BOOTSTRAP.migrationFailed, test: MIGRATION_FAILED },
  { cause: DATABASE.start, test: /PostgreSQL did not become reachable within/i, component: "db" },
  {
    cause: BOOTSTRAP.seedGuard,
    test: /Existing application database state detected|seed.{0,60}refused/i,
  },
  { cause: APP.redisUnsaved, test: /\bMISCONF\b/, component: "redis" },
  { cause: APP.redis, test: /\bNOAUTH\b|\bWRONGPASS\b/, component: "redis" },
];

/** The first-time setup of the database: running, or ended with an error. */
export const bootstrapRule: Rule = {
  causes: [BOOTSTRAP.running, BOOTSTRAP.failed, ...new Set(FAILURES.map((it) => it.cause))],
  find(facts) {
    const { outcome } = facts.bootstrap;
    if (outcome === "running") return [running(facts)];
    return outcome === "failed" ? [failed(facts)] : [];
  },
};

function evidenceOf(facts: Facts, errors: readonly string[]): Finding["evidence"] {
  const job = facts.bootstrap.job;
  const name = job ? `${job.namespace}/${job.name}` : `${NAMESPACES.app}/${BOOTSTRAP_JOB}`;
  const condition = job?.conditions.find((it) => it.type === "Failed" && it.status === "True");
  return [
    { label: "Object", text: `Job ${name}` },
    {
      label: "State",
      text: condition ? `${condition.reason}: ${clip(condition.message, 200)}` : facts.bootstrap.jobState,
    },
    ...errors.slice(-4).map((text) => ({ label: "Error line", text: clip(text, 300) })),
  ];
}

function running(facts: Facts): Finding {
  const { job, errors, step } = facts.bootstrap;
  const attempt = (job?.failed ?? 0) > 0 ? `attempt ${(job?.failed ?? 0) + 1}` : "";
  return finding(facts, BOOTSTRAP.running, {
    since: job?.startedAt ?? job?.createdAt,
    words: { step: [step, attempt].filter((it) => it !== "").join(", ") },
    evidence: evidenceOf(facts, errors),
  });
}

function failed(facts: Facts): Finding {
  const { lines, errors } = facts.bootstrap;
  const told = lines.findLast((line) => FAILURES.some((it) => it.test.test(line)));
  const known = told === undefined ? undefined : FAILURES.find((it) => it.test.test(told));
  const detail = told ?? errors.at(-1) ?? "";
  const condition = facts.bootstrap.job?.conditions.find((it) =>
    it.type === "Failed" && it.status === "True"
  );
  return finding(facts, known?.cause ?? BOOTSTRAP.failed, {
    tier: "bootstrap",
    component: known?.component ?? "bootstrap",
    since: condition?.since ?? facts.snapshot.remembered.bootstrap?.at,
    words: {
      component: "The first-time setup",
      detail: forPeople(clip(withoutTime(detail), 240)),
      isLate: facts.bootstrap.isLate,
    },
    evidence: evidenceOf(facts, errors),
  });
}

/** Log lines are kept with the time that the API puts before them. */
function withoutTime(line: string): string {
  return line.replace(/^\d{4}-\d\d-\d\dT[\d:.]+Z\s+/, "");
}
