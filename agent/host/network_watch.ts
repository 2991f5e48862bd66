import type { Clock } from "../clock.ts";
import { followNetwork } from "./follow_network.ts";
import type { Host } from "./host.ts";

/** Where nothing tells of a change of the network, it may have changed this often. */
const POLL_MS = 10_000;

/** Tells everybody who asks of changes of links, addresses and routes; one program listens to the kernel for all of them. */
export interface NetworkWatch {
  /** Called at each change and may be called very often. Returns the way to stop. */
  subscribe(listener: () => void): () => void;
}

/** Listens from the first who asks on, until the signal aborts. */
export function watchNetwork(
  host: Host,
  { clock, signal }: { clock: Clock; signal: AbortSignal },
): NetworkWatch {
  const listeners = new Set<() => void>();
  let isListening = false;
  return {
    subscribe(listener) {
      listeners.add(listener);
      if (!isListening) {
        isListening = true;
        const tell = () => listeners.forEach((it) => it());
        void followNetwork(host, tell, { clock, signal, pollMs: POLL_MS });
      }
      return () => void listeners.delete(listener);
    },
  };
}
