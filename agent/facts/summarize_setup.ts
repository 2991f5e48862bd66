import type { SetupView } from "../setup/setup_state.ts";
import { STEP_IDS } from "../setup/setup_state.ts";
import { redactLine } from "../text/redact/redact_line.ts";
import type { SetupSummary } from "../facts/snapshot.ts";

/** What the status needs of setup. Pure. */
export function summarizeSetup(
  view: SetupView,
  { isRecordDamaged = false }: { isRecordDamaged?: boolean } = {},
): SetupSummary {
  const { state } = view;
  const stepId = state.status === "running" || state.status === "failed" ? state.stepId : undefined;
  const row = view.steps.find((it) => it.id === stepId);
  const accepted = new Set(view.acknowledgements.map((it) => it.checkId));
  const failure = state.status === "failed" ? state.failure : undefined;
  const appUrl = view.answers.find((it) => it.field === "appUrl")?.value;
  const reached = stepId === undefined ? -1 : STEP_IDS.indexOf(stepId);
  return {
    status: state.status,
    stepId,
    stepTitle: row?.title,
    message: state.status === "running" ? redactLine(state.message) : "",
    since: state.status === "running"
      ? state.startedAt
      : state.status === "blocked"
      ? state.since
      : state.status === "failed"
      ? state.failure.at
      : state.status === "done" || state.status === "checked"
      ? state.finishedAt
      : undefined,
    failure: failure && {
      category: failure.category,
      code: failure.code,
      message: redactLine(failure.message),
      details: redactLine(failure.details),
      suggestedNextStep: failure.suggestedNextStep,
      retrySafe: failure.retrySafe,
    },
    nextAttemptAt: state.status === "failed" ? state.nextAttemptAt : undefined,
    blockedBy: state.status !== "blocked" && state.status !== "checked" ? [] : (view.preflight?.results ?? [])
      .filter((it) => (it.status === "fail" || it.status === "error") && !accepted.has(it.id))
      .map((it) => `${it.title}: ${it.found}`),
    appUrl: appUrl === "" ? undefined : appUrl,
    release: view.release && { version: view.release.version, channel: view.release.channel },
    storageTested: state.status === "done" || reached > STEP_IDS.indexOf("storage") ||
      view.steps.some((it) => it.id === "storage" && it.status === "done"),
    ...(isRecordDamaged ? { isRecordDamaged } : {}),
  };
}
