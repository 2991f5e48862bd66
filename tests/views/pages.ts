import type { SetupState } from "../../agent/setup/setup_state.ts";
import type { RollupState } from "../../agent/status/document.ts";
import { errorPage } from "../../views/error_page.ts";
import { renderPage } from "../../views/layout.ts";
import { loginPage } from "../../views/login_page.ts";
import { setupFormPage } from "../../views/setup_form_page.ts";
import { progressParts, retryForm } from "../../views/progress_section.ts";
import { recordPage } from "../../views/record_page.ts";
import { checkReportPage } from "../../views/check_report_page.ts";
import { checksPage } from "../../views/checks_page.ts";
import { answersPage } from "../../views/setup_pages.ts";
import { signedOutSection } from "../../views/live_notices.ts";
import { statusParts } from "../../views/status_page.ts";
import { accessPages } from "./access_pages.ts";
import { helpIndex, helpPage } from "../../agent/causes/help/mod.ts";
import { helpIndexPage } from "../../views/help_index_page.ts";
import { helpPage as helpPageView } from "../../views/help_page.ts";
import { networkPages } from "./network_pages.ts";
import { logPages } from "./log_pages.ts";
import { settingsPages } from "./settings_pages.ts";
import { supportPages } from "./support_pages.ts";
import { updatePages } from "./update_pages.ts";
import { workloadPages } from "./workload_pages.ts";
import {
  NOW_MS,
  sampleAnswers,
  sampleBlocker,
  sampleCheck,
  sampleFrame,
  sampleOperation,
  sampleReport,
  sampleSetup,
  sampleStatus,
  SETUP_STATES,
} from "./samples.ts";

const ROLLUPS: RollupState[] = [
  "installing",
  "ready_to_log_in",
  "ready_with_background_issues",
  "fully_healthy",
  "failed_action_required",
];
const NOW = new Date(NOW_MS).toISOString();
const FORM = { csrfToken: "token", values: {}, origins: {}, errors: [] };

