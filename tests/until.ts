import assert from "node:assert/strict";

const LATE = Symbol("no answer in time");

/** Asks again until the answer is good; fails with the last one. One question that hangs fails it as well. */
export async function until<T>(
  what: string,
  ask: () => Promise<T> | T,
  good: (answer: T) => boolean,
  timeoutSec = 60,
): Promise<T> {
  const deadlineMs = performance.now() + timeoutSec * 1000;
  let last: unknown = "not asked";
  for (let leftMs = timeoutSec * 1000; leftMs > 0; leftMs = deadlineMs - performance.now()) {
    let timer: ReturnType<typeof setTimeout> | undefined;
    const late = new Promise<typeof LATE>((resolve) => timer = setTimeout(resolve, leftMs, LATE));
    try {
      const answer = await Promise.race([ask(), late]);
      if (answer === LATE) {
        last = `${shown(last)}; then the question itself was not answered`;
        break;
      }
      if (good(answer)) return answer;
      last = answer;
    } catch (error) {
      last = error;
    } finally {
      clearTimeout(timer);
    }
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  assert.fail(`Never came true: ${what}. Last: ${shown(last)}`);
}

function shown(value: unknown): string {
  if (value instanceof Error) return value.message;
  return typeof value === "string" ? value.slice(0, 2000) : String(JSON.stringify(value)).slice(0, 2000);
}
