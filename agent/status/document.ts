import type { Action } from "../causes/action.ts";
import type { CertificateView } from "../facts/snapshot.ts";
import type { TierId } from "../product/tiers.ts";
import type { Blocker } from "../explain/blocker.ts";
import type { Snapshot } from "../facts/snapshot.ts";
import type { StatusMemory } from "./memory.ts";

export type { CertificateView } from "../facts/snapshot.ts";

/**
 * `unknown` = could not be observed or has not started, never the same as failed. Of a tier that is not ready, `degraded` = its
 * turn has come and it is on its way, or a part in the background fails.
 */
export type Health = "healthy" | "degraded" | "unhealthy" | "unknown";

export type RollupState =
  | "installing"
  | "ready_to_log_in"
  | "ready_with_background_issues"
  | "fully_healthy"
  | "failed_action_required";

/** One condition of a tier: a question and its answer. */
export interface Condition {
  id: string;
  title: string;
  /** `waiting` is on its way, `failed` needs someone, `unknown` could not be asked. */
  status: "ready" | "waiting" | "failed" | "unknown";
  reason: string;
}

/** Part of what it takes to judge could not be asked. */
export function isUnseen(proofs: readonly Condition[]): boolean {
  return proofs.some((it) => it.status === "unknown");
}

export interface TierStatus {
  ready: boolean;
  status: Health;
  /** A few words for the tier line ("ready", "waits for database", "1 of 5 fails"). */
  message: string;
  /** Since when `ready` has had its value. */
  since: string;
  proofs: readonly Condition[];
}

export interface ActiveOperation {
  component: string;
  operation: "image-pull" | "bootstrap" | "flux" | "setup";
  image?: string;
  estimatedSizeHuman?: string;
  /** `waiting`: its turn comes after another's. The message of a running download says how long it has been. */
  state: "running" | "waiting";
  startedAt: string;
  elapsedSeconds: number;
  progressAvailable: boolean;
  progressPercent: number | null;
  message: string;
}

export interface ComponentStatus {
  name: string;
  tier: TierId;
  namespace: string;
  ready: boolean;
  status: Health;
  message: string;
}

export interface StatusEvent {
  namespace: string;
  type: string;
  reason: string;
  message: string;
  involvedObject: string;
  lastTimestamp: string;
}

/** How fresh one source of the document is. */
export interface SourceFreshness {
  name: "kubernetes" | "registry" | "application";
  state: "answering" | "not-answering" | "not-yet" | "unknown";
  lastContactAt: string | null;
  message: string;
}

/** One noteworthy change, newest first in `recent`. */
export interface Transition {
  at: string;
  tone: "good" | "warn" | "bad" | "busy";
  text: string;
}

/** One state, one sentence, one thing to do. */
export interface Rollup {
  state: RollupState;
  message: string;
  nextAction: string;
  /** The same as a code, for buttons and scripts. */
  action: Action;
  /** The first of `topBlockers` with this id is what the sentence is about; `null`: about none of them. */
  topBlockerId: string | null;
  /** Since when the state is what it is. */
  since: string;
}

/** What every face shows. */
export interface StatusDocument {
  siteId: string;
  timestamp: string;
  agentVersion: string;
  /** `ruleErrors`: how many rules of the agent's own could not judge; each is a fault of the agent and stands in its log. */
  agent: { ruleErrors: number };
  kubernetesVersion: string | null;
  release: {
    selectedReleaseVersion: string | null;
    appVersion: string | null;
    channel: string | null;
    selectedChannel: string | null;
    gitRevision: string | null;
  };
  urls: { statusUrl: string; loginUrl: string | null };
  /** Of the agent's own pages; null in the first moments. */
  certificate: CertificateView | null;
  rollup: Rollup;
  tiers: Record<TierId, TierStatus>;
  topBlockers: readonly Blocker[];
  /** How many there are beside those. */
  blockersLeftOut: number;
  activeOperations: readonly ActiveOperation[];
  components: readonly ComponentStatus[];
  bootstrap: {
    job: {
      name: string;
      state: "absent" | "running" | "completed" | "failed" | "unknown";
      completed: boolean;
      failed: boolean;
    };
    /** `null`: not known; the message says why, or when it was counted. */
    seed: { usersCount: number | null; message: string };
    logs: {
      available: boolean;
      pod: string | null;
      container: string;
      tail: readonly string[];
      detectedErrors: readonly string[];
    };
  };
  recentEvents: readonly StatusEvent[];
  loginProbe: { checked: boolean; reachable: boolean; statusCode: number | null; location: string | null };
  sources: readonly SourceFreshness[];
  recent: readonly Transition[];
}

/** What a document was made from: with it the same document can be made again, elsewhere and later. */
export interface Evidence {
  /** When it was judged, ISO 8601. */
  at: string;
  snapshot: Snapshot;
  memory: StatusMemory;
}

/** The current document and its changes. */
export interface StatusService {
  current(): StatusDocument;
  /** The document as JSON, made once per change. Text, not bytes: answers copy bytes on the heap, where they cost pauses. */
  json(): string;
  /** What the current document was made from. */
  evidence(): Evidence;
  /** Called after every change of substance (not of the time alone); returns the way to stop. */
  subscribe(listener: (status: StatusDocument) => void): () => void;
  stop(): Promise<void>;
}
