import * as z from "zod";
import { Digest } from "../release/mod.ts";

/** What an update of the agent is asked for: one program, as a release named it. */
export const AgentRequest = z.strictObject({
  id: z.string(),
  /** The running agent, and the one that is wanted. */
  from: z.string(),
  to: z.string(),
  /** The release that names it. */
  release: z.strictObject({ version: z.string(), manifestDigest: Digest }),
  /** "ghcr.io/nine-minds/alga-agent" */
  repository: z.string(),
  sha256: z.string(),
  signature: z.string(),
});
export type AgentRequest = z.infer<typeof AgentRequest>;
