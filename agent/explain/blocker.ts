import type { HelmReleaseName } from "../product/helm_releases.ts";
import type { TierId } from "../product/tiers.ts";
import type { Owner } from "../causes/cause_shape.ts";
import type { Action, RemedyId } from "../causes/action.ts";

/** One fact that a cause was found by. */
export interface EvidenceLine {
  label: string;
  text: string;
  /** The pod that it is about, where it names one. */
  pod?: { namespace: string; name: string };
}

/** A named cause of something not working. */
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
  /** The same as a code, for buttons and scripts. */
  action: Action;
  /** What the agent could do against it without harm, where there is such a thing. */
  remedy?: RemedyId;
  /** The release of the application that the remedy is for, where it is for one. */
  release?: HelmReleaseName;
  owner: Owner;
  retrySafe: boolean;
  loginBlocking: boolean;
  since: string;
  /** It may still pass by itself: nobody has to act before its patience is over. */
  mayPass: boolean;
  /** What it is about, by name (`server`, `image`, `volume`), each one word that is safe in a command; for help. */
  words?: Readonly<Record<string, string>>;
  /** Exact object, state and message, for support. */
  evidence: readonly EvidenceLine[];
  /** Ids of what follows from this and is not shown by itself. */
  suppressed: readonly string[];
}
