import type { Arrivals } from "./arrivals.ts";
import type { Access, Session } from "../agent/access/mod.ts";
import type { AuditLog } from "../agent/access/audit_log.ts";
import type { AuditRead } from "../agent/access/read_audit.ts";
import type { MonotonicClock } from "../agent/clock.ts";
import type { Say } from "../agent/text/log_line.ts";
import type { BundleService } from "../agent/bundle/bundle_service.ts";
import type { LogService } from "../agent/logs/log_origin.ts";
import type { SettingsService } from "../agent/settings/settings_service.ts";
import type { NetworkService } from "../agent/network/network_service.ts";
import type { Settings } from "../agent/settings/settings.ts";
import type { SetupService } from "../agent/setup/mod.ts";
import type { SetupDraft } from "./setup_draft.ts";
import type { StatusService } from "../agent/status/document.ts";
import type { AgentUpdateService } from "../agent/self_update/agent_update_service.ts";
import type { RetryPart } from "../agent/update/retry_part.ts";
import type { UpdateService } from "../agent/update/update_service.ts";
import type { WorkloadsService } from "../agent/workloads/mod.ts";
import type { Stylesheet } from "../views/stylesheet.ts";

/** Who this appliance is. */
export interface Identity {
  hostName: string;
  addresses(): Promise<readonly string[]>;
  agentVersion: string;
  commit: string;
  builtAt: string;
}

/** What the HTTP face stands on. */
export interface AppDeps {
  setup: SetupService;
  settings: SettingsService;
  network: NetworkService;
  bundles: BundleService;
  updates: UpdateService;
  retryPart: RetryPart;
  agentUpdates: AgentUpdateService;
  logs: LogService;
  status: StatusService;
  workloads: WorkloadsService;
  access: Access;
  /** Who signed in and who changed what. */
  audit: Pick<AuditLog, "record"> & { read(): Promise<AuditRead> };
  identity: Identity;
  clock: MonotonicClock;
  /** Whether what a restart interrupted was taken up, and setup can write its record. */
  isReady(): boolean;
  /** One line for the agent's own log. */
  say: Say;
  /** What the site has chosen about encryption. */
  encryption?: EncryptionChoice;
  /** Whether this appliance may be asked for by this name, which is in small letters and no address. */
  isKnownName(name: string): Promise<boolean>;
}

/** What a site chooses about encryption; nothing of it by default. */
export interface EncryptionChoice {
  /** What comes in clear is led to the encrypted pages. */
  redirects?: boolean;
  /** Browsers that came encrypted are told to come so for this many days. @see RFC 6797 */
  hstsDays?: number | undefined;
}

/** What is handed to the app with each request. */
export interface Bindings {
  /** Address of the other end, or "socket". */
  readonly remoteAddr: string;
  /** Whether it came over TLS. */
  readonly isEncrypted?: boolean;
  /** Says that the request shows a session or the token, so that strangers cannot push its connection out. */
  signedIn?(): void;
  /** For an answer that stays open: no idle limit until the function that comes back is called. */
  keepOpen?(): () => void;
  /** Says that this answer is the last one of its connection, since what was sent is not read to its end. */
  hangUp?(): void;
}

/** Hono's environment of every route here. */
export interface Env {
  Bindings: Bindings;
  Variables: {
    session: Session | undefined;
    /** Whether what let this request in would do so again now; asked while an answer stays open. */
    isStillAllowed: () => boolean;
    /** What a form must carry; `undefined` for programs, which bring the token itself. */
    csrfToken: string | undefined;
    /** Why a request was refused, in short. */
    refusal: string | undefined;
    /** What exactly a request changed, where its path does not say it. */
    audited: string | undefined;
  };
}

/** A change of settings that was typed and not yet applied. */
export interface SettingsDraft {
  /** The settings as they would be; `undefined` while a field is wrong. */
  settings: Settings | undefined;
  /** The proxy with its password, which never goes back into the form. */
  proxyUrl: string;
}

/** State of the running app that dies with it. */
export interface AppState {
  stylesheet: Stylesheet;
  /** Answers on their way from form to confirmation, by session; passwords stay in memory. */
  drafts: Map<string, SetupDraft>;
  /** The same of a change of settings. */
  settingsDrafts: Map<string, SettingsDraft>;
  /** Open pages that follow, each as the function that makes it look again. */
  liveStreams: Set<() => void>;
  /** Whether pages that grow get through to their readers. */
  arrivals: Arrivals;
  /** How many follow a log, pages and programs. */
  logFollowers: number;
  /** The agent stops: pages that follow say so and end. */
  isStopping: boolean;
  /** First address of this machine, as it was a moment ago. */
  address: { askedMs: number; answer: Promise<string> } | undefined;
}
