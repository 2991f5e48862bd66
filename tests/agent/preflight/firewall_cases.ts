import type { FakeHost } from "../../fakes/fake_host.ts";
import type { CheckCase } from "./check_case.ts";

/** As nft 1.0.6 lists a drop-all table with named sets, jumps, ranges and connection states. */
const NFT_INET = Deno.readTextFileSync(new URL("./testdata/nft_inet.json", import.meta.url));

/** As ufw 0.36.2 writes user.rules for "allow OpenSSH", "allow 8080/tcp", "allow from NETWORK to any port 3000". */
const TUPLES = {
  ssh: "### tuple ### allow tcp 22 0.0.0.0/0 any 0.0.0.0/0 OpenSSH - in",
  agent: "### tuple ### allow tcp 8080 0.0.0.0/0 any 0.0.0.0/0 in",
  app: "### tuple ### allow any 3000 0.0.0.0/0 any 192.0.2.0/24 in",
  pods: "### tuple ### allow any any 0.0.0.0/0 any 10.42.0.0/16 in",
  podsByDevice: "### tuple ### allow any any 0.0.0.0/0 any 0.0.0.0/0 in_cni0",
  api: "### tuple ### allow tcp 6443 0.0.0.0/0 any 0.0.0.0/0 in",
  shutAgent: "### tuple ### deny tcp 8000:8100 0.0.0.0/0 any 0.0.0.0/0 in",
  shutOne: "### tuple ### reject any any 0.0.0.0/0 any 203.0.113.7 in",
  v6: "### tuple ### allow tcp 8080 ::/0 any ::/0 in",
  out: "### tuple ### deny any any 0.0.0.0/0 any 0.0.0.0/0 out",
};

