import type { VNode } from "preact";
import type { ReleaseRow } from "../agent/workloads/mod.ts";
import { html, visible } from "./html.ts";
import { mark, moment } from "./layout.ts";
import { ALL_IN_KUBERNETES, leftOut } from "./left_out.ts";

const WORD: Record<ReleaseRow["state"], string> = {
  ready: "ready",
  "under-way": "under way",
  failed: "failed",
  suspended: "suspended",
};

/** Objects of Flux and releases of Helm; nothing where there are none yet. */
export function releasesPanel(releases: readonly ReleaseRow[], more: number, asOf: string): VNode | null {
  if (releases.length === 0) return null;
  return html`
    <section class="panel">
      <header><h2>Releases</h2><small>Helm, by Flux</small></header>
      <ul class="rows">${releases.map((it) =>
        html`
          <li class="${it.tone}">
            ${mark(it.tone)}<h3>${visible(it.name)} <small>${it
              .kind}</small></h3><span class="tag">${WORD[it.state]}</span>
            <p class="soft">${facts(it, asOf)}</p>
            ${it.message === "" || it.state === "ready" ? null : html`
              <p>${visible([it.reason, it.message].filter(Boolean).join(": "))}</p>
            `}
          </li>
        `
      )}</ul>
      ${leftOut(more, ALL_IN_KUBERNETES)}
    </section>
  `;
}

function facts({ chart, chartVersion, revision, triedAt, namespace }: ReleaseRow, asOf: string): VNode {
  const about = [
    chart === null && chartVersion === null ? "" : `Chart ${[chart, chartVersion].filter(Boolean).join(" ")}`,
    revision === null ? "" : `Revision ${shortened(revision)}`,
    namespace,
  ].filter((it) => it !== "");
  return html`
    <span>${visible(about.join(" · "))}${triedAt === null ? null : html`
      <span> · last tried ${moment(triedAt, asOf)}</span>
    `}</span>
  `;
}

/** A digest by its beginning, which is enough to compare. */
function shortened(revision: string): string {
  return revision.replace(/(sha256:[0-9a-f]{12})[0-9a-f]{52}/, (_, start: string) => `${start}…`);
}
