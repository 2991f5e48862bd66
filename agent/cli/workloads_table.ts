import { memoryText } from "../text/byte_size.ts";
import { ageMs, durationText } from "../text/duration.ts";
import { type Layout, printLine } from "../text/printable.ts";
import { utcMinute } from "../text/utc_time.ts";
import { TIER_NAME } from "../status/tier_texts.ts";
import type {
  ContainerRow,
  PodPage,
  ReleaseRow,
  Tone,
  VolumeRow,
  WorkloadList,
  WorkloadRow,
} from "../workloads/mod.ts";
import { cpuText, endText, STATE_SENTENCE, STATE_WORD } from "../workloads/words.ts";
import { eventLine } from "./events_table.ts";
import { pageLines } from "./options.ts";

const PLAIN: Layout = { columns: undefined, color: false };
const SIGN: Record<Tone, string> = { bad: "x", warn: "!", busy: "..", good: "ok", idle: "-" };

/** Workloads, what needs attention first, then releases. Pure. */
export function workloadsText(list: WorkloadList, nowMs: number, layout: Layout = PLAIN): string {
  const { freshness, rows, total, hiddenEnded, elsewhere, usageProblem, releases } = list;
  const lines = [
    ...(freshness.problem === "" ? [] : [`${freshness.problem}.`, ""]),
    ...(rows.length === 0 ? [freshness.isKnown ? "Nothing fits." : "Nothing is known yet."] : []),
    ...rows.flatMap((it) => workloadLines(it, nowMs)),
    "",
    ...pageLines(list, `${total} in all`),
    ...(hiddenEnded > 0 ? [`${hiddenEnded} more are over: --ended shows them`] : []),
    ...(elsewhere > 0 ? [`${elsewhere} elsewhere need attention: --namespace all shows them`] : []),
    ...(usageProblem === "" || rows.length === 0 ? [] : [`CPU and memory: ${usageProblem}`]),
    ...(releases.length === 0
      ? []
      : ["Releases", ...releases.map((it) => releaseLine(it)), ...more(list.releasesLeftOut)]),
  ];
  return text(lines, layout);
}

/** One pod with its containers, conditions, volumes and events. Pure. */
export function podText(pod: PodPage, nowMs: number, layout: Layout = PLAIN): string {
  const { row, freshness, owner } = pod;
  const lines = [
    ...(freshness.problem === "" ? [] : [`${freshness.problem}.`, ""]),
    `${row.namespace}/${row.name} ${STATE_SENTENCE[row.state]}${because(row)}`,
    ...(pod.lookProblem === "" ? [] : [`As it was remembered: ${pod.lookProblem}`]),
    `Counts for ${row.tier === null ? "no tier" : TIER_NAME[row.tier]} · owner ${
      owner === null ? "none" : `${owner.kind}/${row.namespace}/${owner.name}`
    } · node ${pod.node || "none"} · age ${age(row.createdAt, nowMs)}`,
    `Uses ${usage(row)}${pod.usageProblem === "" ? "" : ` (${pod.usageProblem})`}`,
    "",
    "Containers",
    ...pod.containers.flatMap(containerLines),
    ...more(pod.leftOut.containers),
    "",
    "Conditions",
    ...pod.conditions.map((it) => `  ${it.type}: ${it.status}${because(it)}`),
    "",
    "Volumes",
    ...(pod.volumes === null ? ["  not read"] : pod.volumes.map(volumeLine)),
    ...more(pod.leftOut.volumes),
    "",
    "Events",
    ...(pod.events.length === 0 ? ["  none is kept"] : pod.events.map((it) => `  ${eventLine(it, true)}`)),
    ...more(pod.leftOut.events),
  ];
  return text(lines, layout);
}

function more(count: number): string[] {
  return count === 0 ? [] : [`  and ${count} more`];
}

function workloadLines(it: WorkloadRow, nowMs: number): string[] {
  const restarts = it.restarts === 0 ? "" : `, restarts ${restartText(it)}`;
  const tier = it.tier === null ? "" : `, counts for ${TIER_NAME[it.tier]}`;
  return [
    `${SIGN[it.tone].padEnd(3)}${it.namespace}/${it.name}  ${
      STATE_WORD[it.state]
    }, ${it.ready} of ${it.wanted} ready${restarts}, age ${age(it.createdAt, nowMs)}, ${usage(it)}${tier}`,
    ...(it.tone === "good" || because(it) === "" ? [] : [`     ${because(it).slice(2)}`]),
    ...(it.kind === "Pod" || it.pod === null ? [] : [`     pod ${it.namespace}/${it.pod}`]),
    ...it.images.map(({ image, digest }) => `     ${image}${digest === null ? "" : ` ${digest}`}`),
  ];
}

function containerLines(it: ContainerRow): string[] {
  const role = { main: "", beside: " (beside the others)", prepares: " (before the start)" }[it.role];
  return [
    `  ${SIGN[it.tone].padEnd(3)}${it.container}${role}: ${STATE_WORD[it.state]}${because(it)}, restarts ${
      restartText(it)
    }, ${usage(it)}`,
    `     ${it.image}${it.digest === null ? "" : ` ${it.digest}`}`,
  ];
}

function volumeLine(it: VolumeRow): string {
  const mounts = it.mounts.map((one) => `${one.path} in ${one.container}`).join(", ") || "nowhere";
  const size = it.sizeBytes === null ? "" : `, size ${memoryText(it.sizeBytes)}`;
  const used = it.usedBytes === null ? "" : `, used ${memoryText(it.usedBytes)}`;
  const path = it.hostPath === "" ? "" : `, on this disk at ${it.hostPath}`;
  return `  ${it.kind} ${it.source || it.name}: ${mounts}${size}${used}${path}`;
}

function releaseLine(it: ReleaseRow): string {
  const chart = [it.chart, it.chartVersion].filter(Boolean).join(" ");
  const told = [chart && `chart ${chart}`, it.revision && `revision ${it.revision}`].filter(Boolean).join(
    ", ",
  );
  const tried = it.triedAt === null ? "" : `, last tried ${utcMinute(it.triedAt)}`;
  return `${SIGN[it.tone].padEnd(3)}${it.kind} ${it.name}: ${it.state}${
    told === "" ? "" : `, ${told}`
  }${tried}${it.state === "ready" ? "" : because(it)}`;
}

function because({ reason, message }: { reason: string; message: string }): string {
  const said = [reason, message].filter((it) => it !== "").join(": ");
  return said === "" ? "" : `: ${said}`;
}

function restartText({ restarts, lastEnd }: Pick<WorkloadRow, "restarts" | "lastEnd">): string {
  return lastEnd === null ? `${restarts}` : `${restarts} (${endText(lastEnd.reason, lastEnd.exitCode)})`;
}

function usage({ cpuCores, memoryBytes }: Pick<WorkloadRow, "cpuCores" | "memoryBytes">): string {
  return `CPU ${cpuCores === null ? "-" : cpuText(cpuCores).replace(" CPU", "")}, memory ${
    memoryBytes === null ? "-" : memoryText(memoryBytes)
  }`;
}

function age(createdAt: string | null, nowMs: number): string {
  return createdAt === null ? "-" : durationText(ageMs(createdAt, nowMs));
}

function text(lines: readonly string[], layout: Layout): string {
  return `${lines.map((it) => printLine(it, 5, layout)).join("\n").trimEnd()}\n`;
}
