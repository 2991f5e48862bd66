import type { EventView, PodView } from "../../facts/snapshot.ts";
import { newest } from "../../facts/event_order.ts";
import type { Component } from "../../product/components.ts";
import { isMadeBySetup } from "../../product/names.ts";
import type { Facts } from "../../facts/facts.ts";
import { ageMs } from "../../text/duration.ts";
import { clip } from "../../text/clip.ts";
import { CONFIG } from "../../causes/config.ts";
import { IMAGE } from "../../causes/image.ts";
import { MACHINE } from "../../causes/machine.ts";
import { NODE } from "../../causes/node.ts";
import { STORAGE } from "../../causes/storage.ts";
import { currentEvents } from "../current_events.ts";
import { type Finding, finding, type Rule } from "../finding.ts";
import { explainHostText, HOST_CAUSES } from "./host_text.ts";
import {
  explainNetworkText,
  IMAGE_CAUSES,
  isAlteredContent,
  isStoreDamage,
  NETWORK_CAUSES,
  networkWords,
} from "../network_text.ts";
import { MISSING_OBJECT, NOT_SYNCED } from "../kernel_words.ts";
import { podEvidence } from "../pod_evidence.ts";

const CNI_PATIENCE_MS = 60_000;
/** The kubelet does not get from Kubernetes what it is to mount: no storage is meant. */
const OF_THE_KUBELET =
  /object "[^"]{1,200}"\/"[^"]{1,200}" not registered|failed to fetch token|configmap "kube-root-ca\.crt" not found/i;
/** A setting is there, and has not the part of it that is asked for. */
const MISSING_KEY = /references non-existent (?:config|secret) key: ([^\s,]{1,253})/i;
const GONE_CLAIM =
  /error processing PVC [\w.-]{1,63}\/([\w.-]{1,253}): (?:PVC is being deleted|(?:failed to fetch PVC from API server: )?persistentvolumeclaims? "[^"]{1,253}" not found)/i;
/** The storage behind a claim that is still there. */
const GONE_VOLUME =
  /(?:persistentvolumes?|failed to fetch PV) "?([\w.-]{1,253})"?(?: |: )[^]{0,60}not found/i;
/** The network is there, and something left over, another program at work, or a missing part of the kernel is in the way. */
const LEFT_OVER =
  /no IP addresses available in range|duplicate allocation|already has an IP address different from|holding the xtables lock|already exists|: file exists|exchange full|iptables|nftables|backend for hostport|operation not supported|no such device|netns|plugin type="(?!flannel|portmap|bandwidth|bridge|host-local|loopback)/i;

interface Told {
  facts: Facts;
  pod: PodView;
  component: Component;
  event: EventView;
}

/** Volumes and surroundings of a pod that could not be made; the container only says "ContainerCreating". */
export const mountRule: Rule = {
  causes: [
    STORAGE.mount,
    STORAGE.claimMissing,
    STORAGE.claimLost,
    CONFIG.missingSecret,
    NODE.sandboxFailed,
    ...HOST_CAUSES,
  ],
  find(facts) {
    return facts.unwellPods.flatMap(({ pod, component, events }): Finding[] => {
      const mounts = currentEvents(facts, pod, events).filter((it) =>
        it.reason === "FailedMount" || it.reason === "FailedAttachVolume" || it.reason === "FailedMapVolume"
      );
      // Now and then the kubelet adds that it has waited in vain; the cause stands in its other sentence.
      const event = newest(mounts.filter((it) => !/^Unable to attach or mount volumes/.test(it.message))) ??
        newest(mounts);
      return event ? [explainMount({ facts, pod, component, event })] : [];
    });
  },
};

/** The surroundings of a pod (sandbox): its own small image, its network, its DNS settings. */
export const sandboxRule: Rule = {
  causes: [
    NODE.noPodNetwork,
    NODE.sandboxFailed,
    MACHINE.resolvConf,
    ...HOST_CAUSES,
    ...NETWORK_CAUSES,
    ...IMAGE_CAUSES.filter((it) => it.id !== IMAGE.noSpace.id),
  ],
  find(facts) {
    return facts.unwellPods.flatMap(({ pod, component, events }): Finding[] => {
      const event = newest(
        currentEvents(facts, pod, events).filter((it) =>
          /^Failed(?:Create|Start)?PodSandBox$/.test(it.reason)
        ),
      );
      return event ? [explainSandbox({ facts, pod, component, event })] : [];
    });
  },
};

function aboutPod({ pod, component, event }: Told) {
  return {
    tier: component.tier,
    component: component.name,
    since: event.firstAt ?? pod.createdAt,
    evidence: podEvidence(pod, event.message, event.lastAt),
  };
}

/** One fault of the machine, wherever it is met. */
function hostFinding(told: Told): Finding | undefined {
  const cause = explainHostText(told.event.message);
  return cause && finding(told.facts, cause, { ...aboutPod(told), key: "node" });
}

function explainMount(told: Told): Finding {
  const { facts, component, event: { message } } = told;
  const host = hostFinding(told);
  if (host) return host;
  if (NOT_SYNCED.test(message) || OF_THE_KUBELET.test(message)) return surroundings(told);
  const volume = GONE_VOLUME.exec(message)?.[1];
  if (volume !== undefined) {
    return finding(facts, STORAGE.claimLost, {
      ...aboutPod(told),
      words: { component: component.title, volume },
    });
  }
  const claim = GONE_CLAIM.exec(message)?.[1];
  if (claim !== undefined) {
    return finding(facts, STORAGE.claimMissing, {
      ...aboutPod(told),
      words: { component: component.title, volume: claim },
    });
  }
  const missing = MISSING_OBJECT.exec(message)?.[1] ?? MISSING_KEY.exec(message)?.[1] ?? "";
  if (isMadeBySetup(missing)) {
    return finding(facts, CONFIG.missingSecret, {
      ...aboutPod(told),
      key: missing,
      words: { component: component.title, missing, isMadeBySetup: true },
    });
  }
  return finding(facts, STORAGE.mount, {
    ...aboutPod(told),
    words: {
      component: component.title,
      missing: clip(missing, 120),
      folder: clip(missingFolder(message), 200),
    },
  });
}

function missingFolder(message: string): string {
  return /hostPath type check failed: (\/\S{1,300}) is not/.exec(message)?.[1] ??
    /\bpath "?(\/[^\s":]{1,300})"? (?:does not exist|is not)/.exec(message)?.[1] ??
    /(?:stat|lstat|open|mkdir|evalSymlinks) (\/[^\s":]{1,300}): (?:no such file|not a directory|transport endpoint is not connected|stale (?:NFS )?file handle)/i
      .exec(
        message,
      )?.[1] ??
    "";
}

function explainSandbox(told: Told): Finding {
  const { facts, component, event: { message } } = told;
  const host = hostFinding(told);
  if (host) return host;
  // The image of the sandbox is downloaded like any other, and only here is told of it.
  if (/sandbox image|failed to pull image|failed to pull and unpack/i.test(message)) {
    const network = explainNetworkText(message, facts.snapshot.host);
    const image = /(?:pull and unpack image|sandbox image|pull image) "([^"]+)"/.exec(message)?.[1] ?? "";
    if (network) {
      return finding(facts, network.cause, {
        ...aboutPod(told),
        key: network.about === "network" ? network.server || "registry" : image,
        words: {
          ...networkWords(network),
          component: component.title,
          image,
          name: network.name || network.server,
          isAltered: network.isAltered,
        },
      });
    }
  }
  const lost = /image "([^"]{1,300})"/.exec(message)?.[1];
  if (lost !== undefined && isStoreDamage(message)) {
    return finding(facts, IMAGE.storeDamaged, {
      ...aboutPod(told),
      key: lost,
      words: { component: component.title, image: lost, isAltered: isAlteredContent(message) },
    });
  }
  if (/resolv\.conf|failed to generate sandbox config|resolv\S{0,60}: no such file/i.test(message)) {
    return finding(facts, MACHINE.resolvConf, { ...aboutPod(told), key: "node" });
  }
  if (
    /\bcni\b|network for sandbox|network plugin|setup network|flannel/i.test(message) &&
    !LEFT_OVER.test(message)
  ) {
    return finding(facts, NODE.noPodNetwork, {
      since: told.event.firstAt ?? told.pod.createdAt,
      hard: ageMs(told.event.firstAt ?? told.pod.createdAt, facts.nowMs) > CNI_PATIENCE_MS,
      evidence: podEvidence(told.pod, message, told.event.lastAt),
    });
  }
  return surroundings(told);
}

function surroundings(told: Told): Finding {
  return finding(told.facts, NODE.sandboxFailed, {
    ...aboutPod(told),
    words: { component: told.component.title },
  });
}
