import type { CauseShape } from "./cause_shape.ts";
import { AGENT } from "./agent.ts";
import { APP } from "./app.ts";
import { BOOTSTRAP } from "./bootstrap.ts";
import { CONFIG } from "./config.ts";
import { DATABASE } from "./database.ts";
import { DNS } from "./dns.ts";
import { FLUX } from "./flux.ts";
import { IMAGE } from "./image.ts";
import { K3S } from "./k3s.ts";
import { KERNEL } from "./kernel.ts";
import { MACHINE } from "./machine.ts";
import { NETWORK } from "./network.ts";
import { NODE } from "./node.ts";
import { PART } from "./part.ts";
import { REGISTRY } from "./registry.ts";
import { SCHEDULING } from "./scheduling.ts";
import { SOURCE } from "./source.ts";
import { STORAGE } from "./storage.ts";

const FAMILIES = [
  DNS,
  NETWORK,
  REGISTRY,
  IMAGE,
  MACHINE,
  KERNEL,
  K3S,
  NODE,
  SCHEDULING,
  STORAGE,
  CONFIG,
  DATABASE,
  BOOTSTRAP,
  APP,
  PART,
  SOURCE,
  FLUX,
  AGENT,
] as const;

type EntryOf<Family> = Family extends unknown ? Family[keyof Family] : never;
type Entry = EntryOf<typeof FAMILIES[number]>;

/** Every cause that we can name. */
export type BlockerId = Entry["id"];

/** One of the causes, whatever its family, that asks for no other words than `W`. */
export interface Cause<in W = never> extends CauseShape<W> {
  id: BlockerId;
}

/** Every cause by its id. */
export const CAUSES = Object.fromEntries(
  FAMILIES.flatMap((family): Cause[] => Object.values(family)).map((it) => [it.id, it]),
) as Readonly<Record<BlockerId, Cause>>;
