import type { CauseShape } from "./cause_shape.ts";
import { afterColon, BUNDLE, midSentence, QUOTED } from "./phrases.ts";

/** A part that Kubernetes does not let in. */
interface Refused {
  component: string;
  /** Name of the rule that forbids it; "" when not told. */
  rule: string;
}

/** Containers that cannot be made as they are described. */
export const CONFIG = {
  missingSecret: {
    id: "cfg.missing-secret",
    kind: "cause",
    owner: "you",
    title: (w) => `${w.component} cannot start: a setting is missing`,
    reason: (w) => `It needs "${w.missing}", which was not created.`,
    nextAction: (w) =>
      w.isMadeBySetup
        ? "While setup is not over, run setup again (sudo alga-agent setup --retry): it adds what is missing and keeps what exists. Afterwards: alga-agent help cfg.missing-secret."
        : `Setup does not make it. ${BUNDLE}`,
    retrySafe: true,
    action: "open-setup",
    remedy: "rerun-setup",
  } satisfies CauseShape<{ component: string; missing: string; isMadeBySetup: boolean }>,
  container: {
    id: "cfg.container",
    kind: "general",
    owner: "vendor",
    title: (w) => `${w.component} cannot start as the release describes it`,
    reason: (w) =>
      w.stage === "started"
        ? "The command that runs right after its start failed."
        : w.why === ""
        ? `It could not be made. ${QUOTED}`
        : `It could not be made. ${w.why}.`,
    nextAction: BUNDLE,
    retrySafe: true,
    action: "call-vendor",
  } satisfies CauseShape<{
    component: string;
    /** What failed: making the container, or the command that follows its start. */
    stage: "made" | "started";
    /** Why, in plain words; "" when not known. */
    why: string;
  }>,
  quota: {
    id: "cfg.quota",
    kind: "cause",
    owner: "you",
    title: (w) => `${w.component} may not start: a quota of the cluster is used up`,
    reason: (w) =>
      `Somebody set a limit${w.rule === "" ? "" : `, "${w.rule}",`} on what may run in its namespace.`,
    nextAction: "Raise the quota or remove it. The part then starts by itself.",
    retrySafe: true,
    action: "fix-machine",
  } satisfies CauseShape<Refused>,
  limits: {
    id: "cfg.limits",
    kind: "cause",
    owner: "you",
    title: (w) => `${w.component} may not start: a limit of the cluster forbids its size`,
    reason: "Somebody set limits (LimitRange) on the memory or processor power of each part.",
    nextAction: "Change the limits of the namespace or remove them. The part then starts by itself.",
    retrySafe: true,
    action: "fix-machine",
  } satisfies CauseShape<Refused>,
  webhook: {
    id: "cfg.webhook",
    kind: "cause",
    owner: "you",
    title: (w) => `${w.component} may not start: another program in the cluster refuses it`,
    reason: (w) =>
      `An admission webhook${
        w.rule === "" ? "" : ` ("${w.rule}")`
      } forbids it, or does not answer when it is asked.`,
    nextAction:
      "Correct or remove what was added to the cluster with this webhook. The part then starts by itself.",
    retrySafe: true,
    action: "fix-machine",
  } satisfies CauseShape<Refused>,
  podSecurity: {
    id: "cfg.pod-security",
    kind: "cause",
    owner: "you",
    title: (w) => `${w.component} may not start: a security rule of the cluster forbids it`,
    reason: (w) =>
      `Somebody set the rule${w.rule === "" ? "" : ` "${w.rule}"`} (PodSecurity) for its namespace.`,
    nextAction: "Remove the rule from the namespace. The part then starts by itself.",
    retrySafe: true,
    action: "fix-machine",
  } satisfies CauseShape<Refused>,
  account: {
    id: "cfg.missing-account",
    kind: "cause",
    owner: "vendor",
    title: (w) => `${w.component} may not start: its service account is missing`,
    reason: (w) => `It is to run as${w.rule === "" ? " an account" : ` "${w.rule}"`}, which does not exist.`,
    nextAction: `Retry the release: it brings the account. If it stays: ${afterColon(BUNDLE)}`,
    retrySafe: true,
    action: "call-vendor",
    remedy: "reset-release",
  } satisfies CauseShape<Refused>,
  namespaceEnding: {
    id: "cfg.namespace-ending",
    kind: "cause",
    owner: "you",
    title: (w) => `The namespace${w.rule === "" ? "" : ` "${w.rule}"`} is being deleted`,
    reason: (w) =>
      `Somebody told Kubernetes to delete it with all that is in it, so ${
        midSentence(w.component)
      } cannot be made there.`,
    nextAction:
      `Find out who did it before anything else (sudo k3s kubectl get namespaces). Its volumes may go with it: make a copy of the virtual disk in the hypervisor. ${BUNDLE}`,
    retrySafe: false,
    action: "call-vendor",
  } satisfies CauseShape<Refused>,
  refused: {
    id: "cfg.pod-refused",
    kind: "general",
    owner: "vendor",
    title: (w) => `${w.component} may not start: Kubernetes refuses to make it`,
    reason: `Kubernetes gives a reason that we do not know. ${QUOTED}`,
    nextAction: BUNDLE,
    retrySafe: true,
    action: "call-vendor",
  } satisfies CauseShape<Refused>,
  serviceLinks: {
    id: "cfg.service-links",
    kind: "cause",
    owner: "vendor",
    title: (w) => `${w.component} cannot start: two settings collide`,
    reason: "Kubernetes adds a setting of the same name, with a value that the program cannot read.",
    nextAction:
      "Nothing on this machine. The release has to switch service links off: report it to Alga support.",
    retrySafe: true,
    action: "call-vendor",
  } satisfies CauseShape<{ component: string }>,
};
