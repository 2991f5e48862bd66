import { auditPage } from "../../views/audit_page.ts";
import { type Page, renderPage } from "../../views/layout.ts";
import { loginPage } from "../../views/login_page.ts";
import { passwordPage } from "../../views/password_page.ts";
import { sessionsPage } from "../../views/sessions_page.ts";
import { sampleFrame } from "./samples.ts";

const AT = "2026-11-21T08:00:00.000Z";

/** Pages about who may come in, `t` in place of every text from outside. */
export function accessPages(t: string): Record<string, string> {
  const { csrfToken: _, ...signedOut } = sampleFrame(t);
  const page = (content: Page) => renderPage(sampleFrame(t), content);
  const session = { signedInBy: "password", startedAt: AT, usedAt: AT } as const;
  const password = { csrfToken: "token", isFirst: false, problems: [], next: "/" };
  const login = (why: "wrong" | "busy" | "other-secret", secret: "token" | "password") =>
    renderPage(signedOut, loginPage(signedOut, { secret, problem: { why, waitSec: 0 }, next: "/" }));
  return {
    "login, password": renderPage(signedOut, loginPage(signedOut, { secret: "password", next: "/" })),
    "login, wrong password": login("wrong", "password"),
    "login, busy": login("busy", "password"),
    "login, password chosen meanwhile": login("other-secret", "password"),
    "login, password removed meanwhile": login("other-secret", "token"),
    "password, first": renderPage(
      { ...sampleFrame(t), isClosed: true },
      passwordPage({ ...password, isFirst: true }),
    ),
    "password, change": page(passwordPage(password)),
    "password, wrong": page(passwordPage({ ...password, problems: [{ field: "current", message: t }] })),
    "password, too simple": page(
      passwordPage({
        ...password,
        problems: [{ field: "password", message: t }, { field: "password", message: "another" }],
      }),
    ),
    sessions: page(sessionsPage({
      rows: [
        { ...session, id: "0a1b2c3d", address: t, browser: t, isOwn: true },
        { ...session, id: "4e5f6071", address: "", browser: "", isOwn: false },
      ],
      hasPassword: true,
      csrfToken: "token",
    })),
    "sessions, one": page(sessionsPage({
      rows: [{ ...session, id: "0a1b2c3d", address: t, browser: t, isOwn: true }],
      hasPassword: false,
      csrfToken: "token",
    })),
    audit: page(auditPage({
      shown: [
        { seq: 3, at: AT, type: t, data: { via: t, address: t, what: t } },
        { seq: 2, at: AT, type: "sign-in.refused", data: { address: t, by: "password", wrong: 3 } },
        {
          seq: 1,
          at: AT,
          type: "settings.apply",
          data: { via: "browser", result: "refused (409)", reason: t },
        },
      ],
      before: 1,
      groups: ["sign-in", "settings", "update"],
      group: "sign-in",
      problem: t,
    })),
    "audit, nothing": page(
      auditPage({ shown: [], before: undefined, groups: [], group: "", problem: undefined }),
    ),
  };
}
