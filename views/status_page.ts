import { TIER_NAME } from "../agent/status/tier_texts.ts";
import type { VNode } from "preact";
import type {
  ActiveOperation,
  Health,
  RollupState,
  StatusDocument,
  TierStatus,
  Transition,
} from "../agent/status/document.ts";
import { ACTION_LINK } from "./action_link.ts";
import type { Action } from "../agent/causes/action.ts";
import type { Blocker } from "../agent/explain/blocker.ts";
import type { TierId } from "../agent/product/tiers.ts";
import { helpLinks } from "./help_link.ts";
import { html, visible } from "./html.ts";
import { certificateFacts } from "./connection_parts.ts";
import { hiddenForm } from "./operation_parts.ts";
import { clockTime, duration, isSameDay, mark, moment, type Tone } from "./layout.ts";
import { leftOut } from "./left_out.ts";
import { liveParts } from "./live_parts.ts";
import { podPath } from "./workload_parts.ts";
import { isWebAddress } from "./web_address.ts";

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
/** Downloads and parts of the release go by their own names. */
const OPERATION_TITLE: Partial<Record<ActiveOperation["operation"], string>> = {
  setup: "Installation",
  bootstrap: "First-time setup",
};
const OWNER_TEXT: Record<Blocker["owner"], string> = {
  you: "you",
  "network-admin": "whoever looks after your network",
  vendor: "Alga support",
  nobody: "nobody; it goes on by itself",
};

/** The state that the tab shows. */
export function statusTone(status: StatusDocument): Tone {
  return ROLLUP_TONE[status.rollup.state];
}

/** So many causes stand alone, so that a change in one does not touch the others. */
const OWN_PLACES = 4;

/**
 * The changing parts of the status page: one sentence, what to do, tiers, causes. Parts that can be opened tell no durations.
 * `isKept`: it is of a bundle, which has no pages of setup.
 */
