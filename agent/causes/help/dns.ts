import { LOCAL_PATH_NAMES, NAMESPACES } from "../../product/names.ts";
import type { DNS } from "../dns.ts";
import { CHECKS } from "./commands.ts";
import type { HelpOf } from "./help_shape.ts";

interface Asked {
  name?: string;
  server?: string;
}

const SERVERS = "resolvectl dns";
const K3S_RESOLV_CONF = "/etc/rancher/k3s/resolv.conf";
const COREDNS_LOG = `sudo k3s kubectl -n ${NAMESPACES.system} logs deployment/coredns --tail=30`;
const NONE = "None. Downloads wait; what is stored stays as it is.";
const PUBLIC =
  "Do not enter a public DNS server without asking: names of your own network would be sent to it, and are not known there.";
const NOT_AGAIN = "Do not install again: the new installation would ask the same DNS server.";

/** Asks the server that was asked, else the one that this machine uses. */
const lookUp = (w: Asked) =>
  w.server === undefined
    ? `resolvectl query ${w.name ?? "ghcr.io"}`
    : `nslookup ${w.name ?? "ghcr.io"} ${w.server.replace(/:53$/, "")}`;
const question = (w: Asked) => `the question for ${w.name ?? "ghcr.io"}`;
const theServer = (w: Asked) => w.server ?? "the DNS server of this machine";

