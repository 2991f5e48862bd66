import type { VNode } from "preact";
import { type ContainerRow, type PodPage, STATE_WORD } from "../agent/workloads/mod.ts";
import { html, visible } from "./html.ts";
import { duration, mark, moment } from "./layout.ts";
import { ALL_IN_KUBERNETES, leftOut } from "./left_out.ts";
import { cpuCell, memoryCell, restartText } from "./workload_parts.ts";

const ROLE: Record<ContainerRow["role"], string | null> = {
  main: null,
  beside: "(beside the others)",
  prepares: "(before the start)",
};

/** Every container of a pod, those that prepare it too. */
export function containersPanel({ containers, leftOut: { containers: more } }: PodPage, asOf: string): VNode {
  return html`
    <section class="panel">
      <h2>Containers</h2>
      ${containers.length === 0
        ? html`
          <p class="soft">None has been made yet.</p>
        `
        : html`
          <ul class="rows">${containers.map((it) => item(it, asOf))}</ul>
          ${leftOut(more, ALL_IN_KUBERNETES)}
        `}
    </section>
  `;
}

function item(it: ContainerRow, asOf: string): VNode {
  const said = [it.reason, it.message].filter((text) => text !== "").join(": ");
  return html`
    <li class="${it.state === "done" ? "good" : it.tone}">
      ${mark(it.state === "done" ? "good" : it.tone)}<h3>${visible(it.container)}${ROLE[it.role] === null
        ? null
        : html`
          <small> ${ROLE[it.role]}</small>
        `}</h3><span class="tag">${STATE_WORD[it.state]}</span>
      ${said === "" || it.tone === "good" || it.state === "done" ? null : html`
        <p>${visible(said)}</p>
      `}
      <p><samp>${visible(it.image)}</samp>${it.digest === null ? null : html`
        <br /><small class="mono">${it.digest}</small>
      `}</p>
      <p class="soft">${ranText(it, asOf)} · restarts: ${restartText(it.restarts, it.lastEnd, asOf)}</p>
      ${it.role === "prepares" && it.state === "done" ? null : html`
        <p class="soft">Uses ${cpuCell(it.cpuCores)}, ${memoryCell(it.memoryBytes)}${amountText(it)}</p>
      `}
    </li>
  `;
}

function ranText({ startedAt, finishedAt, exitCode }: ContainerRow, asOf: string): VNode | string {
  if (finishedAt !== null) {
    const took = startedAt === null
      ? ""
      : ` after ${duration(Date.parse(finishedAt) - Date.parse(startedAt))}`;
    return html`
      <span>Ended with ${exitCode ?? "?"}${took} at ${moment(finishedAt, asOf)}</span>
    `;
  }
  return startedAt === null ? "Not started" : html`
    <span>Runs since ${moment(startedAt, asOf)}</span>
  `;
}

function amountText({ requests, limits }: ContainerRow): string {
  const text = (of: NonNullable<typeof requests>) =>
    [
      of.cpuCores === null ? "" : cpuCell(of.cpuCores),
      of.memoryBytes === null ? "" : memoryCell(of.memoryBytes),
    ]
      .filter(Boolean).join(", ");
  const asks = requests ? text(requests) : "";
  const most = limits ? text(limits) : "";
  return `${asks === "" ? "" : ` · asks for ${asks}`}${most === "" ? "" : ` · at most ${most}`}`;
}
