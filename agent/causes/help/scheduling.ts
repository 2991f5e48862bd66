import { NAMESPACES } from "../../product/names.ts";
import { APP_PORT } from "../../product/ports.ts";
import type { SCHEDULING } from "../scheduling.ts";
import { ALL_PODS, describePods, NODES, STATUS, switchOn, VOLUMES } from "./commands.ts";
import type { HelpOf } from "./help_shape.ts";

const NONE = "None. The part has not started.";

/** Help for parts for which the machine has no place. */
export const SCHEDULING_HELP = {
  "sched.resources": {
    title: "The machine is too small for a part",
    meaning:
      "Each part names the memory and processor power that it needs. What is left on this machine is not enough for this one.",
    signs: [
      { see: 'Its events say "Insufficient memory" or "Insufficient cpu".', run: describePods },
      { see: 'See what is given away already, below "Allocated resources".', run: NODES },
    ],
    steps: [
      { do: "Give this virtual machine more: 16 GiB of memory and 4 processors, or more.", at: "hypervisor" },
      { do: "If it has them, report it: the release asks for too much.", ask: "alga-support", also: NODES },
    ],
    never: ["Do not change what a part asks for by hand: the installer (Flux) puts it back."],
    data: NONE,
  },
  "sched.port": {
    title: "A part cannot start: its network port is in use",
    meaning:
      `A part answers on a port of this machine itself (Alga on ${APP_PORT}). Another part of the cluster holds it: an earlier run that has not let go of it, or something that was added.`,
    signs: [
      { see: 'Its events say "free ports".', run: describePods },
      { see: "See what runs twice, is Terminating, or was added.", run: ALL_PODS },
    ],
    steps: [
      { do: 'If an earlier run is "Terminating", let it end first.', wait: "It takes a minute." },
      {
        do: "If it does not come to its end, restart the machine, in good order.",
        run: "sudo systemctl reboot",
      },
      {
        do:
          "If an earlier run goes on beside it, stop the part and switch it on again. NAME is that of the part (deployment/…).",
        run: [
          (w) =>
            `sudo k3s kubectl -n ${w.namespace ?? NAMESPACES.app} scale ${w.workload ?? "NAME"} --replicas=0`,
          switchOn,
        ],
      },
      {
        do: "If it was added to the cluster, switch it off. PLACE is its namespace, NAME what it belongs to.",
        run: "sudo k3s kubectl -n PLACE scale deployment/NAME --replicas=0",
      },
    ],
    never: [
      "Do not delete anything by force (--force): Kubernetes then forgets it, while it goes on and holds the port.",
    ],
    data: NONE,
  },
  "sched.taint": {
    title: "A part waits for the machine",
    meaning:
      "The machine takes no new services just now, for example because its disk is nearly full or it has just started. The reason stands beside this as a cause of its own, as soon as it is known.",
    signs: [{ see: 'The line "Taints" names the reason.', run: NODES }],
    steps: [
      {
        do: "Wait. It starts when the machine is ready again.",
        wait: "After a start of the machine it takes a few minutes.",
      },
      { do: "If it lasts, see what else is wrong.", run: STATUS },
    ],
    never: ["Do not take the taint away by hand: Kubernetes sets it again as long as the reason lasts."],
    data: NONE,
  },
  "sched.volume-elsewhere": {
    title: "A part cannot start: its volume belongs to another machine",
    meaning:
      "A volume is a folder on the machine that made it, and is tied to that machine's name. Kubernetes knows this machine by another name.",
    signs: [
      { see: "This is the name that Kubernetes knows.", run: "sudo k3s kubectl get nodes" },
      { see: 'The volume is tied to the name behind "Node Affinity".', run: "sudo k3s kubectl describe pv" },
    ],
    steps: [
      {
        do: "If this machine had that name before, give it back. NAME is the one of the volume.",
        run: ["sudo hostnamectl set-hostname NAME", "sudo systemctl reboot"],
      },
      { do: "If it is another machine that is off, switch it on.", at: "hypervisor" },
      { do: "If neither is so, report it.", ask: "alga-support", also: VOLUMES },
    ],
    never: [
      "Do not delete the volume or its claim (pv, pvc): the data of Alga are in them.",
      "Do not make a new volume in its place: Alga would start with an empty one.",
    ],
    data: "The volume of this part. What is in it has not been changed.",
    retry: "A new installation would make an empty volume under the new name, beside the one with the data.",
  },
  "sched.unplaced": {
    title: "A part finds no place on this machine",
    meaning: "Kubernetes does not place the part, and gives a reason that is not among the known ones.",
    signs: [
      { see: 'Its events say "FailedScheduling" and why.', run: describePods },
      {
        see: 'See what the machine says of itself: "Taints", "Conditions", "Allocated resources".',
        run: NODES,
      },
    ],
    steps: [
      { do: "See what else is wrong: that may be the reason.", run: STATUS },
      { do: "If nothing is, report it.", ask: "alga-support", also: describePods },
    ],
    never: ["Do not change the part by hand: the installer (Flux) puts it back."],
    data: NONE,
  },
} satisfies HelpOf<typeof SCHEDULING>;
