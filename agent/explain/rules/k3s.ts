import type { Facts } from "../../facts/facts.ts";
import type { JournalLine } from "../../facts/snapshot.ts";
import type { Cause } from "../../causes/cause.ts";
import { K3S } from "../../causes/k3s.ts";
import { KERNEL } from "../../causes/kernel.ts";
import { MACHINE } from "../../causes/machine.ts";
import { NETWORK } from "../../causes/network.ts";
import { SERVICE_STARTS } from "../../facts/start_again.ts";
import { SERVICE_PREFIX } from "../../product/networks.ts";
import { ageMs } from "../../text/duration.ts";
import { type Finding, finding, type Rule } from "../finding.ts";
import { DISK_ERRORS, DISK_FULL, FILE_WATCHES } from "../kernel_words.ts";
import { atLine, stops } from "./k3s_stops.ts";

const JOURNAL_FRESH_MS = 10 * 60_000;
const START_PATIENCE_MS = 2 * 60_000;
const SLOW_LINES = 3;
const STAYED_MS = 45_000;
/** What the kubelet within it says of one pod or image, which speak for themselves. */
const OF_ONE_POD = /"Error syncing pod|\b(?:pod|image)="/;

/** What a line of the service may tell; "" where it does not. */
interface LineWords {
  now: string;
  before: string;
  port: string;
  line: string;
  /** For causes that name a part. */
  component: string;
  level: string;
}

