import { AGENT_PORT } from "../../product/ports.ts";
import type { AGENT } from "../agent.ts";
import { CHECKS, DISK_USE, KERNEL_LOG, PODS, RETRY_SETUP, STATUS } from "./commands.ts";
import type { HelpOf } from "./help_shape.ts";
import { PATHS_SHOWN } from "./paths_shown.ts";

const AGENT_LOG = "sudo journalctl -u alga-appliance -n 100 -r";

const CERTIFICATE = `${PATHS_SHOWN.pages}/tls.crt`;
const KEY = `${PATHS_SHOWN.pages}/tls.key`;
const FILES_OF_PAGES = `sudo ls -l ${PATHS_SHOWN.pages}`;
const PUT_IN_PLACE = [`sudo install -m 0644 FILE.crt ${CERTIFICATE}`, `sudo install -m 0600 FILE.key ${KEY}`];

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
      "A certificate or key was put in place for the pages of the appliance, and the agent cannot use it: it is damaged, out of time, or certificate and key do not belong together. Alga itself is not touched.",
    signs: [
      { see: "Both files must be there, and only root may read the key.", run: FILES_OF_PAGES },
      {
        see: "See for whom it is and until when it is valid.",
        run: `sudo openssl x509 -noout -subject -ext subjectAltName -enddate -in ${CERTIFICATE}`,
      },
      {
        see: "Both lines must be the same: certificate and key belong together.",
        run: [
          `sudo openssl x509 -noout -pubkey -in ${CERTIFICATE} | sha256sum`,
          `sudo openssl pkey -pubout -in ${KEY} | sha256sum`,
        ],
      },
    ],
    steps: [
      {
        do:
          "Put the right files in place. FILE.crt holds the certificate and those of its issuers, FILE.key the key without a password, both as PEM.",
        run: PUT_IN_PLACE,
      },
      { do: "Wait. The agent takes them up by itself.", wait: "It takes up to half a minute." },
      {
        do: "If you want the agent's own certificate instead, put both files aside.",
        run: [`sudo mv ${CERTIFICATE} ${CERTIFICATE}.old`, `sudo mv ${KEY} ${KEY}.old`],
      },
    ],
    never: [
      "Do not send the key to anybody, Alga support included: whoever has it can be taken for this appliance.",
    ],
    data: "None.",
  },
  "agent.certificate-ends": {
    title: "This site's certificate for the agent's pages ends soon",
    meaning:
      "The certificate that your site put in place for the pages of the appliance is about to end. Then the agent uses one of its own, of which browsers warn. Alga itself is not touched.",
    signs: [{
      see: "See until when it is valid.",
      run: `sudo openssl x509 -noout -enddate -in ${CERTIFICATE}`,
    }],
    steps: [
      {
        do: "Ask for a renewed one, if you do not make it yourself.",
        ask: "network-admin",
        send:
          `Please renew the certificate for the pages of this appliance (port ${AGENT_PORT}), as PEM with its chain and its key.`,
      },
      {
        do:
          "Put it in place. FILE.crt holds the certificate and those of its issuers, FILE.key the key without a password, both as PEM.",
        run: PUT_IN_PLACE,
      },
      { do: "Wait. The agent takes it up by itself.", wait: "It takes up to half a minute." },
    ],
    never: ["Do not send the key by mail: whoever has it can be taken for this appliance."],
    data: "None.",
  },
  "agent.update-failed": {
    title: "The agent could not be updated",
    meaning:
      "A newer agent was fetched and not kept: its checksum or signature was wrong, it was another one than was offered, or it did not answer within a minute of its start and the one from before came back by itself. Alga itself is not touched.",
    signs: [
      {
        see: "See which agent runs, and how the last update of it ended.",
        run: "sudo alga-agent update agent",
      },
      {
        see: "See what was done, one line for each act.",
        run: "sudo journalctl -u alga-appliance-update -n 50",
      },
      { see: "See what the new agent said while it was tried.", run: AGENT_LOG },
    ],
    steps: [
      { do: "Try again: what was fetched is looked at again.", run: "sudo alga-agent update agent retry" },
      {
        do:
          "If its signature is not believed and your site signs releases itself, see that its key is there.",
        run: "sudo ls -l /etc/alga-appliance/keys",
      },
      {
        do: "If it does not answer again, keep the agent that runs, and report it.",
        ask: "alga-support",
        also: AGENT_LOG,
      },
    ],
    never: [
      "Do not copy a program over /usr/local/bin/alga-agent by hand: nothing would bring the one from before back.",
    ],
    data:
      "None. The agent's own records are written by the newer agent in a form that the one from before may refuse; it says so then.",
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
