import { SYSCTL_FILE } from "../../product/names.ts";
import type { KERNEL } from "../kernel.ts";
import { describePods, K3S_LOG, KERNEL_LOG } from "./commands.ts";
import type { HelpOf } from "./help_shape.ts";

const NONE = "None.";
const REBOOT = "sudo systemctl reboot";
const NO_DATA = "Do not delete data to make room: the disk is not what is full.";
const KEEP = `sudo nano ${SYSCTL_FILE}`;

/** Help for what all programs of the machine share in its kernel. */
export const KERNEL_HELP = {
  "node.file-watches": {
    title: "This machine allows no further file watches",
    meaning:
      "Programs that wait for files to change (inotify) share two limits: how many of them may wait, and how many files they may wait for. The words of the kernel are those of a full disk or of too many open files, and mean neither.",
    signs: [
      { see: "Both limits, as they are.", run: "sysctl fs.inotify" },
      { see: "The last lines of the part name it.", run: describePods },
    ],
    steps: [
      {
        do: "Raise both.",
        run: "sudo sysctl -w fs.inotify.max_user_instances=8192 fs.inotify.max_user_watches=524288",
      },
      {
        do: "Write the same two lines into the file of the appliance, so that they stay after a restart.",
        run: [KEEP, "sudo sysctl --system"],
      },
      { do: "Wait.", wait: "What stopped is started again within five minutes." },
    ],
    never: [NO_DATA],
    data: NONE,
  },
  "node.kernel-keys": {
    title: "This machine's kernel keys are used up",
    meaning:
      "For each container the kernel keeps a small ring of keys. How many one user may have is limited, and the message of that limit speaks of a disk quota.",
    signs: [
      { see: "Keys of each user, beside their limits.", run: "sudo cat /proc/key-users" },
      { see: "What is said of the container.", run: describePods },
    ],
    steps: [
      {
        do: "Raise the limits.",
        run:
          "sudo sysctl -w kernel.keys.root_maxkeys=1000000 kernel.keys.root_maxbytes=25000000 kernel.keys.maxkeys=20000 kernel.keys.maxbytes=2000000",
      },
      {
        do: "Write the same two lines into the file of the appliance, so that they stay after a restart.",
        run: [KEEP, "sudo sysctl --system"],
      },
      { do: "Wait.", wait: "What stopped is started again within five minutes." },
    ],
    never: [NO_DATA],
    data: NONE,
  },
  "node.process-limit": {
    title: "This machine can start no further processes",
    meaning:
      "The kernel, or the group that a service runs in, has a limit for processes and threads. Most often one program has made far too many.",
    signs: [
      { see: "Programs with the most threads come first.", run: "ps -eo nlwp=,comm= --sort=-nlwp" },
      { see: "The kernel tells of a limit that was met.", run: KERNEL_LOG },
    ],
    steps: [
      { do: "End what has so many, if it is none of Alga.", run: "ps -eo pid=,nlwp=,comm= --sort=-nlwp" },
      { do: "Restart the machine, in good order.", run: REBOOT },
      { do: "If it comes back, report it.", ask: "alga-support", also: "ps -eo nlwp=,comm= --sort=-nlwp" },
    ],
    never: ["Do not end processes of k3s or of the database one by one: restart the machine instead."],
    data: NONE,
  },
  "node.open-files": {
    title: "This machine can open no further files",
    meaning:
      "Files and connections that programs hold open are counted, for each program and for the machine. A limit is used up.",
    signs: [
      { see: "In use, free, and the limit of the machine.", run: "cat /proc/sys/fs/file-nr" },
      { see: "See who says so.", run: K3S_LOG },
    ],
    steps: [
      { do: "Restart the machine, in good order.", run: REBOOT },
      { do: "If it comes back, report it.", ask: "alga-support", also: "cat /proc/sys/fs/file-nr" },
    ],
    never: [NO_DATA],
    data: NONE,
  },
  "node.apparmor": {
    title: "AppArmor does not let containers start",
    meaning:
      "The security module of Ubuntu is on, so Kubernetes gives each container a profile. Its program (apparmor_parser) is missing, or the profile is not there when it is to be set.",
    signs: [
      { see: "The module is on where this says Y.", run: "cat /sys/module/apparmor/parameters/enabled" },
      {
        see: 'A profile "cri-containerd.apparmor.d" should be listed.',
        run: "sudo cat /sys/kernel/security/apparmor/profiles",
      },
      { see: "Refusals are told by the kernel.", run: KERNEL_LOG },
    ],
    steps: [
      { do: "Bring its programs back.", run: "sudo apt install --reinstall apparmor" },
      { do: "Load its profiles, and start Kubernetes again.", run: "sudo systemctl restart apparmor k3s" },
      { do: "If it stays, restart the machine, in good order.", run: REBOOT },
    ],
    never: ["Do not switch AppArmor off: it keeps a broken-in part away from the machine."],
    data: NONE,
  },
} satisfies HelpOf<typeof KERNEL>;
