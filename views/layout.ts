import { MACHINE } from "../agent/causes/machine.ts";
import type { Blocker } from "../agent/explain/blocker.ts";
import type { CertificateView } from "../agent/status/document.ts";
import { durationText } from "../agent/text/duration.ts";
import { sentence as fullSentence } from "../agent/text/sentence.ts";
import { utcMinute, utcTime } from "../agent/text/utc_time.ts";
import type { VNode } from "preact";
import { type Content, html, renderPart, visible } from "./html.ts";

/** What every page knows. */
export interface Frame {
  hostName: string;
  address: string;
  agentVersion: string;
  kubernetesVersion?: string | null;
  release?: string | null;
  stylePath: string;
  /** Signed-in pages carry navigation and sign-out; the token guards forms. */
  csrfToken?: string;
  current?: "status" | "workloads" | "setup" | "updates" | "support" | "settings" | "sessions" | "logs";
  /** Setup is done. */
  isSetUp?: boolean;
  /** There is nothing to go to yet but this page. */
  isClosed?: boolean;
  /** What is wrong with the appliance. Of it every page, the sign-in page too, tells that nothing that is done there is kept. */
  problems?: readonly Pick<Blocker, "id" | "component" | "title" | "nextAction">[];
  /** A testing override of updates that is in force, with its end. */
  override?: string;
  /** How this page is being read; in clear, with its address over TLS. */
  connection: { isEncrypted: true } | { isEncrypted: false; encryptedUrl: string };
  /** Of the agent's pages; null in the first moments. */
  certificate: Pick<CertificateView, "fingerprint" | "origin" | "validTo"> | null;
}

/** One page. */
export interface Page {
  title: string;
  body: Content;
  narrow?: boolean;
  /** What the icon of the tab shows. */
  tone?: Tone;
}

/** What there is to do before this appliance is set up, and afterwards: then setup is a record, which the foot leads to. */
const NAVIGATION = {
  before: [
    ["status", "/", "Status"],
    ["workloads", "/workloads", "Workloads"],
    ["logs", "/logs", "Logs"],
    ["support", "/support", "Support"],
    ["setup", "/setup", "Set up"],
  ],
  after: [
    ["status", "/", "Status"],
    ["workloads", "/workloads", "Workloads"],
    ["logs", "/logs", "Logs"],
    ["updates", "/updates", "Updates"],
    ["support", "/support", "Support"],
    ["settings", "/settings", "Settings"],
  ],
} as const;

/** On a phone the way there is in the foot: the frame would else take a third line. */
const ON_WIDE_SCREENS: ReadonlySet<string> = new Set(["workloads", "logs"]);

/** The whole document up to the end of the page's own content, and what closes it: live pages put more in between. */
export function renderPage(frame: Frame, page: Page): string {
  const [start, end] = pageParts(frame, page);
  return start + end;
}

/** The two halves around the place where live sections are added. */
export function pageParts(frame: Frame, page: Page): [string, string] {
  const head = renderPart(html`
    <head>
      <meta charset="utf-8" />
      <meta name="viewport" content="width=device-width, initial-scale=1" />
      <meta name="color-scheme" content="light dark" />
      <title>${visible(page.title)} – Alga appliance</title>
      <link rel="stylesheet" href="${frame.stylePath}" />
      <link rel="icon" type="image/svg+xml" href="${ICON[page.tone ?? "idle"]}" />
    </head>
  `);
  const body = renderPart(html`
    <div>${notKept(frame)}${overrideNotice(frame)}${page.body}</div>
  `).slice("<div>".length, -"</div>".length);
  const start = `<!doctype html><html lang="en">${head}<body>${
    renderPart(html`
      <a class="skip" href="#main">Skip to content</a>
    `)
  }${renderPart(header(frame))}<main id="main"${page.narrow ? ' class="narrow"' : ""}>${body}`;
  return [start, `</main>${renderPart(footer(frame))}</body></html>`];
}

function header(frame: Frame): VNode {
  return html`
    <header class="bar">
      <div>
        <p class="who"><b>Alga appliance</b> <span>${visible(
          frame.address === "" ? frame.hostName : `${frame.hostName} · ${frame.address}`,
        )}</span></p>
        ${frame.csrfToken !== undefined && !frame.isClosed && html`
          <nav aria-label="Main"><ul>${NAVIGATION[frame.isSetUp ? "after" : "before"].map((
            [id, path, label],
          ) =>
            html`
              <li ...${ON_WIDE_SCREENS.has(id)
                ? { class: "wide" }
                : {}}><a href="${path}" ...${frame.current === id
                ? { "aria-current": "page" }
                : {}}>${label}</a></li>
            `
          )}</ul></nav>
        `} ${frame.csrfToken !== undefined && html`
          <form class="out" method="post" action="/logout">${csrfField(
            frame.csrfToken,
          )}<button class="quiet">Sign out</button></form>
        `}
      </div>
    </header>
  `;
}

