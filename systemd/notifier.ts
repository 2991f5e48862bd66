import { openOwnSocket, type OwnSocket } from "./own_socket.ts";

/** Tells systemd about this service. Every call does nothing when systemd did not start us. @see sd_notify(3) */
export interface Notifier {
  /** Assignments, one a line: "READY=1", "STOPPING=1", "WATCHDOG=1", "STATUS=…". @throws if systemd's socket is gone. */
  notify(state: string): Promise<void>;
  /** Longest time between two "WATCHDOG=1" in ms; `undefined` when systemd does not watch. @see sd_watchdog_enabled(3) */
  readonly watchdogMs: number | undefined;
  close(): Promise<void>;
}

/**
 * A notifier for the service manager that the environment names. Sends from a socket of its own in the runtime folder of the
 * unit, which `close()` removes.
 */
export function openNotifier(): Notifier {
  const target = Deno.env.get("NOTIFY_SOCKET");
  if (!target) {
    return { notify: () => Promise.resolve(), watchdogMs: undefined, close: () => Promise.resolve() };
  }
  let own: OwnSocket | undefined;
  return {
    async notify(state) {
      if (!target.startsWith("/")) throw new TypeError(`Cannot reach "${target}": it is not a path`);
      own ??= openOwnSocket("notify");
      await own.send(state, target);
    },
    watchdogMs: watchdogMs(),
    async close() {
      if (!own) return;
      await own.close();
    },
  };
}

/**
 * Pings until the signal aborts, each time after the service has answered within `limitMs`: one that hangs or is deaf does not
 * ping, and systemd starts it again. `isAnswering` is never asked twice at the same time.
 */
export function startWatchdog(
  notifier: Notifier,
  signal: AbortSignal,
  isAnswering: (limitMs: number) => Promise<boolean>,
): void {
  if (notifier.watchdogMs === undefined) return;
  const everyMs = notifier.watchdogMs / 3;
  let isAsking = false;
  const ping = async () => {
    if (isAsking) return;
    isAsking = true;
    try {
      if (await isAnswering(everyMs) && !signal.aborted) await notifier.notify("WATCHDOG=1");
    } catch {
      // A lost ping is what the watchdog is for.
    } finally {
      isAsking = false;
    }
  };
  const timer = setInterval(() => void ping(), everyMs);
  signal.addEventListener("abort", () => clearInterval(timer), { once: true });
  void ping();
}

function watchdogMs(): number | undefined {
  const pid = Deno.env.get("WATCHDOG_PID");
  const usec = Number(Deno.env.get("WATCHDOG_USEC"));
  if (!Number.isFinite(usec) || usec <= 0 || (pid !== undefined && pid !== String(Deno.pid))) {
    return undefined;
  }
  return usec / 1000;
}
