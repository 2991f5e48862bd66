import { AgentError, errorText } from "../error.ts";
import type { Host } from "../host/host.ts";
import { readUnitJournal } from "../host/unit_journal.ts";
import { UNIT } from "../install/places.ts";
import { hasSystemd } from "../install/service.ts";
import { readFileSystems } from "../preflight/facts/file_systems.ts";
import { mbText } from "../text/byte_size.ts";

/** One look at the agent from outside. */
export interface Diagnosis {
  id: "service" | "answer" | "disk" | "last-line";
  title: string;
  /** `unknown`: could not be looked at, never the same as well. `told`: a fact that says neither. */
  status: "ok" | "bad" | "unknown" | "told";
  found: string;
  /** What to do about it; empty where nothing is wrong. */
  wayOut: string;
}

/** Less than this and the agent soon cannot write what it must remember. */
const DISK_MIN_BYTES = 64 * 1024 * 1024;

/** Why the agent does not answer, the most telling first. Works without the agent. Never throws. */
export async function diagnose(host: Host, ask: () => Promise<unknown>): Promise<Diagnosis[]> {
  const [service, answer, disk] = await Promise.all([
    look("service", () => judgeService(host)),
    look("answer", () => judgeAnswer(ask)),
    look("disk", () => judgeDisk(host)),
  ]);
  const all = [disk, service, answer];
  if (answer.status !== "ok") all.push(await look("last-line", () => lastLine(host)));
  return all;
}

/** The first that is wrong, as lines for a console. */
export function whyAway(all: readonly Diagnosis[]): string[] {
  const wrong = all.filter((it) => it.status === "bad");
  const line = all.find((it) => it.status === "told");
  return [
    "! The agent does not answer. Setup and status come back with it.",
    ...wrong.filter((it) => it.id !== "answer" || wrong.length === 1).flatMap((it) => [
      `${it.title}: ${it.found}`,
      `What to do: ${it.wayOut}`,
    ]),
    ...line === undefined ? [] : [`It said last: ${line.found}`],
  ];
}

const TITLE: Record<Diagnosis["id"], string> = {
  service: "Service",
  answer: "Answer",
  disk: "Disk",
  "last-line": "Last line",
};

type Judgement = Omit<Diagnosis, "id" | "title">;

async function look(id: Diagnosis["id"], judge: () => Promise<Judgement>): Promise<Diagnosis> {
  const title = TITLE[id];
  try {
    return { id, title, ...await judge() };
  } catch (error) {
    return { id, title, status: "unknown", found: `could not be looked at: ${errorText(error)}`, wayOut: "" };
  }
}

async function judgeService(host: Host): Promise<Judgement> {
  if (host.root === "/" && !await hasSystemd(host)) {
    return { status: "unknown", found: "systemd does not run this machine", wayOut: "" };
  }
  const keys = "LoadState,ActiveState,SubState,Result,NRestarts";
  const { stdout } = await host.run(["systemctl", "show", UNIT, `--property=${keys}`], { timeoutMs: 5_000 });
  const lines = stdout.split("\n");
  const value = (key: string) => lines.find((it) => it.startsWith(`${key}=`))?.slice(key.length + 1) ?? "";
  const [load, active, sub, result] = ["LoadState", "ActiveState", "SubState", "Result"].map(value);
  if (load === "") return { status: "unknown", found: "systemd does not tell", wayOut: "" };
  if (load === "not-found") {
    return { status: "bad", found: "not installed", wayOut: "put it in place: sudo ./alga-agent install" };
  }
  if (load === "masked") {
    return {
      status: "bad",
      found: "masked, so it cannot start",
      wayOut: `sudo systemctl unmask --now ${UNIT}`,
    };
  }
  if (active === "active") return { status: "ok", found: `runs (${sub})`, wayOut: "" };
  const ended = result === "success" || result === "" ? "" : `, its last run ended with "${result}"`;
  const restarts = Number(value("NRestarts"));
  if (active === "activating") {
    const often = restarts > 0 ? `; started again ${restarts} times` : "";
    return {
      status: "bad",
      found: `is starting (${sub})${ended}${often}`,
      wayOut: `wait a minute; if it stays, look at its log: journalctl -u ${UNIT} -n 30`,
    };
  }
  return { status: "bad", found: `does not run (${active})${ended}`, wayOut: `sudo systemctl start ${UNIT}` };
}

async function judgeAnswer(ask: () => Promise<unknown>): Promise<Judgement> {
  try {
    await ask();
    return { status: "ok", found: "answers on its socket", wayOut: "" };
  } catch (error) {
    const wayOut = error instanceof AgentError ? error.hint ?? "" : "";
    return { status: "bad", found: errorText(error), wayOut: wayOut || `journalctl -u ${UNIT} -n 30` };
  }
}

async function judgeDisk(host: Host): Promise<Judgement> {
  const all = await readFileSystems(host);
  const [fullest] = all.toSorted((a, b) => a.avail - b.avail);
  if (fullest === undefined) return { status: "unknown", found: "no disk is known", wayOut: "" };
  const closed = all.find((it) => it.options.split(",").includes("ro"));
  if (closed !== undefined) {
    return {
      status: "bad",
      found: `${closed.target} cannot be written: it is mounted read-only`,
      // Linux does this by itself to a disk that gives errors (mount option errors=remount-ro).
      wayOut:
        `look for errors of the disk (sudo dmesg --level err), then restart this machine, which checks it`,
    };
  }
  const found = `${mbText(fullest.avail)} free on ${fullest.target}`;
  if (fullest.avail >= DISK_MIN_BYTES) return { status: "ok", found, wayOut: "" };
  return { status: "bad", found, wayOut: "make room, for example: sudo journalctl --vacuum-size=100M" };
}

async function lastLine(host: Host): Promise<Judgement> {
  const last = (await readUnitJournal(host, UNIT, { lines: 5 })).at(-1);
  if (last === undefined) return { status: "unknown", found: "nothing in a quarter of an hour", wayOut: "" };
  return { status: "told", found: last.text, wayOut: "" };
}
