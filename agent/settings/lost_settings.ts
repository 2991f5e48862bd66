import { DEFAULT_POLICY } from "../trust/policy.ts";
import type { FieldError } from "../setup/inputs/schema.ts";
import type { Settings, SettingsChange } from "./settings.ts";
import type { CurrentSettings } from "./settings_store.ts";

/** Where an appliance that is set up has lost its settings: what the new ones are compared with. */
export interface LostSettings extends CurrentSettings {
  /** The installation says which channel it is of, so that nobody has to. */
  isChannelKnown: boolean;
}

/** What is left where all was lost: nothing but the channel that the installed release was chosen from, if that is known. */
export function lostSettings(channel?: Settings["channel"]): LostSettings {
  return {
    settings: {
      appUrl: "",
      dnsMode: "system",
      dnsServers: [],
      channel: channel ?? "stable",
      proxyUrl: "",
      noProxy: "",
      publicNames: "",
      caCerts: "",
      signatures: DEFAULT_POLICY,
    },
    changed: {},
    history: [],
    isChannelKnown: channel !== undefined,
  };
}

/** What nobody may guess and has to be entered again. */
export function lostFields(before: LostSettings, after: Settings, change: SettingsChange): FieldError[] {
  const errors: FieldError[] = [];
  if (after.appUrl === "") {
    errors.push({
      field: "appUrl",
      message: "Enter the address: the settings of this appliance were lost, and this one cannot be guessed",
    });
  }
  if (!before.isChannelKnown && change.channel === undefined) {
    errors.push({
      field: "channel",
      message:
        "Choose the channel: the settings of this appliance were lost, and the cluster cannot be asked which one it was",
    });
  }
  return errors;
}
