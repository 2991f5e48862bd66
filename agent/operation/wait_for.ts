import type { Clock } from "../clock.ts";
import { AgentError, errorText } from "../error.ts";

/**
 * Waits until a question is answered with yes. A question that throws is asked again; one that knows it can never come
 * true answers with the error.
 * @throws {AgentError} TIMEOUT naming what was awaited and the last answer; with what was thrown last as its cause.
 */
export async function waitFor(
  context: { clock: Clock; signal: AbortSignal },
  question: () => Promise<true | string | AgentError>,
  options: { what: string; timeoutSec: number; intervalMs?: number; onWaiting?: (reason: string) => void },
): Promise<void> {
  const endMs = context.clock.nowMs() + options.timeoutSec * 1000;
  let reason = "";
  for (;;) {
    context.signal.throwIfAborted();
    let cause: unknown;
    const answer = await question().catch((error) => errorText(cause = error));
    if (answer === true) return;
    if (answer instanceof AgentError) throw answer;
    if (answer !== reason) options.onWaiting?.(answer);
    reason = answer;
    if (context.clock.nowMs() >= endMs) {
      const waited = `Waited ${options.timeoutSec} s for ${options.what}: ${reason}`;
      throw new AgentError("TIMEOUT", waited, { cause });
    }
    await context.clock.sleep(options.intervalMs ?? 1_000, context.signal);
  }
}
