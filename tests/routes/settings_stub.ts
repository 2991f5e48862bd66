import type { OperationView } from "../../agent/operation/operation.ts";
import { mergeSettings } from "../../agent/settings/merge_settings.ts";
import type { Settings } from "../../agent/settings/settings.ts";
import type { SettingsReply, SettingsService } from "../../agent/settings/settings_service.ts";
import { settingsPlan } from "../../agent/settings/settings_view.ts";
import { shownValue } from "../../agent/settings/shown_value.ts";
import { fieldOf } from "../../agent/setup/inputs/fields.ts";
import { SETTING_KEYS } from "../../agent/settings/settings.ts";
import { withoutPassword } from "../../agent/settings/merge_settings.ts";

export const STUB_SETTINGS: Settings = {
  appUrl: "https://psa.example.com",
  dnsMode: "system",
  dnsServers: [],
  channel: "stable",
  proxyUrl: "http://maria:Geheim-7@proxy.example:3128",
  noProxy: "",
  publicNames: "",
  caCerts: "",
  signatures: "warn",
};

export function stubOperation(given: Partial<OperationView> = {}): OperationView {
  return {
    name: "settings",
    title: "Change of settings",
    state: { status: "idle" },
    by: undefined,
    requestedAt: undefined,
    steps: [],
    inputs: {},
    changes: [],
    report: undefined,
    conditions: [],
    accepted: [],
    owed: [],
    mayCancel: false,
    log: [],
    ...given,
  };
}

/** Settings in memory: what was asked of them is kept in `asked`. */
export interface SettingsStub extends SettingsService {
  requests: { action: string; by: string; settings?: Settings; checkIds?: readonly string[] }[];
  isSetUp: boolean;
  isLost: boolean;
  operation: OperationView;
  answer: SettingsReply;
}

export function settingsStub(): SettingsStub {
  const values = (settings: Settings) => ({
    ...settings,
    dnsServers: settings.dnsServers.join(", "),
    proxyUrl: withoutPassword(settings.proxyUrl),
  });
  const act = (action: string) => (options: { by: string }) => {
    stub.requests.push({ action, by: options.by });
    return Promise.resolve(stub.answer);
  };
  const stub: SettingsStub = {
    requests: [],
    isSetUp: true,
    isLost: false,
    operation: stubOperation(),
    answer: { ok: true },
    view: () => ({
      isSetUp: stub.isSetUp,
      isLost: stub.isLost,
      rows: [
        ...SETTING_KEYS.map((field) => ({
          field,
          label: fieldOf(field).label,
          value: shownValue(field, STUB_SETTINGS),
          origin: field === "appUrl"
            ? { at: "2026-11-02T08:00:00.000Z", by: "browser 192.0.2.7" }
            : "default" as const,
          ...(field === "proxyUrl" ? { hasPassword: true as const } : {}),
        })),
        {
          field: "tenantName",
          label: "Company",
          value: "Example MSP",
          origin: "you",
          locked: "Change it inside Alga.",
        },
      ],
      values: values(STUB_SETTINGS),
      systemDns: "192.0.2.53",
      operation: stub.operation,
    }),
    look: () => Promise.resolve(stub.view()),
    subscribe: () => () => {},
    current: () => Promise.resolve(STUB_SETTINGS),
    news: () => [],
    asked: () => undefined,
    merge: (change, typed) => Promise.resolve(mergeSettings(STUB_SETTINGS, change, typed)),
    plan: (settings) =>
      Promise.resolve({
        ...settingsPlan(STUB_SETTINGS, settings, []),
        steps: [{
          id: "values",
          title: "Write the values of the releases",
          isDone: false,
          changes: [{
            object: "ConfigMap alga-system/x",
            field: "appUrl",
            from: "<old>",
            to: settings.appUrl,
          }],
        }],
      }),
    check: () =>
      Promise.resolve({
        startedAt: "",
        finishedAt: "",
        results: [{
          id: "dns.app-host",
          title: "Application address",
          vantage: "agent",
          overridable: true,
          status: "warn",
          expected: "x leads here",
          found: "the name is not known yet",
          remediation: "Make a DNS record",
          durationMs: 1,
        }],
      }),
    apply(settings, { by }) {
      stub.requests.push({ action: "apply", by, settings });
      return Promise.resolve(stub.answer);
    },
    accept(checkIds, { by }) {
      stub.requests.push({ action: "accept", by, checkIds });
      return Promise.resolve(stub.answer);
    },
    recheck: act("recheck"),
    retry: act("retry"),
  };
  return stub;
}
