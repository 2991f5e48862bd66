import * as z from "zod";
import { addHostFile, hostCollector } from "../from_host.ts";
import { type Collector, type CollectorTools, inBatches, type Pieces } from "../collector.ts";
import { readAudit } from "../../access/read_audit.ts";
import { readJournal } from "../../state/journal.ts";
import { PATHS } from "../../state/paths.ts";
import { evaluate } from "../../status/mod.ts";
import { timeMs } from "../../text/time.ts";
import { foldHistory } from "../../update/history.ts";
import { foldRules } from "../../update/rules.ts";
import { BUILD } from "../../version.ts";

const MIB = 1024 * 1024;
const JOURNAL_BYTES = 8 * MIB;
const PROC_BYTES = 64 * 1024;
/** Both files of the audit log. */
const AUDIT_BYTES = 10 * MIB;

/** State files with the fields that leave: everything else in them is secret, or of no use. */
const STATE_FILES: readonly (readonly [path: string, from: string])[] = [
  ["state/install-state.json", PATHS.installState],
  ["state/release-selection.json", PATHS.releaseSelection],
  ["state/status-memory.json", PATHS.statusMemory],
  ["state/release-auto-recovery.json", PATHS.releaseResets],
  ["state/setup-inputs.json", PATHS.setupInputs],
  ["state/settings.json", PATHS.settings],
];
/** Of the answers and settings: names of fields that are not secret. Others are told by name only. */
const TELLING_FIELDS = new Set(
  ("schemaVersion runId submittedAt channel releaseRef appUrl dnsMode dnsServers noProxy publicNames edition updatedAt history at by " +
    "changes field before after values inputs settings").split(" "),
);

const SetupAnswers = z.object({ inputs: z.object({ releaseRef: z.string() }) });

/** The release that setup was asked for; empty where it was the channel, or its answers cannot be read. */
async function pinnedAtSetup({ host }: CollectorTools): Promise<string> {
  try {
    const text = await host.readText(PATHS.setupInputs, { maxBytes: 4 * MIB });
    return SetupAnswers.parse(JSON.parse(text ?? "")).inputs.releaseRef;
  } catch {
    return "";
  }
}

/** The agent itself and what it remembers. */
export const AGENT_COLLECTORS: readonly Collector[] = [
  {
    id: "agent.status",
    title: "Status, causes and what they were judged from",
    deadlineMs: 20_000,
    async collect(tools) {
      const evidence = await tools.evidence(tools.signal);
      // As it was shown: with its rules' errors counted, not thrown.
      const status = evaluate(evidence.snapshot, Date.parse(evidence.at), evidence.memory, () => {});
      await tools.json("status.json", status);
      await tools.json("blockers.json", status.topBlockers);
      await tools.json("replay/evidence.json", evidence);
    },
  },
  {
    id: "agent.timeline",
    title: "What happened, in one list",
    async collect(tools) {
      const evidence = await tools.evidence(tools.signal).catch(() => undefined);
      const entries = readJournal(await journalText(tools)).entries;
      const rows = [
        ...entries.map((it) => ({
          at: it.at,
          source: "agent",
          type: it.type,
          by: it.data.by,
          operation: it.data.operation,
          stepId: it.data.stepId,
        })),
        ...(evidence?.memory.recent ?? []).map((it) => ({ at: it.at, source: "status", text: it.text })),
        ...(evidence?.snapshot.events ?? []).map((it) => ({
          at: it.lastAt ?? it.firstAt ?? "",
          source: "kubernetes",
          type: it.reason,
          about: `${it.kind}/${it.namespace}/${it.name}`,
          text: it.message,
        })),
      ].toSorted((a, b) => (timeMs(a.at) || 0) - (timeMs(b.at) || 0));
      await tools.file("timeline.jsonl", lines(rows, tools));
    },
  },
  {
    id: "agent.state",
    title: "Record of setup, settings and updates",
    async collect(tools) {
      await addHostFile(tools, { path: "state/journal.jsonl", from: PATHS.journal, maxBytes: JOURNAL_BYTES });
      for (const [path, from] of STATE_FILES) {
        const text = await tools.host.readText(from, { maxBytes: 4 * MIB }).catch(() => undefined);
        if (text === undefined) continue;
        try {
          const isAnswers = from === PATHS.setupInputs || from === PATHS.settings;
          const value: unknown = JSON.parse(text);
          await tools.json(path, isAnswers ? onlyTelling(value) : value);
        } catch {
          tools.missing(from, "it is not JSON"); // the parser's own words quote the file
        }
      }
      const damaged = await tools.host.list(PATHS.damagedDir).catch(() => undefined);
      if (damaged !== undefined) await tools.json("state/damaged-files.json", damaged);
    },
  },
  hostCollector("agent.journal", "Log of the agent", {
    programs: ["alga-appliance", "alga-appliance-console"].map((it) => ({
      path: `logs/${it}.log`,
      argv: ["journalctl", "--no-pager", "-o", "short-iso-precise", "-u", it, "-n", "10000"] as const,
      maxBytes: 3 * MIB,
    })),
  }),
  {
    id: "agent.audit",
    title: "Who did what",
    async collect(tools) {
      const { entries, problem } = await readAudit(tools.host);
      if (problem !== undefined) tools.missing(PATHS.audit, problem);
      if (entries.length === 0) tools.absent(PATHS.audit);
      else await tools.file("state/audit.jsonl", lines(entries, tools), { maxBytes: AUDIT_BYTES });
      // Not in the log before an agent takes them there.
      await addHostFile(tools, { path: "state/audit-notes.jsonl", from: PATHS.auditNotes });
    },
  },
  {
    id: "update.history",
    title: "Updates that were tried, and when they may begin",
    async collect(tools) {
      const { entries } = readJournal(await journalText(tools));
      const attempts = foldHistory(entries);
      if (attempts.length === 0) tools.absent("attempts at an update");
      else await tools.json("state/updates.json", attempts);
      const { rules, changes, isUnreadable } = foldRules(entries, await pinnedAtSetup(tools));
      await tools.json("state/update-rules.json", { ...rules, isUnreadable, changes });
    },
  },
  {
    id: "agent.self",
    title: "This program",
    async collect(tools) {
      await addHostFile(tools, {
        path: "agent/process.txt",
        from: "/proc/self/status",
        maxBytes: PROC_BYTES,
      });
      await addHostFile(tools, { path: "agent/limits.txt", from: "/proc/self/limits", maxBytes: PROC_BYTES });
      await tools.json("agent.json", { ...BUILD, pid: Deno.pid, memory: Deno.memoryUsage() });
      const info = await tools.host.list(PATHS.stateDir).catch(() => undefined);
      if (info !== undefined) {
        const rows = await Promise.all(info.map(async (name) => ({
          name,
          ...await tools.host.info(`${PATHS.stateDir}/${name}`),
        })));
        await tools.json("state/files.json", rows);
      }
    },
  },
];

function lines(rows: readonly unknown[], { rest }: CollectorTools): Pieces {
  return inBatches(rows.values().map((it) => `${JSON.stringify(it)}\n`), rest);
}

async function journalText({ host }: CollectorTools): Promise<string> {
  return await host.readText(PATHS.journal, { maxBytes: JOURNAL_BYTES }) ?? "";
}

/** A document without the values of fields that are not on the list; that they are there is told. */
function onlyTelling(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(onlyTelling);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([name, it]) => [
      name,
      TELLING_FIELDS.has(name) ? onlyTelling(it) : it === "" || it === null ? it : "[left out]",
    ]),
  );
}
