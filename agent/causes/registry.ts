import type { CauseShape } from "./cause_shape.ts";
import { quoted, VENDOR } from "./phrases.ts";

interface Asked {
  /** The registry that was asked; "" when the text does not tell it. */
  server: string;
}

/** Registries that answer and do not give. */
export const REGISTRY = {
  rateLimit: {
    id: "reg.ratelimit",
    kind: "cause",
    owner: "nobody",
    title: (w) => `${w.server || "The registry"} limits downloads from this site`,
    reason: "Too many downloads came from this address. The next tries follow by themselves.",
    nextAction: "Wait: the limit usually ends within a few hours, and the next tries follow by themselves.",
    limit: {
      afterMs: 6 * 3_600_000,
      nextAction:
        "It has lasted longer than such limits do. Ask the network administrator whether other machines share this address, or use a mirror of the registry.",
      owner: "network-admin",
      action: "ask-network-admin",
    },
    retrySafe: true,
    action: "wait",
  } satisfies CauseShape<Asked>,
  auth: {
    id: "reg.auth",
    kind: "cause",
    owner: "vendor",
    title: (w) => `No permission to download${quoted(w.image) || " the release"}`,
    reason: "The registry refuses it without a login, or it does not exist there.",
    nextAction: VENDOR,
    retrySafe: true,
    action: "call-vendor",
  } satisfies CauseShape<{ /** "" when it was the release itself. */ image: string }>,
  unavailable: {
    id: "reg.unavailable",
    kind: "cause",
    owner: "nobody",
    title: (w) => `${w.server || "The registry"} has a problem of its own`,
    reason: "It answers with a server error, or not at all.",
    nextAction: "Wait: it is tried again by itself.",
    limit: {
      afterMs: 3_600_000,
      nextAction:
        "It has lasted for long. Ask the network administrator whether a proxy or firewall answers in place of the registry, or use a mirror of it.",
      owner: "network-admin",
      action: "ask-network-admin",
    },
    retrySafe: true,
    action: "wait",
  } satisfies CauseShape<Asked>,
};
