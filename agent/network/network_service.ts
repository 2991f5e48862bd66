import type { Clock } from "../clock.ts";
import type { Host } from "../host/host.ts";
import type { Engine, OperationRefusal, OperationView } from "../operation/operation.ts";
import { LinkSettings } from "./link_settings.ts";
import { type NetworkState, readNetworkState } from "./link_state.ts";
import { networkOperation } from "./network_operation.ts";
import { createTrial, type RunningTrial } from "./trial.ts";

/** Why a change was refused. */
export type NetworkRefusal =
  | OperationRefusal
  | { ok: false; reason: "no-trial" }
  | { ok: false; reason: "not-taken-up" };
export type NetworkReply = { ok: true } | NetworkRefusal;

/** Everything the faces show of the network. */
export interface NetworkView extends NetworkState {
  operation: OperationView;
  /** New settings that are being tried. */
  trial: RunningTrial | undefined;
}

/** Links and their addresses, behind every face. */
export interface NetworkService {
  /** As it is now. @throws {AgentError} COMMAND_FAILED */
  look(): Promise<NetworkView>;
  /** Called after every change of the operation; returns the way to stop. */
  subscribe(listener: () => void): () => void;
  /** Begins to try new settings. `by` is shown and kept ("browser 192.0.2.7"). */
  change(settings: LinkSettings, options: { by: string }): Promise<NetworkReply>;
  accept(checkIds: readonly string[], options: { by: string }): Promise<NetworkReply>;
  /** Whether this is the mark of the trial under way. */
  isMark(text: string): boolean;
  /** The new settings that are being tried; `undefined` where something else became of the change first. */
  whenTried(): Promise<RunningTrial | undefined>;
  /** New settings that are being tried, without a look at the machine. */
  trial(): RunningTrial | undefined;
  /** The change under way, or the last one. */
  operation(): OperationView;
  keep(): NetworkReply;
  takeBack(): NetworkReply;
}

/** The checks before it read what this machine has, no more. */
const BEGIN_MS = 10_000;
const BEGIN_STEP_MS = 50;

/** Puts the operation into the engine. */
export async function createNetworkService(
  { host, clock, engine, hasKubernetes }: {
    host: Host;
    clock: Clock;
    engine: Engine;
    hasKubernetes(): boolean;
  },
): Promise<NetworkService> {
  const trial = createTrial(clock);
  const handle = await engine.add(networkOperation({ host, clock, trial, hasKubernetes }));
  const decided = (how: ReturnType<typeof trial.keep>): NetworkReply =>
    how === "ok" ? { ok: true } : { ok: false, reason: how };
  return {
    look: async () => ({
      ...await readNetworkState(host),
      operation: handle.view(),
      trial: trial.current(),
    }),
    subscribe: (listener) =>
      engine.subscribe((name) => {
        if (name === "network") listener();
      }),
    change: (settings, options) => handle.start(settings, options),
    accept: (checkIds, options) => handle.accept(checkIds, options),
    isMark: trial.isMark,
    async whenTried() {
      const endMs = clock.nowMs() + BEGIN_MS;
      while (
        trial.current() === undefined && handle.view().state.status === "running" && clock.nowMs() < endMs
      ) {
        await clock.sleep(BEGIN_STEP_MS);
      }
      return trial.current();
    },
    operation: handle.view,
    trial: trial.current,
    keep: () => decided(trial.keep()),
    takeBack: () => decided(trial.takeBack()),
  };
}
