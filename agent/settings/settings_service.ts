import type { Clock } from "../clock.ts";
import type { Host } from "../host/host.ts";
import type { Engine, OperationHandle, OperationRefusal, OperationReply } from "../operation/operation.ts";
import type { PreflightReport } from "../preflight/mod.ts";
import { readDefaults } from "../setup/inputs/defaults.ts";
import { findChannel } from "../setup/find_release.ts";
import type { FieldError } from "../setup/inputs/schema.ts";
import type { StoredInputs } from "../setup/inputs/stored.ts";
import type { SetupView } from "../setup/setup_state.ts";
import { checkChange } from "./gate.ts";
import { lostFields, type LostSettings, lostSettings } from "./lost_settings.ts";
import { mergeSettings, withoutPassword } from "./merge_settings.ts";
import {
  changedKeys,
  networkOfSettings,
  type SettingKey,
  type Settings,
  type SettingsChange,
} from "./settings.ts";
import { type SettingsDeps, settingsOperation } from "./settings_operation.ts";
import { type CurrentSettings, readSettings, settingsLost } from "./settings_store.ts";
import { settingRows, type SettingsPlan, settingsPlan, type SettingsView } from "./settings_view.ts";

/** Why a change was refused. */
export type SettingsRefusal =
  | OperationRefusal
  | { ok: false; reason: "not-set-up" }
  | { ok: false; reason: "nothing-changed" };
export type SettingsReply = { ok: true } | SettingsRefusal;

/** Settings after setup, behind every face. */
export interface SettingsService {
  /** As of the last look; another object after each change. */
  view(): SettingsView;
  /** Looks again at files and network, and gives what is there now. */
  look(): Promise<SettingsView>;
  /** Called after every change of a view; returns the way to stop. */
  subscribe(listener: () => void): () => void;
  /** How requests leave the machine now; `undefined` before setup has begun. */
  current(): Promise<Settings | undefined>;
  /** The last change as an entry of the status page's "Recent"; empty before it has ended. */
  news(): readonly { at: string; tone: "good" | "bad"; text: string }[];
  /** What the change under way, or the one that stopped, asks for. */
  asked(): Settings | undefined;
  /** The settings as a change would make them, or which fields are wrong. `typedProxyUrl`: a proxy whose password counts as well. */
  merge(
    change: SettingsChange,
    typedProxyUrl?: string,
  ): Promise<{ settings: Settings } | { errors: FieldError[] }>;
  /** What would change; changes nothing. */
  plan(settings: Settings): Promise<SettingsPlan>;
  /** Runs the checks that the change touches; changes nothing. */
  check(settings: Settings, options: { signal: AbortSignal }): Promise<PreflightReport>;
  /** Begins the change. `by` is shown and kept ("browser 192.0.2.7"). `isFollowing`: nobody changed a setting, the world did. */
  apply(settings: Settings, options: { by: string; isFollowing?: boolean }): Promise<SettingsReply>;
  accept(checkIds: readonly string[], options: { by: string }): Promise<SettingsReply>;
  recheck(options: { by: string }): Promise<SettingsReply>;
  retry(options: { by: string }): Promise<SettingsReply>;
}

/** What the service stands on. */
export interface SettingsServiceDeps extends Omit<SettingsDeps, "current" | "by"> {
  host: Host;
  clock: Clock;
  engine: Engine;
  setupView(): SetupView;
  /** The answers of setup; `undefined` when there are none or they can no longer be read. */
  answers(): Promise<StoredInputs | undefined>;
}

