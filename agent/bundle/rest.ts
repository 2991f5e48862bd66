/** Work without a turn for others lasts about this long: an answer of the agent takes a few turns. */
const WORK_MS = 2;

/** Lets everything else that is waiting have its turn, where it has had none for a while. */
export type Rest = () => Promise<void>;

/** One for all who work on the same bundle: between two turns of others it is the work of them all that is counted. */
export function createRest(nowMs: () => number = () => performance.now()): Rest {
  let restedMs = nowMs();
  const waiting: (() => void)[] = [];
  let timer: ReturnType<typeof setTimeout> | undefined;

  // One goes on after each turn: together they would look at the clock before any of them has worked.
  function next(): void {
    timer = undefined;
    restedMs = nowMs();
    waiting.shift()?.();
    wait();
  }
  function wait(): void {
    if (waiting.length > 0) timer ??= setTimeout(next, 0);
  }

  return async () => {
    if (waiting.length === 0 && nowMs() - restedMs < WORK_MS) return;
    await new Promise<void>((resolve) => {
      waiting.push(resolve);
      wait();
    });
  };
}
