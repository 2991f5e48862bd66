import type { CauseShape } from "./cause_shape.ts";
import { BUNDLE, itSaid } from "./phrases.ts";

/** Containers that cannot be made as they are described. */
export const CONFIG = {
  missingSecret: {
    id: "cfg.missing-secret",
    kind: "cause",
    owner: "you",
    title: (w) => `${w.component} cannot start: a setting is missing`,
    reason: (w) => `It needs "${w.missing}", which was not created.`,
    nextAction: "Run setup again: it adds what is missing and keeps what exists.",
    retrySafe: true,
    action: "open-setup",
    remedy: "rerun-setup",
  } satisfies CauseShape<{ component: string; missing: string }>,
  container: {
    id: "cfg.container",
    kind: "general",
    owner: "vendor",
    title: (w) => `${w.component} cannot start as the release describes it`,
    reason: (w) =>
      w.stage === "started"
        ? "The command that runs right after its start failed."
        : `It could not be created.${itSaid(w.detail)}`,
    nextAction: BUNDLE,
    retrySafe: true,
    action: "call-vendor",
  } satisfies CauseShape<{
    component: string;
    /** What failed: making the container, or the command that follows its start. */
    stage: "made" | "started";
    detail: string;
  }>,
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
