import { hasRun } from "../../facts/has_run.ts";
import { ageMs, durationText } from "../../text/duration.ts";
import { clip } from "../../text/clip.ts";
import { forPeople } from "./runtime_text.ts";
import { lastTelling, plainLine } from "./telling_line.ts";
import type { Component } from "../../product/components.ts";
import { NAMESPACES } from "../../product/names.ts";
import type { Cause } from "../../causes/cause.ts";
import { APP } from "../../causes/app.ts";
import { PART, type PartWords } from "../../causes/part.ts";
import { type Finding, finding, type Rule } from "../finding.ts";

const START_PATIENCE_MS = 3 * 60_000;
const DEGRADED_AFTER_MS = 15 * 60_000;
const CONTROLLER_PATIENCE_MS = 2 * 60_000;
/** Host of the placeholder address in the release's profile. */
const PLACEHOLDER_HOST = "alga.local";

/** The container runs, but the application inside gives no answer, or sends people elsewhere. */
export const applicationRule: Rule = {
  causes: [APP.probe, APP.url, APP.certificate],
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
        return [finding(facts, APP.url, { ...about, words: { host, address: address ?? "", detail: "" } })];
      }
      const badUrl = lines.findLast((it) => /NEXTAUTH_URL must/.test(it));
      if (badUrl !== undefined) {
        return [finding(facts, APP.url, {
          ...about,
          since: started,
          words: { host: "", address: address ?? "", detail: clip(badUrl, 240) },
        })];
      }
      const age = ageMs(started, facts.nowMs);
      if (age < 60_000) return [];
      return [finding(facts, APP.probe, {
        ...about,
        hard: age > START_PATIENCE_MS,
        since: started,
        words: {
          component: "Alga PSA",
          age: durationText(age),
          why: "",
          detail: forPeople(clip(plainLine(lastTelling(lines)), 240)),
        },
      })];
    }
    if (!open) return [];
    const good = facts.app.isPublicGood;
    if (good && !open.privateCertificate) return [];
    const outside = {
      tier: "fullHealth" as const,
      component: "alga-core",
      key: "public",
      // The way in from outside may differ from the way that this machine has: only a hint.
      hard: false,
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
    };
    const words = { address: open.url };
    return [
      good
        ? finding(facts, APP.certificate, { ...outside, words: { ...words, detail: clip(open.error, 200) } })
        : finding(facts, APP.url, { ...outside, words: { ...words, host: "", detail: "" } }),
    ];
  },
};

function hostIn(location: string | undefined): string {
  return location !== undefined && URL.canParse(location) ? new URL(location).hostname : "";
}

const DEGRADED_OF_TIER: Record<Component["tier"], Cause<PartWords>> = {
  platform: PART.platformDown,
  core: PART.coreDegraded,
  bootstrap: PART.coreDegraded,
  login: PART.loginDegraded,
  background: PART.backgroundDegraded,
  fullHealth: PART.backgroundDegraded,
};

function degraded({ tier, namespace }: Component): Cause<PartWords> {
  return namespace === NAMESPACES.flux ? PART.controllerDown : DEGRADED_OF_TIER[tier];
}

/** Parts that have been unready for long without anything that explains it. */
export const degradedRule: Rule = {
  causes: Object.values(PART),
  find(facts) {
    if (!facts.live) return [];
    return facts.components.flatMap(({ component, workload, ready, lostAt }): Finding[] => {
      if (ready !== false || !workload) return [];
      const platform = component.tier === "platform";
      const available = workload.conditions.find((it) => it.type === "Available" && it.status !== "True");
      const deadline = workload.conditions.some((it) => it.reason === "ProgressDeadlineExceeded");
      // Of none that are wanted all are available: nothing tells since when.
      const isSwitchedOff = workload.desired === 0;
      const since = isSwitchedOff ? undefined : lostAt;
      const age = ageMs(since, facts.nowMs);
      if (!isSwitchedOff && age < (platform ? CONTROLLER_PATIENCE_MS : DEGRADED_AFTER_MS) && !deadline) {
        return [];
      }
      return [finding(facts, degraded(component), {
        tier: component.tier,
        component: component.name,
        since,
        words: {
          component: component.title,
          state: isSwitchedOff ? "switched-off" : "not-ready",
          age: durationText(age),
          hasRun: hasRun(facts.snapshot.pods, component.name),
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
