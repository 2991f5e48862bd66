import { TIER_IDS } from "../../product/tiers.ts";
import { TIER_NAME, tierSign } from "../../status/tier_texts.ts";
import { utcMinute, utcTime } from "../../text/utc_time.ts";
import { rowsOf, wrap } from "../cells.ts";
import type { ConsoleDocument } from "../document.ts";
import { homeKeys } from "../home_keys.ts";
import type { Model } from "../model.ts";
import { qrLines } from "../qr.ts";
import { addressLines } from "./network.ts";
import type { Body, Room } from "./body.ts";

/** A few lines that belong together. What is less important goes first where there is no room. */
interface Section {
  importance: 1 | 2 | 3 | 4;
  lines: readonly string[];
}

const INDENT = "  ";
/** Between the text and the code. */
const GAP = 2;
/** Narrower than this the text beside a code cannot be read. */
const NARROWEST = 44;

/** The first screen: state, cause, where to go, what this machine is. */
export function homeBody(model: Model, room: Room): Body {
  const keys = homeKeys(model).map((it) => `${it.key} ${it.label}`);
  const footer = footerLines(model, room);
  const rows = room.rows - footer.length;
  const qr = qrOf(model, room.columns, rows);
  const besideQr = qr.length === 0
    ? undefined
    : pack(sections(model, room, room.columns - (qr[0]?.length ?? 0) - GAP), rows, false);
  const lines = besideQr === undefined
    ? pack(sections(model, room, room.columns), rows, true) ?? []
    : beside(besideQr, qr, room.columns);
  const filled = Array.from({ length: rows }, (_, i) => lines[i] ?? "");
  return { lines: [...filled, ...footer], keys };
}

/** The same as lines that follow each other, as many as there are. */
export function homeLines(model: Model, room: Room): string[] {
  return [...sections(model, room, room.columns).flatMap((it) => it.lines), ...footerLines(model, room)];
}

function footerLines({ document, notice }: Model, { columns, cells }: Room): string[] {
  return [
    ...notice === "" ? [] : wrap(cells(notice), columns - INDENT.length).map((it) => INDENT + it),
    ...document === undefined ? [] : [INDENT + cells(buildText(document))],
  ];
}

function qrOf({ document, away, charset }: Model, columns: number, rows: number): string[] {
  if (charset !== "utf-8" || away !== undefined || !document || document.token === null) return [];
  const lines = hasAddress(document) ? qrLines(document.status.urls.statusUrl) : [];
  const fits = lines.length <= rows && (lines[0]?.length ?? 0) + GAP + NARROWEST <= columns;
  return fits ? lines : [];
}

function hasAddress({ network }: ConsoleDocument): boolean {
  return network.interfaces.some((it) => it.addresses.length > 0);
}

function beside(text: readonly string[], qr: readonly string[], columns: number): string[] {
  return Array.from({ length: Math.max(text.length, qr.length) }, (_, i) => {
    const code = qr[i];
    return code === undefined ? text[i] ?? "" : (text[i] ?? "").padEnd(columns - code.length) + code;
  });
}

