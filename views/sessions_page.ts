import type { VNode } from "preact";
import type { SessionRow } from "../agent/access/session_row.ts";
import { utcMinute } from "../agent/text/utc_time.ts";
import { html, visible } from "./html.ts";
import { csrfField, mark, type Page } from "./layout.ts";

export interface SessionsPage {
  rows: readonly SessionRow[];
  hasPassword: boolean;
  csrfToken: string;
}

/** Who is signed in to these pages, and the way to end it. */
export function sessionsPage({ rows, hasPassword, csrfToken }: SessionsPage): Page {
  const others = rows.filter((it) => !it.isOwn).length;
  return {
    title: "Sessions",
    narrow: true,
    body: [
      html`
        <section class="panel">
          <header><h1>Sessions</h1></header>
          <p>
            Who is signed in to these pages. A session ends by itself after 8 hours without use, and after 7 days.
          </p>
          <h2 class="hide">Signed in now</h2>
          <ul class="rows">${rows.map((it) => row(it, csrfToken))}</ul>
          ${others === 0 ? null : html`
            <form method="post" action="/sessions/end-others">
              ${csrfField(csrfToken)}
              <div class="acts"><button class="quiet">End all others</button></div>
            </form>
          `}
        </section>
      `,
      html`
        <section class="panel">
          <h2>Signing in</h2>
          <p class="page-links">
            <a href="/password">${hasPassword
              ? "Change the management password"
              : "Choose a management password"}</a><a href="/audit">Audit log: who signed in, who changed what</a>
          </p>
        </section>
      `,
    ],
  };
}

function row(it: SessionRow, csrfToken: string): VNode {
  const where = it.address === "" ? "unknown address" : it.address;
  return html`
    <li class="${it.isOwn ? "good" : "idle"}">
      ${mark(it.isOwn ? "good" : "idle")}
      <h3>${visible(it.browser === "" ? "Unknown browser" : it.browser)}, ${visible(where)}</h3>
      ${it.isOwn
        ? html`
          <span class="tag good">this one</span>
        `
        : null}
      <p class="soft">
        Signed in ${time(it.startedAt)} by ${it.signedInBy}, last used ${time(it.usedAt)}. Name: <code>${it
          .id}</code>
      </p>
      <form method="post" action="/sessions/end">
        ${csrfField(csrfToken)}<input type="hidden" name="id" value="${it.id}" />
        <div class="acts"><button class="quiet">End<span class="hide"> session ${it.id}</span></button></div>
      </form>
    </li>
  `;
}

function time(iso: string): VNode {
  return html`
    <time datetime="${iso}">${utcMinute(iso)}</time>
  `;
}
