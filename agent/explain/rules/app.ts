import { ageMs, durationText } from "../../text/duration.ts";
import { clip, lastTelling } from "./crash.ts";
import { type Finding, finding, type Rule } from "../finding.ts";

const START_PATIENCE_MS = 3 * 60_000;
const DEGRADED_AFTER_MS = 15 * 60_000;
const CONTROLLER_PATIENCE_MS = 2 * 60_000;
/** Host of the placeholder address in the release's profile. @see contract.md 4 */
const PLACEHOLDER_HOST = "alga.local";

/** The container runs, but the application inside gives no answer, or sends people elsewhere. @see contract.md 9.5 A6-A10 */
export const applicationRule: Rule = {
  ids: ["app.probe", "app.url", "app.certificate"],
  find(facts) {
    const state = facts.state("alga-core");
    const { local, public: open, pod, url: address } = facts.app;
    if (state?.ready !== true || !local) return [];
    const started = pod?.containers.find((it) => !it.init)?.state.startedAt;
    const lines = pod ? facts.logOf(pod, pod.containers.find((it) => !it.init)?.name ?? "") : [];
    const evidence = [
      { label: "Asked", text: local.url },
      {
        label: "Answer",
        text: local.error || `HTTP ${local.statusCode ?? "?"} ${local.location ?? ""}`.trim(),
      },
    ];
    const about = { tier: "login" as const, component: "alga-core", evidence };
    if (!facts.app.isLocalGood) {
      const host = hostIn(local.location);
      if (
        host === PLACEHOLDER_HOST || local.statusCode !== undefined && local.statusCode < 400 && host !== ""
      ) {
        return [finding(facts, { ...about, id: "app.url", words: { name: host, server: address ?? "" } })];
      }
      const badUrl = lines.findLast((it) => /NEXTAUTH_URL must/.test(it));
      if (badUrl !== undefined) {
        return [finding(facts, {
          ...about,
          id: "app.url",
          since: started,
          words: { name: "", server: address ?? "", detail: clip(badUrl, 240) },
        })];
      }
      const age = ageMs(started, facts.nowMs);
      if (age < 60_000) return [];
      return [finding(facts, {
        ...about,
        id: "app.probe",
        hard: age > START_PATIENCE_MS,
        since: started,
        words: { component: "Alga PSA", amount: durationText(age), detail: clip(lastTelling(lines), 240) },
      })];
    }
    if (!open) return [];
    const good = facts.app.isPublicGood;
    if (good && !open.privateCertificate) return [];
    return [finding(facts, {
      id: good ? "app.certificate" : "app.url",
      tier: "fullHealth",
      component: "alga-core",
      key: "public",
      // The way in from outside may differ from the way that this machine has: only a hint.
      hard: false,
      words: { server: open.url, detail: clip(open.error, 200) },
      evidence: [
        { label: "Asked", text: open.url },
        {
          label: "Answer",
          text: [
            open.statusCode === undefined ? "" : `HTTP ${open.statusCode} ${open.location ?? ""}`.trim(),
            open.error,
          ].filter((it) => it !== "").join("; "),
        },
      ],
    })];
  },
};

function hostIn(location: string | undefined): string {
  return location !== undefined && URL.canParse(location) ? new URL(location).hostname : "";
}

/** Parts that have been unready for long without anything that explains it. */
export const degradedRule: Rule = {
  ids: ["bg.degraded", "flux.controller-down"],
  find(facts) {
    if (!facts.live) return [];
    return facts.components.flatMap(({ component, workload, ready }): Finding[] => {
      if (ready !== false || !workload) return [];
      const platform = component.tier === "platform";
      const available = workload.conditions.find((it) => it.type === "Available" && it.status !== "True");
      const deadline = workload.conditions.some((it) => it.reason === "ProgressDeadlineExceeded");
      // Of none that are wanted all are available: nothing tells since when.
      const isSwitchedOff = workload.desired === 0;
      const since = isSwitchedOff ? undefined : available?.since ?? workload.createdAt;
      const age = ageMs(since, facts.nowMs);
      if (!isSwitchedOff && age < (platform ? CONTROLLER_PATIENCE_MS : DEGRADED_AFTER_MS) && !deadline) {
        return [];
      }
      return [finding(facts, {
        id: platform ? "flux.controller-down" : "bg.degraded",
        tier: component.tier,
        component: component.name,
        since,
        words: {
          component: component.title,
          ...(isSwitchedOff ? { detail: "switched off" } : { amount: durationText(age) }),
        },
        evidence: [
          { label: "Object", text: `${workload.kind} ${workload.namespace}/${workload.name}` },
          { label: "State", text: `${workload.ready} of ${workload.desired} ready` },
          ...(available ? [{ label: "Message", text: clip(available.message, 300) }] : []),
        ],
      })];
    });
  },
};

/** What the agent knows of itself: its records, set-up, its own look at the registry. */
export const agentRule: Rule = {
  ids: ["agent.state-damaged", "agent.setup-failed"],
  find(facts) {
    const { snapshot } = facts;
    const found: Finding[] = [];
    if (snapshot.remembered.stateDamage !== undefined) {
      found.push(finding(facts, {
        id: "agent.state-damaged",
        tier: "fullHealth",
        component: "appliance",
        hard: false,
        words: { detail: clip(snapshot.remembered.stateDamage, 240) },
        evidence: [{ label: "Message", text: clip(snapshot.remembered.stateDamage, 400) }],
      }));
    }
    const { setup } = snapshot;
    if (setup.status === "failed" && setup.failure) {
      found.push(finding(facts, {
        id: "agent.setup-failed",
        tier: "platform",
        component: "setup",
        since: setup.since,
        words: { name: setup.stepTitle ?? "", detail: setup.failure.message },
        evidence: [
          { label: "Step", text: setup.stepTitle ?? "" },
          { label: "Code", text: setup.failure.code },
          ...(setup.failure.details === ""
            ? []
            : [{ label: "Message", text: clip(setup.failure.details, 400) }]),
        ],
      }));
    }
    return found;
  },
};
