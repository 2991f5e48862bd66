import { clip } from "../../text/clip.ts";
import type { ContainerProblem } from "../../facts/container_problem.ts";
import type { Facts } from "../../facts/facts.ts";
import type { Cause } from "../../causes/cause.ts";
import { APP } from "../../causes/app.ts";
import { CONFIG } from "../../causes/config.ts";
import { DATABASE } from "../../causes/database.ts";
import { DNS } from "../../causes/dns.ts";
import { IMAGE } from "../../causes/image.ts";
import { MACHINE } from "../../causes/machine.ts";
import { STORAGE } from "../../causes/storage.ts";
import { ageMs, durationText } from "../../text/duration.ts";
import { type Finding, finding, type Rule } from "../finding.ts";
import { containerEvidence } from "../pod_evidence.ts";

type Crash = Extract<ContainerProblem, { kind: "crash" }>;

/** What a cause may ask of a container that stopped. */
interface CrashWords {
  component: string;
  image: string;
  times: number;
  detail: string;
}

interface CrashPattern {
  cause: Cause<CrashWords>;
  test: RegExp;
  /** Where the cause lies, when that is not the component that stops. */
  component?: string;
  only?: readonly string[];
}

/** What the last lines of a container that stopped tell; first match wins. @see contract.md 9.4, 9.5 */
const CRASH_PATTERNS: readonly CrashPattern[] = [
  { cause: MACHINE.diskErrors, test: /input\/output error|\bdisk I\/O error/i },
  { cause: APP.temporalSchema, test: /sql schema version compatibility check failed/i },
  {
    cause: CONFIG.serviceLinks,
    test: /cannot unmarshal .{0,80}tcp:\/\/|tcp:\/\/.{1,140} into .{0,20}int|parsing "tcp:\/\//,
  },
  {
    cause: DATABASE.version,
    test: /database files are incompatible with server|data directory was initialized by PostgreSQL version/i,
  },
  { cause: MACHINE.diskReadOnly, test: /read-only file system/i },
  { cause: MACHINE.diskPressure, test: /no space left on device/i },
  {
    cause: APP.redisDamaged,
    test:
      /Bad file format reading the append only file|AOF loading aborted|Wrong signature trying to load DB|Unexpected end of file reading the append only file/i,
    only: ["redis"],
  },
  { cause: DATABASE.start, test: /could not locate a valid checkpoint record|\bPANIC: /, only: ["db"] },
  {
    cause: DATABASE.auth,
    test: /password authentication failed|PostgreSQL authentication failed/i,
    component: "db",
  },
  {
    cause: STORAGE.owner,
    test:
      /initdb: error: directory .{0,200} not empty|permission denied(?! for )|operation not permitted|has wrong ownership/i,
    only: ["db", "redis", "alga-core", "storage"],
  },
  { cause: DNS.corednsLoop, test: /\bLoop \(.{0,200}\) detected/, only: ["coredns"] },
  { cause: DNS.corednsNone, test: /no nameservers found|no valid upstream addresses/i, only: ["coredns"] },
  // A shell that is given a program of another processor reads it as a script.
  { cause: IMAGE.arch, test: /exec format error|: line 1: .{0,3}ELF.{0,40}: not found/i },
  {
    cause: APP.redis,
    test: /\bNOAUTH\b|\bMISCONF\b|\bWRONGPASS\b|ECONNREFUSED .{0,40}:6379|redis.{0,80}connection refused/i,
    component: "redis",
  },
];

/** One that could not be started has touched neither its data nor the disk; a volume may be read-only on purpose. */
const BEGUN_ONLY: readonly Cause[] = [STORAGE.owner, MACHINE.diskReadOnly];
/** One cause for the whole machine. */
const WIDE: readonly Cause[] = [MACHINE.diskErrors, MACHINE.diskReadOnly, MACHINE.diskPressure];