/** Help for names that cannot be looked up. */
export const DNS_HELP = {
  "dns.refused": {
    title: "The DNS server does not answer",
    meaning: (w) =>
      `This machine, or a part of it, asked ${
        theServer(w)
      } and was turned away at once. Either no DNS service runs at that address, or it does not serve this network.`,
    signs: [
      { see: "Ask it for the same name. The answer is an error, or does not come.", run: lookUp },
      { see: "See which DNS servers this machine uses, and from which network card.", run: SERVERS },
    ],
    steps: [
      { do: "If the address is wrong or old, choose other DNS servers.", open: "answers" },
      {
        do: "If it is right, ask whoever looks after it.",
        ask: "network-admin",
        send: (w) =>
          `Please let ${theServer(w)} answer DNS questions of this machine, over UDP and TCP port 53.`,
      },
      { do: "See that it works now. The checks change nothing.", run: CHECKS },
    ],
    never: [PUBLIC, NOT_AGAIN],
    data: NONE,
  },
  "dns.resolver-down": {
    title: "The name service of this machine does not run",
    meaning:
      'Programs on this machine ask "systemd-resolved" for names, and it asks the DNS servers of the network. It was asked, and nobody listened.',
    signs: [
      { see: 'The state should be "active (running)".', run: "systemctl status systemd-resolved --no-pager" },
      { see: "Its log tells why it ended.", run: "sudo journalctl -u systemd-resolved -n 30" },
    ],
    steps: [
      { do: "Start it again.", run: "sudo systemctl restart systemd-resolved" },
      { do: "See that names are found again.", run: "resolvectl query ghcr.io" },
      {
        do: "If it does not start, report what its log says.",
        ask: "alga-support",
        also: "sudo journalctl -u systemd-resolved -n 30",
      },
    ],
    never: [
      "Do not replace /etc/resolv.conf by a file of your own: the network settings would no longer reach it.",
    ],
    data: "None.",
  },
  "dns.timeout": {
    title: "The DNS server is silent",
    meaning: (w) =>
      `Questions go to ${
        theServer(w)
      } and no answer comes back. Most often a firewall drops them; the server may also be switched off.`,
    signs: [
      { see: "Ask it for the same name. It ends with a time-out.", run: lookUp },
      {
        see: "See which way packets to it take. ADDRESS is the server's.",
        run: (w) => `ip route get ${w.server?.replace(/:53$/, "") ?? "ADDRESS"}`,
      },
    ],
    steps: [
      {
        do: "Have the firewall let DNS through.",
        ask: "network-admin",
        send: (w) => `Please allow this machine UDP and TCP port 53 to ${theServer(w)}.`,
      },
      { do: "If that server is gone for good, choose other DNS servers.", open: "answers" },
      { do: "See that it works now.", run: CHECKS },
    ],
    never: [PUBLIC, "Do not allow UDP alone: long answers come over TCP."],
    data: NONE,
  },
  "dns.nxdomain": {
    title: "The DNS server does not know a name that is needed",
    meaning:
      "The server answers, and says that the name does not exist. Servers that know only the names of the own network do that when they do not pass other questions on.",
    signs: [
      { see: "Ask for the same name. The answer says that it was not found (NXDOMAIN).", run: lookUp },
      { see: "See which DNS servers and which search domains this machine has.", run: "resolvectl status" },
    ],
    steps: [
      {
        do: "Have the server pass on questions for public names.",
        ask: "network-admin",
        send: (w) =>
          `Please let ${theServer(w)} forward ${
            question(w)
          }, and other public names, to a server that knows them.`,
      },
      { do: "Or choose DNS servers that know both kinds of names.", open: "answers" },
      { do: "See that it works now.", run: CHECKS },
    ],
    never: [
      "Do not put addresses of registries into /etc/hosts: they change, and the parts in the cluster do not read that file.",
      PUBLIC,
    ],
    data: NONE,
  },
  "dns.servfail": {
    title: "The DNS server fails",
    meaning: (w) =>
      `${theServer(w).replace(/^the/, "The")} answered ${
        question(w)
      } with an error of its own. Often it cannot reach the servers behind it, or refuses a signature (DNSSEC).`,
    signs: [{ see: "Ask it for the same name, then for another.", run: lookUp }],
    steps: [
      {
        do: "Have the DNS server looked at.",
        ask: "network-admin",
        send: (w) =>
          `Questions to ${theServer(w)}, such as ${
            w.name ?? "ghcr.io"
          }, are answered with SERVFAIL. Please check the servers behind it, and DNSSEC.`,
      },
      { do: "Until then, choose another DNS server that you may use.", open: "answers" },
    ],
    never: [PUBLIC, NOT_AGAIN],
    data: NONE,
  },
  "dns.coredns-loop": {
    title: "Cluster DNS forwards queries to itself",
    meaning:
      "The cluster has a DNS server of its own, which passes public names on. The address that it passes them to leads back to this machine, so it stops.",
    signs: [
      { see: 'Its log has a line with "Loop" and "detected".', run: COREDNS_LOG },
      {
        see: "This file must hold addresses of real DNS servers, and none that begins with 127.",
        run: "cat /etc/rancher/k3s/resolv.conf",
      },
    ],
    steps: [
      {
        do: "Enter the addresses of real DNS servers. They reach the cluster by themselves.",
        open: "answers",
      },
      {
        do:
          "Or set them on this machine: look for the file, correct its nameservers, and apply it. It takes itself back unless you confirm.",
        run: ["ls /etc/netplan", "sudo netplan try"],
      },
    ],
    never: [
      "Do not edit the ConfigMap of coredns: k3s writes it again at its next start.",
      "Do not enter 127.0.0.53: that is this machine itself.",
    ],
    data: "None. Parts of Alga cannot find each other until it is fixed.",
  },
  "dns.coredns-none": {
    title: "No DNS server is set on this machine",
    meaning:
      "The cluster's own DNS server has nobody to ask for public names, because this machine has nobody either.",
    signs: [
      { see: "No server is listed for any network card.", run: SERVERS },
      { see: "The log of cluster DNS says that there are no nameservers.", run: COREDNS_LOG },
    ],
    steps: [
      { do: "Enter at least one DNS server; two are better.", open: "answers" },
      {
        do:
          "Or set it on this machine: look for the file, enter its nameservers, and apply it. It takes itself back unless you confirm.",
        run: ["ls /etc/netplan", "sudo netplan try"],
      },
    ],
    never: [PUBLIC, "Do not edit /etc/resolv.conf by hand: the system writes it again."],
    data:
      `None. New volumes and downloads wait; volumes that exist (class ${LOCAL_PATH_NAMES.storageClass}) stay as they are.`,
  },
  "dns.cluster-stale": {
    title: "Cluster DNS still asks the DNS servers of before",
    meaning:
      "This machine has other DNS servers than it had. The agent brings such servers to the cluster by itself once they have stayed for a minute, but something stands in its way: a change of settings that waits for somebody or has failed, or work that goes on.",
    signs: [
      { see: "See which DNS servers this machine uses, and from which network card.", run: SERVERS },
      { see: "See which ones the parts of Alga are given.", run: `cat ${K3S_RESOLV_CONF}` },
      { see: "See what stands in the way.", run: "sudo alga-agent settings show" },
    ],
    steps: [
      {
        do:
          "If a change waits or has failed, fix what it names, accept it where that may be, or try again. It brings the new servers along.",
        open: "answers",
      },
      {
        do: "If the servers of before are the right ones, ask why this machine was given others.",
        ask: "network-admin",
        send: (w) =>
          `This machine is now told to use the DNS servers ${
            w.servers ?? "that it did not have before"
          }. Is that meant to be, and do they answer for names of this network?`,
      },
      {
        do: "If the cluster is not to follow this machine, choose DNS servers of its own.",
        open: "answers",
      },
    ],
    never: [
      `Do not edit ${K3S_RESOLV_CONF} by hand: the agent writes it again, and parts that run would not read it.`,
    ],
    data: NONE,
  },
  "dns.failed": {
    title: "Names cannot be looked up",
    meaning: (w) =>
      `No DNS server gave an answer to ${
        question(w)
      }. It is not known whether the servers are silent, turn questions away, or cannot be reached at all.`,
    signs: [
      { see: "Ask for the same name.", run: lookUp },
      { see: "See which DNS servers this machine uses, and from which network card.", run: SERVERS },
      { see: 'A line that begins with "default" must be there, or the way out is missing.', run: "ip route" },
    ],
    steps: [
      { do: "See which server fails, and how. The checks change nothing.", run: CHECKS },
      { do: "If there is no way out of this network at all, begin there.", open: { cause: "net.no-route" } },
      { do: "If the addresses are wrong or old, choose other DNS servers.", open: "answers" },
      {
        do: "If they are right, have the way to them looked at.",
        ask: "network-admin",
        send: (w) =>
          `Questions of this machine to ${theServer(w)}, such as ${
            w.name ?? "ghcr.io"
          }, get no usable answer. Please see whether UDP and TCP port 53 is open, and whether the server answers this machine.`,
      },
    ],
    never: [PUBLIC, NOT_AGAIN],
    data: NONE,
  },
} satisfies HelpOf<typeof DNS>;
