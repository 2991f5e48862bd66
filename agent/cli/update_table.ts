import type { PlannedStep } from "../operation/operation.ts";
import { durationText } from "../text/duration.ts";
import { type Layout, printLine } from "../text/printable.ts";
import { utcMinute } from "../text/utc_time.ts";
import { acceptedText, type UpdateAttempt } from "../update/history.ts";
import type { ImagesThere } from "../update/images/prepare_service.ts";
import type { UpdateView } from "../update/update_service.ts";
import { backupSentence } from "../update/backup_text.ts";
import { heldSentence } from "../update/held_text.ts";
import { touchesSentences } from "../update/touches_text.ts";
import { wayText } from "../update/way_text.ts";
import { planLines } from "./plan_lines.ts";

const PLAIN: Layout = { columns: undefined, color: false };

/** What is installed and what the channel leads to. Pure. */
export function newsText(view: UpdateView, layout: Layout = PLAIN): string {
  const { installed, news, rules, beyond } = view;
  const isOther = rules.override !== undefined || rules.pin !== undefined;
  const runs = installed ? `${installed.version} (${installed.channel})` : "not on record";
  const lines = [`Installed:  ${runs}`, `${isOther ? "Followed: " : "Channel:  "}  ${answerText(news)}`];
  const trust = news.refused ?? news.trust;
  if (trust) {
    lines.push(`Signature:  ${trust.found}`);
    for (const it of trust.keyProblems) lines.push(`Key:        ${it}`);
    lines.push(`Unsigned:   ${trust.policy === "require" ? "refused" : "said, and may be installed"}`);
  }
  if (rules.override) lines.push(`Override:   ${rules.override.text}`);
  if (rules.pin !== undefined) {
    lines.push(`Pinned:     ${rules.pin}; "alga-agent channel set --no-pin" ends it`);
  }
  if (beyond) lines.push(`Newer:      its channel leads to ${beyond.version}, which is not installed`);
  if (rules.window) lines.push(`Window:     ${rules.window.text}; ${rules.window.now}`);
  if (rules.next.status !== "off") lines.push(`By itself:  ${rules.next.text}`);
  if (news.older) lines.push(`Older:      ${olderText(news.older)}; go back with --allow-downgrade`);
  const held = heldSentence(view.operation);
  if (held !== undefined) lines.push(`Left:       ${held}`);
  const backup = backupSentence(view);
  if (backup !== undefined) lines.push(`Backup:     ${backup}`);
  if (view.way) lines.push(`Way:        ${wayText(view)}, one update after the other`);
  if (view.wayWindow !== undefined) lines.push(`            ${view.wayWindow}`);
  if (view.waitsForWindow) lines.push("Waits:      for the window; it goes on by itself when that opens");
  if (view.wayProblem !== undefined) lines.push(`Way:        ${view.wayProblem}`);
  if (news.answeredAt !== undefined) lines.push(`Answered:   ${utcMinute(news.answeredAt)}`);
  if (news.answer === "update-available") {
    const touches = touchesSentences(news.target ?? {}).join(" ");
    if (touches !== "") lines.push(`Touches:    ${touches}`);
    lines.push('Next:       "alga-agent update plan" shows what will change');
  }
  if (news.target?.notes !== undefined) lines.push("", news.target.notes);
  return lines.map((it) => `${printLine(it, 12, layout)}\n`).join("");
}

function answerText({ answer, target, problem, answeredAt, refused }: UpdateView["news"]): string {
  switch (answer) {
    case "update-available":
      return `update available: ${target?.version}`;
    case "up-to-date":
      return "up to date";
    case "cannot-tell":
      // One that is refused was an answer, and not the last.
      return `cannot tell${
        answeredAt === undefined || refused ? "" : ` since ${utcMinute(answeredAt)}`
      }: ${problem}`;
    case "never":
      return 'not asked yet; "alga-agent update check" asks now';
  }
}

/** What an update would do, object by object. Pure. */
export function updatePlanText(
  view: UpdateView,
  { steps, images }: { steps: readonly PlannedStep[]; images?: ImagesThere | undefined },
  layout: Layout = PLAIN,
): string {
  const lines = [
    view.way
      ? `${wayText(view)}: this is what the first of ${view.way.length} updates changes`
      : wayText(view),
    ...planLines(steps.filter((it) => !it.isDone && it.id !== "check")),
    ...(view.way ? ["The others follow by themselves, each with its own checks."] : []),
    ...(view.wayWindow === undefined ? [] : [`${view.wayWindow}.`]),
    ...(images ? [imagesText(images)] : []),
    "Nothing was changed.",
  ];
  return `${lines.map((it) => printLine(it, 4, layout)).join("\n")}\n`;
}

function imagesText({ there, total, missing }: ImagesThere): string {
  const hint = missing.length === 0 ? "" : '; "alga-agent update prepare" fetches the others now';
  return `${there} of ${total} images are on this machine already${hint}.`;
}

/** Every update, newest first. Pure. */
export function historyText({ history }: Pick<UpdateView, "history">, layout: Layout = PLAIN): string {
  if (history.length === 0) return "There was no update yet.\n";
  return history.map((it) => `${printLine(attemptText(it), 2, layout)}\n`).join("");
}

/** "than 1.5.0 of 2026-11-20" */
function olderText({ version, releasedAt }: NonNullable<UpdateView["news"]["older"]>): string {
  return `than ${version}${releasedAt === undefined ? "" : ` of ${releasedAt.slice(0, 10)}`}`;
}

function attemptText(attempt: UpdateAttempt): string {
  const { at, by, from, to, result, finishedAt, problem, accepted, allowDowngrade } = attempt;
  const took = finishedAt === undefined
    ? ""
    : ` after ${durationText(Date.parse(finishedAt) - Date.parse(at))}`;
  const back = allowDowngrade ? "; going back was asked for" : "";
  const risks = accepted.length === 0 ? "" : `; accepted: ${acceptedText(attempt)}`;
  const goal = attempt.goal === undefined ? "" : `, on the way to ${attempt.goal.version}`;
  const source = attempt.source === undefined ? "" : `, from ${attempt.source}`;
  return `${utcMinute(at)}  ${from} → ${to}  ${result}${took}, by ${by}${goal}${source}${back}${risks}${
    problem === undefined ? "" : `: ${problem}`
  }`;
}
