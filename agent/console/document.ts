import type { NetworkInterface } from "../host/network_facts.ts";
import type { ShownTrial } from "../network/trial.ts";
import type { NetworkChange } from "./network_change.ts";
import type { SetupView } from "../setup/setup_state.ts";
import type { StatusDocument } from "../status/document.ts";
import type { BuildInfo } from "../version.ts";

/** How this machine is reached, as the kernel and the resolver tell. */
export interface NetworkView {
  interfaces: readonly NetworkInterface[];
  /** Of the default route; `null` without one. */
  gateway: string | null;
  /** Ways out beside it, in words. */
  otherRoutes: readonly string[];
  /** Upstream DNS servers. */
  resolvers: readonly string[];
  /** New settings of a link that are being tried; `null` while none are. */
  trial: ShownTrial | null;
  /** What goes on with the last change of a link, or has become of it. */
  change: NetworkChange | null;
}

/** Everything that the console shows, in one answer of the agent's socket. */
export interface ConsoleDocument {
  /** Changes with everything else here but the passing of time. */
  revision: string;
  hostName: string;
  build: BuildInfo;
  /** The setup token as long as it signs people in; `null` once there is a management password. */
  token: string | null;
  network: NetworkView;
  status: StatusDocument;
  setup: SetupView;
  /** Who works on the appliance now, or has left something that waits for a person. */
  holder: { title: string; by: string; since: string } | null;
  /** What is said of updates once the appliance is set up; sentences. */
  updates: UpdateLines | null;
}

/** Which release is followed, when updates begin, and what comes next by itself. */
export interface UpdateLines {
  /** While a testing override is in force: which, and until when. */
  override: string | null;
  others: readonly string[];
}
