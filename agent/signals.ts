/*
 * AbortSignal.any() of Deno 2.6.8 forgets a signal that only its own listeners wait for: after a garbage collection it never
 * aborts. What is joined here is held for as long as it is needed.
 */

/** Aborts with the signal, or with a TimeoutError after this time. */
export function withTimeout(timeoutMs: number, signal: AbortSignal | undefined): AbortSignal {
  const limit = AbortSignal.timeout(timeoutMs);
  if (signal === undefined) return limit;
  const either = AbortSignal.any([limit, signal]);
  limit.addEventListener("abort", () => void either, { once: true }); // the timer holds this, and this the other
  return either;
}

/** Aborts the controller when the signal does, for the same reason. Gives what ends this; without it the signal holds on. */
export function abortWith(controller: AbortController, signal: AbortSignal | undefined): () => void {
  if (signal === undefined) return () => {};
  if (signal.aborted) {
    controller.abort(signal.reason);
    return () => {};
  }
  const abort = () => controller.abort(signal.reason);
  signal.addEventListener("abort", abort, { once: true });
  return () => signal.removeEventListener("abort", abort);
}

/**
 * The body of an answer that ends with this signal. fetch() of Deno 2.6.8 forgets its signal in the same way: after a garbage
 * collection a body that stalls would be waited for for ever.
 */
export function untilAborted<Body extends ReadableStream<Uint8Array> | null>(
  body: Body,
  signal: AbortSignal,
): Body {
  return (body?.pipeThrough(new TransformStream<Uint8Array, Uint8Array>(), { signal }) ?? null) as Body;
}

/** As {@link withTimeout}, until it is lifted: for an answer that must begin in time and may then take as long as it comes. */
export function untilLifted(
  timeoutMs: number,
  signal: AbortSignal | undefined,
): { signal: AbortSignal; lift(): void } {
  const controller = new AbortController();
  abortWith(controller, signal);
  const stop = () => controller.abort(new DOMException("Signal timed out.", "TimeoutError"));
  const timer = setTimeout(stop, timeoutMs);
  return { signal: controller.signal, lift: () => clearTimeout(timer) };
}
