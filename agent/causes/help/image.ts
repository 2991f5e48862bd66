import type { IMAGE } from "../image.ts";
import { BIGGEST, CHECKS, describePods, DISK_USE, OLD_LOGS, PODS, UNUSED_IMAGES } from "./commands.ts";
import type { HelpOf } from "./help_shape.ts";

const NONE = "None. The part waits; its data stay as they are.";
const NOT_AGAIN = "Do not install again: the release would name the same image.";
const BY_HAND = "Do not change the image by hand: the installer (Flux) puts it back.";
const CONTAINERD_LOG = "sudo tail -n 30 /var/lib/rancher/k3s/agent/containerd/containerd.log";
const IMAGES = "sudo k3s crictl images";

/** Help for images that do not come, or cannot be used here. */
export const IMAGE_HELP = {
  "img.not-found": {
    title: "The release names an image that does not exist",
    meaning:
      "The registry answered and said that it has no such image. This machine, its network and its clock are fine.",
    signs: [
      { see: 'Its last events say "not found".', run: describePods },
      { see: "The checks ask for every image that the release names.", run: CHECKS },
    ],
    steps: [{ do: "Report it. Only a new release can name another image.", ask: "alga-support" }],
    never: [NOT_AGAIN, BY_HAND],
    data: NONE,
  },
  "img.interrupted": {
    title: "A download was interrupted",
    meaning:
      "The connection broke while an image was coming. It is asked for again by itself, after longer and longer breaks of at most five minutes.",
    signs: [
      { see: "Its last events tell of the break, and of the next try.", run: describePods },
      { see: "The newest lines tell what broke.", run: CONTAINERD_LOG },
    ],
    steps: [
      { do: "Wait.", wait: "The next try comes within five minutes." },
      {
        do: "If it happens again and again, have the line looked at.",
        ask: "network-admin",
        send:
          "Long downloads (up to 2 GB) of this machine over HTTPS are cut off. Is there a limit of time or size on the way?",
      },
    ],
    never: ["Do not restart the machine: a download that runs would begin again."],
    data: NONE,
  },
  "img.queued": {
    title: "A download waits for its turn",
    meaning:
      "Kubernetes asks for a few images each second and refuses the others for the moment, or two parts ask for the same one. Each is asked for again by itself.",
    signs: [{ see: 'Its last events say "pull QPS exceeded", or that it is locked.', run: describePods }],
    steps: [
      { do: "Wait.", wait: "The next try comes within five minutes." },
      {
        do: "If it lasts for half an hour, restart the machine, in good order.",
        run: "sudo systemctl reboot",
      },
    ],
    never: ["Do not restart the machine before that: a download that runs would begin again."],
    data: NONE,
  },
  "img.old-format": {
    title: "An image is in a format of the past",
    meaning:
      "Images are described in one of three formats. The oldest (schema 1) is no longer read. Releases of Alga do not use it; some mirrors turn an image into it while copying.",
    signs: [{ see: 'Its last events name "manifest.v1+prettyjws".', run: describePods }],
    steps: [
      { do: "See whether a mirror is set.", open: "answers" },
      {
        do: "Copy the image again with a program that keeps its format.",
        ask: "network-admin",
        send:
          "Images in the mirror are in the format schema 1. They have to be copied as they are (skopeo copy --all).",
      },
      { do: "Without a mirror, report the release.", ask: "alga-support", also: describePods },
    ],
    never: ["Do not name another image by hand: the next update would meet it."],
    data: NONE,
  },
  "img.slow": {
    title: "An image is still being downloaded",
    meaning: "The image is large, and bytes are coming. The largest image of Alga has about 1.8 GB.",
    signs: [
      {
        see: "Downloads that run grow here.",
        run: "sudo du -sh /var/lib/rancher/k3s/agent/containerd/io.containerd.content.v1.content/ingest",
      },
      { see: "Images that are there already are listed here.", run: IMAGES },
    ],
    steps: [{ do: "Wait. It goes on by itself.", wait: "At 1 MB/s the largest image takes half an hour." }],
    never: ["Do not restart the machine or k3s: the download would begin again."],
    data: NONE,
  },
  "img.stalled": {
    title: "A download may have stopped",
    meaning:
      "An image has been loading for longer than it should. Others may wait behind it: they are loaded one after the other.",
    signs: [
      {
        see: "While bytes come, this grows from minute to minute.",
        run: "sudo du -sh /var/lib/rancher/k3s/agent/containerd/io.containerd.content.v1.content/ingest",
      },
      { see: "The newest lines tell what it waits for.", run: CONTAINERD_LOG },
    ],
    steps: [
      { do: "See whether the registry can be reached. The checks change nothing.", run: CHECKS },
      {
        do: "If nothing grows for ten minutes, begin the download again. Parts that run go on.",
        run: "sudo systemctl restart k3s",
      },
      {
        do: "If it stops again, have the line looked at.",
        ask: "network-admin",
        send:
          "Downloads of this machine over HTTPS begin and then stand still. Does something on the way hold them back to inspect them?",
      },
    ],
    never: [NOT_AGAIN],
    data: NONE,
  },
  "img.arch": {
    title: "An image is not made for this kind of processor",
    meaning:
      "Alga's images are made for x86-64 processors. This machine has another, or the image has no build for it.",
    signs: [
      { see: "It should say x86_64.", run: "uname -m" },
      { see: 'Its last events say "no match for platform" or "exec format error".', run: describePods },
    ],
    steps: [
      {
        do: "If it is not x86_64, set the appliance up on a machine with an x86-64 processor.",
        at: "hypervisor",
      },
      { do: "If it is, report it.", ask: "alga-support" },
    ],
    never: ["Do not emulate the processor: the database would be far too slow."],
    data: NONE,
  },
  "img.no-space": {
    title: "The disk is full",
    meaning: "An image came, and could not be unpacked because the disk has no room left.",
    signs: [
      { see: "The column Use% is at or near 100.", run: DISK_USE },
      { see: "These folders take most.", run: BIGGEST },
    ],
    steps: [
      { do: "Remove old logs of the system.", run: OLD_LOGS },
      { do: "Remove images that nothing uses.", run: UNUSED_IMAGES },
      {
        do: "Enlarge the disk of this virtual machine, then the file system in it.",
        open: { cause: "disk.pressure" },
      },
      {
        do: "Wait. The image is asked for again by itself.",
        wait: "The next try comes within five minutes.",
      },
    ],
    never: [
      "Do not delete anything below /var/lib/rancher/k3s or /var/mnt/alga-data: the database and the files of Alga lie there.",
    ],
    data: "None so far. A full disk can stop the database; what it has stored stays.",
  },
  "img.invalid": {
    title: "An image name is not valid",
    meaning: "The release names something that is not an image name, or may not be downloaded.",
    signs: [{ see: 'Its state is "InvalidImageName" or "ErrImageNeverPull".', run: PODS }],
    steps: [{ do: "Report it. Only a new release can name it right.", ask: "alga-support" }],
    never: [NOT_AGAIN, BY_HAND],
    data: NONE,
  },
  "img.pull-failed": {
    title: "A download fails",
    meaning:
      "An image could not be downloaded, for a reason that is not among the known ones. It is tried again by itself.",
    signs: [
      { see: "Its last events have the whole message.", run: describePods },
      { see: "The newest lines tell more than the events do.", run: CONTAINERD_LOG },
    ],
    steps: [
      { do: "See whether the registry can be reached. The checks change nothing.", run: CHECKS },
      { do: "If every check passes, report it.", ask: "alga-support", also: CONTAINERD_LOG },
    ],
    never: [NOT_AGAIN, BY_HAND],
    data: NONE,
  },
  "img.store-damaged": {
    title: "A download is damaged on this machine",
    meaning:
      "The image came once, and a part of it is missing or changed in the store of this machine, most often after a power cut. The registry and the release are fine.",
    signs: [
      { see: "Its last events speak of a blob, a snapshot or a content digest.", run: describePods },
      { see: "The newest lines tell which part is missing.", run: CONTAINERD_LOG },
    ],
    steps: [
      {
        do: "Remove the image. It is then downloaded again. IMAGE is its name in the events.",
        run: (w) => `sudo k3s crictl rmi ${w.image ?? "IMAGE"}`,
      },
      { do: "Wait.", wait: "The next try comes within five minutes." },
      { do: "If it stays, see whether the disk has errors.", open: { cause: "disk.io-error" } },
      { do: "If the disk is well, report it.", ask: "alga-support", also: CONTAINERD_LOG },
    ],
    never: [
      "Do not delete files of the store by hand: the other images share them.",
      NOT_AGAIN,
    ],
    data: NONE,
  },
} satisfies HelpOf<typeof IMAGE>;
