import type { Facts } from "../../facts/facts.ts";
import type { JournalLine } from "../../facts/snapshot.ts";
import type { BlockerId } from "../blocker_id.ts";
import { clip } from "./crash.ts";
import { ageMs } from "../../text/duration.ts";
import { type Finding, finding, type Rule } from "../finding.ts";

const JOURNAL_FRESH_MS = 10 * 60_000;
const START_PATIENCE_MS = 2 * 60_000;
const LOOP_SPAN_MS = 5 * 60_000;
const LOOP_STARTS = 5;
const SLOW_LINES = 3;
/** What the kubelet within it says of one pod or image, which speak for themselves. */
const OF_ONE_POD = /"Error syncing pod|\b(?:pod|image)="/;

/** Why the service "k3s" does not run, by what it said last; first match wins. @see catalogue.md 4.4 k3s.* */
const PATTERNS: readonly { id: BlockerId; test: RegExp; name?: number; server?: number }[] = [
  { id: "k3s.db-corrupt", test: /database disk image is malformed|file is not a database/i },
  { id: "k3s.token-mismatch", test: /bootstrap data already found and encrypted with different token/i },
  {
    id: "k3s.start-cgroup",
    test: /failed to find memory cgroup|cgroup.{0,40}\bmemory\b.{0,40}not (?:found|enabled)/i,
  },
  { id: "k3s.start-port", test: /listen tcp\S* \S*?:(\d+): bind: address already in use/i, name: 1 },
  {
    id: "net.node-ip-changed",
    test: /x509: certificate is valid for ([\d., a-f:]+), not ([\d.]+|[\da-f:]*:[\da-f:]+)(?![\w.-])/i,
    server: 1,
    name: 2,
  },
  { id: "net.node-ip-changed", test: /is not a member of the etcd cluster/i },
  { id: "k3s.cert-expired", test: /x509: certificate has expired/i },
  { id: "node.hostname-changed", test: /can only access node lease with the same name/i },
  { id: "disk.pressure", test: /no space left on device/i },
  { id: "disk.readonly", test: /read-only file system/i },
];

/** What the service "k3s" says while Kubernetes does not answer. */
export const journalRule: Rule = {
  ids: [...new Set(PATTERNS.map((it) => it.id)), "k3s.crash-loop", "disk.slow"],
  find(facts) {
    const lines = facts.snapshot.host.journal.filter((it) => ageMs(it.at, facts.nowMs) < JOURNAL_FRESH_MS);
    const slow = slowDisk(facts, lines);
    const run = newestRun(lines, facts.nowMs);
    for (const pattern of PATTERNS) {
      const line = run.findLast((it) => pattern.test.test(it.text) && !OF_ONE_POD.test(it.text));
      if (!line) continue;
      const match = pattern.test.exec(line.text);
      const named = (group: number | undefined) => group === undefined ? "" : match?.[group]?.trim() ?? "";
      return [
        atNode(facts, pattern.id, line, {
          name: named(pattern.name),
          server: named(pattern.server),
        }),
        ...slow,
      ];
    }
    return [...crashLoop(facts, lines), ...slow];
  },
};

function atNode(facts: Facts, id: BlockerId, line: JournalLine, words: Partial<Finding["words"]>): Finding {
  return finding(facts, {
    id,
    tier: "platform",
    component: "node",
    since: line.at,
    words: { detail: clip(messageOf(line.text), 240), ...words },
    evidence: [
      { label: "Service", text: "k3s" },
      { label: "Line", text: clip(line.text, 400) },
      { label: "Time", text: line.at },
    ],
  });
}

/** Lines since the newest start, and of the last minutes: a run that is young has not had the time to fail again. */
function newestRun(lines: readonly JournalLine[], nowMs: number): readonly JournalLine[] {
  const start = lines.findLastIndex((it) => /^Starting (?:Lightweight Kubernetes|k3s)/.test(it.text));
  return lines.filter((it, index) => index >= start || ageMs(it.at, nowMs) < START_PATIENCE_MS);
}

