import { type K3sPin, readK3sPin } from "../../../k8s/k3s/pin.ts";
import type { Host } from "../../host/host.ts";
import {
  describeResolvConf,
  type NetworkInterface,
  readInterfaces,
  readRoutes,
  RESOLV_CONFS,
  type ResolvConf,
} from "../../host/network_facts.ts";
import { type FileSystem, readFileSystems } from "./file_systems.ts";
import { readListeningPorts } from "./listening_ports.ts";
import { type NftRuleset, readNftRuleset } from "./nft_ruleset.ts";
import { type OpenFile, readOpenFiles } from "./open_files.ts";
import { findPreviousInstall, type PreviousInstall } from "./previous_install.ts";
import { readServices, type Service } from "./services.ts";
import { readTimeSync, type TimeSync } from "./time_sync.ts";
import { readUfw, type Ufw } from "./ufw.ts";

/**
 * What is known of the machine in one run of the checks. Each fact is read when a check first asks for it, and once: all checks
 * judge the same moment. A fact that cannot be read fails every check that needs it, and no other.
 */
export interface MachineFacts {
  /** The text of a small file; `undefined` when it does not exist. */
  text(path: string): Promise<string | undefined>;
  interfaces(): Promise<readonly NetworkInterface[]>;
  /** IPv4 addresses of {@link interfaces}. */
  addresses(): Promise<readonly string[]>;
  routes(): ReturnType<typeof readRoutes>;
  /** The machine's own DNS servers. */
  resolvers(): Promise<readonly string[]>;
  listeningPorts(): Promise<ReadonlyMap<number, string> | undefined>;
  listeningUdpPorts(): Promise<ReadonlyMap<number, string> | undefined>;
  openFiles(): Promise<readonly OpenFile[] | undefined>;
  services(): Promise<readonly Service[]>;
  timeSync(): Promise<TimeSync>;
  /** `undefined` when ufw is off. */
  ufw(): Promise<Ufw | undefined>;
  nftRuleset(): Promise<NftRuleset>;
  /** What the machine's own resolv.conf says, of the file that counts; `undefined` where there is none. */
  resolvConf(): Promise<ResolvConf | undefined>;
  fileSystems(): Promise<readonly FileSystem[]>;
  previousInstall(): Promise<PreviousInstall>;
  /** The k3s that this appliance is to run. @throws {AgentError} K3S_FAILED */
  k3sPin(): Promise<K3sPin>;
}

/** Facts of a machine for one run. */
export function gatherFacts(host: Host): MachineFacts {
  const texts = new Map<string, Promise<string | undefined>>();
  const interfaces = once(() => readInterfaces(host));
  const text = (path: string) => {
    const known = texts.get(path) ?? host.readText(path);
    texts.set(path, known);
    return known;
  };
  const resolvConf = once(() => readResolvConf(text));
  const openFiles = once(() => readOpenFiles(host));
  return {
    text,
    interfaces,
    addresses: async () => (await interfaces()).flatMap((it) => it.addresses.map((a) => a.address)),
    routes: once(() => readRoutes(host)),
    resolvConf,
    resolvers: async () => (await resolvConf())?.servers ?? [],
    listeningPorts: once(() => readListeningPorts(host, "tcp", openFiles)),
    listeningUdpPorts: once(() => readListeningPorts(host, "udp", openFiles)),
    openFiles,
    services: once(() => readServices(host)),
    timeSync: once(() => readTimeSync(host)),
    ufw: once(() => readUfw(text)),
    nftRuleset: once(() => readNftRuleset(host)),
    fileSystems: once(() => readFileSystems(host)),
    previousInstall: once(() => findPreviousInstall(host)),
    k3sPin: once(() => readK3sPin(host)),
  };
}

/** The first file with a server that pods can use, else what both together say. */
async function readResolvConf(
  text: (path: string) => Promise<string | undefined>,
): Promise<ResolvConf | undefined> {
  const found: ResolvConf[] = [];
  for (const path of RESOLV_CONFS) {
    const content = await text(path);
    if (content === undefined) continue;
    const described = describeResolvConf(content);
    if (described.servers.length > 0) return described;
    found.push(described);
  }
  if (found.length === 0) return undefined;
  const all = (key: keyof ResolvConf) => [...new Set(found.flatMap((it) => it[key]))];
  return {
    servers: [],
    ipv6Servers: all("ipv6Servers"),
    loopbackServers: all("loopbackServers"),
    searchDomains: all("searchDomains"),
  };
}

function once<T>(read: () => Promise<T>): () => Promise<T> {
  let pending: Promise<T> | undefined;
  return () => pending ??= read();
}
