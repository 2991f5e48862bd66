import { PATHS_SHOWN } from "./paths_shown.ts";
import type { MACHINE } from "../machine.ts";
import {
  BIGGEST,
  describePods,
  DISK_USE,
  K3S_LOG,
  K3S_RESTART,
  KERNEL_LOG,
  NODES,
  OLD_LOGS,
  STATUS,
  UNUSED_IMAGES,
} from "./commands.ts";
import type { HelpOf, HelpStep } from "./help_shape.ts";

const KEEP =
  `Do not delete anything below ${PATHS_SHOWN.k3s}, ${PATHS_SHOWN.volumes} or ${PATHS_SHOWN.state}: the database, the files of Alga and the appliance's own record lie there.`;
const MEMORY = "free -h";

/** From the gentle to the lasting. */
const FREE_SPACE: readonly [HelpStep<unknown>, ...HelpStep<unknown>[]] = [
  { do: "Remove old logs of the system.", run: OLD_LOGS },
  { do: "Remove images that nothing uses. Parts that run keep theirs.", run: UNUSED_IMAGES },
  { do: "See what else is large, for example backups or files of your own.", run: BIGGEST },
  { do: "Enlarge the disk of this virtual machine.", at: "hypervisor" },
  {
    do:
      "Then enlarge the partition and the file system. DISK and PART are what the first command shows for /, for example sda and 2; with LVM (a name below /dev/mapper) the last command takes the place of the third.",
    run: [
      "lsblk",
      "sudo growpart /dev/DISK PART",
      "sudo resize2fs /dev/DISKPART",
      "sudo lvextend -r -l +100%FREE /dev/mapper/ubuntu--vg-ubuntu--lv",
    ],
  },
];

