import type { Clock } from "../clock.ts";
import type { Host } from "../host/host.ts";
import type { Journal } from "../state/journal.ts";
import type { StepFailure } from "./failure.ts";

/** How far a step has come, counted. A step that moves is slow; one that does not has stalled. */
export interface Progress {
  unit: "bytes" | "images" | "objects";
  done: number;
  /** `undefined` while nobody knows. */
  total?: number;
}

/** One value that a step will change, for dry runs. */
export interface Change {
  /** "ConfigMap alga-system/appliance-values-alga-core", "/etc/rancher/k3s/resolv.conf" */
  object: string;
  /** Empty where the object as a whole is made, changed, restarted or removed. */
  field: string;
  /** `undefined`: is not there. */
  from: string | undefined;
  /** `undefined`: will not be there. */
  to: string | undefined;
  /** The engine shows that it changes, not the values. */
  isSecret?: boolean;
}

/** Something owed since it was written to the journal; how it is discharged stands in the operation's `dischargers`. */
export interface Obligation {
  /** Discharges it now; resolves when it is done and in the journal. Throws what the discharger throws; the engine tries again. */
  discharge(): Promise<void>;
  /** It is no longer owed, for example because a trial was confirmed. `false`: too late, it was discharged already. */
  lift(): Promise<boolean>;
}

/** What the engine gives every step. An operation adds its own. */
export interface StepTools {
  host: Host;
  clock: Clock;
  journal: Journal;
  /** One line for the pages and the log. No secret. */
  say(text: string): void;
  /** Counted progress; may be called as often as there is something new. */
  progress(progress: Progress): void;
  /**
   * Writes down what must be undone or finished on every way out, before the act that makes it necessary. Discharged at the
   * latest when this walk of the steps ends, in whatever way, at `untilMs`, or first thing at the next start.
   * Owed twice with the same data counts once. `data` holds no secret.
   */
  owe(id: string, data: Record<string, unknown>, untilMs?: number): Promise<Obligation>;
  /** Aborts when the step is cancelled, is late, or the agent stops. */
  signal: AbortSignal;
}

/**
 * One step as a value. Only the engine starts it, judges it and writes it down: look; if not done act, then verify.
 * - `look`, `verify` and `plan` change nothing and ask the world, not our notes.
 * - `act` may be repeated, and after a kill at any point of it `look` says no, or the work is done.
 */
export interface Step<Context = StepTools, Id extends string = string> {
  /** Stored in journals, so never renamed. */
  id: Id;
  /** Imperative ("Install Kubernetes"). */
  title: string;
  /** Is it done already? An error counts as no. */
  look(context: Context): Promise<boolean>;
  act(context: Context): Promise<void>;
  /** Is it true now? `look` unless given. */
  verify?(context: Context): Promise<boolean>;
  /** What `act` would change now. Asked only where `look` says no. */
  plan?(context: Context): Promise<readonly Change[]>;
  failure: StepFailure;
  /** How long it takes on most appliances, s. */
  usualDurationSec?: number;
  /** After this it has failed, s. */
  deadlineSec?: number;
  /** It may be cut short by a person or by an operation that may take over. Default: no. */
  mayCancel?: boolean;
}
