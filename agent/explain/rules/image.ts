import type { Component } from "../../product/components.ts";
import type { Facts } from "../../facts/facts.ts";
import { TIER_IDS, type TierId } from "../../product/tiers.ts";
import type { BlockerId } from "../blocker_id.ts";
import { ageMs, durationText } from "../../text/duration.ts";
import { type Finding, finding, type Rule } from "../finding.ts";
import { isLargeImage } from "../../product/image_sizes.ts";
import { clip } from "./crash.ts";
import { explainNetworkText, NETWORK_IDS, registryOf } from "../network_text.ts";
import { containerEvidence } from "../pod_evidence.ts";

/** An interrupted download is tried again by itself; after this it is a problem. */
const INTERRUPTED_LIMIT_MS = 10 * 60_000;
const SLOW_AFTER_MS = 5 * 60_000;
const STALLED_AFTER_MS = { large: 45 * 60_000, small: 15 * 60_000 };
/** Small packets pass, large ones do not: connections open, and hang as soon as certificates are sent. */
const HANDSHAKE = /TLS handshake timeout/i;
/** These end without anyone acting. */
const RETRIED: readonly BlockerId[] = ["reg.ratelimit", "reg.unavailable"];

/** Downloads that failed, by the text of the container runtime. @see cluster.md 5, contract.md 9.3 */
export const imagePullRule: Rule = {
  ids: [...NETWORK_IDS, "net.mtu", "img.pull-failed"],
  find(facts) {
    return facts.problems.flatMap((trouble): Finding[] => {
      if (trouble.kind !== "pull") return [];
      const image = trouble.container.image;
      const registry = registryOf(image);
      const cause = explainNetworkText(trouble.text);
      const age = ageMs(trouble.since, facts.nowMs);
      const id = cause?.id === "img.interrupted" && age > INTERRUPTED_LIMIT_MS && HANDSHAKE.test(trouble.text)
        ? "net.mtu"
        : cause?.id ?? "img.pull-failed";
      const perImage = id.startsWith("img.") || id === "reg.auth";
      const queue = queueBehind(facts, image, trouble.pod.nodeName, trouble.component);
      const lasting = id === "img.interrupted" ? age > INTERRUPTED_LIMIT_MS : !RETRIED.includes(id);
      return [finding(facts, {
        id,
        tier: queue.tier,
        component: trouble.component.name,
        key: perImage ? image : cause?.server || registry,
        // Those behind it get their turn between two tries: they are slowed down, not stopped.
        hard: lasting && queue.tier === trouble.component.tier,
        covers: queue.components,
        since: trouble.since,
        words: {
          component: trouble.component.title,
          image,
          server: cause?.server || (id.startsWith("dns.") ? "" : registry),
          name: cause?.name || registry,
          detail: clip(trouble.text, 240),
        },
        evidence: [...containerEvidence(trouble, trouble.text), ...queue.evidence],
      })];
    });
  },
};

/** Downloads that take long. One that waits behind another is not named: the one that holds the queue is. */
export const imageSlowRule: Rule = {
  ids: ["img.slow", "img.stalled"],
  find(facts: Facts) {
    return facts.pulls.flatMap((pull): Finding[] => {
      const age = ageMs(pull.startedAt, facts.nowMs);
      if (pull.waitsFor !== undefined || age <= SLOW_AFTER_MS) return [];
      const stalled = age > STALLED_AFTER_MS[isLargeImage(pull.image) ? "large" : "small"];
      const queue = queueBehind(facts, pull.image, pull.pod.nodeName, pull.component);
      return [finding(facts, {
        id: stalled ? "img.stalled" : "img.slow",
        tier: queue.tier,
        component: pull.component.name,
        key: pull.image,
        hard: stalled,
        since: pull.startedAt,
        covers: queue.components,
        words: { component: pull.component.title, image: pull.image, amount: durationText(age) },
        evidence: [
          {
            label: "Object",
            text: `Pod ${pull.pod.namespace}/${pull.pod.name}, container ${pull.container.name}`,
          },
          { label: "Image", text: pull.image },
          ...queue.evidence,
        ],
      })];
    });
  },
};

/** What waits behind one download: it shares its trouble, also when it matters more. */
function queueBehind(
  facts: Facts,
  image: string,
  nodeName: string,
  own: Component,
): { tier: TierId; components: string[]; evidence: Finding["evidence"] } {
  const waiting = facts.pulls.filter((it) => it.waitsFor === image && it.pod.nodeName === nodeName);
  const tiers = [own.tier, ...waiting.map((it) => it.component.tier)];
  const images = [...new Set(waiting.map((it) => it.image))].slice(0, 10);
  return {
    tier: TIER_IDS.find((it) => tiers.includes(it)) ?? own.tier,
    components: [...new Set(waiting.map((it) => it.component.name))].filter((it) => it !== own.name),
    evidence: images.length === 0 ? [] : [{ label: "Waits behind it", text: images.join(", ") }],
  };
}
