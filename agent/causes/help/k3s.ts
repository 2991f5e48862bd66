import { KUBE_API_PORT } from "../../product/ports.ts";
import type { K3S } from "../k3s.ts";
import { K3S_LOG, K3S_RESTART, K3S_STATE, RETRY_SETUP, STATUS } from "./commands.ts";
import type { HelpOf } from "./help_shape.ts";
import { PATHS_SHOWN } from "./paths_shown.ts";

const NOT_UNINSTALL = "Do not run k3s-uninstall.sh: it removes Kubernetes with everything that it knows.";
const RUNS_ON = "None. Parts that run go on; only their control is missing.";

/** Help for the service "k3s", which is Kubernetes on this machine. */
export const K3S_HELP = {
  "k3s.download": {
    title: "The Kubernetes program is damaged",
    meaning:
      "The program that came is not the one that was expected: its checksum is another. The download was cut, or something on the way changed it. It was not used.",
    signs: [{ see: "The message names the file and both checksums.", run: STATUS }],
    steps: [
      { do: "Try again. It is downloaded again.", run: RETRY_SETUP },
      {
        do: "If it stays, something on the way changes downloads.",
        ask: "network-admin",
        send:
          "Files from https://github.com/k3s-io/k3s/releases arrive changed at this machine. Please take github.com and *.githubusercontent.com out of content inspection.",
      },
    ],
    never: [
      "Do not put another k3s into its place: only the one with the known checksum has been tried with Alga.",
    ],
    data: "None. Nothing was installed.",
  },
  "k3s.start-port": {
    title: "Kubernetes cannot start: its port is in use",
    meaning: (w) =>
      `Another program on this machine holds port ${
        w.port ?? `${KUBE_API_PORT}, or another that Kubernetes needs`
      }.`,
    signs: [
      {
        see: "The last column names the program and its number (pid).",
        run: (w) => w.port === undefined ? "sudo ss -ltunp" : `sudo ss -ltunp 'sport = :${w.port}'`,
      },
    ],
    steps: [
      { do: "Stop that program for good. NAME is its service.", run: "sudo systemctl disable --now NAME" },
      {
        do:
          "If it is an old k3s that was not stopped, stop what is left of it, parts of Alga too, and start it again.",
        run: ["sudo /usr/local/bin/k3s-killall.sh", "sudo systemctl start k3s"],
      },
      { do: "Wait. Kubernetes starts by itself.", wait: "It tries again every few seconds." },
    ],
    never: [
      NOT_UNINSTALL,
      "Do not move Kubernetes to another port: the parts of Alga look for it at this one.",
    ],
    data: "None. Kubernetes has not started.",
  },
  "k3s.start-cgroup": {
    title: "Kubernetes cannot start: the kernel's control groups are missing or too old",
    meaning:
      "The kernel of this machine runs without memory control groups, or with those of the first kind (v1), which Kubernetes no longer takes. Ubuntu 24.04 has the second kind, unless a boot parameter says otherwise.",
    signs: [
      { see: 'The word "memory" must be in the line.', run: "cat /sys/fs/cgroup/cgroup.controllers" },
      {
        see: 'Look for "cgroup_disable=memory" and "systemd.unified_cgroup_hierarchy=0".',
        run: "cat /proc/cmdline",
      },
    ],
    steps: [
      {
        do:
          'Open the file, take "cgroup_disable=memory" and "systemd.unified_cgroup_hierarchy=0" out of GRUB_CMDLINE_LINUX, and put "cgroup_enable=memory" in.',
        run: ["sudo nano /etc/default/grub", "sudo update-grub"],
      },
      { do: "Restart the machine. Kubernetes starts by itself.", run: "sudo systemctl reboot" },
    ],
    never: ["Do not run the appliance in a container (LXC): use a virtual machine."],
    data: "None. Kubernetes has not started.",
  },
  "k3s.db-corrupt": {
    title: "The database of Kubernetes is damaged",
    meaning:
      `The file in ${PATHS_SHOWN.kubeDatabase} cannot be read. That happens after a power cut or by a fault of the disk. It holds what Kubernetes knows, secrets among it. The data of Alga lie elsewhere (${PATHS_SHOWN.volumes}).`,
    signs: [
      { see: 'The log says "file is not a database" or "database disk image is malformed".', run: K3S_LOG },
      { see: "See whether the disk has faults.", run: "sudo journalctl -k -p err -n 30 -r" },
    ],
    steps: [
      {
        do: "Stop Kubernetes, so that nothing writes any more. It may take a minute and a half.",
        run: "sudo systemctl stop k3s",
      },
      { do: "Make a copy of the virtual disk as it is.", at: "hypervisor" },
      {
        do: "Make a copy of the folder, too.",
        run: `sudo cp -a ${PATHS_SHOWN.kubeDatabase} /root/k3s-db-copy`,
      },
      { do: "Have it repaired, or restored from a backup, with help.", ask: "alga-support", also: K3S_LOG },
    ],
    never: [
      `Do not delete ${PATHS_SHOWN.kubeDatabase}: without the secrets in it the data of Alga cannot be opened.`,
      NOT_UNINSTALL,
      "Do not reset and do not install again.",
    ],
    data:
      "What Kubernetes knows, with the passwords that fit the database of Alga. The data of Alga themselves are not touched.",
    retry: "Each start writes to a damaged file.",
  },
  "k3s.config-invalid": {
    title: "Kubernetes cannot read its configuration",
    meaning:
      `${PATHS_SHOWN.k3sConfig}, or a file in ${PATHS_SHOWN.k3sConfig}.d, is not valid YAML. Somebody changed it, or a write was cut off.`,
    signs: [
      { see: 'The log has a line with "yaml:" and what it stumbled over.', run: K3S_LOG },
      {
        see: "See who wrote which file last.",
        run: "ls -l --time-style=long-iso /etc/rancher/k3s /etc/rancher/k3s/config.yaml.d",
      },
    ],
    steps: [
      {
        do: "Correct the file, or take out what was added to it.",
        run: `sudo nano ${PATHS_SHOWN.k3sConfig}`,
      },
      {
        do: "While setup is not over, its last good form is written again when it tries again.",
        run: RETRY_SETUP,
      },
      { do: "Restart Kubernetes.", run: K3S_RESTART },
    ],
    never: ["Do not remove the file: Kubernetes would start without the settings that Alga needs."],
    data: RUNS_ON,
  },
  "k3s.registries-invalid": {
    title: "Kubernetes cannot read its list of registries",
    meaning: (w) =>
      `${PATHS_SHOWN.registries} is not valid YAML${
        w.line === undefined ? "" : `, line ${w.line}`
      }. Kubernetes waits for it and never ends its start.`,
    signs: [
      { see: 'The log has "Waiting to retrieve agent configuration" and the line.', run: K3S_LOG },
      { see: "This is the file, with numbers of its lines.", run: `sudo cat -n ${PATHS_SHOWN.registries}` },
    ],
    steps: [
      { do: "Correct the file.", run: `sudo nano ${PATHS_SHOWN.registries}` },
      { do: "Restart Kubernetes. It may take a minute and a half.", run: K3S_RESTART },
    ],
    never: ["Do not kill the process: wait until it has stopped."],
    data: RUNS_ON,
  },
  "k3s.token-invalid": {
    title: "Kubernetes does not accept its own key",
    meaning:
      `The token in ${PATHS_SHOWN.k3sConfig} has not the form that Kubernetes expects. Somebody changed it: the appliance itself sets none.`,
    signs: [
      { see: 'The log has "failed to normalize".', run: K3S_LOG },
      {
        see: "See whether the configuration names a token. Do not show its value to anybody.",
        run: `sudo grep -c token ${PATHS_SHOWN.k3sConfig}`,
      },
    ],
    steps: [
      {
        do: "Put the old token back, from a copy of the file. The first token also lies here.",
        run: "sudo ls -l /var/lib/rancher/k3s/server/token",
      },
      { do: "Restart Kubernetes.", run: K3S_RESTART },
      { do: "If there is no copy, ask. Do not send the token itself.", ask: "alga-support", also: K3S_LOG },
    ],
    never: ["Do not make a new token: the data of Kubernetes are locked with the old one.", NOT_UNINSTALL],
    data: "None so far. With another token the data of Kubernetes cannot be opened.",
    retry: "A start with another token can lock the data a second time. Put the old one back first.",
  },
  "k3s.cert-expired": {
    title: "An internal certificate of Kubernetes has expired",
    meaning:
      "The parts of Kubernetes show each other certificates that are valid for a year. They are renewed at a start in their last months; this machine has not started for long, or its clock is wrong.",
    signs: [
      { see: "Check the clock first: a wrong one makes good certificates look bad.", run: "timedatectl" },
      { see: "See until when each is valid.", run: "sudo k3s certificate check --output table" },
    ],
    steps: [
      { do: "If the clock is wrong, set it first.", open: { cause: "time.skew" } },
      { do: "Restart Kubernetes. It renews its certificates; parts that run go on.", run: K3S_RESTART },
      {
        do: "If it stays, report it.",
        ask: "alga-support",
        also: "sudo k3s certificate check --output table",
      },
    ],
    never: ["Do not set the clock back to make them valid: everything else would fail then."],
    data: RUNS_ON,
  },
  "k3s.token-mismatch": {
    title: "Kubernetes finds data that another key has locked",
    meaning:
      `The data in ${PATHS_SHOWN.kubeDatabase} are from an earlier installation, or the token was replaced. They can only be opened with the token of then.`,
    signs: [
      { see: 'The log has "encrypted with different token".', run: K3S_LOG },
      {
        see: "See from when the data and the token are.",
        run:
          "sudo ls -l --time-style=long-iso /var/lib/rancher/k3s/server/token /var/lib/rancher/k3s/server/db",
      },
    ],
    steps: [
      { do: "Stop Kubernetes, so that nothing changes any more.", run: "sudo systemctl stop k3s" },
      {
        do: "Bring the old token back from a backup of this machine. This is its place.",
        run: "sudo ls -l /var/lib/rancher/k3s/server/token",
      },
      {
        do: "If there is none, ask before anything else. Do not send a token.",
        ask: "alga-support",
        also: K3S_LOG,
      },
    ],
    never: [`Do not delete ${PATHS_SHOWN.kubeDatabase}.`, NOT_UNINSTALL],
    data:
      "None so far. Without the old token the secrets in it are lost, and with them the way into the database of Alga.",
    retry: "Nothing opens the data but the old token.",
  },
  "k3s.crash-loop": {
    title: "Kubernetes keeps stopping",
    meaning:
      'The service "k3s" starts and ends with an error, again and again. What it said last is not among the known reasons.',
    signs: [
      { see: 'Look for the last line with "level=fatal".', run: K3S_LOG },
      { see: "See since when, and how often it was started.", run: K3S_STATE },
    ],
    steps: [
      { do: "See whether disk or memory ran out.", run: ["df -h /", "free -h"] },
      { do: "Restart the machine once, in good order.", run: "sudo systemctl reboot" },
      { do: "If it stays, report it.", ask: "alga-support", also: "sudo journalctl -u k3s -n 300" },
    ],
    never: [NOT_UNINSTALL, "Do not install another version of k3s over it."],
    data: RUNS_ON,
  },
  "k3s.stopped": {
    title: "Kubernetes has stopped with an error",
    meaning:
      'The service "k3s" ended with an error that is not among the known reasons. It is started again by itself. Until then, Kubernetes does not answer.',
    signs: [
      { see: 'Look for the last line with "level=fatal".', run: K3S_LOG },
      { see: "See whether it runs again.", run: K3S_STATE },
    ],
    steps: [
      { do: "Put right what the line names.", wait: "As long as that takes." },
      { do: "See whether disk or memory ran out.", run: ["df -h /", "free -h"] },
      { do: "Restart the service. Parts that run go on.", run: K3S_RESTART },
      { do: "If it stays, report it.", ask: "alga-support", also: "sudo journalctl -u k3s -n 300" },
    ],
    never: [NOT_UNINSTALL, "Do not install another version of k3s over it."],
    data: RUNS_ON,
  },
  "k3s.api-down": {
    title: "Kubernetes does not answer",
    meaning:
      'The service "k3s" is stopped, still starting, or too busy to answer. What the status page shows may be old; Alga itself may run on.',
    signs: [
      { see: "See whether the service runs, and since when.", run: K3S_STATE },
      { see: 'The answer should be "ok".', run: "sudo k3s kubectl get --raw /readyz" },
    ],
    steps: [
      {
        do: "Wait, if it was started just now.",
        wait: "A start takes up to two minutes, on a slow disk longer.",
      },
      { do: "Restart the service. Parts that run go on.", run: K3S_RESTART },
      { do: "If it stays, read what it says.", run: K3S_LOG },
      {
        do: "If that does not tell you more, restart the machine, in good order.",
        run: "sudo systemctl reboot",
      },
    ],
    never: [NOT_UNINSTALL, "Do not switch the machine off hard: that is how its database gets damaged."],
    data: RUNS_ON,
  },
  "k3s.iptables-flushed": {
    title: "Another program removes the network rules of Kubernetes",
    meaning:
      "Kubernetes leads connections to its services by rules of the firewall. Something cleared them. Kubernetes makes them again within a minute, and they are cleared again.",
    signs: [
      { see: 'Look for "iptables canary", and how often it comes.', run: "sudo journalctl -u k3s -n 200 -r" },
      {
        see: "See which firewall or security software runs here.",
        run: "systemctl list-units --type=service --state=running",
      },
    ],
    steps: [
      {
        do: "If the firewall was restarted only once, wait.",
        wait: "The rules are made again within a minute.",
      },
      {
        do:
          "If a program does it again and again, stop it, or have it leave alone rules whose names begin with KUBE-, CNI- or FLANNEL. NAME is its service.",
        run: "sudo systemctl disable --now NAME",
      },
      { do: "Have all rules made again.", run: K3S_RESTART },
    ],
    never: [
      "Do not clear the rules by hand (iptables -F, nft flush): all services lose each other for that time.",
    ],
    data: "None. Parts of Alga lose connections for moments, and make them again.",
  },
  "k3s.no-kmsg": {
    title: "Kubernetes cannot start: this machine has no kernel of its own",
    meaning:
      "This is a container (LXC or another kind). It has no messages of a kernel (/dev/kmsg), which Kubernetes reads, and lacks other things that it needs.",
    signs: [
      {
        see: "It names the kind of container; for a virtual machine it would be another word.",
        run: "systemd-detect-virt",
      },
      { see: 'The log names "/dev/kmsg".', run: K3S_LOG },
    ],
    steps: [
      { do: "Make a virtual machine with Ubuntu and set the appliance up there.", at: "hypervisor" },
    ],
    never: [
      "Do not lend the container the host's /dev/kmsg: it starts then, and fails later at other places.",
    ],
    data: "None. Kubernetes has not started.",
  },
} satisfies HelpOf<typeof K3S>;
