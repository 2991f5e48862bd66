import { APP_PORT, K3S_PORTS, VXLAN_PORT } from "../../product/ports.ts";
import { POD_CIDR, SERVICE_CIDR } from "../../product/networks.ts";
import { mainInterface } from "../../host/network_facts.ts";
import type { Check } from "../check.ts";
import { couldNotCheck, fail, grade, pass, warn } from "../outcome.ts";
import { askedEndpoints } from "../facts/endpoints.ts";
import { doPacketsPass } from "../facts/path_size.ts";
import { effectiveResolvers } from "./dns.ts";
import { proxiedEndpoints } from "./proxy.ts";
import { isLinkLocal, networksOverlap } from "../../text/network_address.ts";

/** Services of other distributions of Kubernetes. */
const OTHER_CLUSTERS =
  /^(k3s|k3s-agent|k0s\w*|rke2-server|rke2-agent|kubelet|snap\.microk8s\.daemon-\S+|snap\.kubelet\S*|snap\.k8s\.\S+|minikube)$/;
/** They write firewall rules of their own and take the same disk. */
const CONTAINER_ENGINES = /^(docker|snap\.docker\.dockerd|containerd|crio|cri-docker)$/;

const CLUSTER_CIDRS = [POD_CIDR, SERVICE_CIDR] as const;

/** What pods send leaves this much room for the cluster's own header. */
const GOOD_MTU_BYTES = 1450;

