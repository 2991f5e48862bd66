import type { BlockerId } from "../cause.ts";
import type { Help } from "./help_shape.ts";
import { AGENT_HELP } from "./agent.ts";
import { APP_HELP } from "./app.ts";
import { BOOTSTRAP_HELP } from "./bootstrap.ts";
import { CONFIG_HELP } from "./config.ts";
import { DATABASE_HELP } from "./database.ts";
import { DNS_HELP } from "./dns.ts";
import { FLUX_HELP } from "./flux.ts";
import { IMAGE_HELP } from "./image.ts";
import { K3S_HELP } from "./k3s.ts";
import { KERNEL_HELP } from "./kernel.ts";
import { MACHINE_HELP } from "./machine.ts";
import { NETWORK_HELP } from "./network.ts";
import { NODE_HELP } from "./node.ts";
import { PART_HELP } from "./part.ts";
import { REGISTRY_HELP } from "./registry.ts";
import { SCHEDULING_HELP } from "./scheduling.ts";
import { SOURCE_HELP } from "./source.ts";
import { STORAGE_HELP } from "./storage.ts";

/** Words of one finding, by name; whichever a text asks for and is not given is left to the text. */
type AnyWords = Readonly<Record<string, string | undefined>>;

/** Help for one cause, whatever its words. */
export type AnyHelp = Help<AnyWords> & { retry?: string };

/** Families in the order of the index, from the network to the agent itself. */
export const HELP_FAMILIES = [
  { title: "Names (DNS)", help: DNS_HELP },
  { title: "Network", help: NETWORK_HELP },
  { title: "Registry", help: REGISTRY_HELP },
  { title: "Images", help: IMAGE_HELP },
  { title: "Machine", help: MACHINE_HELP },
  { title: "Limits of the kernel", help: KERNEL_HELP },
  { title: "Kubernetes (k3s)", help: K3S_HELP },
  { title: "The machine in Kubernetes", help: NODE_HELP },
  { title: "Room for a part", help: SCHEDULING_HELP },
  { title: "Storage", help: STORAGE_HELP },
  { title: "Settings of parts", help: CONFIG_HELP },
  { title: "Database", help: DATABASE_HELP },
  { title: "First-time setup", help: BOOTSTRAP_HELP },
  { title: "Parts of Alga", help: APP_HELP },
  { title: "Parts that are not ready", help: PART_HELP },
  { title: "Where the release comes from", help: SOURCE_HELP },
  { title: "Installer (Flux)", help: FLUX_HELP },
  { title: "The appliance itself", help: AGENT_HELP },
] as const;

/** Help for every cause. One that has none does not compile: nor does a family that is not among these. */
export const HELP: Readonly<Record<BlockerId, AnyHelp>> = {
  ...DNS_HELP,
  ...NETWORK_HELP,
  ...REGISTRY_HELP,
  ...IMAGE_HELP,
  ...MACHINE_HELP,
  ...KERNEL_HELP,
  ...K3S_HELP,
  ...NODE_HELP,
  ...SCHEDULING_HELP,
  ...STORAGE_HELP,
  ...CONFIG_HELP,
  ...DATABASE_HELP,
  ...BOOTSTRAP_HELP,
  ...APP_HELP,
  ...PART_HELP,
  ...SOURCE_HELP,
  ...FLUX_HELP,
  ...AGENT_HELP,
};
