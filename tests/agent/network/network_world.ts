import { parse } from "yaml";
import { createNetworkService, type NetworkService } from "../../../agent/network/network_service.ts";
import { createEngine } from "../../../agent/operation/mod.ts";
import { openJournal } from "../../../agent/state/journal.ts";
import { FakeClock } from "../../fakes/fake_clock.ts";
import { FakeHost } from "../../fakes/fake_host.ts";

export const LEASED = "192.168.64.8";
export const OUR_FILE = "/etc/netplan/90-alga-ens18.yaml";

interface Definition {
  dhcp4?: boolean;
  addresses?: string[];
  routes?: { via: string }[];
}

/** A machine with one link, whose addresses follow from the files of netplan once these are applied. It outlives the agent. */
export class Machine {
  readonly clock = new FakeClock();
  /** What was applied last: address, prefix, by DHCP, gateway. */
  now = { address: LEASED, prefix: 24, isLeased: true, gateway: "192.168.64.1" };
  restarts = 0;
  /** What `netplan apply` says in place of doing it. */
  refusal: string | undefined;
  /** At how many of the looks after the first, once settings were applied, the link has no address for a moment. */
  bareLooks = 0;
  #looksSinceApplied = 0;

  /** The disk of the process that lives; what a dead one still runs changes nothing. */
  #disk: FakeHost | undefined;

  /** The disk for one process of the agent. */
  adopt(host: FakeHost): FakeHost {
    this.#disk = host;
    host.nowMs = () => this.clock.nowMs();
    host.put("/usr/sbin/netplan", "");
    host.put("/sys/class/net/ens18/ifindex", "2\n");
    host.put("/run/systemd/netif/links/2", "ADMIN_STATE=configured\nOPER_STATE=routable\n");
    host.put("/run/systemd/resolve/resolv.conf", "nameserver 192.168.64.1\n");
    host.commands.set(
      "ip",
      (args) => ({ stdout: JSON.stringify(args.includes("addr") ? this.#links() : this.#routes()) }),
    );
    host.commands.set("netplan", {});
    host.commands.set(
      "systemd-run",
      (args) => args.slice(-2).join(" ") === "netplan apply" ? this.#apply(host) : {},
    );
    host.commands.set("systemctl", ([what]) => {
      if (what === "restart") this.restarts++;
      return {};
    });
    return host;
  }

  #links() {
    const { address, prefix, isLeased } = this.now;
    const look = ++this.#looksSinceApplied;
    const isBare = look > 1 && look <= 1 + this.bareLooks;
    return [
      { ifname: "lo", flags: ["LOWER_UP"], addr_info: [{ local: "127.0.0.1", prefixlen: 8 }] },
      {
        ifname: "ens18",
        link_type: "ether",
        flags: ["LOWER_UP"],
        addr_info: isBare ? [] : [{ local: address, prefixlen: prefix, dynamic: isLeased }],
      },
    ];
  }

  #routes() {
    const { gateway } = this.now;
    return gateway === "" ? [] : [{ dst: "default", gateway, dev: "ens18" }];
  }

  #apply(host: FakeHost) {
    if (host !== this.#disk) return {};
    if (this.refusal !== undefined && host.files.has(OUR_FILE)) return { code: 1, stderr: this.refusal };
    const file = host.files.get(OUR_FILE);
    const found: Definition = file === undefined
      ? { dhcp4: true }
      : parse(new TextDecoder().decode(file.bytes)).network.ethernets["00-alga-ens18"];
    const [address = LEASED, prefix = "24"] = found.addresses?.[0]?.split("/") ?? [];
    this.#looksSinceApplied = 0;
    this.now = {
      address,
      prefix: Number(prefix),
      isLeased: found.dhcp4 === true,
      gateway: found.dhcp4 ? "192.168.64.1" : found.routes?.[0]?.via ?? "",
    };
    return {};
  }
}

/** One process of the agent on a machine. */
export async function startAgent(
  machine: Machine,
  host: FakeHost,
  hasKubernetes = false,
): Promise<{ network: NetworkService; stop(): Promise<void> }> {
  const { clock } = machine;
  const journal = await openJournal(machine.adopt(host), clock);
  const engine = createEngine({ host, clock, journal, say() {} });
  const network = await createNetworkService({ host, clock, engine, hasKubernetes: () => hasKubernetes });
  await engine.dischargeOwed();
  await engine.resume();
  return { network, stop: () => engine.stop() };
}
