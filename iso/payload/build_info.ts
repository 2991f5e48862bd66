import * as z from "zod";

/** What names an image, on it, on the machines that it installed, and in its manifest. */
export const BuildInfo = z.strictObject({
  formatVersion: z.literal(1),
  product: z.literal("alga-appliance"),
  /** Version of the agent, which is that of the image. */
  version: z.string(),
  /** Of the agent's source. */
  commit: z.string(),
  /** ISO 8601; the date of that commit, so that the same inputs give the same image. */
  builtAt: z.string(),
  base: z.strictObject({
    /** The base's own words, from its `/.disk/info`. */
    name: z.string(),
    sha256: z.string(),
  }),
  /** Version of the k3s on the image; `null` when machines fetch it. */
  k3s: z.string().nullable(),
  account: z.enum(["none", "key", "password", "key and password"]),
});

/** What names an image. */
export type BuildInfo = z.infer<typeof BuildInfo>;