/** Containers that stop again and again, by what they said last. */
export const crashRule: Rule = {
  causes: [...CRASH_PATTERNS.map((it) => it.cause), MACHINE.containerOutOfMemory, APP.crash],
  find(facts) {
    return facts.problems.flatMap((problem) =>
      problem.kind === "crash" && problem.component.kind !== "Job" ? explainCrash(facts, problem) : []
    );
  },
};

function explainCrash(facts: Facts, crash: Crash): Finding[] {
  const lines = [crash.text, ...facts.logOf(crash.pod, crash.container.name)].filter((it) => it !== "");
  const begun = crash.reason !== "StartError" && crash.reason !== "RunContainerError";
  for (const pattern of CRASH_PATTERNS) {
    if (pattern.only && !pattern.only.includes(crash.component.name)) continue;
    if (!begun && BEGUN_ONLY.includes(pattern.cause)) continue;
    const line = lines.findLast((it) => pattern.test.test(it));
    if (line === undefined) continue;
    // The disk is one for the whole machine; so is a password that the database refuses.
    const wide = WIDE.includes(pattern.cause);
    return [crashFinding(facts, crash, pattern.cause, line, {
      component: wide ? crash.component.name : pattern.component ?? crash.component.name,
      ...(wide ? { key: "node" } : pattern.component === undefined ? {} : { key: pattern.component }),
    })];
  }
  // 137 is any kill: also the one after a probe or a hook, of which the kubelet tells only seconds later.
  const killed = crash.exitCode === 137 && crash.stoppedFor === "" && crash.restarts >= 2;
  if (crash.reason === "OOMKilled" || killed) {
    return [
      crashFinding(facts, crash, MACHINE.containerOutOfMemory, "", { component: crash.component.name }),
    ];
  }
  if (!crash.loop) return [];
  const detail = crash.stoppedFor || lastTelling(lines);
  return [crashFinding(facts, crash, APP.crash, detail, { component: crash.component.name })];
}

function crashFinding(
  facts: Facts,
  crash: Crash,
  cause: Cause<CrashWords>,
  detail: string,
  where: { component: string; key?: string },
): Finding {
  const { component } = crash;
  const specific = cause.id !== APP.crash.id;
  const line = clip(detail, 240);
  return finding(facts, cause, {
    tier: component.tier,
    component: where.component,
    key: where.key ?? component.name,
    // Workers may stop a few times while what they need is still starting. @see contract.md 3.1
    hard: specific || crash.restarts >= (component.tier === "background" ? 5 : 3),
    since: crash.since,
    words: {
      component: component.title,
      detail: line,
      times: crash.restarts,
      image: crash.container.image,
    },
    evidence: [
      ...containerEvidence(crash, crash.text),
      { label: "Ended with", text: `${crash.reason || "unknown"}, exit code ${crash.exitCode ?? "unknown"}` },
      ...(line === "" ? [] : [{ label: "Last line", text: line }]),
    ],
  });
}

/** The line most likely to tell something: the last that speaks of an error, else the last. */
export function lastTelling(lines: readonly string[]): string {
  return lines.findLast((it) => /error|fatal|panic|exception|failed|cannot|refused/i.test(it)) ??
    lines.at(-1) ??
    "";
}

/** Running for minutes without becoming ready. */
export const probeRule: Rule = {
  causes: [APP.probe],
  find(facts) {
    return facts.problems.flatMap((problem): Finding[] => {
      if (problem.kind !== "not-ready" || problem.component.kind === "Job") return [];
      const age = ageMs(problem.since, facts.nowMs);
      const background = problem.component.tier === "background";
      if (age < (background ? 10 : 3) * 60_000) return [];
      return [finding(facts, APP.probe, {
        tier: problem.component.tier,
        component: problem.component.name,
        hard: age >= (background ? 15 : 5) * 60_000,
        since: problem.since,
        words: {
          component: problem.component.title,
          age: durationText(age),
          detail: clip(problem.text, 240),
        },
        evidence: containerEvidence(problem, problem.text),
      })];
    });
  },
};
