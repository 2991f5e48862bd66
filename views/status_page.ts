import type { VNode } from "preact";
import type {
  Blocker,
  Health,
  RollupState,
  StatusDocument,
  TierId,
  TierStatus,
  Transition,
} from "../agent/status/status_document.ts";
import { html, visible } from "./html.ts";
import { clockTime, duration, mark, type Tone } from "./layout.ts";

const TIER_NAME: Record<TierId, string> = {
  platform: "Platform",
  core: "Database",
  bootstrap: "First-time setup",
  login: "Log in",
  background: "Background",
  fullHealth: "Everything",
};
const ROLLUP_TONE: Record<RollupState, Tone> = {
  installing: "busy",
  ready_to_log_in: "good",
  ready_with_background_issues: "good",
  fully_healthy: "good",
  failed_action_required: "bad",
};
const HEALTH_TONE: Record<Health, Tone> = {
  healthy: "good",
  degraded: "warn",
  unhealthy: "bad",
  unknown: "idle",
};
const HEALTH_WORD: Record<Health, string> = {
  healthy: "ready",
  degraded: "needs attention",
  unhealthy: "not working",
  unknown: "not known yet",
};
const OWNER_TEXT: Record<Blocker["owner"], string> = {
  you: "you",
  "network-admin": "whoever looks after your network",
  vendor: "Alga support",
  nobody: "nobody; it goes on by itself",
};

/** The changing part of the status page: one sentence, what to do, tiers, causes. */
export function statusSection(status: StatusDocument, nowMs: number): VNode {
  const tone = ROLLUP_TONE[status.rollup.state];
  const [top, ...others] = status.topBlockers;
  const criticalTop = status.rollup.state === "failed_action_required" ? top : undefined;
  return html`
    <section class="live">
      <header class="${`hero ${tone}`}">
        <h1>${mark(tone)}<span>${status.rollup.message}</span></h1>
        ${criticalTop && html`
          <p>${criticalTop.consequence} Since ${since(criticalTop.since, nowMs)}.</p>
        `} ${status.rollup.nextAction === "" ? null : html`
          <p><b>What to do:</b> ${status.rollup.nextAction}</p>
        `} ${status.tiers.login.ready && status.urls.loginUrl !== null
          ? html`
            <div class="acts">
              <a class="button big" href="${status.urls
                .loginUrl}">Open Alga</a><span class="soft mono">${status.urls.loginUrl}</span>
            </div>
          `
          : null}
        <p class="soft">Checked ${clockTime(status.timestamp)} UTC</p>
      </header>
      <div class="panel"><ol class="tiers" aria-label="Progress">${(Object.keys(TIER_NAME) as TierId[]).map((
        id,
      ) => tierItem(id, status.tiers[id]))}</ol></div>
      ${status.activeOperations.length > 0 && html`
        <div class="panel">
          <h2>Under way</h2>
          <ul class="rows">${status.activeOperations.map((it) =>
            html`
              <li class="busy">
                ${mark("busy")}<h3>${it.component}</h3><time class="soft">since ${duration(
                  it.elapsedSeconds * 1000,
                )}</time><p class="soft">${visible(it.message)}</p>
              </li>
            `
          )}</ul>
        </div>
      `} ${top && html`
        <div class="panel"><header><h2>${criticalTop ? "Why" : "Needs attention"}</h2><small>${status
          .topBlockers.length}</small></header>${[top, ...others].map((it) => finding(it, nowMs))}</div>
      `}
      <div class="pair">
        <div class="panel"><h2>Recent</h2>${status.recent.length === 0
          ? html`
            <p class="soft">Nothing yet.</p>
          `
          : html`
            <ul class="rows">${status.recent.slice(0, 8).map(recentItem)}</ul>
          `}</div>
        <div class="panel">
          <h2>This appliance</h2>
          <dl class="facts">
            <dt>Release</dt>
            <dd>${releaseText(status)}</dd>${status.sources.flatMap((it) => [
              html`
                <dt>${SOURCE_NAME[it.name]}</dt>
              `,
              html`
                <dd>${visible(it.message)}</dd>
              `,
            ])}
          </dl>
        </div>
      </div>
      ${status.components.length > 0 && html`
        <div class="panel">
          <details>
            <summary>All components</summary>
            <div class="scroll">
              <table>
                <thead>
                  <tr>
                    <th scope="col">Component</th>
                    <th scope="col">Part of</th>
                    <th scope="col">State</th>
                    <th scope="col">Details</th>
                  </tr>
                </thead>
                <tbody>${status.components.map((it) =>
                  html`
                    <tr>
                      <td>${it.name}</td>
                      <td>${TIER_NAME[it.tier]}</td>
                      <td><span class="${`tag ${HEALTH_TONE[it.status]}`}">${it.ready
                        ? HEALTH_WORD[it.status]
                        : it.status === "unknown"
                        ? "on its way"
                        : HEALTH_WORD[it.status]}</span></td>
                      <td class="soft">${visible(it.message)}</td>
                    </tr>
                  `
                )}</tbody>
              </table>
            </div>
          </details>
        </div>
      `}
    </section>
  `;
}

