import * as z from "zod";
import { Selection } from "../setup/release_selection.ts";

const Release = Selection.shape.resolved;

/** What an update is asked for: one release by its digest, and what was installed then. */
export const UpdateRequest = z.strictObject({
  target: Release,
  from: z.strictObject({ version: z.string(), manifestDigest: z.string() }),
  /** Somebody wants it although it is older than what was installed or seen. */
  allowDowngrade: z.boolean().optional(),
});
export type UpdateRequest = z.infer<typeof UpdateRequest>;
