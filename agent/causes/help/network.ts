import { POD_CIDR, SERVICE_CIDR } from "../../product/networks.ts";
import type { NETWORK } from "../network.ts";
import { CHECKS, KERNEL_LOG } from "./commands.ts";
import type { HelpOf } from "./help_shape.ts";

interface Asked {
  server?: string;
}

const NONE = "None. Downloads wait; what is stored stays as it is.";
const NOT_AGAIN = "Do not install again: the way out of this network stays the same.";
/** Hosts that an installation and its updates ask, with what for. */
const HOSTS =
  "ghcr.io and *.githubusercontent.com (Alga, Flux, k3s), github.com (k3s), registry-1.docker.io, auth.docker.io and production.cloudflare.docker.com (database, cache), license.nineminds.com";

const host = (w: Asked) => w.server ?? "ghcr.io";
/** Any answer, even 401, shows that the way is open. */
const ask = (w: Asked) => `curl -sS -o /dev/null -w '%{http_code}\\n' -m 15 https://${host(w)}/v2/`;
const routes = "ip route";

/** Help for connections that do not come about. */
export const NETWORK_HELP = {
  "net.no-route": {
    title: "This machine cannot reach the internet",
    meaning:
      "There is no route to the registry: the machine does not know where to send packets that leave its own network.",
    signs: [
      { see: 'A line that begins with "default" is missing, or its address is wrong.', run: routes },
      { see: "Each network card that is used must be UP and have an address.", run: "ip -brief address" },
    ],
    steps: [
      { do: "Check that the network card is connected to the right network.", at: "hypervisor" },
      {
        do:
          "Correct the gateway: look for the file, change its routes, and apply it. It takes itself back unless you confirm.",
        run: ["ls /etc/netplan", "sudo netplan try"],
      },
      {
        do: "If you do not know the gateway, ask for it.",
        ask: "network-admin",
        send: "Which address, prefix, gateway and DNS servers may this machine use?",
      },
    ],
    never: [NOT_AGAIN, "Do not set a route by hand with ip alone: it is lost at the next start."],
    data: NONE,
  },
  "net.egress": {
    title: "The registry cannot be reached",
    meaning: (w) =>
      `The name ${
        host(w)
      } is found, but no connection comes about. A firewall between this machine and the internet refuses or drops it.`,
    signs: [
      {
        see:
          "Any number, even 401, means that the way is open. A time-out or a refusal means that it is not.",
        run: ask,
      },
      { see: "A firewall on this machine itself shows here.", run: "sudo ufw status" },
    ],
    steps: [
      {
        do: "Have outgoing connections allowed.",
        ask: "network-admin",
        send: `Please allow this machine outgoing TCP port 443 to ${HOSTS}.`,
      },
      { do: "If this site has a proxy for that, enter it.", open: "answers" },
      { do: "See that it works now. The checks change nothing.", run: CHECKS },
    ],
    never: [
      NOT_AGAIN,
      "Do not allow fixed addresses only: registries change theirs.",
    ],
    data: NONE,
  },
  "net.proxy-auth": {
    title: "The proxy asks for a user and password",
    meaning:
      "Downloads go through a proxy. It wants to know who asks, and got no user, or a wrong one (answer 407).",
    signs: [{ see: "The checks say what the proxy answered.", run: CHECKS }],
    steps: [
      { do: "Enter the proxy with its user and password.", open: "answers" },
      {
        do: "If you do not know them, ask, or have this machine let through without.",
        ask: "network-admin",
        send: "Which user may this machine use at the proxy? Or please let its address through without one.",
      },
    ],
    never: [
      "Do not put the password on a command line: it stays in the history, and others on this machine can read it.",
      "Do not use a person's own password: downloads stop when it changes.",
    ],
    data: NONE,
  },
  "net.proxy-denied": {
    title: "The proxy forbids the registry",
    meaning: (w) => `The proxy works, and answers that ${host(w)} is not allowed.`,
    signs: [{ see: "The checks say what the proxy answered.", run: CHECKS }],
    steps: [
      {
        do: "Have the addresses allowed.",
        ask: "network-admin",
        send: `Please allow this machine in the proxy, by CONNECT on port 443: ${HOSTS}.`,
      },
      { do: "See that it works now.", run: CHECKS },
    ],
    never: [
      NOT_AGAIN,
      "Do not take the proxy out of the settings unless the firewall lets this machine out without it.",
    ],
    data: NONE,
  },
  "net.proxy-down": {
    title: "The proxy cannot be reached",
    meaning: (w) => `Downloads are set to go through ${w.server ?? "a proxy"}, and nothing answers there.`,
    signs: [
      { see: "This is the proxy that is set.", run: "sudo alga-agent settings show" },
      { see: "The checks try to reach it.", run: CHECKS },
    ],
    steps: [
      { do: "Correct its address, or leave it empty if this site needs none.", open: "answers" },
      {
        do: "If the address is right, have the proxy looked at.",
        ask: "network-admin",
        send: (w) =>
          `The proxy ${
            w.server ?? ""
          } does not answer this machine. Does it run, and may this machine reach it?`.replace("  ", " "),
      },
    ],
    never: [NOT_AGAIN],
    data: NONE,
  },
  "net.tls-intercept": {
    title: "Secure connections to the registry are intercepted",
    meaning: (w) =>
      `Something between this machine and ${
        host(w)
      } opens secure connections and shows a certificate of its own. Many firewalls and security products do that. This machine does not know its issuer.`,
    signs: [
      {
        see: "The issuer is not that of the registry, but of your own site or of a security product.",
        run: (w) =>
          `openssl s_client -connect ${host(w)}:443 -servername ${
            host(w)
          } </dev/null 2>/dev/null | openssl x509 -noout -issuer`,
      },
    ],
    steps: [
      {
        do: "Have the registries taken out of the inspection.",
        ask: "network-admin",
        send: `Please do not inspect TLS of this machine to ${HOSTS}.`,
      },
      {
        do: "Or have this machine trust the device. FILE holds its certificate, as PEM.",
        run: "sudo alga-agent settings set --ca-certs FILE",
      },
      {
        do:
          "While setup is not over, put it into the system instead. FILE.crt holds it, as PEM. Then restart the agent.",
        run: [
          "sudo cp FILE.crt /usr/local/share/ca-certificates/",
          "sudo update-ca-certificates",
          "sudo systemctl restart alga-appliance",
        ],
      },
    ],
    never: [
      "Do not switch the check of certificates off: then anybody on the way could put programs onto this machine.",
      "Do not take a certificate from the connection itself: ask the people who run the device for it.",
    ],
    data: NONE,
  },
  "net.mtu": {
    title: "Secure connections begin and then hang",
    meaning:
      "Small packets arrive and large ones are lost, most often in a tunnel (VPN, PPPoE) that carries less than this network's cards send.",
    signs: [
      { see: "See how large packets may be on each card (mtu).", run: "ip link" },
      {
        see: "Large packets are lost here, and pass with a smaller number behind -s.",
        run: (w) => `ping -c 3 -M do -s 1472 ${host(w).replace(/:\d+$/, "")}`,
      },
    ],
    steps: [
      {
        do: "Try a smaller size; it lasts until the next start. CARD is the name of the network card.",
        run: "sudo ip link set dev CARD mtu 1400",
      },
      {
        do: 'If that helps, keep it: look for the file, enter "mtu: 1400" for the card, and apply it.',
        run: ["ls /etc/netplan", "sudo netplan try"],
      },
      {
        do: "Or have it fixed for the whole network.",
        ask: "network-admin",
        send:
          'Large packets of this machine to the internet are lost. Please pass on ICMP "fragmentation needed", or lower the MSS in the tunnel.',
      },
    ],
    never: [NOT_AGAIN, "Do not go below 1280: the network inside the cluster needs room of its own."],
    data: NONE,
  },
  "net.web-page": {
    title: "A web page comes in place of what the registry holds",
    meaning: (w) =>
      `This machine asked ${
        host(w)
      } for a part of an image and got a page for people: the notice of a filter, an error page, or the sign-in page of a network. The registry itself never sends one.`,
    signs: [
      {
        see: "With a registry the type is application/json; text/html is a page of something in between.",
        run: (w) => `curl -sS -o /dev/null -w '%{http_code} %{content_type}\\n' -m 15 https://${host(w)}/v2/`,
      },
      { see: "The checks tell at which host it happens.", run: CHECKS },
    ],
    steps: [
      {
        do: "Have it let through.",
        ask: "network-admin",
        send:
          `Downloads of this machine from ${HOSTS} are answered with a web page. Please let them through unchanged.`,
      },
      { do: "Wait.", wait: "The next try comes within five minutes." },
    ],
    never: [NOT_AGAIN],
    data: NONE,
  },
  "net.registry": {
    title: "The registry cannot be used from this machine",
    meaning: "The last try to reach the registry failed, in a way that is not told more exactly.",
    signs: [
      { see: "The checks go layer by layer: name, connection, certificate, answer.", run: CHECKS },
      {
        see: "Any number, even 401, means that the way is open.",
        run: "curl -sS -o /dev/null -w '%{http_code}\\n' -m 15 https://ghcr.io/v2/",
      },
    ],
    steps: [
      { do: "Do what the first check that failed says.", open: "checks" },
      {
        do: "If no check fails and it stays, have the way out looked at.",
        ask: "network-admin",
        send: `Connections of this machine to ${HOSTS}, TCP port 443, fail now and then.`,
      },
    ],
    never: [NOT_AGAIN],
    data: NONE,
  },
  "time.skew": {
    title: "The clock of this machine is wrong",
    meaning:
      "Certificates are valid for a time. To a machine whose clock is wrong they look expired, or not yet valid.",
    signs: [
      {
        see: 'Compare with a clock that is right. "System clock synchronized" should say yes.',
        run: "timedatectl",
      },
      { see: "See whether the clock was set back or forth.", run: KERNEL_LOG },
    ],
    steps: [
      {
        do: "Let it follow a time server.",
        run: ["sudo timedatectl set-ntp true", "timedatectl timesync-status"],
      },
      {
        do: 'If this site has its own time server, enter it as "NTP=" there and restart the service.',
        run: ["sudo nano /etc/systemd/timesyncd.conf", "sudo systemctl restart systemd-timesyncd"],
      },
      {
        do: "If no time server answers, ask for one.",
        ask: "network-admin",
        send: "Which time server (NTP, UDP port 123) may this machine ask?",
      },
      {
        do: "Switch on that the host passes its time on, and check the clock of the host.",
        at: "hypervisor",
      },
    ],
    never: [
      "Do not set the clock far back while Alga runs: sessions and records would carry times that have not come yet.",
    ],
    data: "None by the clock itself. What was written meanwhile carries wrong times.",
  },
  "net.ipv6": {
    title: "The registry cannot be reached over IPv6",
    meaning: (w) =>
      `The server ${
        host(w)
      } has an IPv6 address, and this machine tried it. It has an IPv6 address of its own, or was told of one, but no way out over IPv6. That says nothing of IPv4.`,
    signs: [
      { see: "Any number, even 401, means that IPv4 works.", run: (w) => ask(w).replace("curl", "curl -4") },
      { see: "The same over IPv6 fails.", run: (w) => ask(w).replace("curl", "curl -6") },
      { see: 'No line begins with "default", or its gateway does not answer.', run: "ip -6 route" },
    ],
    steps: [
      {
        do: "Have IPv6 repaired.",
        ask: "network-admin",
        send:
          "This machine is given IPv6 but has no way to the internet over it. Please give it a working IPv6 route, or do not announce IPv6 in its network.",
      },
      {
        do:
          'Or switch IPv6 off, if nothing on this machine uses it: enter "net.ipv6.conf.all.disable_ipv6=1" in the file, and have it read.',
        run: ["sudo nano /etc/sysctl.d/90-no-ipv6.conf", "sudo sysctl --system"],
      },
      { do: "See that it works now. The checks change nothing.", run: CHECKS },
    ],
    never: [
      "Do not switch IPv6 off while you are connected to this machine over IPv6: the connection ends.",
      NOT_AGAIN,
    ],
    data: NONE,
  },
  "net.host-firewall": {
    title: "A firewall on this machine blocks the services of Alga",
    meaning:
      "The parts of Alga speak with Kubernetes through networks inside this machine. Kubernetes answers, but a firewall on this machine drops what the parts send.",
    signs: [
      { see: 'It says "active".', run: "sudo ufw status verbose" },
      {
        see: "Lines with UFW BLOCK name who was turned away.",
        run: "sudo journalctl -k -g 'UFW BLOCK' -n 20 -r",
      },
    ],
    steps: [
      {
        do: "Let both networks of the cluster through.",
        run: [
          `sudo ufw allow from ${POD_CIDR} to any`,
          `sudo ufw allow from ${SERVICE_CIDR} to any`,
          "sudo ufw reload",
        ],
      },
      {
        do: "Where another firewall is used, have it trust the same two networks.",
        ask: "network-admin",
        send:
          `The firewall on this machine drops connections between parts of the appliance. Please trust ${POD_CIDR} and ${SERVICE_CIDR} on the machine itself.`,
      },
      { do: "Wait. What waited goes on by itself.", wait: "It takes a few minutes." },
    ],
    never: [
      "Do not clear the rules of the firewall: those of Kubernetes would go with them.",
      "Do not switch the firewall off for good: it guards this machine.",
    ],
    data: "None. Parts of Alga wait.",
  },
  "net.cert-expired": {
    title: "The certificate of a server has expired",
    meaning: (w) =>
      `The server ${
        host(w)
      } shows a certificate that is out of date by the clock of this machine. Either that clock is wrong, or the server, or a device in between, has not renewed it.`,
    signs: [
      { see: "Compare with a clock that is right.", run: "timedatectl" },
      {
        see: "This is the certificate that is shown, with its issuer and its end.",
        run: (w) =>
          `openssl s_client -connect ${host(w)}:443 -servername ${
            host(w)
          } </dev/null 2>/dev/null | openssl x509 -noout -issuer -enddate`,
      },
    ],
    steps: [
      { do: "If the clock is wrong, set it right.", open: { cause: "time.skew" } },
      {
        do: "If the clock is right, have the certificate renewed.",
        ask: "network-admin",
        send: (w) =>
          `The certificate that this machine is shown for ${
            host(w)
          } has expired. Please renew it, if a device or a mirror of ours shows it.`,
      },
      { do: "See that it works now.", run: CHECKS },
    ],
    never: [
      "Do not set the clock back so that the certificate fits: other certificates and Alga's records would be wrong.",
      "Do not switch the check of certificates off: then anybody on the way could put programs onto this machine.",
    ],
    data: NONE,
  },
} satisfies HelpOf<typeof NETWORK>;