/** Puts the operation into the engine. */
export async function createSettingsService(deps: SettingsServiceDeps): Promise<SettingsService> {
  const { host, clock, engine } = deps;
  const read = async () => await readSettings(host, clock, await deps.answers());
  const isSetUp = () => deps.setupView().state.status === "done";
  const current = async (): Promise<CurrentSettings | LostSettings> => {
    const found = await read();
    if (found) return found;
    // Lost after setup, they are entered again: everything is a change, but for what the installation tells of itself.
    if (isSetUp()) return lostSettings(await findChannel(deps));
    throw settingsLost();
  };
  const handle: OperationHandle<Settings> = await engine.add(settingsOperation({
    ...deps,
    get agentPort() {
      return deps.agentPort;
    },
    current,
    by: () => handle.view().by ?? "agent",
  }));

  const listeners = new Set<() => void>();
  let seen: Omit<SettingsView, "operation"> = {
    isSetUp: false,
    isLost: false,
    rows: [],
    values: formValues(lostSettings().settings),
    systemDns: "",
  };
  let made: SettingsView | undefined;

  function view(): SettingsView {
    const operation = handle.view();
    if (made?.operation !== operation) made = { ...seen, operation };
    return made;
  }

  async function look(): Promise<SettingsView> {
    const { answers } = deps.setupView();
    const [found, defaults] = [await read(), await readDefaults(host)];
    const isLost = isSetUp() && found === undefined;
    const lost = lostSettings(isLost ? await findChannel(deps) : undefined);
    seen = {
      isSetUp: isSetUp(),
      isLost,
      rows: found ? settingRows(found, { answers, defaults }) : [],
      values: {
        ...formValues((found ?? lost).settings),
        // Where nobody knows it, none is chosen in the form.
        ...isLost && !lost.isChannelKnown ? { channel: "" } : {},
      },
      systemDns: defaults.dnsServers?.value ?? "",
    };
    made = undefined;
    return view();
  }

  function tell(): void {
    for (const listener of listeners) listener();
  }

  engine.subscribe((name) => {
    if (name !== "settings") return;
    tell();
    // A step may have written the settings down; its own word comes first, what it wrote follows.
    if (listeners.size > 0) void look().then(tell, () => {});
  });

  return {
    view,
    look,
    subscribe(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    current: async () => (await read())?.settings,
    news() {
      const { state, by } = handle.view();
      if (state.status === "done") {
        return [{
          at: state.finishedAt,
          tone: "good",
          text: `Settings applied, asked for by ${by ?? "the agent"}`,
        }];
      }
      if (state.status !== "failed") return [];
      return [{ at: state.failure.at, tone: "bad", text: `Settings not applied: ${state.failure.message}` }];
    },
    asked() {
      const { status } = handle.view().state;
      return status === "idle" || status === "done" ? undefined : handle.inputs();
    },
    async merge(change, typedProxyUrl) {
      const before = await current();
      const merged = mergeSettings(before.settings, change, typedProxyUrl);
      if (!("settings" in merged) || !("isChannelKnown" in before)) return merged;
      const errors = lostFields(before, merged.settings, change);
      return errors.length > 0 ? { errors } : merged;
    },
    async plan(settings) {
      return settingsPlan((await current()).settings, settings, await handle.plan(settings));
    },
    async check(settings, { signal }) {
      const registry = deps.registryFor(networkOfSettings(settings));
      const { mirrors, agentPort } = deps;
      try {
        const before = (await current()).settings;
        return await checkChange({ host, clock, registry, mirrors, agentPort, signal }, before, settings);
      } finally {
        registry.close();
      }
    },
    async apply(settings, { by, isFollowing }) {
      if (!isSetUp()) return { ok: false, reason: "not-set-up" };
      const isChange = changedKeys((await current()).settings, settings).length > 0;
      const { status } = handle.view().state;
      // One that failed half-way may be sent again as it is.
      if (!isChange && !isFollowing && status !== "failed") return { ok: false, reason: "nothing-changed" };
      return await handle.start(settings, { by });
    },
    accept: (checkIds, options): Promise<OperationReply> => handle.accept(checkIds, options),
    recheck: (options): Promise<OperationReply> => handle.recheck(options),
    retry: (options): Promise<OperationReply> => handle.retry(options),
  };
}

function formValues(settings: Settings): Record<SettingKey, string> {
  const { dnsServers, proxyUrl } = settings;
  return { ...settings, dnsServers: dnsServers.join(", "), proxyUrl: withoutPassword(proxyUrl) };
}
