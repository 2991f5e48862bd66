import assert from "node:assert/strict";

/** Asks again until the answer is good; fails with the last one. */
export async function until<T>(
  what: string,
  ask: () => Promise<T> | T,
  good: (answer: T) => boolean,
  timeoutSec = 60,
): Promise<T> {
  const deadlineMs = Date.now() + timeoutSec * 1000;
  let last: unknown;
  while (Date.now() < deadlineMs) {
    try {
      const answer = await ask();
      if (good(answer)) return answer;
      last = answer;
    } catch (error) {
      last = error;
    }
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  assert.fail(
    `Never came true: ${what}. Last: ${
      last instanceof Error ? last.message : JSON.stringify(last)?.slice(0, 2000)
    }`,
  );
}