function crashLoop(facts: Facts, lines: readonly JournalLine[]): Finding[] {
  const restarts = lines.filter((it) =>
    /Scheduled restart job, restart counter is at/.test(it.text) && ageMs(it.at, facts.nowMs) < LOOP_SPAN_MS
  );
  const last = restarts.at(-1);
  if (restarts.length < LOOP_STARTS || !last) return [];
  const fatal = lines.findLast((it) => /level=fatal|\bfatal\b|\bpanic:/i.test(it.text)) ??
    lines.findLast((it) => /level=error|^E\d{4} /.test(it.text));
  return [atNode(facts, "k3s.crash-loop", fatal ?? last, {
    detail: fatal ? clip(messageOf(fatal.text), 240) : "",
    amount: `${restarts.length} times`,
  })];
}

/** Statements on its database that take longer than a second, again and again. */
function slowDisk(facts: Facts, lines: readonly JournalLine[]): Finding[] {
  const slow = lines.filter((it) => {
    const time = /Slow SQL.{0,100}\(total time: (?:(\d+)h)?(?:(\d+)m(?!s))?([\d.]+)(ms|µs|s)\)/.exec(
      it.text,
    );
    return time !== null &&
      (time[1] !== undefined || time[2] !== undefined || time[4] === "s" && Number(time[3]) >= 1);
  });
  const first = slow[0];
  if (slow.length < SLOW_LINES || !first) return [];
  const long = ageMs(first.at, facts.nowMs) > LOOP_SPAN_MS;
  return [{ ...atNode(facts, "disk.slow", first, { amount: `${slow.length} times` }), hard: long }];
}

/** The text of a line of k3s without level and time. */
function messageOf(text: string): string {
  const quoted = /\bmsg="((?:[^"\\]|\\.)*)"/.exec(text)?.[1];
  return quoted === undefined ? text : quoted.replaceAll(/\\(["\\])/g, "$1");
}

/** The agent put k3s in place and its sum was wrong. */
export const downloadRule: Rule = {
  ids: ["k3s.download"],
  find(facts) {
    const { setup } = facts.snapshot;
    const { failure } = setup;
    if (setup.status !== "failed" || setup.stepId !== "k3s" || failure?.code !== "CHECKSUM_MISMATCH") {
      return [];
    }
    if (!/checksum/i.test(failure.message)) return []; // it is not there at all
    return [finding(facts, {
      id: "k3s.download",
      tier: "platform",
      component: "setup",
      since: setup.since,
      words: { detail: failure.message },
      evidence: [{ label: "Code", text: failure.code }, {
        label: "Message",
        text: failure.message,
      }],
    })];
  },
};

/** The machine has another address or name than Kubernetes knows it by. @see contract.md 9.2 K6 */
export const identityRule: Rule = {
  ids: ["net.node-ip-changed", "node.hostname-changed"],
  find(facts) {
    const { host, nodes } = facts.snapshot;
    if (!facts.live || host.name === "") return [];
    return nodes.flatMap((node): Finding[] => {
      const known = host.machineId !== "" && node.machineId !== "";
      const same = known ? node.machineId === host.machineId : node.name === host.name;
      if (!same) return [];
      const found: Finding[] = [];
      const about = { tier: "platform" as const, component: "node" };
      const isReady = node.conditions.some((it) => it.type === "Ready" && it.status === "True");
      if (known && !isReady && node.name !== host.name) {
        found.push(finding(facts, {
          ...about,
          id: "node.hostname-changed",
          since: node.conditions.find((it) => it.type === "Ready")?.since,
          words: { name: host.name, server: node.name },
          evidence: [{ label: "Machine", text: host.name }, { label: "Kubernetes", text: node.name }],
        }));
      }
      const address = node.internalIp ?? "";
      if (/^[\d.]+$/.test(address) && host.addresses.length > 0 && !host.addresses.includes(address)) {
        found.push(finding(facts, {
          ...about,
          id: "net.node-ip-changed",
          words: { name: host.addresses[0] ?? "", server: address },
          evidence: [
            { label: "Machine", text: host.addresses.join(", ") },
            { label: "Kubernetes", text: `${node.name} ${address}` },
          ],
        }));
      }
      return found;
    });
  },
};
