import type { TierId } from "../product/tiers.ts";

/** Who has to act. */
export type Owner = "you" | "network-admin" | "vendor" | "nobody";

/** A named cause of something not working. `id` is an id of catalogue.md 4.4. */
export interface Blocker {
  id: string;
  severity: "critical" | "background";
  component: string;
  /** The tier that it keeps from being ready. */
  layer: TierId;
  title: string;
  /** What is wrong, in plain words. */
  reason: string;
  /** What people can or cannot do because of it. */
  consequence: string;
  nextAction: string;
  owner: Owner;
  retrySafe: boolean;
  loginBlocking: boolean;
  since: string;
  /** Exact object, state and message, for support. */
  evidence: readonly { label: string; text: string }[];
  /** Ids of what follows from this and is not shown by itself. */
  suppressed: readonly string[];
}
