import * as z from "zod";
import { type Clock, isoNow } from "../clock.ts";
import { AgentError } from "../error.ts";
import type { Host } from "../host/host.ts";
import type { StoredInputs } from "../setup/inputs/stored.ts";
import { readStateFile, writeStateFile } from "../state/json_file.ts";
import { PATHS } from "../state/paths.ts";
import { DEFAULT_POLICY, SIGNATURE_POLICIES } from "../trust/policy.ts";
import { changedKeys, type SettingKey, type Settings } from "./settings.ts";

const SCHEMA_VERSION = 1;
const HISTORY_LENGTH = 100;

/** Settings as they are kept: checked once, so only their shape is looked at. */
export const KeptSettings = z.object({
  appUrl: z.string(),
  dnsMode: z.enum(["system", "custom"]),
  dnsServers: z.array(z.string()),
  channel: z.enum(["stable", "nightly"]),
  proxyUrl: z.string(),
  noProxy: z.string(),
  /** Younger than the file. */
  publicNames: z.string().default(""),
  caCerts: z.string(),
  // Settings of before signatures were looked at have none.
  signatures: z.enum(SIGNATURE_POLICIES).default(DEFAULT_POLICY),
});

const Mark = z.object({ at: z.string(), by: z.string() });
/** When a setting was changed last, and by whom. */
export type ChangeMark = z.infer<typeof Mark>;

const SettingsFile = z.object({
  settings: KeptSettings,
  /** By field; fields that are as setup wrote them are not among it. */
  changed: z.record(z.string(), Mark),
  /** Oldest first: which fields, when, by whom. Values are in the journal, secrets apart. */
  history: z.array(Mark.extend({ fields: z.array(z.string()) })),
});

/** The settings that count, and where they came from. */
export interface CurrentSettings {
  settings: Settings;
  changed: Partial<Record<SettingKey, ChangeMark>>;
  history: z.infer<typeof SettingsFile>["history"];
}

/** What needs them cannot go on. */
export function settingsLost(): AgentError {
  return new AgentError("STATE_DAMAGED", "The settings of this appliance can no longer be read", {
    hint: 'Enter them again on the page "Settings", or with "sudo alga-agent settings set --app-url URL"',
    retrySafe: false,
  });
}

/** What was changed after setup, else the answers of setup. `undefined`: there are neither. */
export async function readSettings(
  host: Host,
  clock: Clock,
  answers: StoredInputs | undefined,
): Promise<CurrentSettings | undefined> {
  const read = await readStateFile(host, PATHS.settings, SettingsFile, {
    clock,
    schemaVersion: SCHEMA_VERSION,
  });
  if (read.status === "ok") return read.value;
  return answers && { settings: settingsOf(answers), changed: {}, history: [] };
}

/** The part of setup's answers that may be changed later. */
function settingsOf(answers: StoredInputs): Settings {
  const { appUrl, dnsMode, dnsServers, channel, proxyUrl, noProxy, publicNames, signatures } = answers;
  return {
    appUrl,
    dnsMode,
    dnsServers,
    channel,
    proxyUrl,
    noProxy,
    publicNames,
    caCerts: "",
    signatures,
  };
}

/** Makes these the settings that count, and notes who changed what. */
export async function writeSettings(
  host: Host,
  clock: Clock,
  before: CurrentSettings,
  { settings, by }: { settings: Settings; by: string },
): Promise<void> {
  const fields = changedKeys(before.settings, settings);
  const mark = { at: isoNow(clock), by };
  const value: z.infer<typeof SettingsFile> = {
    settings,
    changed: { ...before.changed, ...Object.fromEntries(fields.map((it) => [it, mark])) },
    history: [...before.history, { ...mark, fields }].slice(-HISTORY_LENGTH),
  };
  await writeStateFile(host, PATHS.settings, value, SCHEMA_VERSION);
}
