import * as z from "zod";
import { type Clock, isoNow } from "../clock.ts";
import type { Host } from "../host/host.ts";
import { readStateFile, writeStateFile } from "../state/json_file.ts";
import type { InputStore } from "./operation.ts";

const SCHEMA_VERSION = 1;

/** Inputs in a state file of their own, 0600. `shape` is what was written, already checked once. */
export function createInputStore<Inputs>(
  { host, clock, path, shape }: { host: Host; clock: Clock; path: string; shape: z.ZodType<Inputs> },
): InputStore<Inputs> {
  const Kept = z.object({ runId: z.string().optional(), inputs: shape });
  const file = Kept.extend({ before: Kept.optional() });
  return {
    async read(runId) {
      const read = await readStateFile(host, path, file, { clock, schemaVersion: SCHEMA_VERSION });
      if (read.status !== "ok") return undefined;
      return [read.value, read.value.before].find((it) => it && it.runId === runId)?.inputs;
    },
    async write({ runId, inputs }, before) {
      const value = { submittedAt: isoNow(clock), runId, inputs, before };
      await writeStateFile(host, path, value, SCHEMA_VERSION);
    },
  };
}
