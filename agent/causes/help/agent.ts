import type { AGENT } from "../agent.ts";
import { CHECKS, DISK_USE, KERNEL_LOG, PODS, RETRY_SETUP, STATUS } from "./commands.ts";
import type { HelpOf } from "./help_shape.ts";
import { PATHS_SHOWN } from "./paths_shown.ts";

const AGENT_LOG = "sudo journalctl -u alga-appliance -n 100 -r";

const SITE_CERTIFICATE = "/etc/alga-appliance/tls/tls.crt";

/** Help for what the agent knows of itself. */
export const AGENT_HELP = {
  "agent.setup-failed": {
    title: "Setup stopped",
    meaning:
      "A step of the setup ended with an error. What was done so far is kept; the next try looks first, and goes on from there.",
    signs: [
      { see: "The page shows the step, what it met, and when it is tried again.", open: "setup" },
      { see: "The same in the log of the agent.", run: AGENT_LOG },
    ],
    steps: [
      {
        do: "Do what the message says, if it names something on this machine or its network.",
        open: "setup",
      },
      { do: "Try again.", run: RETRY_SETUP },
      { do: "If an answer is wrong, change it.", open: "answers" },
      { do: "If it stops at the same place again, report it.", ask: "alga-support", also: AGENT_LOG },
    ],
    never: [
      "Do not install the machine again: what was done so far is kept, and every step looks before it acts.",
      "Do not run k3s-uninstall.sh in between: the record of the appliance would no longer fit the machine.",
    ],
    data: "Only what setup makes: Kubernetes, storage and settings. Existing data of Alga are kept.",
  },
  "agent.state-damaged": {
    title: "The appliance's own record was damaged",
    meaning:
      `A file in ${PATHS_SHOWN.state} could not be read as it was written. The good part is in use, the rest was put aside. That happens after a power cut or by a fault of the disk.`,
    signs: [
      { see: "What was put aside lies here.", run: `sudo ls -la ${PATHS_SHOWN.state}/damaged` },
      { see: "See whether the disk has faults.", run: KERNEL_LOG },
    ],
    steps: [
      { do: "See that the disk has room.", run: DISK_USE },
      { do: "Check the storage of this virtual machine.", at: "hypervisor" },
      {
        do: "If setup asks what to do with the record, look before you decide.",
        run: "sudo alga-agent setup --record show",
      },
      { do: "Report it.", ask: "alga-support", also: `sudo ls -la ${PATHS_SHOWN.state}/damaged` },
    ],
    never: [
      `Do not edit or delete files in ${PATHS_SHOWN.state}: keys that were made once lie there, too.`,
      "Do not set the appliance up again over it while Alga runs.",
    ],
    data: "The history of the appliance may have gaps. Data of Alga are not touched.",
  },
  "agent.certificate-refused": {
    title: "This site's certificate for the agent's pages cannot be used",
    meaning:
      "The pages of the agent on port 8080 are encrypted with a certificate. The one that this site has put down does not work: it is damaged, over, or does not fit its key. The pages have the one from before, or the agent's own.",
    signs: [
      { see: "See what is wrong with it.", run: STATUS },
      {
        see: "See whose it is and until when it is valid.",
        run: `sudo openssl x509 -in ${SITE_CERTIFICATE} -noout -subject -enddate`,
      },
    ],
    steps: [
      {
        do:
          "Put the certificate, followed by those that signed it, and its key here. The agent takes both up within half a minute.",
        run: "sudo ls -la /etc/alga-appliance/tls",
      },
      {
        do:
          "If this site needs no certificate of its own, take both files away: the agent's own counts again.",
        run: "sudo rm /etc/alga-appliance/tls/tls.crt /etc/alga-appliance/tls/tls.key",
      },
    ],
    never: ["Do not let others read the key: whoever has it can pretend to be this appliance."],
    data: "None. Alga itself is not concerned.",
  },
  "agent.certificate-ends": {
    title: "This site's certificate for the agent's pages ends soon",
    meaning:
      "The certificate that this site has put down for the pages on port 8080 is over in less than two weeks. Then the pages get the agent's own, of which browsers warn.",
    signs: [{
      see: "See until when it is valid.",
      run: `sudo openssl x509 -in ${SITE_CERTIFICATE} -noout -enddate`,
    }],
    steps: [{
      do: "Put a renewed certificate and its key here. The agent takes both up within half a minute.",
      run: "sudo ls -la /etc/alga-appliance/tls",
    }],
    never: [
      "Do not tell people to click such a warning away: they could not tell a false page from this one.",
    ],
    data: "None. Alga itself is not concerned.",
  },
  "agent.unknown": {
    title: "Alga is not ready and we do not know why",
    meaning:
      "It has been waiting for long, and nothing that this program knows explains it. That counts as a fault of this program.",
    signs: [
      { see: "See which stage it is at.", run: STATUS },
      { see: "See which pod is not ready.", run: PODS },
    ],
    steps: [
      { do: "Report it: the next version shall know the cause.", ask: "alga-support", also: PODS },
      { do: "Meanwhile, see whether a check finds something.", run: CHECKS },
      { do: "Restart the machine once, in good order.", run: "sudo systemctl reboot" },
    ],
    never: [
      "Do not install again: what keeps it waiting may be there again, and what could tell it would be gone.",
    ],
    data: "None.",
  },
} satisfies HelpOf<typeof AGENT>;
