import type { CheckResult, PreflightReport } from "../../preflight/mod.ts";
import type { Collector, CollectorTools } from "../collector.ts";

/** Checks each wait for others: the network answers, or does not. */
const CHECKS_MS = 20_000;
const SECURITY = "os.security-tools";

/** What is asked of the network. */
export function isOfNetwork(id: string): boolean {
  return /^(?:reg|dns|proxy|time|rel)\./.test(id) || id === "net.captive";
}

/** A check as it is now beside what setup found. */
interface CheckRow extends CheckResult {
  /** Absent where setup did not ask. */
  atSetup?: Pick<CheckResult, "status" | "found">;
}

/** The checks of setup, run again. */
export const CHECK_COLLECTORS: readonly Collector[] = [
  {
    id: "agent.preflight",
    title: "Checks of the machine, now and at setup",
    deadlineMs: CHECKS_MS,
    async collect(tools) {
      const before = await tools.checks.atSetup();
      if (before === undefined) tools.absent("checks of setup");
      else await tools.json("preflight/at-setup.json", before);
      const now = await tools.checks.now((id) => !isOfNetwork(id), tools.signal);
      await tools.json("preflight/now.json", beside(now, before));
    },
  },
  {
    id: "net.reach",
    title: "Ways to the registries, names and time, asked now",
    deadlineMs: CHECKS_MS,
    async collect(tools) {
      const before = await tools.checks.atSetup().catch(() => undefined);
      await tools.json(
        "network/reach.json",
        beside(await tools.checks.now(isOfNetwork, tools.signal), before),
      );
    },
  },
  {
    id: "host.security-tools",
    title: "Security software of the machine",
    async collect(tools) {
      const [found] = (await tools.checks.now((id) => id === SECURITY, tools.signal)).results;
      await addSecurityTools(tools, found);
    },
  },
];

/** Names only. */
async function addSecurityTools(tools: CollectorTools, found: CheckResult | undefined): Promise<void> {
  if (found === undefined || found.status === "error") {
    return tools.missing("names of security software", found?.found ?? "nothing was asked");
  }
  await tools.json("host/security-tools.json", { status: found.status, found: found.found });
}

function beside({ startedAt, finishedAt, results }: PreflightReport, before: PreflightReport | undefined): {
  startedAt: string;
  finishedAt: string;
  /** Ids of checks that ended another way than at setup. */
  changed: string[];
  results: CheckRow[];
} {
  const rows = results.map((it): CheckRow => {
    const was = before?.results.find(({ id }) => id === it.id);
    return was === undefined ? it : { ...it, atSetup: { status: was.status, found: was.found } };
  });
  const changed = rows.filter((it) => it.atSetup !== undefined && it.atSetup.status !== it.status);
  return { startedAt, finishedAt, changed: changed.map((it) => it.id), results: rows };
}
