import type { CauseShape } from "./cause_shape.ts";
import { afterColon, BUNDLE, midSentence, QUOTED, RESTART_K3S } from "./phrases.ts";

const AT_NODE = { tier: "platform", component: "node" } as const;

/** The machine as Kubernetes sees it. */
export const NODE = {
  gone: {
    id: "k3s.node-gone",
    kind: "cause",
    owner: "you",
    place: AT_NODE,
    title: "Kubernetes has lost this machine",
    reason: 'The service on the machine stopped reporting. Often "k3s" hangs or was stopped.',
    nextAction: `${RESTART_K3S} or the machine.`,
    retrySafe: true,
    action: "restart-machine",
    remedy: "restart-k3s",
  } satisfies CauseShape,
  notReady: {
    id: "k3s.node-not-ready",
    kind: "general",
    owner: "you",
    place: AT_NODE,
    title: "The machine is not ready to run services",
    reason: `Kubernetes says so. ${QUOTED}`,
    nextAction: `Wait a few minutes. If it stays, restart the machine. ${BUNDLE}`,
    limit: {
      afterMs: 10 * 60_000,
      nextAction: `Restart the machine. If it stays: ${afterColon(BUNDLE)}`,
      owner: "you",
      action: "restart-machine",
    },
    patienceMs: 60_000,
    retrySafe: true,
    action: "restart-machine",
  } satisfies CauseShape,
  condition: {
    id: "node.condition",
    kind: "general",
    owner: "you",
    place: AT_NODE,
    title: "Something is wrong with the machine",
    reason: `It takes services, and reports a trouble beside. ${QUOTED}`,
    nextAction: `Put right what the details name, and restart the machine. If it stays: ${
      afterColon(BUNDLE)
    }`,
    patienceMs: 60_000,
    retrySafe: true,
    action: "fix-machine",
  } satisfies CauseShape,
  noPodNetwork: {
    id: "k3s.not-ready-cni",
    kind: "cause",
    owner: "you",
    place: AT_NODE,
    title: "The network between services did not start",
    reason: "Services cannot get an address.",
    nextAction: `${RESTART_K3S}. If it stays, check for firewall or security software on this machine.`,
    patienceMs: 2 * 60_000,
    retrySafe: true,
    action: "restart-machine",
    remedy: "restart-k3s",
  } satisfies CauseShape,
  sandboxFailed: {
    id: "k3s.sandbox-failed",
    kind: "general",
    owner: "you",
    title: (w) => `The machine cannot prepare the start of ${midSentence(w.component)}`,
    reason: `Its surroundings could not be made. ${QUOTED}`,
    nextAction: `Restart the machine. If it stays: ${afterColon(BUNDLE)}`,
    patienceMs: 60_000,
    retrySafe: true,
    action: "restart-machine",
  } satisfies CauseShape<{ component: string }>,
  containerFailed: {
    id: "k3s.container-failed",
    kind: "general",
    owner: "you",
    title: (w) => `The machine cannot make the container of ${midSentence(w.component)}`,
    reason: (w) =>
      w.isKnown
        ? `What makes containers on this machine fails. ${QUOTED}`
        : `It stays in a state that we do not know. ${QUOTED}`,
    nextAction: `Restart the machine. If it stays: ${afterColon(BUNDLE)}`,
    patienceMs: 60_000,
    retrySafe: true,
    action: "restart-machine",
  } satisfies CauseShape<
    { component: string; /** As against a word of a later Kubernetes. */ isKnown: boolean }
  >,
  cordoned: {
    id: "k3s.node-paused",
    kind: "cause",
    owner: "you",
    place: AT_NODE,
    title: "The machine was paused for new services",
    reason: (w) => `Someone marked the machine "${w.node}" so that nothing new starts on it.`,
    nextAction: (w) =>
      `Release the machine again when the work on it is done (sudo k3s kubectl uncordon ${w.node}).`,
    retrySafe: true,
    action: "fix-machine",
    remedy: "uncordon-node",
  } satisfies CauseShape<{ node: string }>,
};