/** Every page in every state, `t` in place of every text from outside. */
export function allPages(t: string): Record<string, string> {
  const { csrfToken: _, ...signedOut } = sampleFrame(t);
  const page = (body: Parameters<typeof renderPage>[1]) => renderPage(sampleFrame(t), body);
  const pages: Record<string, string> = {
    login: renderPage(signedOut, loginPage(signedOut, { secret: "token", next: "/setup" })),
    "login, wrong token": renderPage(
      signedOut,
      loginPage(signedOut, { secret: "token", problem: { why: "wrong", waitSec: 0 }, next: "/" }),
    ),
    "login, too many": renderPage(
      signedOut,
      loginPage(signedOut, { secret: "token", problem: { why: "wait", waitSec: 30 }, next: "/" }),
    ),
    "signed out": page({ title: "Status", body: signedOutSection("/setup") }),
    error: page(errorPage(t, t, "1a2b3c4d")),
    "damaged record": page(
      recordPage({ problem: t, facts: [{ label: "The cluster holds", value: t }], mayOpen: true }, "token"),
    ),
    "damaged record, in use": page(recordPage({ problem: t, facts: [], mayOpen: false }, "token")),
    form: page(setupFormPage({ ...FORM, values: { tenantName: t, systemDns: t, appUrl: t } })),
    "form, proposals": page(
      setupFormPage({ ...FORM, values: { appUrl: t, dnsMode: "system" }, origins: { appUrl: "dhcp" } }),
    ),
    "form, kept": page(
      setupFormPage({
        ...FORM,
        values: { tenantName: t },
        isAgain: true,
        hasPassword: true,
        hasProxyPassword: true,
      }),
    ),
    "form, restored": page(setupFormPage({ ...FORM, isAgain: true, restored: { proxyHadPassword: true } })),
    "form, errors": page(
      setupFormPage({
        ...FORM,
        errors: ["tenantName", "dnsMode", "dnsServers", "adminPassword", "adminPasswordConfirm", "proxyUrl"]
          .map((field) => ({ field, message: t })),
      }),
    ),
    answers: page(answersPage([{ field: "tenantName", label: "Company", value: t, origin: "you" }], "token")),
  };
  const report = sampleReport(
    sampleCheck("pass", {}, t),
    sampleCheck("warn", {}, t),
    sampleCheck("fail", { overridable: true }, t),
    sampleCheck("error", { overridable: true }, t),
    sampleCheck("skipped", {}, t),
  );
  const blocked = sampleSetup(SETUP_STATES.blocked, { preflight: report });
  pages["checks, acceptable"] = page(checksPage(blocked, "token"));
  const ids = { missing: ["dns.error"], ticked: ["dns.fail"] };
  pages["checks, not all accepted"] = page(checksPage(blocked, "token", ids));
  const hard = sampleReport(sampleCheck("fail", {}, t), sampleCheck("pass", {}, t));
  pages["checks, not acceptable"] = page(checksPage({ ...blocked, preflight: hard }, "token"));
  pages["checks, only run"] = page(
    checksPage({ ...blocked, state: SETUP_STATES.checked }, "token"),
  );
  const acknowledgements = [{ checkId: "dns.fail", by: t, at: NOW, found: t }, {
    checkId: t,
    by: t,
    at: NOW,
    found: t,
  }];
  pages["check report"] = page(checkReportPage({ preflight: report, acknowledgements }));
  pages["check report, none"] = page(checkReportPage({ acknowledgements: [] }));
  const fine = sampleReport(sampleCheck("pass", {}, t));
  pages["checks, passed"] = page(checksPage(sampleSetup(SETUP_STATES.checked, { preflight: fine }), "token"));
  for (const state of Object.values(SETUP_STATES)) {
    const given = state.status === "running"
      ? { ...state, message: t }
      : state.status === "failed"
      ? { ...state, failure: { ...state.failure, message: t, details: t, suggestedNextStep: t, code: t } }
      : state;
    pages[`progress, ${state.status}`] = page({
      title: t,
      body: [retryForm("token"), progressParts(sampleSetup(given), NOW_MS)],
    });
  }
  pages["progress, done with answers"] = page({
    title: t,
    body: progressParts(sampleSetup(SETUP_STATES.done, { answers: sampleAnswers(t) }), NOW_MS),
  });
  const waiting = { ...SETUP_STATES.running, stepId: "login" } as SetupState;
  pages["progress, waits for you"] = page({
    title: t,
    body: progressParts(sampleSetup(waiting), NOW_MS, { obstacle: { message: t, nextAction: t } }),
  });
  for (const state of ROLLUPS) {
    const status = sampleStatus(state, {
      topBlockers: state === "failed_action_required" || state === "ready_with_background_issues"
        ? [sampleBlocker({ severity: state === "failed_action_required" ? "critical" : "background" }, t)]
        : [],
      activeOperations: [
        sampleOperation({ progressAvailable: true, progressPercent: 46 }, t),
        sampleOperation({ operation: "setup" }, t),
      ],
    }, t);
    pages[`status, ${state}`] = page({ title: t, body: statusParts(status) });
  }
  const words = { server: t, name: t, component: t };
  pages.help = page(helpPageView(helpPage("dns.refused"), []));
  pages["help, signed out"] = renderPage(signedOut, helpPageView(helpPage("k3s.db-corrupt"), []));
  const here = [{ blocker: sampleBlocker({}, t), text: t }, { blocker: sampleBlocker({}, t), text: t }];
  pages["help, found here"] = page(helpPageView(helpPage("dns.refused", words), here));
  pages["help index"] = renderPage(signedOut, helpIndexPage(helpIndex(), { typed: "", near: [] }));
  pages["help index, unknown"] = page(
    helpIndexPage(helpIndex(), {
      typed: t,
      near: [{ id: "dns.refused", title: "The DNS server does not answer" }],
    }),
  );
  return {
    ...pages,
    ...settingsPages(t),
    ...workloadPages(t),
    ...networkPages(t),
    ...updatePages(t),
    ...supportPages(t),
    ...accessPages(t),
    ...logPages(t),
  };
}
