import { isInNetwork } from "../../text/network_address.ts";
import { isOfCluster, type Packet } from "./packet.ts";

/** One rule of ufw's own file, in its order. @see ufw(8), /etc/ufw/user.rules */
interface UfwRule {
  lets: boolean;
  protocol: string;
  ports: string;
  source: string;
  /** "" = every one. */
  device: string;
}

/** What ufw does with packets that come in. */
export interface Ufw {
  /** Packets without a rule are let in. */
  isOpen: boolean;
  rules: readonly UfwRule[];
}

const TUPLE =
  /^### tuple ### (allow|limit|deny|reject)(?:_log|_log-all)? (any|tcp|udp|[a-z]{1,10}) (\S{1,200}) (\S{1,50}) (\S{1,200}) (\S{1,50}) (?:\S{1,200} \S{1,200} )?(in|out)(?:_(\S{1,20}))?/;

/** Reads ufw's files; `undefined` when it is off or not there. */
export async function readUfw(
  text: (path: string) => Promise<string | undefined>,
): Promise<Ufw | undefined> {
  const isOn = /^ENABLED=["']?yes/im.test(await text("/etc/ufw/ufw.conf") ?? "");
  if (!isOn) return undefined;
  const policy = /^DEFAULT_INPUT_POLICY=["']?(\w{1,20})/m.exec(await text("/etc/default/ufw") ?? "")?.[1];
  const rules = (await text("/etc/ufw/user.rules") ?? "").split("\n").flatMap((line): UfwRule[] => {
    const [, action = "", protocol = "", ports = "", , , source = "", direction, device = ""] =
      TUPLE.exec(line) ?? [];
    if (direction !== "in") return [];
    return [{ lets: action === "allow" || action === "limit", protocol, ports, source, device }];
  });
  return { isOpen: policy?.toUpperCase() === "ACCEPT", rules };
}

/** Whether ufw lets a packet in. The first rule that fits decides; packets from anywhere fit a rule for some of them. */
export function ufwLets({ isOpen, rules }: Ufw, packet: Packet): boolean {
  const rule = rules.find((it) =>
    (it.protocol === "any" || it.protocol === "tcp") && hasPort(it.ports, packet.port) &&
    fitsSource(it, packet) && fitsDevice(it, packet)
  );
  return rule?.lets ?? isOpen;
}

function fitsSource({ source, lets }: UfwRule, packet: Packet): boolean {
  if (source === "0.0.0.0/0" || source === "::/0") return source === "0.0.0.0/0";
  // A rule that shuts some sources out leaves the others.
  return packet.source === undefined ? lets && !isOfCluster(source) : isInNetwork(packet.source, source);
}

function fitsDevice({ device }: UfwRule, packet: Packet): boolean {
  if (device === "") return true;
  return packet.device === undefined ? !/^(lo|cni|flannel)/.test(device) : device === packet.device;
}

/** "any", "8080", "80,443", "3000:3010" */
function hasPort(ports: string, port: number): boolean {
  return ports === "any" || ports.split(",").some((it) => {
    const [from = NaN, to = from] = it.split(":").map(Number);
    return port >= from && port <= to;
  });
}
