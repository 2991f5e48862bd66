import type { Scene } from "../status/scene.ts";
import type { BlockerId } from "./blocker_id.ts";
import { ageMs, durationText } from "./duration_text.ts";
import { type Finding, finding, type Rule } from "./finding.ts";
import { isLargeImage } from "./image_size.ts";
import { clip } from "./crash_rules.ts";
import { explainNetworkText, NETWORK_IDS, registryOf } from "./network_text.ts";
import { containerEvidence } from "./pod_evidence.ts";

/** An interrupted download is tried again by itself; after this it is a problem. */
const INTERRUPTED_LIMIT_MS = 10 * 60_000;
const SLOW_AFTER_MS = 5 * 60_000;
const STALLED_AFTER_MS = { large: 45 * 60_000, small: 15 * 60_000 };
/** These end without anyone acting. */
const RETRIED: readonly BlockerId[] = ["reg.ratelimit", "reg.unavailable"];

/** Downloads that failed, by the text of the container runtime. @see cluster.md 5, contract.md 9.3 */
export const imagePullRule: Rule = {
  ids: [...NETWORK_IDS, "img.pull-failed"],
  find(scene) {
    return scene.troubles.flatMap((trouble): Finding[] => {
      if (trouble.kind !== "pull") return [];
      const image = trouble.container.image;
      const registry = registryOf(image);
      const cause = explainNetworkText(trouble.text);
      const id = cause?.id ?? "img.pull-failed";
      const perImage = id.startsWith("img.") || id === "reg.auth";
      return [finding(scene, {
        id,
        tier: trouble.component.tier,
        component: trouble.component.name,
        key: perImage ? image : cause?.server || registry,
        hard: id === "img.interrupted"
          ? ageMs(trouble.since, scene.nowMs) > INTERRUPTED_LIMIT_MS
          : !RETRIED.includes(id),
        since: trouble.since,
        words: {
          component: trouble.component.title,
          image,
          server: cause?.server || (id.startsWith("dns.") ? "" : registry),
          name: cause?.name || registry,
          detail: clip(trouble.text, 240),
        },
        evidence: containerEvidence(trouble, trouble.text),
      })];
    });
  },
};

/** Downloads that take long. One that waits behind another is not named: the one that holds the queue is. */
export const imageSlowRule: Rule = {
  ids: ["img.slow", "img.stalled"],
  find(scene: Scene) {
    return scene.pulls.flatMap((pull): Finding[] => {
      const age = ageMs(pull.startedAt, scene.nowMs);
      if (pull.waitsFor !== undefined || age <= SLOW_AFTER_MS) return [];
      const stalled = age > STALLED_AFTER_MS[isLargeImage(pull.image) ? "large" : "small"];
      const waiting = scene.pulls.filter((it) =>
        it.waitsFor === pull.image && it.pod.nodeName === pull.pod.nodeName
      );
      return [finding(scene, {
        id: stalled ? "img.stalled" : "img.slow",
        tier: pull.component.tier,
        component: pull.component.name,
        key: pull.image,
        hard: stalled,
        since: pull.startedAt,
        words: { component: pull.component.title, image: pull.image, amount: durationText(age) },
        evidence: [
          {
            label: "Object",
            text: `Pod ${pull.pod.namespace}/${pull.pod.name}, container ${pull.container.name}`,
          },
          { label: "Image", text: pull.image },
          ...(waiting.length === 0 ? [] : [{
            label: "Waits behind it",
            text: [...new Set(waiting.map((it) => it.image))].slice(0, 10).join(", "),
          }]),
        ],
      })];
    });
  },
};