export function statusParts(status: StatusDocument, { isKept = false } = {}): VNode[] {
  const tone = statusTone(status);
  const { rollup, topBlockers } = status;
  const headline = topBlockers.find((it) => it.id === rollup.topBlockerId);
  const criticalTop = rollup.state === "failed_action_required" ? headline : undefined;
  // What needs attention is not shown as work under way as well.
  const blocked = new Set(topBlockers.map((it) => it.component));
  const operations = rollup.state === "failed_action_required"
    ? []
    : status.activeOperations.filter((it) => !blocked.has(it.component));
  // What may still pass asks nobody to act; the hero has the one that it is about.
  const passing = topBlockers.filter((it) => it.mayPass && it !== criticalTop);
  const needing = topBlockers.filter((it) => !passing.includes(it));
  const findings = needing.map((it) =>
    finding(it, status.timestamp, it === criticalTop ? "title" : it === headline ? "advice" : "nothing")
  );
  return liveParts([
    html`
      <header class="${`hero ${tone}`}">
        <h1>${mark(tone)}<span>${visible(rollup.message)}</span></h1>
        ${criticalTop && html`
          <p>${visible(criticalTop.consequence)} Since ${moment(criticalTop.since, status.timestamp)}.</p>
        `} ${rollup.nextAction === "" ? null : html`
          <p>${rollup.action.kind === "wait" ? null : html`
            <b>What to do: </b>
          `}${visible(rollup.nextAction)}</p>
        `} ${actionLink(
          rollup.action,
          "button",
        )} ${status.tiers.login.ready && isWebAddress(status.urls.loginUrl)
          ? html`
            <div class="acts">
              <a class="button big" href="${status.urls
                .loginUrl}">Open Alga</a><span class="soft mono">${visible(status.urls.loginUrl)}</span>
            </div>
          `
          : null}
      </header>
    `,
    html`
      <p class="soft">Checked ${clockTime(status.timestamp)} UTC</p>
    `,
    html`
      <div class="panel"><ol class="tiers" aria-label="Progress">${(Object.keys(TIER_NAME) as TierId[]).map((
        id,
      ) => tierItem(id, status.tiers[id], status.tiers.login.ready))}</ol></div>
    `,
    operations.length + passing.length > 0 && html`
      <div class="panel">
        <h2>Under way</h2>
        <ul class="rows">${operations.map(operationItem)}${passing.map((it) =>
          passingItem(it, status.timestamp)
        )}</ul>
      </div>
    `,
    needing.length > 0 && html`
      <header class="heading"><h2>${criticalTop ? "Why" : "Needs attention"}</h2>${needing.length === 1
        ? null
        : html`
          <small>${needing.length + status.blockersLeftOut}</small>
        `}</header>
    `,
    ...Array.from({ length: OWN_PLACES }, (_, i) => findings[i]),
    [...findings.slice(OWN_PLACES), leftOut(status.blockersLeftOut, "those above come first")],
    html`
      <div class="pair">
        <div class="panel"><h2>Recent</h2>${status.recent.length === 0
          ? html`
            <p class="soft">Nothing yet.</p>
          `
          : html`
            <ul class="rows">${status.recent.slice(0, 8).map((it) => recentItem(it, status.timestamp))}</ul>
          `}</div>
        <div class="panel">
          <h2>This appliance</h2>
          <dl class="facts">
            <dt>Release</dt>
            <dd>${visible(releaseText(status))}</dd>
            <dt>Versions</dt>
            <dd>Agent ${visible(status.agentVersion)}${status.kubernetesVersion === null
              ? ""
              : ` · Kubernetes ${visible(status.kubernetesVersion)}`}</dd>${certificateFacts(
                status.certificate,
              )}${status.sources.flatMap((it) => [
                html`
                  <dt>${SOURCE_NAME[it.name]}</dt>
                `,
                html`
                  <dd>${visible(it.message)}</dd>
                `,
              ])}
          </dl>
          ${isKept ? null : html`
            <p><a href="/setup/checks">Checks of the setup, and accepted risks</a></p>
          `}
        </div>
      </div>
    `,
    status.components.length > 0 && html`
      <div class="panel" key="${JSON.stringify(
        status.components.map((it) => [it.name, it.tier, it.status]),
      )}">
        <details>
          <summary>All components</summary>
          <p class="soft">As of ${clockTime(status.timestamp)} UTC</p>
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
                    <td>${visible(it.name)}</td>
                    <td>${TIER_NAME[it.tier]}</td>
                    <td><span class="${`tag ${HEALTH_TONE[it.status]}`}">${HEALTH_WORD[
                      it.status
                    ]}</span></td>
                    <td class="soft">${visible(it.message)}</td>
                  </tr>
                `
              )}</tbody>
            </table>
          </div>
        </details>
      </div>
    `,
  ]);
}

/** A button or link to the page where something is done about it, if there is one. */
function actionLink({ kind, href }: Action, style: "button" | ""): VNode | null {
  const text = ACTION_LINK[kind];
  return href === undefined || text === null ? null : html`
    <div class="acts"><a class="${style}" href="${href}">${text}</a></div>
  `;
}

const SOURCE_NAME: Record<StatusDocument["sources"][number]["name"], string> = {
  kubernetes: "Kubernetes",
  registry: "Registry",
  application: "Application",
};

function operationItem(it: ActiveOperation): VNode {
  return html`
    <li class="busy">
      ${mark("busy")}<h3>${OPERATION_TITLE[it.operation] ??
        visible(it.component)}</h3>${it.operation === "image-pull" && it.state === "running" ? null : html`
        <span class="soft when">for ${duration(it.elapsedSeconds * 1000)}</span>
      `}<p class="soft">${visible(it.message)}</p>
      ${it.progressAvailable && it.progressPercent !== null
        ? html`
          <progress max="100" value="${it.progressPercent}">${it.progressPercent} %</progress>
        `
        : null}
    </li>
  `;
}

/** What may still pass by itself: told, without red and without advice. */
function passingItem(it: Blocker, asOf: string): VNode {
  return html`
    <li class="busy">
      ${mark("busy")}<h3>${visible(it.title)}</h3><span class="soft when">since ${moment(
        it.since,
        asOf,
      )}</span><p class="soft">
        ${visible(it.reason)}
      </p>${helpLinks(it)}
    </li>
  `;
}

function tierItem(id: TierId, tier: TierStatus, loginReady: boolean): VNode {
  const tone: Tone = tier.ready ? "good" : tier.status === "unhealthy" ? "bad" : tier.status === "degraded"
    // Before people can log in, what stands behind is not late; it is simply not its turn.
    ? (id !== "background" && id !== "fullHealth" ? "busy" : loginReady ? "warn" : "idle")
    : "idle";
  return html`
    <li class="${tone}">${mark(tone)}<b>${TIER_NAME[id]}</b> <small>${visible(tier.message)}</small></li>
  `;
}

const RETRY_PART_FORM = "retry-part";

/** What stands above the changing parts: the reader's own form of every button below. */
export function statusHead(csrfToken: string): VNode {
  return hiddenForm(RETRY_PART_FORM, "/updates/retry-part", csrfToken);
}

/** The button that carries out the remedy of a cause, where the agent has one for a release. */
function remedyButton({ remedy, release }: Blocker): VNode | null {
  return release === undefined ? null : html`
    <div class="acts">
      <button form="${RETRY_PART_FORM}" name="part" value="${release}">${remedy === "resume-release"
        ? "Let it go on"
        : "Try this part again"}</button>
    </div>
  `;
}

/** One cause. What the hero says already (its advice, or its title and age too) is not said again. */
function finding(it: Blocker, asOf: string, inHero: "title" | "advice" | "nothing"): VNode {
  const tone: Tone = it.severity === "critical" ? "bad" : "warn";
  // A pod's own words go back and forth with each attempt; what the reader has opened must not close with them.
  const { id, severity, title, reason, consequence, since: began, nextAction, action, remedy, release } = it;
  const isToday = isSameDay(began, asOf);
  const pod = it.evidence.find((one) => one.pod !== undefined)?.pod;
  const key = JSON.stringify([
    id,
    pod,
    severity,
    title,
    reason,
    consequence,
    began,
    isToday,
    nextAction,
    action,
    remedy,
    release,
    inHero,
  ]);
  return html`
    <div class="panel" key="${key}">
      <article class="${`finding ${tone}`}">
        ${inHero === "title" ? null : html`
          <h3>${visible(it.title)}</h3>
        `}
        <p>${visible(it.reason)}</p>
        ${inHero === "title" ? null : html`
          <p>${visible(it.consequence)} Since ${moment(it.since, asOf)}.</p>
        `} ${inHero !== "nothing" ? null : html`
          <p>${it.action.kind === "wait" ? null : html`
            <b>What to do: </b>
          `}${visible(it.nextAction)}</p>
        `} ${inHero !== "nothing" ? null : actionLink(it.action, "")} ${remedyButton(it)} ${helpLinks(
          it,
        )}${pod === undefined ? null : html`
          <p class="page-links"><a href="${podPath(pod.namespace, pod.name)}">Open the pod</a></p>
        `}
        <details>
          <summary>Technical details</summary>
          <dl class="facts">
            <dt>As of</dt>
            <dd>${clockTime(asOf)} UTC</dd>
            <dt>Cause</dt>
            <dd><samp>${visible(it.id)}</samp></dd>
            <dt>Who can fix it</dt>
            <dd>${OWNER_TEXT[it.owner]}</dd>
            <dt>Trying again</dt>
            <dd>${it.retrySafe ? "is safe" : "only after the cause is fixed"}</dd>${it.evidence.flatMap((
              e,
            ) => [
              html`
                <dt>${visible(e.label)}</dt>
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
    </div>
  `;
}

function recentItem(it: Transition, asOf: string): VNode {
  return html`
    <li class="${it.tone}">${mark(it.tone)}<h3>${visible(it.text)}</h3>${moment(it.at, asOf)}</li>
  `;
}

/** A link leads to a web page or nowhere. */
function releaseText({ release }: StatusDocument): string {
  return release.selectedReleaseVersion === null
    ? "none chosen yet"
    : `${release.selectedReleaseVersion} (${release.selectedChannel ?? "no channel"})`;
}
