import { clip } from "../../text/clip.ts";
import type { ContainerProblem } from "../../facts/container_problem.ts";
import type { Facts } from "../../facts/facts.ts";
import type { Cause } from "../../causes/cause.ts";
import { APP } from "../../causes/app.ts";
import { DNS } from "../../causes/dns.ts";
import { MACHINE } from "../../causes/machine.ts";
import { ageMs, durationText } from "../../text/duration.ts";
import { type Finding, finding, type Rule } from "../finding.ts";
import { explainNetworkText } from "../network_text.ts";
import { containerEvidence, endEvidence } from "../pod_evidence.ts";
import { forPeople, healthCheckWords, startFailureWords } from "./runtime_text.ts";
import { lastTelling, plainLine } from "./telling_line.ts";
import { BEGUN_ONLY, CRASH_PATTERNS, type CrashWords, WIDE } from "./crash_patterns.ts";

/** What a look-up may end with that is nobody's mistake in a name. */
const LOOKUPS = [DNS.failed, DNS.servfail, DNS.timeout, DNS.refused] as const;
const LOOKUP_CAUSES: readonly string[] = LOOKUPS.map((it) => it.id);

type Crash = Extract<ContainerProblem, { kind: "crash" }>;

/** 128 and the number of the signal SIGILL: the processor does not know a command of the program. */
const ILLEGAL_INSTRUCTION = 132;

/** Containers that stop again and again, by what they said last. */
export const crashRule: Rule = {
  causes: [...CRASH_PATTERNS.map((it) => it.cause), ...LOOKUPS, MACHINE.containerOutOfMemory, APP.crash],
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
  if (crash.exitCode === ILLEGAL_INSTRUCTION) {
    return [
      crashFinding(facts, crash, MACHINE.cpuTooOld, "", { component: crash.component.name, key: "node" }),
    ];
  }
  // 137 is any kill, by a health check too: only the runtime, which asks the kernel, knows of memory.
  if (crash.reason === "OOMKilled" || !begun && /init was OOM-killed/.test(crash.text)) {
    return [
      crashFinding(facts, crash, MACHINE.containerOutOfMemory, "", { component: crash.component.name }),
    ];
  }
  if (!crash.loop) return [];
  const lookup = begun ? failedLookup(facts, crash, lastTelling(lines)) : undefined;
  if (lookup) return [lookup];
  return [generalFinding(facts, crash, { begun, lines })];
}

/**
 * The program stopped since a name could not be looked up. A name that is not known may be the program's own mistake, and of the
 * name service that does not run its own card tells.
 */
function failedLookup(facts: Facts, crash: Crash, line: string): Finding | undefined {
  const told = explainNetworkText(line, facts.snapshot.host);
  if (told?.about !== "network" || !LOOKUP_CAUSES.includes(told.cause.id)) return undefined;
  if (facts.state("coredns")?.ready === false) return undefined;
  const { server, name, until, isMisnamed } = told;
  return finding(facts, told.cause, {
    ...aboutCrash(crash, { specific: false }),
    component: crash.component.name,
    key: server || name,
    words: { server, name, until, isMisnamed },
    evidence: [...evidenceOf(crash), { label: "Last line", text: clip(plainLine(line), 240) }],
  });
}

/** Nothing known: what is told is how it ended, and what was said last. */
function generalFinding(
  facts: Facts,
  crash: Crash,
  { begun, lines }: { begun: boolean; lines: readonly string[] },
): Finding {
  const { component } = crash;
  const line = begun ? clip(plainLine(lastTelling(lines)), 240) : "";
  return finding(facts, APP.crash, {
    ...aboutCrash(crash, { specific: false }),
    component: component.name,
    words: {
      component: component.title,
      times: crash.restarts,
      how: !begun
        ? "not-started"
        : crash.stoppedFor !== ""
        ? "health-check"
        : crash.exitCode === 137
        ? "killed"
        : "ended",
      why: [
        begun ? healthCheckWords(crash.stoppedFor) : startFailureWords(crash.text),
        ...(line !== "" && forPeople(line) === "" ? ["The details quote what it said"] : []),
        ...(!begun && startFailureWords(crash.text) === "" ? ["The details quote what was said"] : []),
      ].filter((it) => it !== "").join(". "),
      detail: forPeople(line),
    },
    evidence: [...evidenceOf(crash), ...(line === "" ? [] : [{ label: "Last line", text: line }])],
  });
}

function crashFinding(
  facts: Facts,
  crash: Crash,
  cause: Cause<CrashWords>,
  detail: string,
  where: { component: string; key?: string },
): Finding {
  const { component } = crash;
  const line = clip(plainLine(detail), 240);
  return finding(facts, cause, {
    ...aboutCrash(crash, { specific: true }),
    component: where.component,
    key: where.key ?? component.name,
    words: {
      component: component.title,
      detail: forPeople(line),
      times: crash.restarts,
      image: crash.container.image,
      level: /x86-64-v\d/.exec(line)?.[0] ?? "",
      port: portIn(line),
      holder: holderOf(facts, crash),
    },
    evidence: [...evidenceOf(crash), ...(line === "" ? [] : [{ label: "Last line", text: line }])],
  });
}

/** Port of "… address already in use :::3000" and its kind; "" where none is told. */
function portIn(line: string): string {
  const [, before, after] =
    /:(\d{1,5}): bind: address already in use|already in use \S{0,60}:(\d{1,5})\b/i.exec(line) ?? [];
  return before ?? after ?? "";
}

/** A pod with an address of its own has its ports for itself; one on the machine's network shares them with all that runs there. */
function holderOf(facts: Facts, { pod }: Crash): CrashWords["holder"] {
  const isOnMachine = pod.podIp !== undefined && pod.podIp === pod.hostIp;
  if (!isOnMachine) return "own";
  const others = facts.snapshot.pods.filter((it) =>
    it.namespace === pod.namespace && it.name !== pod.name && it.owner?.kind === pod.owner?.kind &&
    it.owner?.name === pod.owner?.name && it.nodeName === pod.nodeName
  );
  return others.some((it) => it.deletedAt !== undefined) ? "previous" : "machine";
}

function aboutCrash(crash: Crash, { specific }: { specific: boolean }) {
  const { tier, name } = crash.component;
  return {
    tier,
    key: name,
    // Workers may stop a few times while what they need is still starting.
    hard: specific || crash.restarts >= (tier === "background" ? 5 : 3),
    since: crash.since,
  };
}

function evidenceOf(crash: Crash): Finding["evidence"] {
  return [
    ...containerEvidence(crash, crash.text),
    ...endEvidence(crash),
  ];
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
          why: healthCheckWords(problem.text),
          detail: "",
        },
        evidence: containerEvidence(problem, problem.text),
      })];
    });
  },
};