function sections(model: Model, room: Room, columns: number): Section[] {
  const lines = (text: string, hang = 0) =>
    wrap(room.cells(text), columns - INDENT.length, hang).map((it) => INDENT + it);
  const { document, away } = model;
  if (away !== undefined) {
    return [
      { importance: 1, lines: away.flatMap((it) => lines(it, 2)) },
      ...document === undefined ? [] : [addresses(document, lines)],
      { importance: 3, lines: lines(LOGS) },
    ];
  }
  if (document === undefined) return [{ importance: 1, lines: lines("The agent is asked.") }];
  const { status, token, holder } = document;
  const { rollup, topBlockers } = status;
  const blocker = topBlockers.find((it) => it.id === rollup.topBlockerId) ?? topBlockers[0];
  const state = [...lines(rollup.message)];
  if (blocker === undefined && rollup.nextAction !== "") state.push(...lines(rollup.nextAction));
  const all: Section[] = [{ importance: 1, lines: state }];
  if (blocker) {
    const text = [
      ...rollup.topBlockerId === blocker.id ? [] : lines(`! ${blocker.title}`, 2),
      ...cut(lines(blocker.reason, 2), 4, room),
      ...cut(lines(`What to do: ${blocker.nextAction}`, 12), 3, room),
      ...lines(`Since ${utcTime(blocker.since)}`),
    ];
    all.push({ importance: 1, lines: text });
  }
  const { override = null, others = [] } = document.updates ?? {};
  if (override !== null) all.push({ importance: 1, lines: lines(override) });
  all.push({ importance: 1, lines: whereToGo(document, lines) });
  if (token !== null) {
    all.push({ importance: 1, lines: [...lines("Setup token:"), ...lines(`  ${token}`)] });
  }
  if (holder !== null && document.setup.state.status === "running") {
    all.push({
      importance: 2,
      lines: lines(`${holder.title}: run by ${holder.by}, since ${utcTime(holder.since)}`),
    });
  }
  all.push(addresses(document, lines));
  if (document.setup.state.status !== "idle") {
    all.push({
      importance: 2,
      lines: rowsOf(tierTexts(document), "  ", columns - INDENT.length).map((it) => INDENT + it),
    });
  } else if (token !== null) {
    all.push({ importance: 3, lines: lines("No browser? Press 1 and set it up here.") });
  }
  if (others.length > 0) all.push({ importance: 4, lines: others.flatMap((it) => lines(it)) });
  all.push({ importance: 3, lines: lines(LOGS) });
  return all;
}

/** The first lines of a text; where it has more, the last one says so, and the page has the whole. */
function cut(lines: readonly string[], most: number, { cells }: Room): readonly string[] {
  if (lines.length <= most) return lines;
  const last = (lines[most - 1] ?? "").replace(/ \S*$/, ""); // its last word makes room
  return [...lines.slice(0, most - 1), `${last}${cells(" …")}`];
}

const LOGS = "Logs: journalctl -u alga-appliance -u k3s";

function whereToGo(document: ConsoleDocument, lines: (text: string) => string[]): string[] {
  const { urls, tiers } = document.status;
  if (tiers.login.ready && urls.loginUrl !== null) {
    return [...lines(`Alga:       ${urls.loginUrl}`), ...lines(`This agent: ${urls.statusUrl}`)];
  }
  if (!hasAddress(document)) {
    return lines("This machine has no address yet. Press 2 to see its network.");
  }
  return [...lines("Open in a browser:"), ...lines(`  ${urls.statusUrl}`)];
}

function addresses({ network }: ConsoleDocument, lines: (text: string, hang?: number) => string[]): Section {
  const servers = network.resolvers.length === 0 ? "none" : network.resolvers.join(", ");
  return {
    importance: 2,
    lines: [
      ...addressLines(network).flatMap((it) => lines(it, 2)),
      ...lines(`DNS servers ${servers}`, 2),
    ],
  };
}

function tierTexts({ status }: ConsoleDocument): string[] {
  return TIER_IDS.map((id) => `${tierSign(id, status.tiers[id], status.tiers.login.ready)} ${TIER_NAME[id]}`);
}

function buildText({ build, status }: ConsoleDocument): string {
  const made = build.builtAt === "" ? build.commit : `${build.commit}, ${utcMinute(build.builtAt)}`;
  const kubernetes = status.kubernetesVersion === null ? "" : `, Kubernetes ${status.kubernetesVersion}`;
  return `Agent ${build.version} (${made})${kubernetes}`;
}

/** The sections one under the other, with lines between them as far as there is room. `undefined`: not whole. */
function pack(all: readonly Section[], rows: number, mayCut: boolean): string[] | undefined {
  const filled = all.filter((it) => it.lines.length > 0);
  const joined = (least: Section["importance"]) =>
    spaced(filled.filter((it) => it.importance <= least), rows);
  const ways = [joined(4), joined(3), ...mayCut ? [joined(2), joined(1).slice(0, rows)] : []];
  return ways.find((it) => it.length <= rows);
}

/** The first sections are what is looked for first: they are the ones to be set apart where not all can be. */
function spaced(sections: readonly Section[], rows: number): string[] {
  const free = rows - sections.reduce((sum, it) => sum + it.lines.length, 0);
  return sections.flatMap((it, i) => i > 0 && i <= free ? ["", ...it.lines] : it.lines);
}
