import type { VNode } from "preact";
import type { BundleManifest } from "../agent/bundle/manifest.ts";
import type { Happening } from "../agent/bundle/timeline.ts";
import type { StatusDocument } from "../agent/status/mod.ts";
import { byteText } from "../agent/text/byte_size.ts";
import { utcMinute } from "../agent/text/utc_time.ts";
import { type Content, html, visible } from "./html.ts";
import { mark, moment, type Page } from "./layout.ts";
import { leftOut } from "./left_out.ts";
import { statusParts, statusTone } from "./status_page.ts";

const MOST_ROWS = 2_000;
const MOST_CHARS = 5_000_000;

/** The way between the pages of one bundle. */
const LINKS = [
  ["/", "Status"],
  ["/workloads", "Workloads"],
  ["/events", "Events"],
  ["/logs", "Logs"],
  ["/timeline", "Timeline"],
  ["/files", "Files"],
  ["/files/summary.md", "Summary"],
  ["/help", "Help"],
] as const;

/** A page of the appliance among those of a bundle. `at`: when what it shows was seen, ISO 8601; `path`: where it is. */
export function inBundle(page: Page, { at, path }: { at: string; path: string }): Page {
  const current = LINKS.map(([it]) => it)
    .filter((it) => it === "/" ? path === "/" : path === it || path.startsWith(`${it}/`))
    .toSorted((a, b) => b.length - a.length)[0];
  return {
    ...page,
    body: [
      html`
        <nav class="page-links" aria-label="Bundle">${LINKS.map(([href, label]) =>
          html`
            <a href="${href}" ...${href === current ? { "aria-current": "page" } : {}}>${label}</a>
          `
        )}</nav>
      `,
      html`
        <p class="soft">As it was at ${visible(utcMinute(at))}; nothing here changes.</p>
      `,
      page.body,
    ],
  };
}

/** The status page as it was when the bundle was made. */
export function bundleStatusPage(manifest: BundleManifest, status: StatusDocument): Page {
  return {
    title: status.rollup.message,
    tone: statusTone(status),
    body: [
      html`
        <p class="soft">
          Judged again by this program from what the bundle holds: ${visible(
            manifest.id,
          )}, asked for by ${visible(
            manifest.by,
          )}.
        </p>
      `,
      ...statusParts(withoutWays(status), { isKept: true }),
    ],
  };
}

/** The pages where something is done are on the appliance. */
function withoutWays(status: StatusDocument): StatusDocument {
  return {
    ...status,
    rollup: { ...status.rollup, action: { kind: status.rollup.action.kind } },
    topBlockers: status.topBlockers.map(({ release: _, ...it }) => ({
      ...it,
      action: { kind: it.action.kind },
    })),
  };
}

/** What cannot be shown here, and why. */
export function notInBundlePage(title: string, detail: string): Page {
  return {
    title,
    narrow: true,
    body: html`
      <section class="panel">
        <h1>${visible(title)}</h1>
        <p>${visible(detail)}</p>
      </section>
    `,
  };
}

/** What happened, newest first: what the appliance did, what its status said, what Kubernetes told. */
export function timelinePage(happenings: readonly Happening[], asOf: string): Page {
  const shown = happenings.toReversed().slice(0, MOST_ROWS);
  return {
    title: "Timeline",
    body: html`
      <section class="panel">
        <header>
          <h1>Timeline</h1>
          ${happenings.length === 0 ? null : html`
            <p class="page-links"><a href="/files/timeline.jsonl">As it is in the bundle</a></p>
          `}
        </header>
        ${shown.length === 0
          ? html`
            <p>The bundle tells of nothing that happened.</p>
          `
          : html`
            <h2>Newest first</h2>
            <ol class="rows">${shown.map((it) => happeningRow(it, asOf))}</ol>
          `} ${shown.length === happenings.length ? null : html`
          <p class="soft">${happenings.length - shown.length} older ones are in the bundle's own file.</p>
        `}
      </section>
    `,
  };
}

function happeningRow({ at, source, title, text, isBad }: Happening, asOf: string): VNode {
  const tone = isBad ? "bad" : "idle";
  return html`
    <li class="${tone}">
      ${mark(tone)}<h3>${visible(title)}</h3>${at === "" ? null : moment(at, asOf)} ${text === ""
        ? null
        : html`
          <p>${visible(text)}</p>
        `}
      <p class="soft">${visible(source)}</p>
    </li>
  `;
}

/** Every file of a bundle, and what is missing of it. */
export function bundleFilesPage({ files, skipped, collectors }: BundleManifest): Page {
  const missing = collectors.flatMap((it) => it.missing.map(({ what, why }) => [it.title, what, why]));
  const titles = new Map(collectors.map((it) => [it.id, it.title]));
  const leftOut = skipped.map((it) => [titles.get(it.collector) ?? it.collector, it.path, it.why]);
  return listPage("Files", [
    html`
      <p>
        <a href="/files/summary.md">summary.md</a> is what a person reads first, <a href="/files/manifest.json"
        >manifest.json</a> lists every file with its checksum.
      </p>
    `,
    table(
      ["File", "Size", "Taken out"],
      files.toSorted((a, b) => a.path < b.path ? -1 : 1).map((it) => [
        link(`/files/${it.path}`, it.path),
        `${sizeText(it.sizeBytes)}${it.truncated === undefined ? "" : ` (not whole: ${it.truncated})`}`,
        String(Object.values(it.redactions).reduce((sum, count) => sum + count, 0)),
      ]),
    ),
    table(["Missing of", "What", "Why"], [...missing, ...leftOut]),
  ]);
}

function sizeText(bytes: number): string {
  return bytes === 0 ? "empty" : bytes < 1_000 ? `${bytes} bytes` : byteText(bytes);
}

/** One file of a bundle as text. */
export function bundleFilePage(path: string, text: string | undefined): Page {
  return {
    title: path,
    body: [
      html`
        <section class="panel"><h1>${visible(path)}</h1>${text === undefined
          ? html`
            <p>The bundle has no such file.</p>
          `
          : html`
            <pre tabindex="0">${visible(text.slice(0, MOST_CHARS))}</pre>
            ${text.length <= MOST_CHARS ? null : html`
              <p class="soft">${text.length -
                MOST_CHARS} more characters are in the file of the bundle itself.</p>
            `}
          `}</section>
      `,
    ],
  };
}

function listPage(title: string, parts: Content[]): Page {
  return {
    title,
    body: [
      html`
        <h1>${title}</h1>
      `,
      ...parts,
    ],
  };
}

function link(href: string, text: string): VNode {
  const path = href.split("/").map(encodeURIComponent).join("/");
  return html`
    <a href="${path}">${visible(text)}</a>
  `;
}

function table(heads: readonly string[], rows: readonly (readonly (string | VNode)[])[]): Content {
  if (rows.length === 0) return null;
  const cell = (it: string | VNode) =>
    html`
      <td>${typeof it === "string" ? visible(it) : it}</td>
    `;
  return html`
    <div class="panel">
      <div class="scroll">
        <table>
          <thead><tr>${heads.map((it) =>
            html`
              <th scope="col">${it}</th>
            `
          )}</tr></thead>
          <tbody>${rows.slice(0, MOST_ROWS).map((row) =>
            html`
              <tr>${row.map(cell)}</tr>
            `
          )}</tbody>
        </table>
      </div>
      ${leftOut(rows.length - MOST_ROWS, "in the files of the bundle itself")}
    </div>
  `;
}
