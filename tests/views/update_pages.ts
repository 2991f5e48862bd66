import type { UpdateAttempt } from "../../agent/update/history.ts";
import type { UpdateView } from "../../agent/update/update_service.ts";
import type { RulesView } from "../../agent/update/rules_view.ts";
import { channelPage } from "../../views/channel_page.ts";
import { renderPage } from "../../views/layout.ts";
import { updateFindingsPage, updatePlanPage } from "../../views/update_plan_page.ts";
import { updatesHead, updatesParts, updatesTitle } from "../../views/updates_page.ts";
import { stubOperation } from "../routes/settings_stub.ts";
import { AT, NOW_MS, sampleCheck, sampleFrame, sampleReport } from "./samples.ts";
import { SETTINGS_STATES } from "./settings_pages.ts";

const RESULTS = ["running", "checked", "blocked", "failed", "cancelled", "done"] as const;
const ANSWERS = ["update-available", "up-to-date", "cannot-tell", "never"] as const;

/** Everything that can be chosen is. */
function rulesOf(t: string): RulesView {
  return {
    timeZone: t,
    pin: t,
    override: { reference: t, repository: t, endsAt: AT, text: t },
    window: { days: ["sunday"], from: "02:00", hours: 3, text: "Sunday from 02:00 for 3 h", now: t },
    automatic: { delayDays: 7 },
    next: { status: "waits", atMs: NOW_MS, text: t },
    changes: [{ at: AT, by: t, text: t }],
  };
}

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
    ...(result === "running" ? { goal: { version: t, manifestDigest: t } } : {}),
    steps: [],
    accepted: [{ checkId: t, by: t }],
  }));
  const view = (given: Partial<UpdateView> = {}): UpdateView => ({
    installed: release,
    news: { answer: "update-available", channel: t, answeredAt: AT, target: { ...release, notes: t } },
    rules: rulesOf(t),
    paused: [t],
    backup: { withinHours: 24, newest: { at: AT, by: t, note: t } },
    prepare: stubOperation({ name: "prepare", by: t, inputs: { to: t } }),
    beyond: release,
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
  pages["updates, over other releases"] = live(view({ way: [release, release] }));
  pages["updates, without a way"] = live(view({ wayProblem: t }));
  for (const [name, state] of Object.entries(SETTINGS_STATES)) {
    const given = state.status === "failed"
      ? { ...state, failure: { ...state.failure, message: t, details: t, suggestedNextStep: t, code: t } }
      : state;
    pages[`updates, fetching images, ${name}`] = live(view({
      prepare: stubOperation({
        name: "prepare",
        state: given,
        inputs: { to: t },
        mayCancel: true,
        steps: [{
          id: "fetch-images",
          title: "Fetch the images",
          status: "running",
          startedAt: AT,
          message: t,
          progress: { unit: "bytes", done: 4e9, total: 9e9 },
          progressAt: AT,
        }],
      }),
    }));
    pages[`updates, ${name}`] = live(view({
      operation: stubOperation({
        name: "update",
        state: given,
        by: t,
        mayCancel: true,
        owed: [{ seq: 1, id: "resume-releases", data: { releases: [t] }, since: AT, attempts: 1 }],
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
  for (const errors of [[], [{ field: "window", message: t }, { field: "pin", message: t }]]) {
    pages[`updates, channel${errors.length === 0 ? "" : " with errors"}`] = page(channelPage({
      csrfToken: "token",
      view: view(),
      channel: "stable",
      values: errors.length === 0 ? {} : { pin: t, from: t, days: t, delayDays: t },
      errors,
    }));
  }
  const changes = [{ object: t, field: t, from: t, to: undefined }];
  const plan = [
    { id: "values", title: "Write the new values", isDone: false, changes },
    { id: "let-go", title: "Start the new version", isDone: false, changes: undefined },
  ];
  pages["updates, plan"] = page(updatePlanPage({ csrfToken: "token", view: view(), plan }));
  const images = { there: 3, total: 4, missing: [t] };
  pages["updates, plan with images"] = page(
    updatePlanPage({ csrfToken: "token", view: view(), plan, images }),
  );
  const onTheWay = view({ way: [release, release, release] });
  pages["updates, plan of a way"] = page(updatePlanPage({ csrfToken: "token", view: onTheWay, plan }));
  const report = sampleReport(sampleCheck("fail", { overridable: true }, t), sampleCheck("error", {}, t));
  pages["updates, findings"] = page(updateFindingsPage(report, "token"));
  return pages;
}
