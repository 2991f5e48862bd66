import { isDeepStrictEqual } from "node:util";
import type { MonotonicClock } from "../clock.ts";
import type { Host } from "../host/host.ts";
import type { Engine, OperationRefusal, OperationView, PlannedStep } from "../operation/operation.ts";
import { type ResolvedRelease, touchedReleases } from "../release/mod.ts";
import type { Settings } from "../settings/settings.ts";
import { settingsLost } from "../settings/settings_store.ts";
import { readSelection } from "../setup/release_selection.ts";
import type { Journal } from "../state/journal.ts";
import type { Say } from "../text/log_line.ts";
import { type ChannelNews, type ChannelWatch, createChannelWatch, type Followed } from "./channel_watch.ts";
import { type NewerRelease, olderThan } from "./age.ts";
import { backupEntry, backupHours, type BackupNote, type BackupOnRecord, foldBackup } from "./backup.ts";
import { planAutomatic } from "./automatic_plan.ts";
import { followRules } from "./automatic_updates.ts";
import { foldHistory, type UpdateAttempt } from "./history.ts";
import { type RulesChange, seenEntry } from "./rules.ts";
import { BY_ITSELF, createRulesKeeper, type RulesError } from "./rules_keeper.ts";
import { type RulesView, toRulesView } from "./rules_view.ts";
import { type UpdateDeps, updateOperation } from "./update_operation.ts";
import type { UpdateRequest } from "./update_request.ts";
import { type ResumeReply, resumeUpdate } from "./resume.ts";
import { waitsForWindow, wayWindowSentence } from "./way_window.ts";
import { windowAt } from "./maintenance_window.ts";
import type { Touches } from "./touches_text.ts";
import { createWalk } from "./walk.ts";
import { createPrepareService, type ImagesThere, type PrepareService } from "./images/prepare_service.ts";
import type { prepareGate } from "./images/prepare_operation.ts";
import type { Way, WayStep } from "./way.ts";
import { createWayKeeper } from "./way_keeper.ts";

const MINUTE_MS = 60_000;

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
    target?: Touches & { version: string; manifestDigest: string; releasedAt?: string; notes?: string };
    /** The release that the target would go back from: it is older, and has to be asked for. */
    older?: NewerRelease;
  };
  /** The releases from the installed one to the target, where one step does not lead there; the target last. */
  way?: readonly WayStep[];
  /** How the way stands to the maintenance window, where there are both. */
  wayWindow?: string;
  /** An update on a way waits for the window alone: it goes on by itself when that opens. */
  waitsForWindow?: true;
  /** Why one step does not lead to the target, and no way over others is known. */
  wayProblem?: string;
  /** One release of the way is installed, and the update to the next one begins in a moment. */
  isBetween?: true;
  /** While another release is followed than the channel's: what the channel leads to, where that is another one. */
  beyond?: { version: string; manifestDigest: string };
  /** What is followed beside the channel, when updates may begin, and what comes next by itself. */
  rules: RulesView;
  /** The newest backup on record, and how old it may be at most for the target, where a release on the way asks for one. */
  backup: { newest?: BackupOnRecord; withinHours?: number };
  /** Releases that the installer leaves as they are, while no update runs. */
  paused?: readonly string[];
  /** The newest update, if there was one. */
  operation: OperationView;
  /** Fetching its images beforehand: the newest run, if there was one. */
  prepare: OperationView;
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
  /** The believed release that the channel led to when it last answered. */
  known(): ResolvedRelease | undefined;
  /** Asks the channel now. */
  look(): Promise<UpdateView>;
  /** Asks the channel every few hours until the signal aborts. */
  follow(signal: AbortSignal): Promise<void>;
  /** Called after every change of a view; returns the way to stop. */
  subscribe(listener: () => void): () => void;
  /**
   * What an update to the release of the channel would change, or to the first one on the way to it; changes nothing. `undefined`
   * when there is none.
   */
  plan(): Promise<readonly PlannedStep[] | undefined>;
  /**
   * Begins the update to the release that the channel leads to now. Where that is several steps away, the updates to the releases
   * between come first, one after the other. `by` is shown and kept. `checksOnly`: nothing is changed.
   */
  apply(options: ApplyOptions): Promise<UpdateReply>;
  /** Fetches the images of that update, and of those on the way to it, so that the update itself is short; changes nothing that runs. */
  prepare(options: { by: string }): Promise<UpdateReply>;
  /** What else can be asked of fetching them. */
  readonly preparing: Pick<PrepareService, "accept" | "recheck" | "retry" | "cancel">;
  /** How many images of that update are here already; `undefined` where there is no update, or nobody can tell. */
  imagesThere(): Promise<ImagesThere | undefined>;
  /** Somebody says that they took a backup just now. Durable when it resolves. */
  sayBackupTaken(note: BackupNote, options: { by: string }): Promise<void>;
  accept(checkIds: readonly string[], options: { by: string }): Promise<UpdateReply>;
  recheck(options: { by: string }): Promise<UpdateReply>;
  retry(options: { by: string }): Promise<UpdateReply>;
  cancel(options: { by: string }): Promise<UpdateReply>;
  /** Goes on with an update that was left, or with releases that were left paused. */
  resume(options: { by: string }): Promise<ResumeReply | UpdateRefusal>;
  /** Changes what is followed and when updates may begin, then asks again. Gives what is wrong; then nothing was changed. */
  changeRules(change: RulesChange, options: { by: string }): Promise<readonly RulesError[]>;
}