/** Checks of the machine's own network. */
export const NETWORK_CHECKS: readonly Check[] = [
  {
    id: "net.interface",
    title: "Network interface",
    vantage: "agent",
    overridable: false,
    async run({ facts }) {
      const expected = "one interface with a cable and an IPv4 address";
      const usable = (await facts.interfaces()).filter((it) =>
        it.hasCarrier && it.addresses.some((a) => !isLinkLocal(a.address))
      );
      const found =
        usable.map((it) => `${it.name} ${it.addresses.map((a) => a.address).join(" ")}`).join(", ") || "none";
      if (usable.length === 0) {
        return fail({
          expected,
          found,
          remediation:
            "Check the cable, or the virtual switch in the hypervisor, and DHCP (sudo networkctl status)",
        });
      }
      return usable.length === 1 ? pass({ expected, found }) : warn({
        expected,
        found,
        remediation: "Disconnect the interfaces that are not needed, in the hypervisor",
      });
    },
  },
  {
    id: "net.default-route",
    title: "Default gateway",
    vantage: "containerd",
    overridable: false,
    async run({ facts }) {
      const expected = "a default route";
      const route = (await facts.routes()).find((it) => it.destination === "default");
      const found = route ? `${route.gateway ?? "direct"} on ${route.device}` : "none";
      return route ? pass({ expected, found }) : fail({
        expected,
        found,
        remediation:
          "Check DHCP, or set the gateway: sudo netplan set ethernets.NAME.routes='[{to: default, via: GATEWAY}]', then sudo netplan try",
      });
    },
  },
  {
    id: "net.address",
    title: "Address of this machine",
    vantage: "cluster",
    overridable: true,
    async run({ facts }) {
      const expected = "an address that stays";
      const interfaces = await facts.interfaces();
      const main = mainInterface(interfaces, await facts.routes());
      const address = main?.addresses.find((it) => !isLinkLocal(it.address));
      if (main === undefined || address === undefined) {
        const found = interfaces.flatMap((it) => it.addresses.map((a) => a.address)).join(", ") || "none";
        return fail({
          expected,
          found: found === "none" ? found : `${found}, which only neighbours reach`,
          remediation:
            `See what DHCP says: journalctl -u systemd-networkd -n 20. Or set an address: sudo netplan set ethernets.${
              interfaces[0]?.name ?? "NAME"
            }.addresses=[ADDRESS/24], then sudo netplan try`,
        });
      }
      if (!address.isDynamic) return pass({ expected, found: `${address.address}, set by hand` });
      return warn({
        expected,
        found: `${address.address}, leased by DHCP: Kubernetes stops when it changes`,
        remediation:
          `Ask the network administrator to reserve ${address.address} in DHCP for the hardware address ${
            main.macAddress ?? `of ${main.name}`
          }`,
      });
    },
  },
  {
    id: "net.mtu",
    title: "Size of packets",
    vantage: "cluster",
    overridable: true,
    async run(context) {
      const { facts, host } = context;
      const expected = "1450 bytes or more";
      const main = mainInterface(await facts.interfaces(), await facts.routes());
      const remediation = `Raise it in the virtual switch, and here: sudo ip link set dev ${
        main?.name ?? "NAME"
      } mtu 1500. Keep it: sudo netplan set ethernets.${main?.name ?? "NAME"}.mtu=1500`;
      if (main?.mtuBytes === undefined) {
        return couldNotCheck({
          expected,
          found: "no interface leads outside, or it tells no size",
          remediation,
        });
      }
      const { mtuBytes, name } = main;
      const proxied = proxiedEndpoints(context).map((it) => it.registry);
      const [direct] = askedEndpoints(context.mirrors).filter((it) => !proxied.includes(it.registry));
      if (mtuBytes >= GOOD_MTU_BYTES && direct !== undefined) {
        if (await doPacketsPass(host, direct.hostName, GOOD_MTU_BYTES) === false) {
          return warn({
            expected,
            found: `${mtuBytes} bytes on ${name}, but ${direct.hostName} answers small packets only`,
            remediation:
              `If downloads hang, send smaller packets: sudo ip link set dev ${name} mtu 1400. Keep it: sudo netplan set ethernets.${name}.mtu=1400`,
          });
        }
      }
      return grade({ expected, found: `${mtuBytes} bytes on ${name}`, remediation }, {
        good: mtuBytes >= GOOD_MTU_BYTES,
        tolerable: mtuBytes >= 1280,
      });
    },
  },
  {
    id: "net.cidr",
    title: "Address ranges of the cluster",
    vantage: "cluster",
    overridable: true,
    async run(context) {
      const expected = `${CLUSTER_CIDRS.join(" and ")} are free`;
      const routes = (await context.facts.routes()).filter((it) => !/^(cni|flannel|kube)/.test(it.device))
        .map((it) => it.destination);
      const addresses = (await context.facts.interfaces()).flatMap((it) =>
        it.addresses.map((a) => `${a.address}/${a.prefixLength}`)
      );
      const servers = await effectiveResolvers(context);
      const overlaps = [...routes, ...addresses, ...servers].filter((it) =>
        it !== "default" && CLUSTER_CIDRS.some((cidr) => networksOverlap(it, cidr))
      );
      if (overlaps.length === 0) return pass({ expected, found: "free" });
      return fail({
        expected,
        found: `used by ${overlaps.join(", ")}`,
        remediation:
          "Ask the network administrator for a network outside these ranges. Accept only if nothing there must be reached",
      });
    },
  },
  {
    id: "net.ports-tcp",
    title: "Network ports",
    vantage: "cluster",
    overridable: false,
    async run({ facts, agentPort }) {
      const expected = `ports ${[APP_PORT, ...K3S_PORTS].join(", ")} are free`;
      const listening = await facts.listeningPorts();
      if (listening === undefined) {
        return couldNotCheck({
          expected,
          found: "/proc/net/tcp cannot be read",
          remediation: "Start the agent as the service: sudo systemctl start alga-appliance",
        });
      }
      const isResumed = (await facts.previousInstall()).isOurs;
      const taken = [APP_PORT, ...K3S_PORTS].filter((port) =>
        port !== agentPort && listening.has(port) &&
        !(isResumed && isOwnProgram(port, listening.get(port) ?? ""))
      );
      if (isResumed && taken.length === 0) {
        return pass({ expected, found: "free, or in use by this appliance's own Kubernetes" });
      }
      if (taken.length === 0) return pass({ expected, found: "free" });
      const names = taken.map((port) =>
        listening.get(port) ? `${port} (${listening.get(port)})` : String(port)
      );
      return fail({
        expected,
        found: `in use: ${names.join(", ")}`,
        remediation: stopPrograms(taken.map((it) => listening.get(it) ?? ""), taken, "sudo ss -ltnp"),
      });
    },
  },
  {
    id: "net.ports-udp",
    title: "Port of the pod network",
    vantage: "cluster",
    overridable: false,
    async run({ facts }) {
      const expected = `UDP port ${VXLAN_PORT} is free`;
      const listening = await facts.listeningUdpPorts();
      if (listening === undefined) {
        return couldNotCheck({
          expected,
          found: "/proc/net/udp cannot be read",
          remediation: "Start the agent as the service: sudo systemctl start alga-appliance",
        });
      }
      const owner = listening.get(VXLAN_PORT);
      if (owner === undefined) return pass({ expected, found: "free" });
      const isResumed = (await facts.previousInstall()).isOurs;
      // The kernel's own tunnel has no program.
      if (isResumed && owner === "") {
        return pass({ expected, found: "in use by this appliance's own Kubernetes" });
      }
      return fail({
        expected,
        found: owner === "" ? "in use by a tunnel of the kernel" : `in use by ${owner}`,
        remediation: owner === ""
          ? "Find the tunnel: ip -d link show type vxlan. Then: sudo ip link delete NAME"
          : stopPrograms([owner], [VXLAN_PORT], "sudo ss -lunp"),
      });
    },
  },
  {
    id: "net.conflict-k8s",
    title: "Other clusters and containers",
    vantage: "containerd",
    overridable: true,
    async run({ facts }) {
      const expected = "none on this machine";
      const isOurs = (await facts.previousInstall()).isOurs;
      const running = (await facts.services()).filter((it) =>
        it.active === "active" || it.active === "activating"
      )
        .map((it) => it.name);
      const clusters = running.filter((it) => OTHER_CLUSTERS.test(it) && !(isOurs && it === "k3s"));
      const engines = running.filter((it) => CONTAINER_ENGINES.test(it));
      const found = [...clusters, ...engines].join(", ");
      if (found === "") return pass({ expected, found: "none" });
      const words = {
        expected,
        found,
        remediation: `Make a fresh machine in the hypervisor, or: sudo systemctl disable --now ${
          found.replaceAll(",", "")
        }`,
      };
      return clusters.length > 0 ? fail(words) : warn(words);
    },
  },
];

/** How to end what holds ports; an owner is "name, pid N" or "". */
function stopPrograms(owners: readonly string[], ports: readonly number[], list: string): string {
  const pid = owners.map((it) => /pid (\d+)$/.exec(it)?.[1]).find((it) => it !== undefined);
  return pid === undefined
    ? `Stop what holds it: ${list} | grep ${
      ports[0]
    } names the program, then sudo systemctl disable --now SERVICE`
    : `Stop it: systemctl status ${pid} names its service, then sudo systemctl disable --now SERVICE`;
}

/** Once we began to install k3s its ports may be taken by it, and the application's port by the application, whatever that is called. */
function isOwnProgram(port: number, owner: string): boolean {
  return owner === "" || port === APP_PORT || /^(k3s|containerd|kube)/.test(owner);
}