/** Help for disk, memory, address and name of the machine. */
export const MACHINE_HELP = {
  "disk.pressure": {
    title: "The disk is nearly full",
    meaning:
      "Next to nothing of the disk is free. Kubernetes stops services and removes images to save what space is left, and starts nothing new.",
    signs: [
      { see: "The column Use% is 95 or more.", run: DISK_USE },
      { see: "DiskPressure is True, and the events below tell since when.", run: NODES },
    ],
    steps: [...FREE_SPACE, {
      do: "Wait. Services come back by themselves.",
      wait: "It takes about five minutes once 15 % are free.",
    }],
    never: [
      KEEP,
      "Do not restart the machine to get space: what is full stays full, and what stopped may not start.",
    ],
    data: "None so far. A disk that becomes full can stop the database; what it has stored stays.",
  },
  "disk.full": {
    title: "The disk of this appliance is full",
    meaning:
      "The appliance could not write its own record. It goes on from memory; what changes now is not kept over a restart.",
    signs: [
      { see: "The column Use% is 100, or Avail is next to nothing.", run: DISK_USE },
      { see: "The disk may also be out of file numbers: then IUse% is 100.", run: "df -i /" },
    ],
    steps: [...FREE_SPACE, {
      do: "Wait. This goes away by itself, without a restart.",
      wait: "It takes about a minute.",
    }],
    never: [KEEP, "Do not restart the machine before there is room: what is only in memory would be lost."],
    data:
      "The appliance's own record may miss what happened meanwhile. Data of Alga are not touched by that; the same full disk can stop the database.",
  },
  "disk.readonly": {
    title: "The disk can only be read",
    meaning:
      "The system found an error on the disk and stopped writing, to save what is there. Behind it is a fault of the disk, of the storage of the hypervisor, or of the way between them.",
    signs: [
      {
        see: 'Lines with "I/O error", "EXT4-fs error" or "Remounting filesystem read-only" tell which disk.',
        run: KERNEL_LOG,
      },
      { see: 'The options of / begin with "ro".', run: "findmnt -no OPTIONS /" },
    ],
    steps: [
      {
        do:
          "Check the storage of this virtual machine: free space of the datastore, failed disks, lost paths.",
        at: "hypervisor",
      },
      {
        do: "If you can, make a copy of the virtual disk as it is, before anything is repaired.",
        at: "hypervisor",
      },
      {
        do: "Restart the machine once the storage is well. The file system is checked at start.",
        run: "sudo systemctl reboot",
      },
      {
        do: "If it becomes read-only again, restore your last backup to a healthy disk, with help.",
        ask: "alga-support",
        also: KERNEL_LOG,
      },
    ],
    never: [
      "Do not make it writable by force (mount -o remount,rw): writing to a faulty disk destroys more.",
      "Do not try again while it stays: every write can damage the database.",
    ],
    data:
      "What was written last may be missing or damaged. What was stored before can be read, as long as the disk lasts.",
    retry: "The disk has a fault: each further write can damage data.",
  },
  "disk.io-error": {
    title: "The disk reports errors",
    meaning:
      "A part of the disk cannot be read or written. Behind it is a fault of the disk, of the storage of the hypervisor, or of the way between them. It gets worse with use.",
    signs: [
      {
        see: 'Lines with "I/O error" tell which disk and which part of it.',
        run: "sudo journalctl -k -g 'I/O error' -n 20 -r",
      },
      { see: "See which disk holds what.", run: "lsblk" },
    ],
    steps: [
      {
        do: "Stop everything that writes. Alga is away until k3s is started again.",
        run: "sudo systemctl stop k3s && sudo /usr/local/bin/k3s-killall.sh",
      },
      { do: "Make a copy of the virtual disk as it is.", at: "hypervisor" },
      {
        do: "Check the storage behind it: failed disks, lost paths, free space of the datastore.",
        at: "hypervisor",
      },
      { do: "Move the virtual machine to healthy storage, then start it.", at: "hypervisor" },
      {
        do: "If the database does not start there, restore it from your last backup, with help.",
        ask: "alga-support",
        also: KERNEL_LOG,
      },
    ],
    never: [
      "Do not try again on the same disk: each try wears it and may write damage over what is still good.",
      KEEP,
    ],
    data: "What lies on the faulty part may be lost. The rest can be read, as long as the disk lasts.",
    retry: "The disk has a fault: each further write can damage data.",
  },
  "disk.slow": {
    title: "The disk is too slow for Kubernetes",
    meaning:
      "Kubernetes keeps its state in a database on this disk. Writing to it takes longer than a second again and again, so everything is late and parts restart without need.",
    signs: [
      {
        see: 'Lines with "Slow SQL" and times above 1 s come again and again.',
        run: "sudo journalctl -u k3s -g 'Slow SQL' -n 20 -r",
      },
      {
        see:
          'In the lines with "full", avg60 says how much of the last minute everything stood still for the disk, in percent.',
        run: "cat /proc/pressure/io",
      },
    ],
    steps: [
      { do: "Move this virtual machine to a faster disk (SSD).", at: "hypervisor" },
      {
        do:
          "If it shares its disk, take load off it: backups, other machines, old snapshots of this machine.",
        at: "hypervisor",
      },
      { do: "See whether it is better. It goes away by itself.", run: STATUS },
    ],
    never: ["Do not restart k3s for this: a start reads and writes most of all."],
    data: "None. Everything is stored, only late.",
  },
  "mem.oom-host": {
    title: "This machine runs out of memory",
    meaning: "More memory is asked for than the machine has. Services are stopped to keep it alive.",
    signs: [
      { see: "The column available is next to nothing.", run: MEMORY },
      {
        see: 'Lines with "Out of memory: Killed process" tell what was stopped.',
        run: "sudo journalctl -k -g 'Out of memory' -n 10 -r",
      },
    ],
    steps: [
      {
        do:
          "Give this virtual machine 16 GiB of memory or more. It has to be switched off for that, in good order.",
        at: "hypervisor",
      },
      {
        do: "If it has them, stop what does not belong to the appliance; this shows the largest.",
        run: "ps -eo rss,comm --sort=-rss | head -n 15",
      },
      {
        do: "If only parts of Alga are large, report it.",
        ask: "alga-support",
        also: "ps -eo rss,comm --sort=-rss | head -n 15",
      },
    ],
    never: ["Do not add swap instead: the database would be slow beyond use."],
    data: "None lost by this: the database recovers what it was writing when it was stopped.",
  },
  "mem.oom-container": {
    title: "A part ran out of memory",
    meaning:
      "The part needed more memory than the release allows it, or than the machine has. It was stopped and is started again by itself.",
    signs: [
      { see: 'Its last state is "OOMKilled", or its exit code 137.', run: describePods },
      { see: "See what the machine has in all.", run: MEMORY },
    ],
    steps: [
      { do: "Give this virtual machine 16 GiB of memory or more, if it has less.", at: "hypervisor" },
      { do: "If it has them, report it: the release sets the limit.", ask: "alga-support" },
    ],
    never: ["Do not change the limit by hand: the installer (Flux) puts it back."],
    data: "None lost. What the part was doing at that moment is done again, or has to be asked for again.",
  },
  "net.node-ip-changed": {
    title: "This machine has a new address",
    meaning:
      "Kubernetes took down the address of this machine when it was installed. The machine has another one now, most often because DHCP gave it.",
    signs: [
      { see: "This is the address that it has.", run: "ip -brief address" },
      {
        see: "This is the address that Kubernetes knows (INTERNAL-IP).",
        run: "sudo k3s kubectl get nodes -o wide",
      },
    ],
    steps: [
      {
        do: "Best: have the old address back, for good.",
        ask: "network-admin",
        send: (w) =>
          `Please reserve ${w.before ?? "its old address"} for this machine in DHCP (it has ${
            w.now ?? "another one"
          } now).`,
      },
      { do: "Then take it up.", run: "sudo systemctl reboot" },
      {
        do: (w) =>
          `Or give the machine ${
            w.before ?? "its old address"
          } yourself, as a fixed address. It is tried for 30 seconds and stays if you keep it; Kubernetes is restarted with it.`,
        open: "network",
      },
      {
        do:
          "Or keep the new one: a restart of k3s takes it. Names and firewalls that lead here have to follow.",
        run: K3S_RESTART,
      },
      { do: "If the application address has the old one in it, change it.", open: "answers" },
    ],
    never: ["Do not install again: the data would stay, with keys that fit the old installation."],
    data: "None.",
  },
  "node.no-default-route": {
    title: "This machine has no default gateway",
    meaning: "Kubernetes finds its own address by the way out. There is none, so it does not start.",
    signs: [
      { see: 'No line begins with "default".', run: "ip route" },
      { see: 'The log has "no default routes found".', run: K3S_LOG },
    ],
    steps: [
      { do: "Check that the network card is connected to the right network.", at: "hypervisor" },
      {
        do:
          "Enter the gateway: look for the file, change its routes, and apply it. It takes itself back unless you confirm.",
        run: ["ls /etc/netplan", "sudo netplan try"],
      },
      {
        do: "If you do not know the gateway, ask for it.",
        ask: "network-admin",
        send: "Which gateway may this machine use? It also needs one where there is no internet.",
      },
      { do: "Wait. Kubernetes starts by itself.", wait: "It tries again every few seconds." },
    ],
    never: ["Do not add the route with ip alone: it is lost at the next start."],
    data: "None. Kubernetes has not started.",
  },
  "node.hostname-changed": {
    title: "This machine has a new name",
    meaning: "Kubernetes and its data know this machine by the name that it had when it was installed.",
    signs: [
      { see: "This is the name that it has.", run: "hostnamectl --static" },
      { see: "This is the name that Kubernetes knows.", run: "sudo k3s kubectl get nodes" },
    ],
    steps: [
      {
        do: "Give it its old name back. NAME is the one that Kubernetes knows.",
        run: (w) => `sudo hostnamectl set-hostname ${w.before ?? "NAME"}`,
      },
      {
        do: "See that nothing changes the name at start: preserve_hostname should be true.",
        run: "grep -rs preserve_hostname /etc/cloud",
      },
      { do: "Restart the machine.", run: "sudo systemctl reboot" },
    ],
    never: [
      "Do not delete the machine that Kubernetes knows (delete node): the volumes of Alga are tied to its name.",
      "Do not install again under the new name, for the same reason.",
    ],
    data: "None. Volumes stay where they are and wait for the machine with the old name.",
  },
  "node.resolv-conf": {
    title: "The file with the DNS servers of this machine is missing",
    meaning:
      "Kubernetes gives each part that starts the DNS servers of this machine, from a file that its configuration names. That file is not there.",
    signs: [
      {
        see: 'Its name stands behind "resolv-conf".',
        run: `sudo grep -n resolv-conf ${PATHS_SHOWN.k3sConfig}`,
      },
      {
        see: "Both of these should be there.",
        run: "ls -lL /etc/rancher/k3s/resolv.conf /run/systemd/resolve/resolv.conf",
      },
    ],
    steps: [
      {
        do: "If the file of systemd is missing, have it made again.",
        run: "sudo systemctl restart systemd-resolved",
      },
      { do: "If the file of the appliance is missing, enter the DNS servers again.", open: "answers" },
      { do: "Wait. Parts that could not start try again by themselves.", wait: "It takes a few minutes." },
      { do: "If it stays, report it.", ask: "alga-support", also: K3S_LOG },
    ],
    never: ["Do not put 127.0.0.53 into the file: within the cluster nothing answers there."],
    data: "None. Parts that run go on.",
  },
  "node.cpu-too-old": {
    title: "The processor of this machine is too old, or hidden from it",
    meaning:
      "A program uses commands that this machine's processor does not have. Most often the hypervisor shows the machine an old kind of processor, though its own is newer.",
    signs: [
      {
        see: '"x86-64-v2" should be "supported". "kvm64" or "qemu64" as model shows that it is hidden.',
        run: ["/lib64/ld-linux-x86-64.so.2 --help | grep x86-64-v", "lscpu | grep 'Model name'"],
      },
      { see: "Its last lines speak of the processor, or its exit code is 132.", run: describePods },
    ],
    steps: [
      {
        do:
          'Switch the machine off, set its kind of processor to "host" (or x86-64-v2 and newer), and start it again.',
        at: "hypervisor",
      },
      {
        do: "If the host's own processor is older than about 2010, move the machine to a newer host.",
        at: "hypervisor",
      },
    ],
    never: [
      "Do not choose an older release for that: it would lack repairs, and its programs need the same processor.",
    ],
    data: "None. The program has not started.",
  },
} satisfies HelpOf<typeof MACHINE>;