/** What the service stands on. */
export interface UpdateServiceDeps extends Omit<UpdateDeps, "settings" | "window"> {
  host: Host;
  clock: MonotonicClock;
  engine: Engine;
  journal: Journal;
  isSetUp(): boolean;
  /** Releases of the application that are paused, as observed. */
  paused?(): readonly string[];
  /** `undefined` when there are none. */
  settings(): Promise<Settings | undefined>;
  /** The version or digest that setup was asked for; empty for the channel. */
  pinnedAtSetup?(): string;
  /** Keeps in the audit log what the agent did of itself. */
  audit?(type: string, data: Record<string, unknown>): Promise<void>;
  say?: Say;
  /** The product's checks before images are fetched, unless a test brings its own. */
  prepareGate?: typeof prepareGate;
}

/** Puts the operation into the engine. */
export async function createUpdateService(deps: UpdateServiceDeps): Promise<UpdateService> {
  const { host, clock, engine, journal, registryFor } = deps;
  const requireSettings = async () => {
    const found = await deps.settings();
    if (found) return found;
    throw settingsLost();
  };
  const keeper = createRulesKeeper({
    host,
    clock,
    journal,
    pinnedAtSetup: deps.pinnedAtSetup ?? (() => ""),
  });
  await keeper.readTimeZone();
  const handle = await engine.add(updateOperation({
    ...deps,
    async window() {
      const { window } = keeper.rules();
      return window && { window, timeZone: await keeper.readTimeZone() };
    },
    get agentPort() {
      return deps.agentPort;
    },
    settings: requireSettings,
  }));
  const prepare = await createPrepareService({
    ...deps,
    get agentPort() {
      return deps.agentPort;
    },
    settings: requireSettings,
  });
  const watch = (followed: () => Followed | undefined): ChannelWatch =>
    createChannelWatch({
      host,
      clock,
      registryFor,
      settings: async () => deps.isSetUp() ? await deps.settings() : undefined,
      followed,
    });
  const channel = watch(() => keeper.overrideInForce()?.followed ?? {});
  const pinned = watch(() => {
    const { pin } = keeper.rules();
    return pin === undefined ? undefined : { reference: pin };
  });
  /** What an update would go to. */
  const current = () => keeper.rules().pin === undefined || keeper.overrideInForce() ? channel : pinned;
  const lookAtBoth = async () => {
    await Promise.all([channel.look(), pinned.look()]);
  };
  const readInstalled = async () => (await readSelection(host, clock))?.resolved;
  let installed: ResolvedRelease | undefined = await readInstalled();
  const listeners = new Set<() => void>();
  const tell = () => {
    for (const listener of listeners) listener();
  };
  let made: { of: readonly unknown[]; view: UpdateView } | undefined;
  const changed = () => {
    made = undefined;
    tell();
  };
  const ways = createWayKeeper({ settings: deps.settings, registryFor, changed });
  /** Looks for the way to what is known now. */
  const lookForWay = async (): Promise<Way | undefined> => {
    const { answer, target } = current().news(installed?.manifestDigest);
    return answer === "update-available" && target && installed
      ? await ways.find(installed, target)
      : undefined;
  };
  const walk = createWalk(handle, {
    changed,
    failed: (problem) => deps.say?.("error", `The way of updates does not go on: ${problem}`),
  });
  for (const it of [channel, pinned]) {
    it.subscribe(() => {
      changed();
      void lookForWay();
    });
  }
  engine.subscribe((name) => {
    if (name === "prepare") return tell();
    if (name !== "update" && name !== "setup" && name !== "settings") return;
    if (name === "update") {
      walk.look();
      if (handle.view().state.status === "done" && !walk.isBetween()) void prepare.tidy();
    }
    // A step may have written another release down.
    void readInstalled().then(async (it) => {
      const isOther = it?.manifestDigest !== installed?.manifestDigest;
      installed = it;
      tell();
      if (isOther) await lookForWay();
    }, tell);
  });

  function view(): UpdateView {
    const [operation, preparing, entries] = [handle.view(), prepare.view(), journal.entries()];
    // What comes next is told in minutes.
    const minute = Math.floor(clock.nowMs() / MINUTE_MS);
    const paused = operation.state.status === "running" ? [] : deps.paused?.() ?? [];
    const of = [operation, preparing, entries.length, installed, walk.isBetween(), minute, paused.join()];
    if (made && made.of.every((it, i) => it === of[i])) return made.view;
    const { target, ...news } = current().news(installed?.manifestDigest);
    const older = target && news.answer === "update-available"
      ? olderThan(target, installed, news)
      : undefined;
    const shownNews = {
      ...news,
      ...(target && { target: shownTarget(target, installed) }),
      ...(older && { older }),
    };
    const history = foldHistory(entries).reverse();
    const { rules, isUnreadable, seen } = keeper.folded();
    const override = keeper.overrideInForce();
    const next = planAutomatic({
      rules,
      isUnreadable,
      isOverridden: override !== undefined,
      timeZone: keeper.timeZone(),
      nowMs: clock.nowMs(),
      news: shownNews,
      seenMs: tryParseTime(seen.get(target?.manifestDigest ?? "")),
      status: operation.state.status,
      history,
    });
    const beyond = current() === pinned ? channel.news(installed?.manifestDigest).target : undefined;
    const isBeyond = beyond && beyond.manifestDigest !== target?.manifestDigest &&
      beyond.manifestDigest !== installed?.manifestDigest;
    const way = installed && target && news.answer === "update-available" && !older
      ? ways.known(installed, target)
      : undefined;
    const newestBackup = foldBackup(entries);
    const withinHours = target && news.answer === "update-available"
      ? backupHours(way?.releases ?? [target])
      : undefined;
    const view: UpdateView = {
      installed: installed && identity(installed),
      news: shownNews,
      ...(way?.releases && way.releases.length > 1 && { way: way.releases.map(stepOf) }),
      ...(way?.problem !== undefined && { wayProblem: way.problem }),
      ...(walk.isBetween() && { isBetween: true as const }),
      ...(isBeyond && { beyond: identity(beyond) }),
      backup: {
        ...(newestBackup && { newest: newestBackup }),
        ...(withinHours !== undefined && { withinHours }),
      },
      ...(paused.length > 0 && { paused }),
      rules: toRulesView(keeper, { override, next, nowMs: clock.nowMs() }),
      operation,
      prepare: preparing,
      history,
    };
    const atWindow = wayWindowSentence(view, clock.nowMs());
    if (atWindow !== undefined) view.wayWindow = atWindow;
    if (waitsForWindow(view)) view.waitsForWindow = true;
    // Pages are made again only where something has changed.
    const isSame = made !== undefined && isDeepStrictEqual(made.view, view);
    made = { of, view: isSame && made ? made.view : view };
    return made.view;
  }

  /** The release that the channel led to when it last answered, where it is another than the installed one. */
  async function knownTarget(): Promise<Found | undefined> {
    const from = installed;
    const { answer, target } = current().news(from?.manifestDigest);
    if (answer !== "update-available" || !target || !from) return undefined;
    // Without a way it is the gate that says so.
    return { target, from, releases: (await ways.find(from, target)).releases ?? [target] };
  }

  /** The release of the channel, asked now: what is applied is what the channel leads to in this moment. */
  async function findTarget(): Promise<Found | UpdateRefusal> {
    await current().look();
    installed = await readInstalled();
    const found = await knownTarget();
    if (found) return found;
    const { answer, problem, refused } = current().news(installed?.manifestDigest);
    return {
      ok: false,
      reason: "no-update",
      answer,
      ...(problem === undefined ? {} : { problem }),
      ...(refused && { refused }),
    };
  }

  const service: UpdateService = {
    view,
    known: () => channel.news(installed?.manifestDigest).target,
    async look() {
      await lookAtBoth();
      installed = await readInstalled();
      await lookForWay();
      return view();
    },
    async follow(signal) {
      await Promise.all([channel.follow(signal), pinned.follow(signal), followRules(automatic, signal)]);
    },
    async changeRules(change, options) {
      const errors = await keeper.change(change, options);
      if (errors.length > 0) return errors;
      await keeper.readTimeZone();
      if (change.override !== undefined) channel.forget();
      if (change.pin !== undefined) pinned.forget();
      changed();
      if (change.override !== undefined || change.pin !== undefined) await lookAtBoth();
      return [];
    },
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
      const reply = await handle.start(request, { by, ...(checksOnly === true && { checksOnly }) });
      if (reply.ok && !checksOnly) await prepare.makeWay(by);
      return reply;
    },
    async prepare(options) {
      if (!deps.isSetUp()) return { ok: false, reason: "not-set-up" };
      const found = await findTarget();
      return "ok" in found ? found : await prepare.begin(requestOf(found), options);
    },
    preparing: prepare,
    async imagesThere() {
      const found = await knownTarget();
      return found && await prepare.imagesThere(requestOf(found));
    },
    async sayBackupTaken(note, { by }) {
      await journal.append(...backupEntry(note, by));
      changed();
    },
    accept: (checkIds, options) => handle.accept(checkIds, options),
    recheck: (options) => handle.recheck(options),
    retry: (options) => handle.retry(options),
    cancel: (options) => handle.cancel(options),
    async resume(options) {
      if (!deps.isSetUp()) return { ok: false, reason: "not-set-up" };
      const { connectKube } = deps;
      return await resumeUpdate({ host, clock, handle, connectKube, isBetween: walk.isBetween }, options);
    },
  };
  const automatic: Parameters<typeof followRules>[0] = {
    clock,
    keeper,
    plan: () => view().rules.next,
    async noteSeen() {
      const { target } = view().news;
      const { rules, seen } = keeper.folded();
      if (!rules.automatic || !target || target.releasedAt !== undefined) return;
      if (!seen.has(target.manifestDigest)) await journal.append(...seenEntry(target.manifestDigest));
    },
    async goOn() {
      const { window } = keeper.rules();
      const at = { timeZone: keeper.timeZone(), nowMs: clock.nowMs() };
      if (!window || !waitsForWindow(view()) || !windowAt(window, at).isOpen) return;
      const reply = await handle.recheck({ by: BY_ITSELF });
      const result = reply.ok ? "accepted" : `refused (${reply.reason})`;
      await deps.audit?.("updates.recheck", { via: "agent", result });
    },
    async begin() {
      const { target } = view().news;
      if (!target) return;
      const reply = await service.apply({ by: BY_ITSELF, expected: target.manifestDigest });
      const result = reply.ok ? "accepted" : `refused (${reply.reason})`;
      if (!reply.ok && reply.reason === "locked") return; // a minute later again
      await deps.audit?.("updates.apply", { via: "agent", what: target.version, result });
    },
    async overrideEnded() {
      channel.forget();
      changed();
      await deps.audit?.("updates.override-ended", { via: "agent", result: "accepted" });
      await channel.look();
    },
    changed,
    failed: (problem) => deps.say?.("error", `The rules of updates cannot be followed: ${problem}`),
  };
  return service;
}

function tryParseTime(iso: string | undefined): number | undefined {
  return iso === undefined ? undefined : Date.parse(iso);
}

/** An update that could be begun: where to, from where, and over which releases, the target last. */
interface Found {
  target: ResolvedRelease;
  from: ResolvedRelease;
  releases: readonly [ResolvedRelease, ...ResolvedRelease[]];
}

function requestOf({ from, releases: [target, ...further] }: Found): UpdateRequest {
  return { target, from: stepOf(from), ...(further.length > 0 && { further }) };
}

function stepOf({ manifest: { version }, manifestDigest }: ResolvedRelease): WayStep {
  return { version, manifestDigest };
}

/** What the faces show of the release that could be installed. */
function shownTarget(target: ResolvedRelease, installed: ResolvedRelease | undefined) {
  const { tookMinutes } = target.manifest;
  return {
    ...identity(target),
    ...(installed && { touches: touchedReleases(installed.manifest, target.manifest) }),
    ...(tookMinutes && { tookMinutes }),
  };
}

function identity({ manifest, manifestDigest, channel }: ResolvedRelease) {
  const { version, notes, releasedAt } = manifest;
  return { version, manifestDigest, channel, ...(notes && { notes }), ...(releasedAt && { releasedAt }) };
}
