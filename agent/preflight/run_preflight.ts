import { type Clock, isoNow } from "../clock.ts";
import { errorText } from "../error.ts";
import { withTimeout } from "../signals.ts";
import type { Check, CheckContext, CheckOutcome, CheckResult, PreflightReport, RunContext } from "./check.ts";
import { DNS_CHECKS } from "./checks/dns.ts";
import { DISK_CHECKS } from "./checks/disk.ts";
import { DISK_SMART } from "./checks/disk_health.ts";
import { DUPLICATE_IP } from "./checks/duplicate_address.ts";
import { IPV6_BROKEN } from "./checks/ipv6.ts";
import { FIREWALL_CHECKS } from "./checks/firewall.ts";
import { HARDWARE_CHECKS } from "./checks/hardware.ts";
import { IDENTITY_CHECKS } from "./checks/identity.ts";
import { KERNEL_CHECKS } from "./checks/kernel.ts";
import { MACHINE_CHECKS } from "./checks/machine.ts";
import { NETWORK_CHECKS } from "./checks/network.ts";
import { PROXY_CHECKS } from "./checks/proxy.ts";
import { gatherFacts } from "./facts/gather.ts";
import { SOURCE_CHECKS } from "./checks/sources.ts";
import { SYSTEM_CHECKS } from "./checks/system.ts";
import { redactText } from "../text/redact/redact_text.ts";
import { registryChecks } from "./checks/registry.ts";

/** One check gets this long; the way to a registry may need a token, a redirect and a retry. */
const CHECK_TIMEOUT_MS = 15_000;

/** Every check, in the order of the page. */
export function allChecks(context: CheckContext): readonly Check[] {
  return [
    ...MACHINE_CHECKS,
    ...SYSTEM_CHECKS,
    ...HARDWARE_CHECKS,
    ...DISK_CHECKS,
    DISK_SMART,
    ...KERNEL_CHECKS,
    ...IDENTITY_CHECKS,
    ...NETWORK_CHECKS,
    DUPLICATE_IP,
    IPV6_BROKEN,
    ...FIREWALL_CHECKS,
    ...DNS_CHECKS,
    ...PROXY_CHECKS,
    ...SOURCE_CHECKS,
    ...registryChecks(context),
  ];
}

/** The id of every check. */
export function checkIds(): string[] {
  // What a check needs is looked at only when it runs.
  return allChecks({} as CheckContext).map((it) => it.id);
}

/** Runs the checks side by side. One that throws or is late is `error`; the host is not changed. */
export async function runPreflight(
  context: CheckContext,
  options: { checks?: readonly Check[]; timeoutMs?: number } = {},
): Promise<PreflightReport> {
  const startedAt = isoNow(context.clock);
  const checks = options.checks ?? allChecks(context);
  const run = { ...context, facts: gatherFacts(context.host) };
  const results = await Promise.all(
    checks.map((it) => runCheck(it, run, options.timeoutMs ?? CHECK_TIMEOUT_MS)),
  );
  return { startedAt, finishedAt: isoNow(context.clock), results };
}

async function runCheck(check: Check, context: RunContext, timeoutMs: number): Promise<CheckResult> {
  const { clock } = context;
  const startedMs = clock.nowMs();
  const signal = withTimeout(timeoutMs, context.signal);
  let outcome: CheckOutcome;
  try {
    outcome = await Promise.race([check.run({ ...context, signal }), rejectWhen(signal)]);
  } catch (error) {
    const found = isLate(signal) ? `not done within ${timeoutMs / 1000} s` : errorText(error);
    outcome = {
      status: "error",
      expected: "an answer",
      found,
      remediation:
        "Run the checks again; if it stays, look at the agent's log (journalctl -u alga-appliance)",
    };
  }
  const { id, title, vantage, overridable } = check;
  return {
    id,
    title,
    vantage,
    overridable,
    ...withoutCredentials(outcome),
    durationMs: elapsed(clock, startedMs),
  };
}

/** What a check found holds what others wrote: answers of registries, lines of files, addresses with passwords. */
function withoutCredentials(outcome: CheckOutcome): CheckOutcome {
  const { expected, found, remediation, evidence } = outcome;
  return {
    ...outcome,
    expected: redactText(expected),
    found: redactText(found),
    remediation: redactText(remediation),
    ...(evidence === undefined ? {} : { evidence: evidence.map(redactText) }),
  };
}

function isLate(signal: AbortSignal): boolean {
  return signal.aborted && signal.reason instanceof DOMException && signal.reason.name === "TimeoutError";
}

function elapsed(clock: Clock, startedMs: number): number {
  return Math.max(0, Math.round(clock.nowMs() - startedMs));
}

function rejectWhen(signal: AbortSignal): Promise<never> {
  if (signal.aborted) return Promise.reject(signal.reason);
  return new Promise((_, reject) =>
    signal.addEventListener("abort", () => reject(signal.reason), { once: true })
  );
}
