import type { Clock } from "../clock.ts";
import type { Host } from "../host/host.ts";
import type { Engine, OperationRefusal, OperationView, PlannedStep } from "../operation/operation.ts";
import type { ResolvedRelease } from "../release/mod.ts";
import type { Settings } from "../settings/settings.ts";
import { settingsLost } from "../settings/settings_store.ts";
import { readSelection } from "../setup/release_selection.ts";
import type { Journal } from "../state/journal.ts";
import { type ChannelNews, type ChannelWatch, createChannelWatch } from "./channel_watch.ts";
import { type NewerRelease, olderThan } from "./age.ts";
import { foldHistory, type UpdateAttempt } from "./history.ts";
import { type UpdateDeps, updateOperation } from "./update_operation.ts";
import type { UpdateRequest } from "./update_request.ts";

/** Why an update was refused. */
export type UpdateRefusal =
  | OperationRefusal
  | { ok: false; reason: "not-set-up" }
  | ({ ok: false; reason: "no-update" } & Pick<ChannelNews, "answer" | "problem" | "refused">);
export type UpdateReply = { ok: true } | UpdateRefusal;

/** Everything the faces show of updates. */
export interface UpdateView {
  /** `undefined` before setup, and when it is not on record. */
  installed: { version: string; manifestDigest: string; channel: string } | undefined;
  news: Omit<ChannelNews, "target"> & {
    target?: { version: string; manifestDigest: string; releasedAt?: string; notes?: string };
    /** The release that the target would go back from: it is older, and has to be asked for. */
    older?: NewerRelease;
  };
  /** The newest update, if there was one. */
  operation: OperationView;
  /** Newest first. */
  history: readonly UpdateAttempt[];
}

/** How an update is asked for. */
export interface ApplyOptions {
  by: string;
  /** Nothing is changed. */
  checksOnly?: boolean;
  /** The digest that somebody looked at; another one is refused. */
  expected?: string;
  /** Also to a release that is older than what was installed or seen. */
  allowDowngrade?: boolean;
}

/** Updates of the application, behind every face. */
export interface UpdateService {
  /** Another object after each change. */
  view(): UpdateView;
  /** Asks the channel now. */
  look(): Promise<UpdateView>;
  /** Asks the channel every few hours until the signal aborts. */
  follow(signal: AbortSignal): Promise<void>;
  /** Called after every change of a view; returns the way to stop. */
  subscribe(listener: () => void): () => void;
  /** What an update to the release of the channel would change; changes nothing. `undefined` when there is none. */
  plan(): Promise<readonly PlannedStep[] | undefined>;
  /** Begins the update to the release that the channel leads to now. `by` is shown and kept. `checksOnly`: nothing is changed. */
  apply(options: ApplyOptions): Promise<UpdateReply>;
  accept(checkIds: readonly string[], options: { by: string }): Promise<UpdateReply>;
  recheck(options: { by: string }): Promise<UpdateReply>;
  retry(options: { by: string }): Promise<UpdateReply>;
  cancel(options: { by: string }): Promise<UpdateReply>;
}

/** What the service stands on. */
export interface UpdateServiceDeps extends Omit<UpdateDeps, "settings"> {
  host: Host;
  clock: Clock;
  engine: Engine;
  journal: Journal;
  isSetUp(): boolean;
  /** `undefined` when there are none. */
  settings(): Promise<Settings | undefined>;
}

/** Puts the operation into the engine. */
export async function createUpdateService(deps: UpdateServiceDeps): Promise<UpdateService> {
  const { host, clock, engine, journal, registryFor } = deps;
  const requireSettings = async () => {
    const found = await deps.settings();
    if (found) return found;
    throw settingsLost();
  };
  const handle = await engine.add(updateOperation({
    ...deps,
    get agentPort() {
      return deps.agentPort;
    },
    settings: requireSettings,
  }));
  const channel: ChannelWatch = createChannelWatch({
    host,
    clock,
    registryFor,
    settings: async () => deps.isSetUp() ? await deps.settings() : undefined,
  });
  const readInstalled = async () => (await readSelection(host, clock))?.resolved;
  let installed: ResolvedRelease | undefined = await readInstalled();
  const listeners = new Set<() => void>();
  const tell = () => {
    for (const listener of listeners) listener();
  };
  let made: { of: readonly unknown[]; view: UpdateView } | undefined;
  channel.subscribe(() => {
    made = undefined;
    tell();
  });
  engine.subscribe((name) => {
    if (name !== "update" && name !== "setup" && name !== "settings") return;
    // A step may have written another release down.
    void readInstalled().then((it) => installed = it, () => {}).then(tell);
  });

  function view(): UpdateView {
    const [operation, entries] = [handle.view(), journal.entries()];
    const of = [operation, entries.length, installed];
    if (made && made.of.every((it, i) => it === of[i])) return made.view;
    const { target, ...news } = channel.news(installed?.manifestDigest);
    const older = target && news.answer === "update-available"
      ? olderThan(target, installed, news)
      : undefined;
    const view = {
      installed: installed && identity(installed),
      news: { ...news, ...(target && { target: identity(target) }), ...(older && { older }) },
      operation,
      history: foldHistory(entries).reverse(),
    };
    made = { of, view };
    return view;
  }

  /** The release of the channel, asked now: what is applied is what the channel leads to in this moment. */
  async function findTarget(): Promise<{ target: ResolvedRelease; from: ResolvedRelease } | UpdateRefusal> {
    await channel.look();
    const from = installed = await readInstalled();
    const { answer, target, problem, refused } = channel.news(from?.manifestDigest);
    if (answer === "update-available" && target && from) return { target, from };
    return {
      ok: false,
      reason: "no-update",
      answer,
      ...(problem === undefined ? {} : { problem }),
      ...(refused && { refused }),
    };
  }

  return {
    view,
    async look() {
      await channel.look();
      installed = await readInstalled();
      return view();
    },
    follow: channel.follow,
    subscribe(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    async plan() {
      const found = await findTarget();
      return "ok" in found ? undefined : await handle.plan(requestOf(found));
    },
    async apply({ by, checksOnly, expected, allowDowngrade = false }) {
      if (!deps.isSetUp()) return { ok: false, reason: "not-set-up" };
      const found = await findTarget();
      if ("ok" in found) return found;
      // The channel has moved since the person looked.
      if (expected !== undefined && expected !== found.target.manifestDigest) {
        return { ok: false, reason: "no-update", answer: "update-available" };
      }
      const request = { ...requestOf(found), ...(allowDowngrade && { allowDowngrade }) };
      return await handle.start(request, { by, ...(checksOnly === true && { checksOnly }) });
    },
    accept: (checkIds, options) => handle.accept(checkIds, options),
    recheck: (options) => handle.recheck(options),
    retry: (options) => handle.retry(options),
    cancel: (options) => handle.cancel(options),
  };
}

function requestOf({ target, from }: { target: ResolvedRelease; from: ResolvedRelease }): UpdateRequest {
  const { manifest, manifestDigest } = from;
  return { target, from: { version: manifest.version, manifestDigest } };
}

function identity({ manifest, manifestDigest, channel }: ResolvedRelease) {
  const { version, notes, releasedAt } = manifest;
  return { version, manifestDigest, channel, ...(notes && { notes }), ...(releasedAt && { releasedAt }) };
}