const SOURCE_NAME: Record<StatusDocument["sources"][number]["name"], string> = {
  kubernetes: "Kubernetes",
  registry: "Registry",
  application: "Application",
};

function tierItem(id: TierId, tier: TierStatus): VNode {
  const tone: Tone = tier.ready
    ? "good"
    : tier.status === "unhealthy"
    ? "bad"
    : tier.status === "degraded"
    ? (id === "background" || id === "fullHealth" ? "warn" : "busy")
    : "idle";
  return html`
    <li class="${tone}">${mark(tone)}<b>${TIER_NAME[id]}</b> <small>${visible(tier.message)}</small></li>
  `;
}

function finding(it: Blocker, nowMs: number): VNode {
  const tone: Tone = it.severity === "critical" ? "bad" : "warn";
  return html`
    <article class="${`finding ${tone}`}">
      <h3>${visible(it.title)}</h3>
      <p>${visible(it.reason)}</p>
      <p>${visible(it.consequence)} Since ${since(it.since, nowMs)}.</p>
      <p><b>What to do:</b> ${visible(it.nextAction)}</p>
      <details>
        <summary>Technical details</summary>
        <dl class="facts">
          <dt>Cause</dt>
          <dd><samp>${it.id}</samp></dd>
          <dt>Who can mend it</dt>
          <dd>${OWNER_TEXT[it.owner]}</dd>
          <dt>Trying again</dt>
          <dd>${it.retrySafe ? "is safe" : "only after the cause is mended"}</dd>${it.evidence.flatMap((
            e,
          ) => [
            html`
              <dt>${e.label}</dt>
            `,
            html`
              <dd><samp>${visible(e.text)}</samp></dd>
            `,
          ])}${it.suppressed.length > 0
            ? html`
              <dt>Also seen</dt>
            `
            : null}${it.suppressed.length > 0
            ? html`
              <dd>${it.suppressed.length} later messages that follow from this one: ${it.suppressed.join(
                ", ",
              )}</dd>
            `
            : null}
        </dl>
      </details>
    </article>
  `;
}

function since(iso: string, nowMs: number): VNode {
  return html`
    <span>${clockTime(iso)} UTC (${duration(nowMs - Date.parse(iso))})</span>
  `;
}

function recentItem(it: Transition): VNode {
  return html`
    <li class="${it.tone}">${mark(it.tone)}<h3>${visible(it.text)}</h3>${clockTime(it.at)}</li>
  `;
}

function releaseText({ release }: StatusDocument): string {
  return release.selectedReleaseVersion === null
    ? "none chosen yet"
    : `${release.selectedReleaseVersion} (${release.selectedChannel ?? "no channel"})`;
}
