import * as z from "zod";
import type { Clock } from "../clock.ts";
import type { Host } from "../host/host.ts";
import { readStateFile, writeStateFile } from "../state/json_file.ts";
import { PATHS } from "../state/paths.ts";

const SCHEMA_VERSION = 1;
const Sha256 = z.string().regex(/^[0-9a-f]{64}$/);

/**
 * What the unit of the update has to do. It is there from before the first change until the outcome is written: whoever finds it
 * after a power cut goes on with it.
 */
const Order = z.object({
  /** Of the request that it belongs to. */
  id: z.string(),
  from: z.string(),
  to: z.string(),
  /** Of the new program, and of the one before. */
  sha256: Sha256,
  previousSha256: Sha256,
  /** Where the agent answers. */
  port: z.int().min(1).max(65_535),
  /** Why the program from before comes back; from then on the new one is not tried again. */
  goesBack: z.string().optional(),
});
export type Order = z.infer<typeof Order>;

const Outcome = z.object({
  id: z.string(),
  result: z.enum(["done", "went-back"]),
  /** Why it went back. */
  reason: z.string().optional(),
});
export type Outcome = z.infer<typeof Outcome>;

type Place = { host: Host; clock: Clock };

/** The order that has not ended. @throws {AgentError} STATE_NEWER */
export async function readOrder({ host, clock }: Place): Promise<Order | undefined> {
  return await read(Order, { host, clock, path: PATHS.agentOrder });
}

export async function writeOrder(host: Host, order: Order): Promise<void> {
  await writeStateFile(host, PATHS.agentOrder, order, SCHEMA_VERSION);
}

/** How the last order ended. @throws {AgentError} STATE_NEWER */
export async function readOutcome({ host, clock }: Place): Promise<Outcome | undefined> {
  return await read(Outcome, { host, clock, path: PATHS.agentOutcome });
}

/** The outcome first: between the two writes the order is carried out once more, and finds nothing to do. */
export async function endOrder(host: Host, outcome: Outcome): Promise<void> {
  await writeStateFile(host, PATHS.agentOutcome, outcome, SCHEMA_VERSION);
  await host.remove(PATHS.agentOrder);
}

async function read<T>(
  shape: z.ZodType<T>,
  { host, clock, path }: Place & { path: string },
): Promise<T | undefined> {
  const found = await readStateFile(host, path, shape, { clock, schemaVersion: SCHEMA_VERSION });
  return found.status === "ok" ? found.value : undefined;
}
