import type { SetupDefaults, SetupInputs } from "./inputs/schema.ts";
import type { Draft } from "./inputs/draft.ts";
import type { RecordDamage, RecordDecision } from "./setup_record.ts";
import type { SetupView } from "./setup_state.ts";

/** Why a request to setup was refused; maps to HTTP 409 and exit codes. */
export type SetupRefusal =
  | { ok: false; reason: "locked"; operation: string; holder: string; since: string }
  | { ok: false; reason: "already-done" }
  /** The record is damaged: somebody decides first. */
  | { ok: false; reason: "record-damaged"; problem: string }
  /** The record may not be opened: the cluster holds an installation, or cannot be asked. */
  | { ok: false; reason: "installation-in-use" }
  | { ok: false; reason: "not-blocked" }
  | { ok: false; reason: "nothing-submitted" }
  | { ok: false; reason: "needs-acknowledgement"; checkIds: readonly string[] }
  | { ok: false; reason: "not-overridable"; checkIds: readonly string[] }
  | { ok: false; reason: "unknown-checks"; checkIds: readonly string[]; known: readonly string[] };

export type SetupReply = { ok: true } | SetupRefusal;

/** The one engine behind browser, console, file and API. */
export interface SetupService {
  view(): SetupView;
  /** Called after every change of the view; returns the way to stop. */
  subscribe(listener: () => void): () => void;
  /** Proposals from DHCP and the node's address. */
  defaults(): Promise<SetupDefaults>;
  /** The answers given so far without secrets, to fill the form again. */
  given(): Partial<Omit<SetupInputs, "adminPassword">> | undefined;
  /** The passwords among them while they are kept; for a form that comes back without them, never for a page or an answer. */
  secrets(): { adminPassword: string; proxyUrl: string };
  /** Answers that a form had and nobody has sent off yet; they outlive a restart, their passwords do not. */
  draft(): Promise<Draft | undefined>;
  /** Keeps such answers until some are submitted. @throws when the disk takes nothing. */
  keepDraft(inputs: SetupInputs): Promise<void>;
  /** Stores the inputs and runs the checks; goes on by itself when they pass unless `checksOnly`. `by` is shown ("browser 192.0.2.7"). */
  submit(inputs: SetupInputs, options: { by: string; checksOnly?: boolean }): Promise<SetupReply>;
  /** Installs with the stored inputs after the checks were run alone; what has changed since is found by running them again. */
  install(options: { by: string }): Promise<SetupReply>;
  /** Runs the checks again with the stored inputs. */
  recheck(options: { by: string }): Promise<SetupReply>;
  /** Accepts findings and goes on when nothing else stands in the way. */
  acknowledge(checkIds: readonly string[], options: { by: string }): Promise<SetupReply>;
  /** Tries the failed step again. */
  retry(options: { by: string }): Promise<SetupReply>;
  /** The damaged record with what is known beside it; `undefined` while the record is whole. */
  record(): Promise<RecordDamage | undefined>;
  /** Ends the question that a damaged record asks; setup then goes on as it stands. */
  decideRecord(decision: RecordDecision, options: { by: string }): Promise<SetupReply>;
  /** Continues what a restart interrupted; called once at start. */
  resume(): Promise<void>;
  /** Ends background work; the journal keeps where it stood. */
  stop(): Promise<void>;
}
