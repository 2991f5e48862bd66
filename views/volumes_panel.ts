import type { VNode } from "preact";
import { memoryText } from "../agent/text/byte_size.ts";
import type { PodPage, VolumeRow } from "../agent/workloads/mod.ts";
import { html, visible } from "./html.ts";
import { ALL_IN_KUBERNETES, leftOut } from "./left_out.ts";

/** Volumes with the places where they are seen, where they lie, and how full they are. */
export function volumesPanel({ volumes, lookProblem, leftOut: { volumes: more } }: PodPage): VNode {
  return html`
    <section class="panel">
      <h2>Volumes</h2>
      ${volumes === null
        ? html`
          <p class="soft">${visible(
            lookProblem || "They were not read",
          )}: what volumes it has is told by its own object alone.</p>
        `
        : volumes.length === 0
        ? html`
          <p class="soft">It has none.</p>
        `
        : html`
          <div class="scroll" tabindex="0" role="region" aria-label="Volumes">
            <table>
              <thead><tr>${["Mounted at", "From", "Used", "Size"].map((it) =>
                html`
                  <th scope="col">${it}</th>
                `
              )}</tr></thead>
              <tbody>${volumes.map(row)}</tbody>
            </table>
          </div>
          ${leftOut(more, ALL_IN_KUBERNETES)}
        `}
    </section>
  `;
}

function row(it: VolumeRow): VNode {
  return html`
    <tr>
      <td>${it.mounts.length === 0 ? "nowhere" : it.mounts.map((mount) =>
        html`
          <div><samp>${visible(mount.path)}</samp> <small>in ${visible(mount.container)}${mount.subPath === ""
            ? ""
            : `, folder ${visible(mount.subPath)} of it`}${mount.isReadOnly
            ? ", read-only"
            : ""}</small></div>
        `
      )}</td>
      <td>${fromText(it)}${it.hostPath === "" ? null : html`
        <br /><small>on this disk at <samp>${visible(it.hostPath)}</samp></small>
      `}</td>
      <td class="num">${it.usedBytes === null ? "–" : memoryText(it.usedBytes)}</td>
      <td class="num">${it.sizeBytes === null ? "–" : memoryText(it.sizeBytes)}</td>
    </tr>
  `;
}

function fromText({ kind, source, phase, isMemory, name }: VolumeRow): string {
  switch (kind) {
    case "claim":
      return visible(`claim ${source}${phase === "" || phase === "Bound" ? "" : ` (${phase})`}`);
    case "secret":
      return visible(`secret ${source} (not shown)`);
    case "config":
      return visible(`settings ${source}`);
    case "empty":
      return visible(
        isMemory ? `memory, ends with the pod (${name})` : `scratch space, ends with the pod (${name})`,
      );
    case "host-path":
      return visible(`folder of the machine (${name})`);
    case "projected":
      return visible(`made by Kubernetes (${name})`);
    case "other":
      return visible(source === "" ? name : `${source} (${name})`);
  }
}
