import type { LoginWatch } from "../setup/login_watch.ts";
import type { StatusDocument, StatusService } from "./document.ts";

/** What setup waits for at its end, as the status sees it. The status comes later than setup, so it is asked for. */
export function watchLogin(status: () => Pick<StatusService, "current" | "subscribe">): LoginWatch {
  return {
    isReady: () => status().current().tiers.login.ready,
    waitingFor: () => waitingFor(status().current()),
    subscribe: (listener) => status().subscribe(listener),
  };
}

function waitingFor({ topBlockers, activeOperations, tiers }: StatusDocument): string {
  // Setup is one of the operations, and would say again what it said last.
  const other = activeOperations.find((it) => it.operation !== "setup");
  return topBlockers[0]?.title ?? other?.message ?? tiers.login.message;
}
