import type { OperationView, PlannedStep } from "../operation/operation.ts";
import type { Change } from "../operation/step.ts";
import { componentByObject } from "../product/components.ts";
import type { Answer } from "../setup/setup_state.ts";
import type { Origin, SetupDefaults } from "../setup/inputs/schema.ts";
import { fieldOf } from "../setup/inputs/fields.ts";
import { settingsGate } from "./gate.ts";
import { changedKeys, LOCKED_KEYS, SETTING_KEYS, type SettingKey, type Settings } from "./settings.ts";
import type { ChangeMark, CurrentSettings } from "./settings_store.ts";
import { shownValue } from "./shown_value.ts";
import { recordStep } from "./steps/record.ts";
import { TRY_STEP } from "./steps/try_network.ts";

export type { OperationView, PlannedStep, StepRow } from "../operation/operation.ts";

/** What a change would do. */
export interface SettingsPlan {
  changed: readonly SettingKey[];
  /** Each changed setting in words, secrets left out. */
  settings: readonly { field: SettingKey; label: string; from: string; to: string }[];
  /** Steps that have something to do; values in words, secrets masked. */
  steps: readonly (Omit<PlannedStep, "changes"> & {
    /** `component`: what people call the part that is restarted. */
    changes: readonly (Change & { component?: string })[] | undefined;
  })[];
}

/** Steps that leave no other object behind than those after them. */
const WITHOUT_OBJECTS: readonly string[] = [settingsGate.id, TRY_STEP, recordStep.id];

/** A plan of the engine as the faces show it. */
export function settingsPlan(before: Settings, after: Settings, steps: readonly PlannedStep[]): SettingsPlan {
  const changed = changedKeys(before, after);
  return {
    changed,
    settings: changed.map((field) => ({
      field,
      label: fieldOf(field).label,
      from: shownValue(field, before),
      to: shownValue(field, after),
    })),
    steps: steps.filter((it) => !WITHOUT_OBJECTS.includes(it.id) && !it.isDone)
      .map(({ changes, ...step }) => ({ ...step, changes: changes?.map(withComponent) })),
  };
}

/** "Deployment msp/temporal-worker" is known to people as the tenant worker. */
function withComponent(change: Change): Change & { component?: string } {
  const [kind = "", path = ""] = change.object.split(" ");
  const [namespace = "", name = ""] = path.split("/");
  const component = componentByObject(namespace, kind, name)?.title;
  return component === undefined ? change : { ...change, component };
}

/** One setting as the faces show it. */
export interface SettingRow {
  field: string;
  label: string;
  /** In words, without secrets. */
  value: string;
  /** Where it came from; `undefined` when nobody knows any more. */
  origin: Origin | ChangeMark | undefined;
  /** A password is part of it, and kept. */
  hasPassword?: true;
  /** Why it cannot be changed here. */
  locked?: string;
}

/** Below a proxy whose password is kept: which part of Alga goes without it. @see docs/settings.md */
export const WITHOUT_PROXY =
  "The workflow worker gets no proxy with a password: its chart has no place for one. All other parts that use a proxy get it.";

/** Everything the faces show of the settings. */
export interface SettingsView {
  /** Before setup is done there are answers, not settings. */
  isSetUp: boolean;
  /** Set up, and its settings are neither on record nor known any more: they are entered again. */
  isLost: boolean;
  rows: readonly SettingRow[];
  /** Values to begin a form with: no secrets. */
  values: Readonly<Record<SettingKey, string>>;
  /** Servers of this machine now. */
  systemDns: string;
  /** The last change, if there was one. */
  operation: OperationView;
}

/** Rows in the order of the list: what may be changed, then what stays. */
export function settingRows(
  { settings, changed }: CurrentSettings,
  { answers, defaults }: { answers: readonly Answer[]; defaults: SetupDefaults },
): SettingRow[] {
  const systemDns = defaults.dnsServers?.value ?? "";
  const rows = SETTING_KEYS.filter((it) => isShown(it, settings)).map((field): SettingRow => ({
    field,
    label: fieldOf(field).label,
    value: shownValue(field, settings, systemDns),
    origin: changed[field] ?? originOf(field, settings, answers, defaults),
    ...(field === "proxyUrl" && settings.proxyUrl !== "" && new URL(settings.proxyUrl).password !== ""
      ? { hasPassword: true }
      : {}),
  }));
  const locked = LOCKED_KEYS.filter((it) => fieldOf(it).secret !== "value").map((field): SettingRow => {
    const { label, locked } = fieldOf(field);
    const answer = answers.find((it) => it.field === field);
    return {
      field,
      label,
      value: answer?.value ?? "",
      origin: answer?.origin,
      ...(locked ? { locked } : {}),
    };
  });
  return [...rows, ...locked];
}

function isShown(key: SettingKey, { dnsMode, proxyUrl }: Settings): boolean {
  if (key === "dnsMode") return dnsMode === "system";
  if (key === "dnsServers") return dnsMode === "custom";
  return key !== "noProxy" || proxyUrl !== "";
}

function originOf(
  key: SettingKey,
  { dnsMode }: Settings,
  answers: readonly Answer[],
  defaults: SetupDefaults,
): Origin | undefined {
  // The servers of this machine come from where they come from now.
  if (key === "dnsMode" && dnsMode === "system") return defaults.dnsServers?.origin;
  if (key === "caCerts") return "default";
  return answers.find((it) => it.field === key)?.origin;
}