/** The status page has it among its problems. */
function notKept({ problems = [], current }: Frame): Content {
  const disk = problems.find((it) =>
    // A volume of one part may be read-only by itself.
    it.id === MACHINE.diskFull.id || it.id === MACHINE.diskReadOnly.id && it.component === "node"
  );
  return disk === undefined || current === "status" ? null : html`
    <div class="summary" role="alert">
      <b>${visible(disk.title)}</b>
      <span>What you do here may not be kept. ${visible(disk.nextAction)}</span>
    </div>
  `;
}

/** Nobody forgets that this appliance does not follow its channel. */
function overrideNotice({ override, csrfToken }: Frame): Content {
  return override === undefined || csrfToken === undefined ? null : html`
    <div class="summary" role="status">
      <b>This appliance is under test</b>
      <span>${visible(sentence(override))} <a href="/updates/channel">See or end it</a></span>
    </div>
  `;
}

function footer(frame: Frame): VNode {
  return html`
    <footer class="foot">
      <span>Agent ${frame.agentVersion}</span>${frame.kubernetesVersion
        ? html`
          <span>Kubernetes ${visible(frame.kubernetesVersion)}</span>
        `
        : null}${frame.release
        ? html`
          <span>Release ${visible(frame.release)}</span>
        `
        : null}${frame.csrfToken === undefined || frame.isClosed ? null : html`
        <a href="/workloads">Workloads</a><a href="/logs">Logs</a><a href="/network">Network</a><a href="/sessions"
        >Sessions</a>${frame
            .isSetUp
          ? html`
            <a href="/setup">Setup</a>
          `
          : null}
      `}<a href="/help">Help</a>
    </footer>
  `;
}

/** Guards a form against requests from other sites. */
export function csrfField(token: string): VNode {
  return html`
    <input type="hidden" name="csrf" value="${token}" />
  `;
}

export type Tone = "good" | "busy" | "warn" | "bad" | "idle";

const SIGN: Record<Tone, string> = { good: "✓", busy: "…", warn: "!", bad: "✕", idle: "–" };

const ICON_FILL: Record<Tone, string> = {
  good: "#176b36",
  busy: "#1a56b0",
  warn: "#8f4d00",
  bad: "#b01c24",
  idle: "#55625e",
};

/** The icon of the tab, in the page itself: a sign on a disc, so that colour is not all that tells. */
const ICON = Object.fromEntries(
  Object.entries(SIGN).map(([tone, sign]) => [
    tone,
    `data:image/svg+xml,${
      encodeURIComponent(
        `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 16 16"><circle cx="8" cy="8" r="8" fill="${
          ICON_FILL[tone as Tone]
        }"/><text x="8" y="12" font-family="sans-serif" font-size="11" font-weight="700" text-anchor="middle" fill="#fff">${sign}</text></svg>`,
      )
    }`,
  ]),
) as Record<Tone, string>;

/** The sign of a state; words and colour stand beside it. */
export function mark(tone: Tone): VNode {
  return html`
    <span class="mark" aria-hidden="true">${SIGN[tone]}</span>
  `;
}

/** 14:02:10 of an ISO time, as a time element. */
export function clockTime(iso: string): VNode {
  return html`
    <time datetime="${iso}">${iso.slice(11, 19)}</time>
  `;
}

/** "14:02:10 UTC" of an ISO time; "2026-11-21 14:02 UTC" where `asOf` is of another day. */
export function moment(iso: string, asOf: string): VNode {
  return html`
    <time datetime="${iso}">${isSameDay(iso, asOf) ? utcTime(iso) : utcMinute(iso)}</time>
  `;
}

/** Of two ISO times, in UTC. */
export function isSameDay(one: string, other: string): boolean {
  return one.slice(0, 10) === other.slice(0, 10);
}

/** Text as a whole sentence, whether or not it brought its full stop. */
export function sentence(text: string): string {
  return fullSentence(visible(text));
}

/** "21 min", "3 s", "2 h", each in one piece. */
export function duration(ms: number): string {
  return durationText(ms).replace(" ", "\u00a0");
}
