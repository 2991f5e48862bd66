import { APP_PORT } from "../../product/ports.ts";
import type { SCHEDULING } from "../scheduling.ts";
import { describePods, NODES, STATUS } from "./commands.ts";
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
      `Alga answers on port ${APP_PORT} of this machine itself. Another program holds the port, or an earlier run of the part has not let go of it.`,
    signs: [
      { see: "The last column names the program.", run: `sudo ss -ltnp 'sport = :${APP_PORT}'` },
      { see: 'Its events say "free ports".', run: describePods },
    ],
    steps: [
      {
        do: "Wait, if the program is Alga itself (node): the earlier run ends first.",
        wait: "It takes a minute.",
      },
      {
        do: "Else stop the other program for good. NAME is its service.",
        run: "sudo systemctl disable --now NAME",
      },
    ],
    never: ["Do not kill a process that belongs to Kubernetes: it is started again at once."],
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
} satisfies HelpOf<typeof SCHEDULING>;
