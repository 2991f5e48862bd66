import type { Context } from "hono";
import type { SetupRefusal, SetupReply } from "../agent/setup/setup_service.ts";
import { clip } from "../agent/text/clip.ts";
import { printable } from "../agent/text/printable.ts";
import { utcTime } from "../agent/text/utc_time.ts";
import { errorPage } from "../views/error_page.ts";
import { renderPage } from "../views/layout.ts";
import type { AppDeps, AppState, Env } from "./app_deps.ts";
import { frameOf } from "./frame.ts";

/** Of an id that somebody typed, in characters. */
const MAX_ID_LENGTH = 60;

/** An answer that is not a success. @see RFC 9457 */
export interface Problem {
  status: 400 | 401 | 403 | 404 | 405 | 408 | 409 | 413 | 415 | 421 | 422 | 429 | 500;
  title: string;
  detail: string;
  errors?: readonly { field: string; message: string }[];
  retryAfterSec?: number;
  /** Tells refusals of the same status apart, for programs. */
  reason?: string;
}

/** What is wrong with the fields of a request, each named in the detail as well. */
export function fieldsProblem(title: string, errors: NonNullable<Problem["errors"]>): Problem {
  const detail = errors.map((it) => `${it.field}: ${it.message}`).join("; ");
  return { status: 422, title, detail, errors };
}

/** Problem JSON for programs, a page for people; the same number in both. */
export async function answerProblem(
  c: Context<Env>,
  deps: AppDeps,
  state: AppState,
  problem: Problem,
  requestId = newRequestId(),
): Promise<Response> {
  c.set("refusal", problem.reason ?? problem.title);
  if (problem.retryAfterSec !== undefined) c.header("retry-after", String(problem.retryAfterSec));
  if (wantsJson(c)) {
    const body = {
      type: "about:blank",
      title: problem.title,
      status: problem.status,
      detail: problem.detail,
      instance: requestId,
      ...(problem.errors ? { errors: problem.errors } : {}),
      ...(problem.reason ? { reason: problem.reason } : {}),
    };
    return c.body(JSON.stringify(body), problem.status, { "content-type": "application/problem+json" });
  }
  return c.html(
    renderPage(await frameOf(c, deps, state), errorPage(problem.title, problem.detail, requestId)),
    problem.status,
  );
}

/** Short enough to be read out. */
export function newRequestId(): string {
  return crypto.randomUUID().slice(0, 8);
}

/** Where monitoring systems ask. */
export const METRICS_PATH = "/metrics";

/** Whether the asker is a program. */
export function wantsJson(c: Context<Env>): boolean {
  const { path } = c.req;
  return path.startsWith("/api/") || path === METRICS_PATH || c.env.remoteAddr === "socket";
}

/** Setup's refusals in words. */
export function refusalProblem(reply: Exclude<SetupReply, { ok: true }>): Problem {
  const { reason } = reply;
  switch (reply.reason) {
    case "locked":
      return conflict(
        reason,
        "Another session is running this",
        `${
          reply.operation === "setup" ? "The setup" : "This appliance"
        } is being worked on by ${reply.holder}, since ${utcTime(reply.since)}. Wait until it has ended.`,
      );
    case "already-done":
      return conflict(
        reason,
        "Already set up",
        'This appliance has its company and administrator, which are changed inside Alga. Address, DNS servers, proxy and channel are changed on the page "Settings", or with "alga-agent settings set".',
      );
    case "record-damaged":
      return conflict(
        reason,
        "The record of this appliance is damaged",
        `${reply.problem}. Setup stays closed until somebody decides: open the page "Set up", or use "alga-agent setup --record keep".`,
      );
    case "installation-in-use":
      return conflict(
        reason,
        "There is an installation",
        "The cluster of this machine holds an installation of Alga, or cannot be asked. Keep the installation, or try again when Kubernetes answers.",
      );
    case "not-blocked":
      return conflict(
        reason,
        "Nothing to resume",
        "The setup is not waiting for this. Look at its page for where it stands.",
      );
    case "nothing-submitted":
      return conflict(reason, "No answers yet", "Fill in the setup form first.");
    case "needs-acknowledgement":
    case "not-overridable":
    case "unknown-checks":
      return acceptanceProblem(reply, "run the checks again");
  }
}

/** Something stands in the way; `reason` tells programs what. */
export function conflict(reason: string, title: string, detail: string): Problem {
  return { status: 409, title, detail, reason };
}

/** Why an acceptance is not enough, or names what does not exist; `again`: how to look again, after "Fix them and". */
export function acceptanceProblem(
  reply: Extract<
    SetupRefusal,
    { reason: "needs-acknowledgement" | "not-overridable" | "unknown-checks" }
  >,
  again: string,
): Problem {
  const { reason } = reply;
  const ids = reply.checkIds.map((it) => clip(printable(it), MAX_ID_LENGTH)).join(", ");
  switch (reason) {
    case "needs-acknowledgement":
      return conflict(reason, "Not everything was accepted", `Also to accept, or to fix: ${ids}.`);
    case "not-overridable":
      return conflict(
        reason,
        "This must be fixed",
        `These findings cannot be accepted: ${ids}. Fix them and ${again}.`,
      );
    case "unknown-checks":
      return {
        status: 422,
        title: "There is no such check",
        detail: `No check has this name here: ${ids}. What waits: ${reply.known.join(", ")}.`,
        reason,
      };
  }
}
