import type { Host } from "../../host/host.ts";
import {
  type NetworkInterface,
  readInterfaces,
  readResolvers,
  readRoutes,
} from "../../host/network_facts.ts";
import { type FileSystem, readFileSystems } from "./file_systems.ts";
import { readListeningPorts } from "./listening_ports.ts";
import { type OpenFile, readOpenFiles } from "./open_files.ts";
import { findPreviousInstall, type PreviousInstall } from "./previous_install.ts";
import { readServices, type Service } from "./services.ts";
import { readTimeSync, type TimeSync } from "./time_sync.ts";

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
  fileSystems(): Promise<readonly FileSystem[]>;
  previousInstall(): Promise<PreviousInstall>;
}

/** Facts of a machine for one run. */
export function gatherFacts(host: Host): MachineFacts {
  const texts = new Map<string, Promise<string | undefined>>();
  const interfaces = once(() => readInterfaces(host));
  const openFiles = once(() => readOpenFiles(host));
  return {
    text(path) {
      const known = texts.get(path) ?? host.readText(path);
      texts.set(path, known);
      return known;
    },
    interfaces,
    addresses: async () => (await interfaces()).flatMap((it) => it.addresses.map((a) => a.address)),
    routes: once(() => readRoutes(host)),
    resolvers: once(() => readResolvers(host)),
    listeningPorts: once(() => readListeningPorts(host, "tcp", openFiles)),
    listeningUdpPorts: once(() => readListeningPorts(host, "udp", openFiles)),
    openFiles,
    services: once(() => readServices(host)),
    timeSync: once(() => readTimeSync(host)),
    fileSystems: once(() => readFileSystems(host)),
    previousInstall: once(() => findPreviousInstall(host)),
  };
}

function once<T>(read: () => Promise<T>): () => Promise<T> {
  let pending: Promise<T> | undefined;
  return () => pending ??= read();
}
