import * as z from "zod";
import { Selection } from "../setup/release_selection.ts";

const Release = Selection.shape.resolved;

/** What an update is asked for: one release by its digest, what was installed then, and where it goes on to. */
export const UpdateRequest = z.strictObject({
  target: Release,
  from: z.strictObject({ version: z.string(), manifestDigest: z.string() }),
  /** The releases that follow on the way, each by an update of its own; the last one is what was asked for. */
  further: z.array(Release).optional(),
  /** Somebody wants it although it is older than what was installed or seen. */
  allowDowngrade: z.boolean().optional(),
});
export type UpdateRequest = z.infer<typeof UpdateRequest>;
