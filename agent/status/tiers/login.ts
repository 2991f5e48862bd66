import { componentByName } from "../../product/components.ts";
import { condition, workloadCondition } from "./condition.ts";
import type { Component } from "../../product/components.ts";
import type { Facts } from "../../facts/facts.ts";
import type { Condition } from "../document.ts";

/** A probe older than this proves nothing. */
const PROBE_FRESH_MS = 60_000;

/** Conditions: people can sign in, without the tiers below. */
export function loginConditions(facts: Facts): Condition[] {
  return [
    workloadCondition(facts, componentByName("alga-core") as Component),
    answers(facts),
    address(facts),
  ];
}

/** The sign-in page answers on this machine. What answers under the public address may be something else. */
function answers(facts: Facts): Condition {
  const title = "Sign-in page answers";
  const { isUp, local, isLocalGood, public: open, isPublicGood } = facts.app;
  const fresh = local && facts.nowMs - Date.parse(local.at) <= PROBE_FRESH_MS ? local : undefined;
  if (!fresh) {
    return condition("answers", title, isUp ? "unknown" : "waiting", "Not asked yet");
  }
  if (isLocalGood) {
    const elsewhere = !open
      ? ""
      : !isPublicGood
      ? `; ${open.url} does not lead here from this machine`
      : open.privateCertificate
      ? `; browsers will warn about ${open.url}`
      : "";
    return condition("answers", title, "ready", `${fresh.url} answered ${fresh.statusCode}${elsewhere}`);
  }
  const why = fresh.error || `${fresh.url} answered ${fresh.statusCode}`;
  const isWrong = isUp && fresh.statusCode !== undefined;
  return condition("answers", title, isWrong ? "failed" : "waiting", why);
}

function address(facts: Facts): Condition {
  const { url } = facts.app;
  return url === undefined
    ? condition("address", "Address is known", "waiting", "Neither setup nor the cluster tells it yet")
    : condition("address", "Address is known", "ready", url);
}
