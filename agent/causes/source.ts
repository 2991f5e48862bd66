import type { CauseShape } from "./cause_shape.ts";
import { BUNDLE, LOOK_AT_THE_WAY, MISNAMED, QUOTED } from "./phrases.ts";

/** Where the release comes from. */
export const SOURCE = {
  auth: {
    id: "flux.source-auth",
    kind: "cause",
    owner: "vendor",
    title: "No permission to read the release",
    reason: "The registry refuses the release without a login, or it does not exist there.",
    nextAction: "Check the chosen release. If it is right, report it to Alga support.",
    retrySafe: true,
    action: "call-vendor",
  } satisfies CauseShape,
  tls: {
    id: "flux.source-tls",
    kind: "cause",
    owner: "network-admin",
    title: "The connection to the release source is not trusted",
    reason: (w) =>
      w.isMisnamed
        ? MISNAMED.reason
        : "What answers there does not show a certificate that the installer trusts: most often a device in between, or a server that does not encrypt.",
    nextAction: (w) =>
      w.isMisnamed
        ? MISNAMED.nextAction
        : "Ask the network administrator to exempt the registry from inspection, or for the certificate of that device: what this machine trusts, the installer is given too.",
    retrySafe: true,
    action: "ask-network-admin",
  } satisfies CauseShape<{ isMisnamed?: boolean }>,
  notFound: {
    id: "flux.source-notfound",
    kind: "cause",
    owner: "vendor",
    title: "The chosen release does not exist",
    reason: "The registry has no such release (any more).",
    nextAction: "Choose another release, or report it to Alga support.",
    retrySafe: true,
    action: "call-vendor",
  } satisfies CauseShape,
  failed: {
    id: "flux.source-failed",
    kind: "general",
    owner: "vendor",
    title: "The release cannot be read",
    reason: (w) =>
      w.isHere
        ? `The installer cannot use it, or its own settings for it. ${QUOTED}`
        : `The installer could not fetch it. ${QUOTED}`,
    nextAction: (w) => w.isHere ? BUNDLE : `${LOOK_AT_THE_WAY}. ${BUNDLE}`,
    retrySafe: true,
    action: "call-vendor",
  } satisfies CauseShape<{ /** No connection is at fault. */ isHere: boolean }>,
  verify: {
    id: "flux.verify",
    kind: "cause",
    owner: "vendor",
    title: "The signature of the release is not valid",
    reason: "It may have been changed by someone else. It is not installed.",
    nextAction: "Do not go on with this release. Report it to Alga support.",
    retrySafe: false,
    action: "call-vendor",
  } satisfies CauseShape,
};
