import type { Clock } from "../clock.ts";
import { abortWith } from "../signals.ts";
import type { SetupService } from "./setup_service.ts";

/** A cluster that did not answer a moment ago is asked again after this time. */
const LOOK_MS = 30_000;

/** What {@link followRecord} looks at. */
export interface FollowRecordDeps {
  setup: Pick<SetupService, "record">;
  clock: Clock;
  /** How the Kubernetes API stands, in any words that differ. */
  apiState(): string;
  /** Called when that may have changed; returns the way to stop. */
  subscribe(listener: () => void): () => void;
}

/**
 * Notices that the record of this appliance is lost as soon as the cluster can tell, though nobody opens the page: at the
 * start, whenever the API's state changes, and from time to time. Ends with the signal; never throws.
 */
export async function followRecord(deps: FollowRecordDeps, signal: AbortSignal): Promise<void> {
  const { setup, clock, apiState, subscribe } = deps;
  while (!signal.aborted) {
    const before = apiState();
    await setup.record(); // never throws, and asks nobody where the record tells of an installation
    const wake = new AbortController();
    const unlink = abortWith(wake, signal);
    const stop = subscribe(() => apiState() !== before && wake.abort());
    if (apiState() !== before) wake.abort(); // it changed while the cluster was asked
    await clock.sleep(LOOK_MS, wake.signal).catch(() => {});
    stop();
    unlink();
  }
}
