import type { VNode } from "preact";
import type { BundleManifest } from "../agent/bundle/manifest.ts";
import type { StatusDocument } from "../agent/status/mod.ts";
import { byteText } from "../agent/text/byte_size.ts";
import { utcMinute } from "../agent/text/utc_time.ts";
import { type Content, html, visible } from "./html.ts";
import type { Page } from "./layout.ts";
import { statusParts, statusTone } from "./status_page.ts";

const MOST_ROWS = 2_000;
const MOST_CHARS = 5_000_000;

/** The way between the pages of one bundle. */
const LINKS = html`
  <nav class="page-links" aria-label="Bundle">
    <a href="/">Status</a><a href="/workloads">Workloads</a><a href="/events">Events</a><a href="/logs"
    >Logs</a><a
      href="/files/timeline.jsonl"
    >Timeline</a><a href="/files">Files</a><a href="/files/summary.md">Summary</a>
  </nav>
`;

/** A page of the appliance among those of a bundle. `at`: when what it shows was seen, ISO 8601. */
export function inBundle(page: Page, at: string): Page {
  return {
    ...page,
    body: [
      LINKS,
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
        <p class="soft">Judged again by this program from what the bundle ${visible(manifest.id)} holds.</p>
      `,
      ...statusParts(status),
    ],
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

/** Every file of a bundle. */
export function bundleFilesPage({ files, skipped, collectors }: BundleManifest): Page {
  const missing = collectors.flatMap((it) => it.missing.map(({ what, why }) => [it.id, what, why]));
  return listPage("Files", [
    table(
      ["File", "Size", "Taken out"],
      files.map((it) => [
        link(`/files/${it.path}`, it.path),
        `${byteText(it.sizeBytes)}${it.truncated === undefined ? "" : ` (not whole: ${it.truncated})`}`,
        String(Object.values(it.redactions).reduce((sum, count) => sum + count, 0)),
      ]),
    ),
    table(["Missing of", "What", "Why"], [
      ...missing,
      ...skipped.map((it) => [it.collector, it.path, it.why]),
    ]),
  ]);
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
    </div>
  `;
}
