import { type Ending, goOn, problemIn, textIn } from "../operation/attempt.ts";
import { eventOf } from "../operation/entries.ts";
import type { Acceptance } from "../operation/conditions.ts";
import { preflightGate } from "../setup/preflight_gate.ts";
import type { JournalEntry } from "../state/journal.ts";
import type { WayStep } from "./way.ts";

/** One attempt at an update, from its request to its end. */
export interface UpdateAttempt extends Ending {
  at: string;
  /** Who asked and from where. */
  by: string;
  from: string;
  to: string;
  channel: string;
  /** The release that it went to. */
  manifestDigest?: string;
  /** It is a step on the way to this release. */
  goal?: WayStep;
  /** Where the release came from, unless it was what the channel led to ("1.6.0 of ghcr.io/example/releases"). */
  source?: string;
  /** Somebody let it go to an older release. */
  allowDowngrade?: true;
  result: "running" | "checked" | "blocked" | "failed" | "cancelled" | "done";
  /** How long each step took, in running order; a step that was found done took none. */
  steps: { stepId: string; durationMs: number }[];
  /** Checks that somebody accepted; `acceptedAt`: in an attempt before this one, with words that still count. */
  accepted: { checkId: string; by: string; acceptedAt?: string }[];
}

const NAME = "update";

/** Every attempt that the journal knows, oldest first. */
export function foldHistory(entries: readonly JournalEntry[]): UpdateAttempt[] {
  const attempts: UpdateAttempt[] = [];
  const acceptances: Acceptance[] = [];
  let checksOnly = false;
  for (const entry of entries) {
    const event = eventOf(NAME, entry);
    const { at, data } = entry;
    if (event === "requested") {
      attempts.push(begun(entry));
      checksOnly = data["checksOnly"] === true;
    }
    const attempt = attempts.at(-1);
    if (event === undefined || !attempt) continue;
    const end = (result: UpdateAttempt["result"]) => Object.assign(attempt, { result, finishedAt: at });
    switch (event) {
      case "step.succeeded":
        attempt.steps.push({ stepId: String(data.stepId), durationMs: Number(data.durationMs) || 0 });
        break;
      case "step.failed":
        end("failed").problem = problemIn(entry);
        break;
      case "checked":
        attempt.accepted.push(...stillAccepted(data.report, acceptances, attempt));
        break;
      case "check.acknowledged": {
        const [checkId, by] = [String(data.checkId), String(data.by)];
        acceptances.push({ checkId, by, at, found: String(data.found) });
        attempt.accepted.push({ checkId, by });
        break;
      }
      case "retried":
      case "recheck":
        goOn(attempt);
        break;
      case "blocked":
        // Who asked for the checks alone has what was asked for.
        end(checksOnly ? "checked" : "blocked");
        break;
      case "checks-done":
        end("checked");
        break;
      case "cancelled":
        end("cancelled");
        break;
      case "finished":
        end("done");
        break;
      case "step.started":
        goOn(attempt);
        break;
    }
  }
  return attempts;
}

/** What this check found again in the very words that somebody accepted before: the gate lets it pass, and the attempt runs that risk. */
function stillAccepted(
  data: unknown,
  acceptances: readonly Acceptance[],
  { accepted }: UpdateAttempt,
): UpdateAttempt["accepted"] {
  const report = acceptances.length === 0 ? undefined : preflightGate.read(data);
  const conditions = report === undefined ? [] : preflightGate.conditions(report);
  return conditions.flatMap(({ id, cause, mayBeAccepted }) => {
    const found = acceptances.findLast((it) => it.checkId === id && it.found === cause);
    if (!found || !mayBeAccepted || accepted.some((it) => it.checkId === id)) return [];
    return [{ checkId: id, by: found.by, acceptedAt: found.at }];
  });
}

/** The checks that were accepted, in one line ("upd.path, upd.held (accepted on 2026-11-02)"); empty when there are none. */
export function acceptedText({ accepted }: Pick<UpdateAttempt, "accepted">): string {
  return accepted.map(({ checkId, acceptedAt }) =>
    acceptedAt === undefined ? checkId : `${checkId} (accepted on ${acceptedAt.slice(0, 10)})`
  ).join(", ");
}

function begun(entry: JournalEntry): UpdateAttempt {
  const { at, data } = entry;
  const text = (key: string) => textIn(entry, key);
  const base = { at, by: text("by"), from: text("from"), to: text("to"), channel: text("channel") };
  const allowed = data["allowDowngrade"] === true ? { allowDowngrade: true as const } : {};
  const { manifestDigest, source, goalVersion, goalDigest } = data;
  const isOnTheWay = typeof goalVersion === "string" && typeof goalDigest === "string";
  const from = {
    ...(isOnTheWay && { goal: { version: goalVersion, manifestDigest: goalDigest } }),
    ...(typeof manifestDigest === "string" && { manifestDigest }),
    ...(typeof source === "string" && { source }),
  };
  return { ...base, ...from, ...allowed, result: "running", steps: [], accepted: [] };
}
