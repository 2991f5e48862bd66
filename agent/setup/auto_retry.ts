import type { Clock } from "../clock.ts";
import { abortWith } from "../signals.ts";
import { RELEASE_REGISTRY } from "../release/mod.ts";
import { type RegistryClient } from "../registry/registry.ts";
import type { Journal } from "../state/journal.ts";
import { foldSetup } from "./fold_setup.ts";
import type { FailureClass, SetupState } from "./setup_state.ts";

/** Failures that no attempt can mend while the network is away. @see contract.md 6 */
const NEEDS_NETWORK: readonly FailureClass[] = ["network", "dns", "registry-release-source"];
const PROBE_INTERVAL_MS = 15_000;

/** Waits for the time of the next attempt. */
export interface AutoRetry {
  /** Ends when an attempt may begin (it is then counted in the journal), or when it was woken. */
  wait(failed: Extract<SetupState, { status: "failed" }>, registry: RegistryClient): Promise<void>;
  /** Ends after a time, or when it was woken. */
  pause(ms: number): Promise<void>;
  /** Someone asked for something: whoever waits looks at the journal again. */
  wake(): void;
  /** When the network is looked at next; `undefined` while that is not what is waited for. */
  probeAt(): string | undefined;
}

/** A network failure is tried again only once the registry answers; a probe that fails uses up no attempt. */
export function createAutoRetry(
  { clock, journal, record, changed, signal }: {
    clock: Clock;
    journal: Journal;
    record: (type: string, data: Record<string, unknown>) => Promise<void>;
    changed: () => void;
    signal: AbortSignal;
  },
): AutoRetry {
  let asked = Promise.withResolvers<void>();
  let woken = false;
  let probeAt: string | undefined;

  async function pause(ms: number): Promise<void> {
    const over = new AbortController();
    woken = false;
    asked = Promise.withResolvers<void>();
    const unlink = abortWith(over, signal);
    const time = clock.sleep(Math.max(0, ms), over.signal);
    try {
      await Promise.race([time, asked.promise]);
    } finally {
      time.catch(() => {});
      over.abort();
      unlink();
    }
  }

  async function waitAndCount(nextAttemptAt: string, needsNetwork: boolean, registry: RegistryClient) {
    await pause(Date.parse(nextAttemptAt) - clock.nowMs());
    while (!woken && needsNetwork && !await Promise.race([answers(registry), asked.promise])) {
      if (woken) return;
      probeAt = new Date(clock.nowMs() + PROBE_INTERVAL_MS).toISOString();
      changed();
      await pause(PROBE_INTERVAL_MS);
    }
    if (woken) return;
    // Counted before it starts, so that a crash in the middle of it counts too.
    const { attempts } = foldSetup(journal.entries());
    await record("setup.retried", { by: "agent", attempt: attempts + 1 });
  }

  async function answers(registry: RegistryClient): Promise<boolean> {
    try {
      await registry.ping(RELEASE_REGISTRY, { signal });
      return true;
    } catch {
      return false;
    }
  }

  return {
    pause,
    wake() {
      woken = true;
      asked.resolve();
    },
    probeAt: () => probeAt,
    async wait({ failure, nextAttemptAt }, registry) {
      try {
        await waitAndCount(nextAttemptAt ?? "", NEEDS_NETWORK.includes(failure.category), registry);
      } finally {
        probeAt = undefined;
      }
    },
  };
}
