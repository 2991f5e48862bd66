import type { VNode } from "preact";
import { type SettingRow, type SettingsView, WITHOUT_PROXY } from "../agent/settings/settings_view.ts";
import { type Content, html, visible } from "./html.ts";
import { clockTime, csrfField, mark, type Tone } from "./layout.ts";
import { liveParts } from "./live_parts.ts";
import { hiddenForm, operationParts } from "./operation_parts.ts";

const ORIGIN_TEXT = { dhcp: "DHCP", default: "default", you: "you, at setup" } as const;
const LINKS = {
  doing: "Applying the change",
  other: { href: "/settings/change", label: "Change the settings" },
  retryForm: "retry",
};

/** What stands above the changing parts: the reader's own button, and the heading. */
export function settingsHead(csrfToken: string, options: { hasDraft?: boolean } = {}): Content {
  return [
    hiddenForm(LINKS.retryForm, "/settings/retry", csrfToken),
    html`
      <header>
        <h1>Settings</h1>
        <p class="soft">Change one, check it, apply it. Nothing changes before you press Apply.</p>
      </header>
    `,
    options.hasDraft && html`
      <form class="panel" method="post" action="/settings/discard">
        <h2>A change was begun and not applied</h2>
        <p>What you entered is kept until you sign out or the agent restarts.</p>
        ${csrfField(csrfToken)}
        <div class="acts">
          <a class="button" href="/settings/review">See what it would do</a>
          <button class="quiet">Discard it</button>
        </div>
      </form>
    `,
  ];
}

/** The changing parts of the settings page: what goes on, then every setting with where it came from. */
export function settingsParts(view: SettingsView, nowMs: number): VNode[] {
  const { state } = view.operation;
  return liveParts([
    ...operationParts(view.operation, nowMs, LINKS),
    state.status === "blocked" && html`
      <div class="panel">
        <h2>A change waits for you</h2>
        <p>Its check found something. Nothing was changed.</p>
        <div class="acts"><a class="button" href="/settings/findings">See what was found</a></div>
      </div>
    `,
    view.isLost ? LOST : openPanel(view),
    lockedPanel(view.rows.filter((it) => it.locked !== undefined)),
    READERS,
  ]);
}

/** The state that the tab shows. */
export function settingsTone({ operation: { state } }: SettingsView): Tone {
  if (state.status === "running") return "busy";
  return state.status === "failed" || state.status === "blocked" ? "bad" : "idle";
}

function openPanel({ rows, operation }: SettingsView): VNode {
  const { state, by } = operation;
  const open = rows.filter((it) => it.locked === undefined);
  return html`
    <div class="panel">
      <dl class="answers">${open.map((it) => settingItem(it, state.status !== "running"))}</dl>
      ${state.status === "done"
        ? html`
          <p class="soft">The last change was applied ${dateOf(state.finishedAt)}, asked for by ${visible(
            by ?? "the agent",
          )}.</p>
        `
        : null}
    </div>
  `;
}

function lockedPanel(locked: readonly SettingRow[]): VNode | null {
  return locked.length === 0 ? null : html`
    <div class="panel">
      <h2>Locked</h2>
      ${[...new Set(locked.map((it) => it.locked))].map((why) =>
        html`
          <p class="soft">${locked.filter((it) => it.locked === why).map((it) => it.label).join(
            ", ",
          )}: ${visible(
            why ?? "",
          )}</p>
        `
      )}
      <dl class="answers">${locked.map((it) => settingItem(it, false))}</dl>
    </div>
  `;
}

const LOST = html`
  <header class="hero bad">
    <h2>${mark("bad")}<span>The settings of this appliance are lost</span></h2>
    <p>
      Alga goes on with those that it has. The appliance itself needs them for updates, for its checks and to
      reach the registries: enter them again, as they were.
    </p>
    <div class="acts"><a class="button" href="/settings/change">Enter the settings</a></div>
  </header>
`;

const READERS = html`
  <div class="panel">
    <details>
      <summary>What reads these settings</summary>
      <dl class="facts">
        <dt>DNS servers</dt>
        <dd>Kubernetes' name service, and through it every part of Alga. It is restarted.</dd>
        <dt>Proxy</dt>
        <dd>
          Kubernetes for its downloads, Flux, and this agent. Kubernetes and Flux are restarted; Alga itself
          goes on, and does not use it.
        </dd>
        <dt>Certificate authorities</dt>
        <dd>
          This agent, Kubernetes for its downloads, and Flux. Kubernetes and Flux are restarted. Parts of Alga
          trust what their images bring: their charts have no place for more.
        </dd>
        <dt>Application address</dt>
        <dd>Alga and its tenant worker. They are restarted; nobody can work for about two minutes.</dd>
        <dt>Public names</dt>
        <dd>
          This agent: by which names its own pages may be opened. Nothing is restarted. Its own certificate is
          not for them; that of the site, or of the reverse proxy, is.
        </dd>
        <dt>Channel</dt>
        <dd>The next update. Nothing is installed by the change itself.</dd>
      </dl>
    </details>
  </div>
`;

function settingItem(it: SettingRow, mayChange: boolean): VNode {
  const notes = [originText(it), it.hasPassword ? `password kept. ${WITHOUT_PROXY}` : ""].filter(Boolean)
    .join(" · ");
  return html`
    <div>
      <dt>${it.label}</dt>
      <dd>${visible(it.value)} <small>· ${visible(notes)}</small></dd>
      <dd>${it.locked === undefined && mayChange
        ? html`
          <a href="${`/settings/change#${it.field}`}">Change<span class="hide"> ${it.label}</span></a>
        `
        : null}</dd>
    </div>
  `;
}

/** Where a value came from, or why it stays. */
export function originText({ origin, locked }: Pick<SettingRow, "origin" | "locked">): string {
  if (locked !== undefined) return "locked";
  if (origin === undefined) return "from setup";
  return typeof origin === "string" ? ORIGIN_TEXT[origin] : `changed ${dayOf(origin.at)} by ${origin.by}`;
}

/** "2 Nov 2026" */
function dayOf(iso: string): string {
  return new Date(iso).toLocaleDateString("en-GB", {
    day: "numeric",
    month: "short",
    year: "numeric",
    timeZone: "UTC",
  });
}

function dateOf(iso: string): VNode {
  return html`
    <span>${dayOf(iso)}, ${clockTime(iso)} UTC</span>
  `;
}
