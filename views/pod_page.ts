import type { VNode } from "preact";
import type { Blocker } from "../agent/explain/blocker.ts";
import { type PodPage, STATE_SENTENCE } from "../agent/workloads/mod.ts";
import { containersPanel } from "./containers_panel.ts";
import { helpLinks } from "./help_link.ts";
import { html, visible } from "./html.ts";
import { mark, moment, type Page } from "./layout.ts";
import { leftOut } from "./left_out.ts";
import { volumesPanel } from "./volumes_panel.ts";
import {
  ageCell,
  cpuCell,
  eventItem,
  eventsPath,
  lookedAt,
  memoryCell,
  podPath,
  staleness,
  tierCell,
} from "./workload_parts.ts";

/** What the status says of this pod's part, where it says something. */
export type PodFinding = Pick<Blocker, "id" | "component" | "title" | "consequence" | "since">;

/** One pod: how it stands, what it is made of, what was told of it. `asOf`: now, ISO 8601; `logs`: where its log is shown. */
export function podPage(
  pod: PodPage,
  { finding, asOf, logs, isKept = false }: {
    finding?: PodFinding | undefined;
    asOf: string;
    logs?: string | undefined;
    /** It is of a bundle. */
    isKept?: boolean;
  },
): Page {
  const { row, freshness } = pod;
  const here = podPath(row.namespace, row.name);
  const isStarting = row.tone === "busy";
  return {
    title: `${row.name} ${STATE_SENTENCE[row.state]}`,
    tone: row.tone,
    body: [
      html`
        <header class="${`hero ${row.tone}`}">
          <h1>${mark(row.tone)}<span>${visible(row.name)} ${STATE_SENTENCE[row.state]}</span></h1>
          ${finding === undefined ? null : html`
            <p><b>${visible(finding.title)}.</b> ${visible(finding.consequence)} Since ${moment(
              finding.since,
              asOf,
            )}.</p>
          `} ${row.message === "" && row.reason === "" || row.tone === "good" ? null : html`
            <p class="soft">${visible([row.reason, row.message].filter(Boolean).join(": "))}</p>
          `}
          <p>Counts for <b>${row.tier === null ? "no tier" : tierCell(row.tier)}</b>.${isStarting
            ? " It goes on by itself."
            : ""}</p>
          ${finding === undefined ? null : helpLinks(finding)}
          <p class="soft">
            ${lookedAt(asOf, { path: here, isKept })} · <a href="${eventsPath(
              row,
            )}">Events of this pod</a>${logs === undefined ? null : html`
              <span> · <a href="${logs}">Its log</a></span>
            `} · <a href="/workloads"
            >All workloads</a>
          </p>
        </header>
      `,
      staleness(freshness, here),
      pod.lookProblem === "" ? null : html`
        <p class="soft">Part of this page is as it was remembered: ${visible(pod.lookProblem)}.</p>
      `,
      html`
        <div class="pair">${containersPanel(pod, asOf)}${conditionsPanel(pod, asOf)}</div>
      `,
      volumesPanel(pod),
      html`
        <section class="panel">
          <h2>Events</h2>
          ${pod.events.length === 0
            ? html`
              <p class="soft">None is kept. Kubernetes forgets them after an hour or so.</p>
            `
            : html`
              <ul class="rows">${pod.events.map((it) => eventItem(it, asOf, true))}</ul>
              ${leftOut(
                pod.leftOut.events,
                html`
                  <a href="${eventsPath(row)}">Events of this pod</a>
                `,
              )}
            `}
        </section>
      `,
    ],
  };
}

/** The address names no pod that there is or was a moment ago. */
export function noPodPage(namespace: string, name: string): Page {
  return {
    title: "There is no such pod now",
    body: html`
      <section class="panel">
        <h1>There is no such pod now</h1>
        <p>${visible(
          `${namespace}/${name}`,
        )} is gone, or never was: a pod that is made again has another name.</p>
        <p class="page-links">
          <a href="${eventsPath({
            kind: "Pod",
            namespace,
            name,
          })}">What was told of it</a><a href="/workloads">All workloads</a>
        </p>
      </section>
    `,
  };
}

function conditionsPanel(pod: PodPage, asOf: string): VNode {
  const { row, owner } = pod;
  return html`
    <section class="panel">
      <h2>Conditions</h2>
      <dl class="facts">
        ${pod.conditions.flatMap((it) => [
          html`
            <dt>${visible(it.type)}</dt>
          `,
          html`
            <dd>${conditionText(it.status)}${it.reason === ""
              ? ""
              : `: ${visible(it.reason)}`}${it.since === undefined ? null : html`
              <span class="soft">, since ${moment(it.since, asOf)}</span>
            `}${it.message === "" ? null : html`
              <br /><small>${visible(it.message)}</small>
            `}</dd>
          `,
        ])}
        <dt>Phase</dt>
        <dd>${visible(pod.phase) || "–"}</dd>
        <dt>Node</dt>
        <dd>${visible(pod.node) || "–"}</dd>
        <dt>Address</dt>
        <dd>${pod.podIp === null ? "–" : visible(pod.podIp)}</dd>
        <dt>Owner</dt>
        <dd>${owner === null ? "none: it stands for itself" : html`
          <a href="${`/workloads?${new URLSearchParams({
            of: `${owner.kind}/${row.namespace}/${owner.name}`,
          })}`}">${visible(`${owner.kind} ${row.namespace}/${owner.name}`)}</a>
        `}</dd>
        <dt>Age</dt>
        <dd>${ageCell(row.createdAt, asOf)}</dd>
        <dt>Uses</dt>
        <dd>${row.cpuCores === null && row.memoryBytes === null
          ? `– (${visible(pod.usageProblem || "the kubelet has not measured it yet")})`
          : `${cpuCell(row.cpuCores)}, ${memoryCell(row.memoryBytes)}`}</dd>
      </dl>
    </section>
  `;
}

function conditionText(status: string): string {
  return status === "True" ? "yes" : status === "False" ? "no" : "not known";
}
