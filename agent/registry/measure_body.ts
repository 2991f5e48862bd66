import type { Clock } from "../clock.ts";

/** How much of a body came, and in what time. */
export interface MeasuredRead {
  bytes: number;
  tookMs: number;
}

/** Reads a body up to a size or a time, whichever is first, keeps nothing of it and cancels the rest. @throws as the stream does */
export async function measureBody(
  body: ReadableStream<Uint8Array> | null,
  { maxBytes, limitMs, clock, signal }: {
    maxBytes: number;
    limitMs: number;
    clock: Pick<Clock, "nowMs">;
    signal: AbortSignal;
  },
): Promise<MeasuredRead> {
  const startedMs = clock.nowMs();
  const reader = body?.getReader();
  // A read that is pending ends as if the body did.
  const stop = () => void reader?.cancel().catch(() => {});
  const timer = setTimeout(stop, limitMs);
  signal.addEventListener("abort", stop, { once: true });
  let bytes = 0;
  try {
    while (reader && bytes < maxBytes) {
      const { done, value } = await reader.read();
      if (done) break;
      bytes += value.length;
    }
    return { bytes, tookMs: Math.max(0, clock.nowMs() - startedMs) };
  } finally {
    clearTimeout(timer);
    signal.removeEventListener("abort", stop);
    stop();
  }
}
