import { someOf } from "../../text/some_of.ts";
import type { Component } from "../../product/components.ts";
import type { Facts } from "../../facts/facts.ts";
import { TIER_IDS, type TierId } from "../../product/tiers.ts";
import { IMAGE } from "../../causes/image.ts";
import { MACHINE } from "../../causes/machine.ts";
import { NODE } from "../../causes/node.ts";
import { NETWORK } from "../../causes/network.ts";
import { REGISTRY } from "../../causes/registry.ts";
import { ageMs, durationText } from "../../text/duration.ts";
import { type Finding, finding, type Rule } from "../finding.ts";
import { isLargeImage } from "../../product/image_sizes.ts";
import { explainHostText, HOST_CAUSES } from "./host_text.ts";
import {
  explainNetworkText,
  IMAGE_CAUSES,
  isStoreDamage,
  NETWORK_CAUSES,
  registryOf,
} from "../network_text.ts";
import { containerEvidence } from "../pod_evidence.ts";

const SLOW_AFTER_MS = 5 * 60_000;
const STALLED_AFTER_MS = { large: 45 * 60_000, small: 15 * 60_000 };
/** Small packets pass, large ones do not: connections open, and hang as soon as certificates are sent. */
const HANDSHAKE = /TLS handshake timeout/i;
/** It came, and the store of this machine does not take it. */
const UNPACKING = /failed to (?:extract|unpack|unmount|mount)\b|extraction snapshot/i;
/** The kubelet does not get through to the container runtime beside it. */
const RUNTIME_AWAY =
  /containerd\.sock|code = Unavailable desc = (?:connection error|error reading from server)/;
/** These end without anyone acting. */
const RETRIED: readonly string[] = [REGISTRY.rateLimit.id, REGISTRY.unavailable.id];

/** Downloads that failed, by the text of the container runtime. */
export const imagePullRule: Rule = {
  causes: [
    ...NETWORK_CAUSES,
    ...IMAGE_CAUSES,
    ...HOST_CAUSES.filter((it) => it.id !== MACHINE.diskPressure.id),
    NETWORK.mtu,
    IMAGE.pullFailed,
    NODE.containerFailed,
  ],
  find(facts) {
    return facts.problems.flatMap((problem): Finding[] => {
      if (problem.kind !== "pull") return [];
      const image = problem.container.image;
      const registry = registryOf(image);
      const host = explainHostText(problem.text);
      if (host && host.id !== MACHINE.diskPressure.id) {
        return [finding(facts, host, {
          tier: problem.component.tier,
          component: problem.component.name,
          key: "node",
          since: problem.since,
          evidence: containerEvidence(problem, problem.text),
        })];
      }
      const isLook = problem.container.state.reason === "ImageInspectError" && !isStoreDamage(problem.text);
      if (isLook || RUNTIME_AWAY.test(problem.text)) {
        return [finding(facts, NODE.containerFailed, {
          tier: problem.component.tier,
          component: problem.component.name,
          since: problem.since,
          words: { component: problem.component.title, isKnown: true },
          evidence: containerEvidence(problem, problem.text),
        })];
      }
      const told = explainNetworkText(problem.text, facts.snapshot.host);
      const lasting = ageMs(problem.since, facts.nowMs) > IMAGE.interrupted.patienceMs;
      const isInterrupted = told?.cause.id === IMAGE.interrupted.id;
      const hangs = isInterrupted && lasting && HANDSHAKE.test(problem.text);
      const cause = hangs ? NETWORK.mtu : told?.cause ?? IMAGE.pullFailed;
      const perImage = !hangs && told?.about !== "network";
      const queue = queueBehind(facts, image, problem.pod.nodeName, problem.component);
      const patienceMs = hangs ? undefined : told?.cause.patienceMs;
      const isHard = patienceMs === undefined
        ? !RETRIED.includes(cause.id)
        : ageMs(problem.since, facts.nowMs) > patienceMs;
      return [finding(facts, cause, {
        tier: queue.tier,
        component: problem.component.name,
        key: perImage ? image : told?.server || registry,
        // Those behind it get their turn between two tries: they are slowed down, not stopped.
        hard: isHard && queue.tier === problem.component.tier,
        covers: queue.components,
        since: problem.since,
        words: {
          component: problem.component.title,
          image,
          server: told?.server || (isAboutTheWay(cause.id) ? "" : registry),
          name: told?.name || registry,
          until: told?.until ?? "",
          isMisnamed: told?.isMisnamed ?? false,
          isUnknown: told?.isUnknown ?? false,
          isLocal: told?.isLocal ?? false,
          isAltered: told?.isAltered ?? false,
          isUnpacking: UNPACKING.test(problem.text),
        },
        evidence: [...containerEvidence(problem, problem.text), ...queue.evidence],
      })];
    });
  },
};

/** Who is at fault is then a server on the way: the registry is not named in its place. */
function isAboutTheWay(id: string): boolean {
  return id.startsWith("dns.") || id === NETWORK.proxyDown.id;
}

/** Downloads that take long. One that waits behind another is not named: the one that holds the queue is. */
export const imageSlowRule: Rule = {
  causes: [IMAGE.slow, IMAGE.stalled],
  find(facts: Facts) {
    return facts.pulls.flatMap((pull): Finding[] => {
      const age = ageMs(pull.startedAt, facts.nowMs);
      if (pull.waitsFor !== undefined || age <= SLOW_AFTER_MS) return [];
      const stalled = age > STALLED_AFTER_MS[isLargeImage(pull.image) ? "large" : "small"];
      const queue = queueBehind(facts, pull.image, pull.pod.nodeName, pull.component);
      return [finding(facts, stalled ? IMAGE.stalled : IMAGE.slow, {
        tier: queue.tier,
        component: pull.component.name,
        key: pull.image,
        hard: stalled,
        since: pull.startedAt,
        covers: queue.components,
        words: { component: pull.component.title, image: pull.image, age: durationText(age) },
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

/** What waits behind one download: it shares its problem, also when it matters more. */
function queueBehind(
  facts: Facts,
  image: string,
  nodeName: string,
  own: Component,
): { tier: TierId; components: string[]; evidence: Finding["evidence"] } {
  const waiting = facts.pulls.filter((it) => it.waitsFor === image && it.pod.nodeName === nodeName);
  const tiers = [own.tier, ...waiting.map((it) => it.component.tier)];
  const images = [...new Set(waiting.map((it) => it.image))];
  return {
    tier: TIER_IDS.find((it) => tiers.includes(it)) ?? own.tier,
    components: [...new Set(waiting.map((it) => it.component.name))].filter((it) => it !== own.name),
    evidence: images.length === 0 ? [] : [{ label: "Waits behind it", text: someOf(images, 10) }],
  };
}