/** Why the service "k3s" does not run, by what it said last; first match wins. Groups are named as the words that they give. */
const PATTERNS: readonly { cause: Cause<LineWords>; test: RegExp }[] = [
  { cause: MACHINE.diskErrors, test: DISK_ERRORS },
  { cause: K3S.databaseCorrupt, test: /database disk image is malformed|file is not a database/i },
  {
    cause: K3S.registriesInvalid,
    test: /Waiting to retrieve agent configuration; server is not ready: yaml: (?:line (?<line>\d+))?/i,
  },
  { cause: K3S.configInvalid, test: /(?:^|msg=")(?:Error: )?yaml: (?:line (?<line>\d+): |unmarshal)/i },
  { cause: K3S.tokenInvalid, test: /failed to normalize (?:server )?token/i },
  {
    cause: MACHINE.noDefaultRoute,
    test: /no default routes? found|unable to select an IP from default routes/i,
  },
  { cause: K3S.tokenMismatch, test: /bootstrap data already found and encrypted with different token/i },
  {
    cause: K3S.startCgroup,
    test:
      /failed to find memory cgroup|(?:exited|failed to run Kubelet): cgroup v1 detected|not run on a host using cgroup v1|cgroup.{0,40}\bmemory\b.{0,40}not (?:found|enabled)/i,
  },
  { cause: K3S.startPort, test: /listen (?:tcp|udp)\S* \S*?:(?<port>\d+): bind: address already in use/i },
  {
    cause: MACHINE.addressChanged,
    test:
      /x509: certificate is valid for (?<before>[\d., a-f:]+), not (?<now>[\d.]+|[\da-f:]*:[\da-f:]+)(?![\w.-])/i,
  },
  // k3s says "is a not a member", word for word.
  { cause: MACHINE.addressChanged, test: /is (?:a )?not a member of the etcd cluster/i },
  // Its own certificates are made by this clock: not valid yet means that the clock was set back.
  { cause: NETWORK.clock, test: /x509: certificate .{0,60}not (?:yet )?valid.{0,80} is before /i },
  { cause: K3S.certificateExpired, test: /x509: certificate has expired/i },
  { cause: MACHINE.nameChanged, test: /can only access node lease with the same name/i },
  { cause: KERNEL.fileWatches, test: FILE_WATCHES },
  { cause: MACHINE.diskPressure, test: DISK_FULL },
  // By systemd, of the service itself: the kernel has chosen it.
  {
    cause: MACHINE.outOfMemory,
    test:
      /^k3s\.service: (?:.{0,60}killed by the OOM killer|Failed with result 'oom-kill')|cannot allocate memory/i,
  },
  {
    cause: MACHINE.diskReadOnly,
    // k3s makes the folder of its database at each start. What SQLite then misses is its log beside the file, which it may not make.
    test: /read-only file system|attempt to write a readonly database|unable to open database file/i,
  },
  {
    cause: K3S.noKernelLog,
    test: /open \/dev\/kmsg: (?:no such file|operation not permitted|permission denied)/i,
  },
  // systemd of a program that was built for another processor.
  {
    cause: MACHINE.cpuTooOld,
    test: /^k3s\.service: Main process exited, code=(?:dumped|killed), status=4\/ILL/,
  },
  {
    cause: MACHINE.addressChanged,
    test: /node ?ip:? "?(?<before>[\d.:a-f]{2,45})"? not found in the host's network interfaces/i,
  },
  {
    cause: MACHINE.addressChanged,
    test:
      /(?:unable|failed) to find (?:the )?interface (?:with|by|for) (?:the )?(?:specified )?(?:node )?ip/i,
  },
];

/** What the service "k3s" says while Kubernetes does not answer. */
export const journalRule: Rule = {
  causes: [...new Set(PATTERNS.map((it) => it.cause)), K3S.crashLoop, K3S.stopped, MACHINE.diskSlow],
  find(facts) {
    const lines = facts.snapshot.host.journal.filter((it) => ageMs(it.at, facts.nowMs) < JOURNAL_FRESH_MS);
    const slow = slowDisk(facts, lines);
    // What it said before it came back, and stayed, is over.
    const { state, since } = facts.snapshot.api;
    if (state === "answering" && ageMs(since, facts.nowMs) > STAYED_MS) return slow;
    for (const run of runsOf(recent(lines, facts.nowMs))) {
      const found = toldBy(run);
      if (found === undefined) continue;
      const { cause, test, line } = found;
      const { now = "", before = "", port = "", line: at = "" } = test.exec(line.text)?.groups ?? {};
      const words = { now, before: ownAddresses(before), port, line: at, component: "Kubernetes", level: "" };
      return [finding(facts, cause, { ...atLine(line), words }), ...slow];
    }
    return [...stops(facts, lines), ...slow];
  },
};

/** A certificate of Kubernetes names loop-back and its own service too: by those nobody knows a machine. */
function ownAddresses(list: string): string {
  const own = list.split(", ").filter((it) =>
    !it.startsWith("127.") && it !== "::1" && !it.startsWith(SERVICE_PREFIX)
  );
  return own.join(" and ");
}

/** Why a run does not come up, by its own words; `undefined` where none of them tells. */
function toldBy(run: readonly JournalLine[]) {
  for (const pattern of PATTERNS) {
    const line = run.findLast((it) => pattern.test.test(it.text) && !OF_ONE_POD.test(it.text));
    if (line !== undefined) return { ...pattern, line };
  }
  return undefined;
}

/** From start to start, the newest first: what it says now counts, not what a run before it ended with. */
function runsOf(lines: readonly JournalLine[]): JournalLine[][] {
  const runs: JournalLine[][] = [[]];
  for (const line of lines) {
    if (SERVICE_STARTS.test(line.text)) runs.unshift([]);
    runs[0]?.push(line);
  }
  return runs;
}

/** Lines since the newest start, and of the last minutes: a run that is young has not had the time to fail again. */
function recent(lines: readonly JournalLine[], nowMs: number): readonly JournalLine[] {
  const start = lines.findLastIndex((it) => SERVICE_STARTS.test(it.text));
  return lines.filter((it, index) => index >= start || ageMs(it.at, nowMs) < START_PATIENCE_MS);
}

/** How long a statement took, before and since kine names it after the statement. @see k3s-io/kine pkg/metrics/metrics.go, https://github.com/k3s-io/kine/issues/651 */
const STATEMENT_TIME = /(?:\(total time: |" duration=)(?:(\d+)h)?(?:(\d+)m(?!s))?([\d.]+)(ms|µs|s)[) ]/;

/** Statements on its database that take longer than a second, again and again. */
function slowDisk(facts: Facts, lines: readonly JournalLine[]): Finding[] {
  const slow = lines.filter((it) => {
    const time = /Slow SQL/.test(it.text) ? STATEMENT_TIME.exec(it.text) : null;
    return time !== null &&
      (time[1] !== undefined || time[2] !== undefined || time[4] === "s" && Number(time[3]) >= 1);
  });
  const first = slow[0];
  if (slow.length < SLOW_LINES || !first) return [];
  return [finding(facts, MACHINE.diskSlow, { ...atLine(first), words: { times: slow.length } })];
}

/** A file of k3s whose checksum is another. */
export const downloadRule: Rule = {
  causes: [K3S.download],
  find(facts) {
    const { setup } = facts.snapshot;
    const { failure } = setup;
    if (setup.status !== "failed" || setup.stepId !== "k3s" || failure?.code !== "CHECKSUM_MISMATCH") {
      return [];
    }
    return [finding(facts, K3S.download, {
      since: setup.since,
      words: { nextStep: failure.suggestedNextStep },
      evidence: [{ label: "Code", text: failure.code }, {
        label: "Message",
        text: failure.message,
      }],
    })];
  },
};

/** The machine has another address or name than Kubernetes knows it by. */
export const identityRule: Rule = {
  causes: [MACHINE.addressChanged, MACHINE.nameChanged],
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
        found.push(finding(facts, MACHINE.nameChanged, {
          ...about,
          since: node.conditions.find((it) => it.type === "Ready")?.since,
          words: { now: host.name, before: node.name },
          evidence: [{ label: "Machine", text: host.name }, { label: "Kubernetes", text: node.name }],
        }));
      }
      const address = node.internalIp ?? "";
      if (/^[\d.]+$/.test(address) && host.addresses.length > 0 && !host.addresses.includes(address)) {
        found.push(finding(facts, MACHINE.addressChanged, {
          ...about,
          words: { now: host.addresses[0] ?? "", before: address },
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
