import type { CauseShape } from "./cause_shape.ts";
import { BUNDLE, itSaid, RESTART_K3S } from "./phrases.ts";

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
    reason: (w) => `Kubernetes says so.${itSaid(w.detail)}`,
    nextAction: `Wait a few minutes. If it stays, restart the machine. ${BUNDLE}`,
    patienceMs: 60_000,
    retrySafe: true,
    action: "restart-machine",
  } satisfies CauseShape<{ detail: string }>,
  noPodNetwork: {
    id: "k3s.not-ready-cni",
    kind: "cause",
    owner: "you",
    place: AT_NODE,
    title: "The network between services did not start",
    reason: (w) => `Services cannot get an address.${itSaid(w.detail)}`,
    nextAction: `${RESTART_K3S}. If it stays, check for firewall or security software on this machine.`,
    patienceMs: 2 * 60_000,
    retrySafe: true,
    action: "restart-machine",
    remedy: "restart-k3s",
  } satisfies CauseShape<{ detail: string }>,
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