/** Every way the checks of the machine's own firewall can end. */
export const FIREWALL_CASES: readonly CheckCase[] = [
  { id: "os.firewall", when: "there is none", status: "pass", found: "it lets them in" },
  {
    id: "os.firewall",
    when: "ufw has both rules, one for a network of its own",
    status: "pass",
    found: "it lets them in",
    host: ufw(TUPLES.ssh, TUPLES.agent, TUPLES.app, TUPLES.out),
  },
  {
    id: "os.firewall",
    when: "ufw lets the agent in and not the application",
    status: "warn",
    found: "ufw shuts port 3000",
    advice: /^Open them: sudo ufw allow 3000\/tcp$/,
    host: ufw(TUPLES.ssh, TUPLES.agent, TUPLES.shutOne),
  },
  {
    id: "os.firewall",
    when: "ufw denies by default",
    status: "fail",
    found: "ufw shuts ports 8080 and 3000",
    advice: /sudo ufw allow 8080\/tcp; sudo ufw allow 3000\/tcp/,
    host: ufw(TUPLES.ssh, TUPLES.v6, TUPLES.pods),
  },
  {
    id: "os.firewall",
    when: "an earlier rule of ufw shuts the port",
    status: "fail",
    found: "ufw shuts port 8080",
    host: ufw(TUPLES.shutAgent, TUPLES.agent, TUPLES.app),
  },
  {
    id: "os.firewall",
    when: "ufw lets in by default",
    status: "pass",
    found: "it lets them in",
    host: (it) => {
      ufw()(it);
      it.put("/etc/default/ufw", 'DEFAULT_INPUT_POLICY="ACCEPT"\n');
    },
  },
  {
    id: "os.firewall",
    when: "ufw is off, whatever its rules say",
    status: "pass",
    found: "it lets them in",
    host: (it) => {
      ufw(TUPLES.shutAgent)(it);
      it.put("/etc/ufw/ufw.conf", "ENABLED=no\n");
      nft('{"nftables": []}')(it);
    },
  },
  {
    id: "os.firewall",
    when: "rules of nftables let both in",
    status: "pass",
    found: "it lets them in",
    host: nft(NFT_INET),
  },
  {
    id: "os.firewall",
    when: "rules of nftables let other ports in",
    status: "fail",
    found: "chain input of table inet filter shuts ports 9443 and 3000",
    advice:
      /nft insert rule inet filter input tcp dport \{ 9443, 3000 \} accept\. Write the rule into \/etc\/nftables\.conf/,
    host: nft(NFT_INET.replace("3000", "3100").replaceAll('"@admins"', '{"set": ["10.42.0.3"]}')),
    context: { agentPort: 9443 },
  },
  {
    id: "os.firewall",
    when: "a rule of iptables cannot be read",
    status: "warn",
    found: "chain INPUT of iptables may shut ports 8080 and 3000",
    host: nft(iptables([{ match: tcp() }, { xt: { type: "match", name: "multiport" } }, { accept: null }])),
  },
  {
    id: "os.firewall",
    when: "iptables keeps only what exists",
    status: "fail",
    advice: /iptables -I INPUT -p tcp --dport 8080 -j ACCEPT.*netfilter-persistent save/,
    found: "chain INPUT of iptables shuts ports 8080 and 3000",
    host: nft(iptables([{ xt: { type: "match", name: "conntrack" } }, { accept: null }])),
  },
  {
    id: "os.firewall",
    when: "firewalld shuts the port",
    status: "fail",
    found: "firewalld shuts ports 8080 and 3000",
    advice: /firewall-cmd --permanent --add-port=8080\/tcp; .*firewall-cmd --reload/,
    host: nft(table("inet", "firewalld", "filter_INPUT", "input", [[{ reject: { type: "icmpx" } }]])),
  },
  {
    id: "os.firewall",
    when: "the kernel's rules cannot be read",
    status: "error",
    found: "nft ended with 1: Operation not permitted",
    host: (it) => void it.commands.set("nft", { code: 1, stderr: "Operation not permitted\n" }),
  },
  {
    id: "os.firewall",
    when: "nft prints no JSON",
    status: "error",
    found: "nft gave an answer that cannot be read",
    host: nft("table inet filter {"),
  },
  { id: "net.pod-path", when: "there is no firewall", status: "pass", found: "nothing drops them" },
  {
    id: "net.pod-path",
    when: "ufw has a rule for pods",
    status: "pass",
    found: "nothing drops them",
    host: ufw(TUPLES.agent, TUPLES.pods),
  },
  {
    id: "net.pod-path",
    when: "ufw has a rule for their interface",
    status: "pass",
    found: "nothing drops them",
    host: ufw(TUPLES.podsByDevice),
  },
  {
    id: "net.pod-path",
    when: "ufw lets everybody to the API and nobody to the kubelet",
    status: "warn",
    found: "ufw drops packets from pods to port 10250 of this machine",
    host: ufw(TUPLES.api),
  },
  {
    id: "net.pod-path",
    when: "ufw denies by default",
    status: "fail",
    found: "ufw drops packets from pods to the Kubernetes API",
    advice: /sudo ufw allow from 10\.42\.0\.0\/16 to any; sudo ufw allow from 10\.43\.0\.0\/16 to any/,
    host: ufw(TUPLES.ssh, TUPLES.agent, TUPLES.app),
  },
  {
    id: "net.pod-path",
    when: "nftables sends nothing on",
    status: "fail",
    found: "chain forward of table inet filter drops packets from pods to other machines",
    advice: /nft insert rule inet filter forward ip saddr \{ 10\.42\.0\.0\/16, 10\.43\.0\.0\/16 \} accept/,
    host: nft(NFT_INET),
  },
  {
    id: "net.pod-path",
    when: "only Kubernetes' own table sends nothing on by default",
    status: "pass",
    found: "nothing drops them",
    host: nft(table("ip", "filter", "FORWARD", "forward", [])),
  },
  {
    id: "net.pod-path",
    when: "the kernel's rules cannot be read",
    status: "error",
    found: /Cannot find the program "nft"/,
    host: (it) => void it.commands.delete("nft"),
  },
];

function ufw(...tuples: string[]): (host: FakeHost) => void {
  return (host) => {
    host.put("/etc/ufw/ufw.conf", "# Set to yes to start on boot\nENABLED=yes\nLOGLEVEL=low\n");
    host.put("/etc/default/ufw", 'IPV6=yes\nDEFAULT_INPUT_POLICY="DROP"\nDEFAULT_OUTPUT_POLICY="ACCEPT"\n');
    const rules = tuples.flatMap((it) => ["", it, "-A ufw-user-input -j ACCEPT"]);
    host.put("/etc/ufw/user.rules", ["*filter", "### RULES ###", ...rules, "COMMIT", ""].join("\n"));
    // What ufw writes into the kernel is left to its own files.
    nft(table("ip", "filter", "INPUT", "input", []))(host);
  };
}

function nft(stdout: string): (host: FakeHost) => void {
  return (host) => void host.commands.set("nft", { stdout });
}

function iptables(...rules: object[][]): string {
  return table("ip", "filter", "INPUT", "input", rules);
}

function tcp(): object {
  return { op: "==", left: { meta: { key: "l4proto" } }, right: "tcp" };
}

function table(family: string, name: string, chain: string, hook: string, rules: object[][]): string {
  return JSON.stringify({
    nftables: [
      { metainfo: { version: "1.0.9" } },
      {
        chain: { family, table: name, name: chain, handle: 1, type: "filter", hook, prio: 0, policy: "drop" },
      },
      ...rules.map((expr) => ({ rule: { family, table: name, chain, handle: 2, expr } })),
    ],
  });
}
