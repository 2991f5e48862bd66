import type { Access, Session } from "../agent/access/mod.ts";
import type { Clock } from "../agent/clock.ts";
import type { Say } from "../agent/text/log_line.ts";
import type { SetupInputs, SetupService } from "../agent/setup/mod.ts";
import type { StatusService } from "../agent/status/document.ts";
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
  status: StatusService;
  access: Access;
  identity: Identity;
  clock: Clock;
  /** Whether what a restart interrupted was taken up, and set-up can write its record. */
  isReady(): boolean;
  /** One line for the agent's own log. */
  say: Say;
  /** Names, besides addresses, under which this appliance may be asked for. */
  allowedHosts(): Promise<readonly string[]>;
}

/** What is handed to the app with each request. */
export interface Bindings {
  /** Address of the other end, or "socket". */
  remoteAddr: string;
}

/** Hono's environment of every route here. */
export interface Env {
  Bindings: Bindings;
  Variables: {
    session: Session | undefined;
    /** Whether what let this request in would do so again now; asked while an answer stays open. */
    isStillAllowed: () => boolean;
  };
}

/** State of the running app that dies with it. */
export interface AppState {
  stylesheet: Stylesheet;
  /** Answers on their way from form to confirmation, by session; passwords stay in memory. */
  drafts: Map<string, SetupInputs>;
  liveStreams: number;
  /** First address of this machine, as it was a moment ago. */
  address: { askedMs: number; answer: Promise<string> } | undefined;
}
