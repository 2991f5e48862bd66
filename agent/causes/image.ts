import type { CauseShape } from "./cause_shape.ts";
import { afterColon, BUNDLE, FREE_SPACE, LOOK_AT_THE_WAY, midSentence, QUOTED, VENDOR } from "./phrases.ts";

interface Wanted {
  /** Title of the component that needs it. */
  component: string;
  image: string;
}

/** Images that do not come, or cannot be used here. */
export const IMAGE = {
  notFound: {
    id: "img.not-found",
    kind: "cause",
    owner: "vendor",
    title: (w) => `${w.component} cannot start: the release names an image that does not exist`,
    reason: (w) => `The registry has no image "${w.image}".`,
    nextAction: VENDOR,
    retrySafe: true,
    action: "call-vendor",
  } satisfies CauseShape<Wanted>,
  interrupted: {
    id: "img.interrupted",
    kind: "cause",
    owner: "nobody",
    title: (w) => `${w.component}: a download was interrupted`,
    reason: "The connection broke. It is tried again by itself.",
    nextAction: `Nothing to do. If it keeps happening: ${afterColon(LOOK_AT_THE_WAY)}.`,
    patienceMs: 10 * 60_000,
    limit: {
      afterMs: 30 * 60_000,
      nextAction: `${LOOK_AT_THE_WAY}: downloads are cut off again and again.`,
      owner: "network-admin",
      action: "ask-network-admin",
    },
    retrySafe: true,
    action: "wait",
  } satisfies CauseShape<Wanted>,
  slow: {
    id: "img.slow",
    kind: "cause",
    owner: "nobody",
    title: (w) => `${w.component} is still being downloaded`,
    reason: (w) => `The image "${w.image}" is large; the download has been running for ${w.age}.`,
    nextAction: "Nothing to do. It goes on by itself.",
    limit: {
      afterMs: 60 * 60_000,
      nextAction: `${LOOK_AT_THE_WAY}: the download takes longer than it should.`,
      owner: "network-admin",
      action: "ask-network-admin",
    },
    retrySafe: true,
    action: "wait",
  } satisfies CauseShape<Wanted & { age: string }>,
  stalled: {
    id: "img.stalled",
    kind: "cause",
    owner: "network-admin",
    title: (w) => `The download for ${midSentence(w.component)} may have stopped`,
    reason: (w) => `The image "${w.image}" has been loading for ${w.age}, longer than it should.`,
    nextAction: `${LOOK_AT_THE_WAY}.`,
    retrySafe: true,
    action: "ask-network-admin",
  } satisfies CauseShape<Wanted & { age: string }>,
  arch: {
    id: "img.arch",
    kind: "cause",
    owner: "vendor",
    title: (w) => `${w.component} is not made for this kind of processor`,
    reason: (w) => `The image "${w.image}" has no build for it.`,
    nextAction: "Run the appliance on an x86-64 machine, or report this to Alga support.",
    retrySafe: true,
    action: "call-vendor",
  } satisfies CauseShape<Wanted>,
  noSpace: {
    id: "img.no-space",
    kind: "cause",
    owner: "you",
    title: "The disk is full",
    reason: (w) => `The image "${w.image}" could not be unpacked.`,
    nextAction: `${FREE_SPACE} Trying again is safe.`,
    retrySafe: true,
    action: "free-disk",
    remedy: "prune-images",
  } satisfies CauseShape<Wanted>,
  storeDamaged: {
    id: "img.store-damaged",
    kind: "cause",
    owner: "you",
    title: (w) =>
      w.isAltered
        ? `${w.component} cannot start: its download came damaged`
        : `${w.component} cannot start: its download is damaged on this machine`,
    reason: (w) =>
      w.isAltered
        ? `What arrived is not what was sent of the image "${w.image}": something on the way, or the disk of this machine, changed it.`
        : `A part of the image "${w.image}" is missing in the store of this machine, for example after a power cut.`,
    nextAction: (w) =>
      w.isAltered
        ? "It is asked for again by itself. If it stays, have the proxy or security device in between looked at, then the disk (sudo dmesg)."
        : `Remove it (sudo k3s crictl rmi ${w.image}): it is then downloaded again. If it stays, check the disk.`,
    retrySafe: true,
    action: "fix-machine",
    remedy: "prune-images",
  } satisfies CauseShape<Wanted & { /** It came so, and is in no store. */ isAltered: boolean }>,
  queued: {
    id: "img.queued",
    kind: "cause",
    owner: "nobody",
    title: (w) => `${w.component} waits for its turn to be downloaded`,
    reason: "Many images are asked for at once, and this machine loads a few of them at a time.",
    nextAction: "Nothing to do. It goes on by itself.",
    patienceMs: 15 * 60_000,
    limit: {
      afterMs: 30 * 60_000,
      nextAction: `Restart the machine (sudo systemctl reboot). If it stays: ${afterColon(BUNDLE)}`,
      owner: "you",
      action: "restart-machine",
    },
    retrySafe: true,
    action: "wait",
  } satisfies CauseShape<Wanted>,
  oldFormat: {
    id: "img.old-format",
    kind: "cause",
    owner: "vendor",
    title: (w) => `${w.component} cannot start: its image is in a format of the past`,
    reason: (w) =>
      `The image "${w.image}" comes as Docker wrote it until 2016 (schema 1), which Kubernetes no longer reads.`,
    nextAction:
      "Where a mirror of your own is set, look there first: it may have changed the image (skopeo copy --all keeps it as it is). Else report the release and this image to Alga support.",
    retrySafe: true,
    action: "call-vendor",
  } satisfies CauseShape<Wanted>,
  invalid: {
    id: "img.invalid",
    kind: "cause",
    owner: "vendor",
    title: (w) => `${w.component} cannot start: its image name is not valid`,
    reason: (w) => `The release names "${w.image}", which is not an image name or may not be downloaded.`,
    nextAction: VENDOR,
    retrySafe: true,
    action: "call-vendor",
  } satisfies CauseShape<Wanted>,
  pullFailed: {
    id: "img.pull-failed",
    kind: "general",
    owner: "vendor",
    title: (w) =>
      w.isUnpacking ? `${w.component}: a download cannot be unpacked` : `${w.component}: a download fails`,
    reason: (w) =>
      w.isUnpacking
        ? `The image "${w.image}" came, and this machine could not unpack it. ${QUOTED}`
        : `The image "${w.image}" could not be downloaded. ${QUOTED}`,
    nextAction: (w) =>
      w.isUnpacking
        ? `Restart the machine. If it stays: ${afterColon(BUNDLE)}`
        : `${LOOK_AT_THE_WAY}. ${BUNDLE}`,
    retrySafe: true,
    action: "call-vendor",
  } satisfies CauseShape<Wanted & { /** It came, and stays packed. */ isUnpacking: boolean }>,
};
