import type { CauseShape } from "./cause_shape.ts";
import { afterColon, BUNDLE, QUOTED } from "./phrases.ts";

interface ReleasePart {
  /** Name of the Kustomization or HelmRelease. */
  part: string;
}

/** Parts of the release that the installer (Flux) does not get on with. */
export const FLUX = {
  build: {
    id: "flux.build",
    kind: "cause",
    owner: "vendor",
    title: "The release has faulty content",
    reason: (w) => `The part "${w.part}" cannot be installed. ${QUOTED}`,
    nextAction: "Choose another release, or report this one to Alga support.",
    retrySafe: true,
    action: "call-vendor",
  } satisfies CauseShape<ReleasePart>,
  healthCheck: {
    id: "flux.health-check",
    kind: "symptom",
    owner: "vendor",
    title: (w) => `The part "${w.part}" of the release did not become healthy`,
    reason: (w) =>
      w.awaited === ""
        ? `The installer could not look to the end. ${QUOTED}`
        : `The installer waited for: ${w.awaited}.`,
    nextAction: `It is tried again by itself. If it stays: ${afterColon(BUNDLE)}`,
    patienceMs: Infinity,
    limit: { afterMs: 2 * 3_600_000, nextAction: BUNDLE, owner: "vendor", action: "call-vendor" },
    retrySafe: true,
    action: "call-vendor",
  } satisfies CauseShape<
    ReleasePart & {
      /** Names of objects; "" when not told. */ awaited: string;
    }
  >,
  dependency: {
    id: "flux.dependency",
    kind: "symptom",
    owner: "nobody",
    title: (w) => `The part "${w.part}" of the release waits for another`,
    reason: (w) => w.first === "" ? "Another part comes first." : `First comes ${w.first}.`,
    nextAction: "Nothing to do. It goes on by itself.",
    limit: {
      afterMs: 60 * 60_000,
      nextAction: `What it waits for does not come. ${BUNDLE}`,
      owner: "vendor",
      action: "call-vendor",
    },
    retrySafe: true,
    action: "wait",
  } satisfies CauseShape<ReleasePart & { /** What comes before it; "" when not told. */ first: string }>,
  notReady: {
    id: "flux.not-ready",
    kind: "symptom",
    owner: "vendor",
    title: (w) => `The part "${w.part}" of the release is not ready`,
    reason: (w) => `The installer has been busy with it, or not content, for ${w.age}. ${QUOTED}`,
    nextAction: `Retry the part. If it stays: ${afterColon(BUNDLE)}`,
    retrySafe: true,
    action: "call-vendor",
    remedy: "reset-release",
  } satisfies CauseShape<ReleasePart & { age: string }>,
  suspended: {
    id: "flux.suspended",
    kind: "cause",
    owner: "you",
    title: (w) => `The installation of "${w.part}" is paused`,
    reason: "Someone or an interrupted update stopped it on purpose.",
    nextAction: 'Resume it when the reason is gone ("alga-agent help flux.suspended" has the command).',
    retrySafe: true,
    action: "fix-machine",
    remedy: "resume-release",
  } satisfies CauseShape<ReleasePart>,
  stalled: {
    id: "flux.stalled",
    kind: "symptom",
    owner: "vendor",
    title: (w) => `The installer gave up on "${w.part}"`,
    reason: `It will not try again by itself. ${QUOTED}`,
    nextAction: `Retry once the cause is gone. ${BUNDLE}`,
    retrySafe: true,
    action: "call-vendor",
    remedy: "reset-release",
  } satisfies CauseShape<ReleasePart>,
  helmPending: {
    id: "flux.helm-pending",
    kind: "cause",
    owner: "nobody",
    title: (w) => `An earlier installation of "${w.part}" was cut off`,
    reason: (w) =>
      w.isUnfinished
        ? "It was never brought to its end, so that there is no state to go on from."
        : "Its record is still marked as busy.",
    nextAction: "Wait some minutes: it is put right by the next try. If it stays, retry the step.",
    limit: {
      afterMs: 30 * 60_000,
      nextAction: `It is still so. Retry the part; if that does not help: ${afterColon(BUNDLE)}`,
      owner: "you",
      action: "retry",
    },
    retrySafe: true,
    action: "wait",
    remedy: "reset-release",
  } satisfies CauseShape<
    ReleasePart & { /** It failed before any was done; nothing holds its record. */ isUnfinished: boolean }
  >,
  helmTimeout: {
    id: "flux.helm-timeout",
    kind: "symptom",
    owner: "vendor",
    title: (w) => `The installation of "${w.part}" took too long`,
    reason: "No deeper cause is known.",
    nextAction: (w) => `${w.hasRun ? "Read the logs of the part, then retry." : "Retry the part."} ${BUNDLE}`,
    retrySafe: true,
    action: "call-vendor",
    remedy: "reset-release",
  } satisfies CauseShape<ReleasePart & { /** Whether there is a log. */ hasRun: boolean }>,
  values: {
    id: "flux.values",
    kind: "cause",
    owner: "you",
    title: (w) => `The installer cannot read the settings of "${w.part}"`,
    reason: `What the agent wrote for it was deleted or changed. ${QUOTED}`,
    nextAction: (w) =>
      `Have the part tried again: its settings are then written again (sudo alga-agent update retry-part ${w.part}; while setup is not over: sudo alga-agent setup --retry).`,
    retrySafe: true,
    action: "retry",
    remedy: "reset-release",
  } satisfies CauseShape<ReleasePart>,
  kindMissing: {
    id: "flux.crd-missing",
    kind: "cause",
    owner: "you",
    title: (w) =>
      w.isForeign ? "The release needs a kind that is not there" : "The installer is only partly there",
    reason: (w) =>
      w.isForeign
        ? `Kubernetes does not know the kind "${w.kinds.join('", "')}", and the release does not bring it.`
        : `Kubernetes does not know the kind "${w.kinds.join('", "')}" that it needs.`,
    nextAction: "Run setup again: it adds what is missing.",
    // Of a kind that is not the installer's own, from the start.
    limit: {
      afterMs: Infinity,
      nextAction: `Setup does not make it. ${BUNDLE}`,
      owner: "vendor",
      action: "call-vendor",
    },
    retrySafe: true,
    action: "open-setup",
    remedy: "rerun-setup",
  } satisfies CauseShape<{ kinds: readonly string[]; isForeign?: boolean }>,
};
