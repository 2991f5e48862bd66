import type { UpdateAttempt } from "../../agent/update/history.ts";
import type { UpdateView } from "../../agent/update/update_service.ts";
import { renderPage } from "../../views/layout.ts";
import { updateFindingsPage, updatePlanPage } from "../../views/update_plan_page.ts";
import { updatesHead, updatesParts, updatesTitle } from "../../views/updates_page.ts";
import { stubOperation } from "../routes/settings_stub.ts";
import { AT, NOW_MS, sampleCheck, sampleFrame, sampleReport } from "./samples.ts";
import { SETTINGS_STATES } from "./settings_pages.ts";

const RESULTS = ["running", "checked", "blocked", "failed", "cancelled", "done"] as const;
const ANSWERS = ["update-available", "up-to-date", "cannot-tell", "never"] as const;

/** Every page of updates, `t` in place of every text from outside. */
export function updatePages(t: string): Record<string, string> {
  const page = (body: Parameters<typeof renderPage>[1]) => renderPage(sampleFrame(t), body);
  const release = { version: t, manifestDigest: t, channel: t };
  const history = RESULTS.map((result): UpdateAttempt => ({
    at: AT,
    by: t,
    from: t,
    to: t,
    channel: t,
    result,
    ...(result === "running" ? {} : { finishedAt: AT }),
    ...(result === "failed" ? { problem: t } : {}),
    steps: [],
    accepted: [{ checkId: t, by: t }],
  }));
  const view = (given: Partial<UpdateView> = {}): UpdateView => ({
    installed: release,
    news: { answer: "update-available", channel: t, answeredAt: AT, target: { ...release, notes: t } },
    operation: stubOperation({ name: "update", by: t }),
    history,
    ...given,
  });
  const live = (given: UpdateView) =>
    page({
      title: updatesTitle(given),
      narrow: true,
      body: [updatesHead("token"), updatesParts(given, NOW_MS)],
    });
  const pages: Record<string, string> = {};
  for (const answer of ANSWERS) {
    const problem = answer === "cannot-tell" ? { problem: t } : {};
    pages[`updates, ${answer}`] = live(view({ news: { answer, channel: t, ...problem }, history: [] }));
  }
  for (const [name, state] of Object.entries(SETTINGS_STATES)) {
    const given = state.status === "failed"
      ? { ...state, failure: { ...state.failure, message: t, details: t, suggestedNextStep: t, code: t } }
      : state;
    pages[`updates, ${name}`] = live(view({
      operation: stubOperation({
        name: "update",
        state: given,
        by: t,
        mayCancel: true,
        steps: [{
          id: "values",
          title: "Write the new values",
          status: "running",
          startedAt: AT,
          message: t,
        }],
      }),
    }));
  }
  const changes = [{ object: t, field: t, from: t, to: undefined }];
  pages["updates, plan"] = page(updatePlanPage({
    csrfToken: "token",
    view: view(),
    plan: [
      { id: "values", title: "Write the new values", isDone: false, changes },
      { id: "let-go", title: "Start the new version", isDone: false, changes: undefined },
    ],
  }));
  const report = sampleReport(sampleCheck("fail", { overridable: true }, t), sampleCheck("error", {}, t));
  pages["updates, findings"] = page(updateFindingsPage(report, "token"));
  return pages;
}
