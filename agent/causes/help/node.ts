import { POD_CIDR, SERVICE_CIDR } from "../../product/networks.ts";
import type { NODE } from "../node.ts";
import { describePods, K3S_LOG, K3S_RESTART, K3S_STATE, NODES } from "./commands.ts";
import type { HelpOf } from "./help_shape.ts";

const NOT_DELETE =
  "Do not delete the machine from Kubernetes (delete node): the volumes of Alga are tied to it.";
const UNTOUCHED = "None.";
const REBOOT = "sudo systemctl reboot";

/** Help for the machine as Kubernetes sees it. */
export const NODE_HELP = {
  "k3s.node-gone": {
    title: "Kubernetes has lost this machine",
    meaning:
      'The part of Kubernetes that looks after this machine stopped reporting. Often the service "k3s" hangs, or was stopped.',
    signs: [
      { see: 'The state is "NotReady" or "Unknown".', run: "sudo k3s kubectl get nodes" },
      { see: "See whether the service runs.", run: K3S_STATE },
    ],
    steps: [
      { do: "Restart the service. Parts that run go on.", run: K3S_RESTART },
      { do: "If it stays, see whether disk or memory ran out.", run: ["df -h /", "free -h"] },
      { do: "Restart the machine, in good order.", run: REBOOT },
    ],
    never: [NOT_DELETE],
    data: UNTOUCHED,
  },
  "k3s.node-not-ready": {
    title: "The machine is not ready to run services",
    meaning:
      "Kubernetes says so of this machine, and gives a reason. After a start it may pass within minutes.",
    signs: [
      { see: 'The reason stands in the line "Ready" below "Conditions".', run: NODES },
      { see: "The log tells more.", run: K3S_LOG },
    ],
    steps: [
      { do: "Wait, if the machine was started just now.", wait: "It takes a few minutes." },
      { do: "Restart the machine, in good order.", run: REBOOT },
      { do: "If it stays, report it.", ask: "alga-support", also: NODES },
    ],
    never: [NOT_DELETE],
    data: UNTOUCHED,
  },
  "node.condition": {
    title: "Something is wrong with the machine",
    meaning:
      "The machine is ready, and reports a trouble beside: too many processes, a hanging kernel, a file system that may not be written, or whatever else watches it.",
    signs: [
      { see: 'The trouble stands below "Conditions", with the status "True".', run: NODES },
      { see: "See what the kernel says.", run: "sudo journalctl -k -p warning -n 100" },
    ],
    steps: [
      {
        do: "For too many processes, see whose they are.",
        run: "ps -eo user=,comm= --sort=user",
      },
      { do: "Restart the machine, in good order.", run: REBOOT },
      { do: "If it stays, report it.", ask: "alga-support", also: NODES },
    ],
    never: [NOT_DELETE],
    data: UNTOUCHED,
  },
  "k3s.not-ready-cni": {
    title: "The network between services did not start",
    meaning:
      "The parts of Alga get addresses from a network inside this machine. It did not come up, so nothing can start.",
    signs: [
      { see: 'Look for "cni" or "flannel".', run: K3S_LOG },
      { see: "The cards flannel.1 and cni0 should be there.", run: "ip -brief link" },
      { see: "Both modules should be listed.", run: "lsmod | grep -E 'vxlan|br_netfilter'" },
    ],
    steps: [
      { do: "Restart Kubernetes.", run: K3S_RESTART },
      {
        do: "If it stays, see whether a firewall or security software on this machine is in the way.",
        run: ["sudo ufw status verbose", "systemctl list-units --type=service --state=running"],
      },
      {
        do: "Where the firewall of Ubuntu is on, let both networks of the cluster through.",
        run: [`sudo ufw allow from ${POD_CIDR}`, `sudo ufw allow from ${SERVICE_CIDR}`],
      },
      { do: "If it stays, report it.", ask: "alga-support", also: K3S_LOG },
    ],
    never: [
      NOT_DELETE,
      "Do not remove rules of the firewall that Kubernetes made (KUBE-, CNI-, flannel): it counts on them.",
    ],
    data: UNTOUCHED,
  },
  "k3s.node-paused": {
    title: "The machine was paused for new services",
    meaning:
      "Somebody marked this machine so that nothing new starts on it (cordon), most often for maintenance. What runs goes on.",
    signs: [{ see: 'The state has "SchedulingDisabled" in it.', run: "sudo k3s kubectl get nodes" }],
    steps: [
      {
        do: "Ask whoever works on this machine whether the work is done.",
        wait: "As long as the work takes.",
      },
      {
        do: "Release the machine again. NODE is its name in the list above.",
        run: (w) => `sudo k3s kubectl uncordon ${w.node ?? "NODE"}`,
      },
    ],
    never: [NOT_DELETE, "Do not release it while somebody works on it: services would start amid the work."],
    data: UNTOUCHED,
  },
  "k3s.sandbox-failed": {
    title: "The machine cannot prepare the start of a part",
    meaning:
      "Before a part starts, the machine makes its surroundings: its network and an empty container (sandbox). That failed, in a way that is not among the known ones.",
    signs: [
      { see: 'Its events say "FailedCreatePodSandBox" and why.', run: describePods },
      { see: "The log tells more.", run: K3S_LOG },
    ],
    steps: [
      { do: "See whether disk or memory ran out.", run: ["df -h /", "free -h"] },
      { do: "Restart the machine, in good order.", run: REBOOT },
      { do: "If it stays, report it.", ask: "alga-support", also: describePods },
    ],
    never: [NOT_DELETE],
    data: "None. The part has not started.",
  },
  "k3s.container-failed": {
    title: "The machine cannot make a container",
    meaning: "The container of a part could not be made, by a fault of this machine and not of the release.",
    signs: [
      { see: "Its last events have the whole message.", run: describePods },
      {
        see: "The newest lines tell more than the events do.",
        run: "sudo tail -n 30 /var/lib/rancher/k3s/agent/containerd/containerd.log",
      },
    ],
    steps: [
      { do: "See whether disk or memory ran out.", run: ["df -h /", "free -h"] },
      { do: "Restart the machine, in good order.", run: REBOOT },
      { do: "If it stays, report it.", ask: "alga-support", also: describePods },
    ],
    never: [NOT_DELETE],
    data: "None. The part has not started.",
  },
} satisfies HelpOf<typeof NODE>;
