import type { OperationState } from "../../agent/operation/operation.ts";
import type { SettingsView } from "../../agent/settings/settings_view.ts";
import { renderPage } from "../../views/layout.ts";
import { settingsFormPage } from "../../views/settings_form_page.ts";
import { settingsHead, settingsParts } from "../../views/settings_page.ts";
import { settingsFindingsPage, settingsReviewPage } from "../../views/settings_review_page.ts";
import { stubOperation } from "../routes/settings_stub.ts";
import { AT, NOW_MS, sampleCheck, sampleFrame, sampleReport } from "./samples.ts";

const FORM = { csrfToken: "token", values: {}, origins: {}, errors: [], hasPassword: false };

/** States in which the settings page is seen. */
export const SETTINGS_STATES: Record<string, OperationState> = {
  idle: { status: "idle" },
  running: { status: "running", stepId: "values", startedAt: AT, message: "Restarting coredns" },
  blocked: { status: "blocked", since: AT },
  failed: {
    status: "failed",
    stepId: "values",
    nextAttemptAt: AT,
    failure: {
      category: "k3s",
      stepId: "values",
      code: "K3S_FAILED",
      message: "Kubernetes did not come back",
      details: "details",
      suggestedNextStep: "Open the log of k3s",
      retrySafe: true,
      at: AT,
    },
  },
  done: { status: "done", finishedAt: AT },
};

/** The settings as a page shows them, `t` in place of every text from outside. */
export function sampleSettings(state: OperationState, t = "text"): SettingsView {
  return {
    isSetUp: true,
    isLost: false,
    rows: [
      { field: "appUrl", label: "Application address", value: t, origin: { at: AT, by: t } },
      { field: "dnsMode", label: "DNS servers", value: t, origin: "dhcp" },
      { field: "proxyUrl", label: "Proxy", value: t, origin: "you", hasPassword: true },
      { field: "tenantName", label: "Company", value: t, origin: undefined, locked: t },
    ],
    values: {
      appUrl: t,
      dnsMode: "system",
      dnsServers: t,
      channel: "stable",
      proxyUrl: t,
      noProxy: t,
      publicNames: t,
      caCerts: t,
      signatures: "warn",
    },
    systemDns: t,
    operation: stubOperation({
      state,
      by: t,
      steps: [
        { id: "record", title: "Record the change", status: "done", startedAt: AT, finishedAt: AT },
        {
          id: "values",
          title: "Write the values",
          status: state.status === "running" ? "running" : state.status === "failed" ? "failed" : "waiting",
          startedAt: AT,
          ...(state.status === "running" ? { message: t } : {}),
        },
      ],
    }),
  };
}

/** Every page of the settings. */
export function settingsPages(t: string): Record<string, string> {
  const page = (body: Parameters<typeof renderPage>[1]) => renderPage(sampleFrame(t), body);
  const pages: Record<string, string> = {
    "settings, form": page(
      settingsFormPage({ ...FORM, values: { ...sampleSettings({ status: "idle" }, t).values } }),
    ),
    "settings, form with errors": page(
      settingsFormPage({
        ...FORM,
        hasPassword: true,
        origins: { appUrl: t },
        errors: ["appUrl", "dnsServers", "proxyUrl", "caCerts"].map((field) => ({ field, message: t })),
      }),
    ),
  };
  const changes = [
    { object: t, field: t, from: t, to: undefined },
    { object: t, field: "", from: undefined, to: t, isSecret: true, component: t },
  ];
  const plan = {
    changed: ["appUrl" as const],
    settings: [{ field: "appUrl" as const, label: "Application address", from: t, to: t }],
    steps: [
      { id: "values", title: "Write the values", isDone: false, changes },
      { id: "k3s", title: "Restart Kubernetes", isDone: false, changes: undefined },
      { id: "releases", title: "Restart what reads it", isDone: false, changes: [] },
    ],
  };
  const report = sampleReport(
    sampleCheck("pass", {}, t),
    sampleCheck("warn", {}, t),
    sampleCheck("fail", { overridable: true }, t),
    sampleCheck("error", { overridable: true }, t),
  );
  pages["settings, lost"] = page({
    title: "Settings",
    body: [
      settingsHead("token"),
      settingsParts({ ...sampleSettings({ status: "idle" }, t), isLost: true, rows: [] }, NOW_MS),
    ],
  });
  pages["settings, review"] = page(settingsReviewPage({ csrfToken: "token", plan }));
  pages["settings, review with checks"] = page(settingsReviewPage({ csrfToken: "token", plan, report }));
  pages["settings, review to fix"] = page(
    settingsReviewPage({ csrfToken: "token", plan, report: sampleReport(sampleCheck("fail", {}, t)) }),
  );
  pages["settings, review of nothing"] = page(
    settingsReviewPage({
      csrfToken: "token",
      plan: { changed: [], settings: [], steps: [] },
      report: sampleReport(),
    }),
  );
  pages["settings, findings"] = page(settingsFindingsPage(report, "token"));
  pages["settings, findings not all accepted"] = page(
    settingsFindingsPage(report, "token", { missing: ["dns.error"], ticked: ["dns.fail"] }),
  );
  const hard = sampleReport(sampleCheck("fail", {}, t));
  pages["settings, findings to fix"] = page(settingsFindingsPage(hard, "token"));
  for (const [name, state] of Object.entries(SETTINGS_STATES)) {
    const given = state.status === "failed"
      ? { ...state, failure: { ...state.failure, message: t, details: t, suggestedNextStep: t, code: t } }
      : state;
    pages[`settings, ${name}`] = page({
      title: "Settings",
      narrow: true,
      body: [settingsHead("token"), settingsParts(sampleSettings(given, t), NOW_MS)],
    });
  }
  return pages;
}
