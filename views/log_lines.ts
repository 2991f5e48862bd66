import type { VNode } from "preact";
import type { Run } from "../agent/logs/ansi.ts";
import type { CleanLine } from "../agent/logs/clean_line.ts";
import { type Entry, levelOf } from "../agent/logs/fold_lines.ts";
import type { News } from "../agent/logs/follow_streams.ts";
import { byteText } from "../agent/text/byte_size.ts";
import { html, visible } from "./html.ts";

/** How lines are shown. */
export interface LineOptions {
  /** Lines of several streams say from which they are. */
  hasStreams: boolean;
  /** Address that shows a line as the last one; "" where the page itself stays as it is. */
  linkTo: (at: string) => string;
}

const LEVEL_CLASS = { error: "bad", warning: "warn", info: "", debug: "" } as const;
const LEVEL_WORD = { error: "Error: ", warning: "Warning: ", info: "", debug: "" } as const;

/** One entry: a line with its own address, and what belongs to it folded. */
export function logEntry(entry: Entry, { hasStreams, linkTo }: LineOptions): VNode {
  const { head, rest, stream } = entry;
  const level = levelOf(entry);
  const id = lineId(stream, head);
  const kind = LEVEL_CLASS[level];
  return html`
    <li id="${id}" ...${kind === "" ? {} : { class: kind }}>${head.at === "" ? null : html`
      <a href="${`${linkTo(head.at)}#${id}`}"><time>${head.at.slice(11, 23)}</time></a>
    `}${LEVEL_WORD[level] === "" ? null : html`
      <span class="hide">${LEVEL_WORD[level]}</span>
    `}${hasStreams
      ? html`
        <b>${visible(stream)}</b>
      `
      : null}${lineText(head)}${rest.length === 0 ? null : html`
      <details><summary>${rest.length} more ${rest.length === 1 ? "line" : "lines"}</summary>${rest.map((
        it,
      ) =>
        html`
          <div>${lineText(it)}</div>
        `
      )}</details>
    `}</li>
  `;
}

/** The same line has the same id on every page. */
export function lineId(stream: string, { at, after }: CleanLine): string {
  const nanos = /^\d/.test(at)
    ? BigInt(Date.parse(`${at.slice(0, 19)}Z`)) * 1_000_000n + BigInt(at.slice(20, 29))
    : 0n;
  let hash = 0;
  for (const it of `${stream} ${after}`) hash = (hash * 31 + (it.codePointAt(0) ?? 0)) % 60_466_176; // 36^5
  return `l${nanos.toString(36)}-${hash.toString(36)}`;
}

function lineText({ runs, cutChars }: CleanLine): (VNode | string)[] {
  const parts = runs.map(styledRun);
  return cutChars === 0 ? parts : [
    ...parts,
    html`
      <i>… ${cutChars.toLocaleString("en")} more characters</i>
    `,
  ];
}

/** The page's own tones: a program's colours are made for another ground. */
const TONE = {
  red: "bad",
  green: "good",
  yellow: "warn",
  blue: "busy",
  magenta: "busy",
  cyan: "busy",
  black: "idle",
  white: undefined,
} as const;

function styledRun({ text, color, bold, dim, underline }: Run): VNode | string {
  let shown: VNode | string = visible(text);
  const tone = color === undefined ? dim ? "idle" : undefined : TONE[color];
  if (underline) {
    shown = html`
      <u>${shown}</u>
    `;
  }
  if (bold) {
    shown = html`
      <strong>${shown}</strong>
    `;
  }
  return tone === undefined ? shown : html`
    <span class="${tone}">${shown}</span>
  `;
}

/** The day that the lines below it are of. */
export function dayLine(at: string): VNode {
  return html`
    <li class="day">${at.slice(0, 10)} UTC</li>
  `;
}

/** What is missing here, and why. */
export function leftOutLine({ lines, bytes }: NonNullable<News["leftOut"]>): VNode {
  return html`
    <li class="gap">${lines === 0 && bytes === 0
      ? "Lines are missing here: Kubernetes has removed their file"
      : `${bytes > 0 ? "About " : ""}${lines.toLocaleString("en")} ${lines === 1 ? "line" : "lines"} (${
        byteText(bytes)
      }) left out here: they came faster than this page follows. Download has them`}</li>
  `;
}

/** What cannot be read just now; following goes on. */
export function problemLine({ stream, problem }: { stream: string; problem: string }): VNode {
  return html`
    <li class="gap">${visible(`${stream} cannot be read: ${problem}`)}</li>
  `;
}
