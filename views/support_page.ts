import type { VNode } from "preact";
import type { BundleView } from "../agent/bundle/bundle_service.ts";
import type { BundleRow } from "../agent/bundle/history.ts";
import type { ProgressRow } from "../agent/bundle/run_bundle.ts";
import { byteText } from "../agent/text/byte_size.ts";
import { type Content, html, visible } from "./html.ts";
import { csrfField, duration, mark, moment, type Tone } from "./layout.ts";
import { liveParts } from "./live_parts.ts";

const ROW_TONE: Record<ProgressRow["status"], Tone> = {
  "waiting": "idle",
  "running": "busy",
  "complete": "good",
  "partial": "warn",
  "failed": "bad",
  "not-started": "idle",
};
const ROW_WORD: Record<ProgressRow["status"], string> = {
  "waiting": "waiting",
  "running": "being collected",
  "complete": "collected",
  "partial": "collected in part",
  "failed": "not to be had",
  "not-started": "not started",
};

const WHAT =
  "A support bundle is one file with what is needed to find a fault: status, logs and objects of Kubernetes, without passwords, keys and tokens. Look into it before you send it on: its summary.md says what is in it.";
const HOW =
  "The download begins at once and takes up to 90 s. Cancel it, and collecting stops. Without a browser:";
const COMMAND = "sudo alga-agent bundle --output support.tar.gz";

/** What stands above the changing parts: the one button, which is the reader's own. */
export function supportHead(csrfToken: string, canEncrypt: boolean): Content {
  return [
    html`
      <header>
        <h1>Support</h1>
        <p>${WHAT}</p>
      </header>
    `,
    html`
      <form class="panel" method="post" action="/support/bundle">
        ${csrfField(csrfToken)} ${box(
          "strict",
          "Also replace addresses and names by made-up ones",
        )} ${canEncrypt ? box("encrypt", "Encrypt it, so that only Alga support can read it") : null}
        <div class="acts"><button class="big">Make a support bundle</button></div>
        <p class="soft">${HOW} <code>${COMMAND}</code></p>
      </form>
    `,
  ];
}

function box(name: string, label: string): VNode {
  return html`
    <label class="check"><input type="checkbox" name="${name}" value="1" /><span>${label}</span></label>
  `;
}

/** The changing parts: what is being collected and for how long, and what was made before. */
export function supportParts({ progress, history }: BundleView, nowMs: number): VNode[] {
  const now = new Date(nowMs).toISOString();
  return liveParts([
    progress && html`
      <header class="hero busy">
        <h2>${mark("busy")}<span>Collecting: ${doneCount(progress.rows)} of ${progress.rows
          .length} parts, ${byteText(
            progress.bytes,
          )}</span></h2>
        <p>For ${duration(Math.max(0, nowMs - Date.parse(progress.startedAt)))}, asked for by ${visible(
          progress.by,
        )}.</p>
      </header>
    `,
    progress && html`
      <div class="panel">
        <h2>Parts</h2>
        <ul class="rows">${progress.rows.filter((it) => it.status !== "waiting").map((it) =>
          progressRow(it, nowMs)
        )}</ul>
      </div>
    `,
    html`
      <div class="panel">
        <h2>Made before</h2>
        ${history.length === 0
          ? html`
            <p class="soft">None yet.</p>
          `
          : html`
            <ul class="rows">${history.map((it) => historyRow(it, now))}</ul>
          `}
      </div>
    `,
  ]);
}

/** The state that the tab shows. */
export function supportTone({ progress }: BundleView): Tone {
  return progress === undefined ? "idle" : "busy";
}

function doneCount(rows: readonly ProgressRow[]): number {
  return rows.filter((it) => it.status !== "waiting" && it.status !== "running").length;
}

function progressRow(it: ProgressRow, nowMs: number): VNode {
  const ms = it.ms ?? Math.max(0, nowMs - Date.parse(it.startedAt ?? ""));
  return html`
    <li class="${ROW_TONE[it.status]}">
      ${mark(ROW_TONE[it.status])}<h3>${it
        .title}</h3><span class="soft when">${ROW_WORD[it.status]} · ${duration(ms)}</span>
    </li>
  `;
}

function historyRow(it: BundleRow, now: string): VNode {
  const notes = [
    byteText(it.sizeBytes),
    visible(it.by),
    ...(it.strict ? ["names replaced"] : []),
    ...(it.encrypted ? ["encrypted"] : []),
    ...(it.incomplete > 0
      ? [it.incomplete === 1 ? "1 part incomplete" : `${it.incomplete} parts incomplete`]
      : []),
    ...(it.isKept ? [] : ["not kept here"]),
  ];
  return html`
    <li class="idle">
      ${mark("idle")}<h3>${it.isKept
        ? html`
          <a href="${`/support/bundles/${encodeURIComponent(it.name)}`}">${visible(it.name)}</a>
        `
        : visible(it.name)}</h3>${moment(it.at, now)}
      <p class="soft">${notes.join(" · ")}</p>
    </li>
  `;
}
