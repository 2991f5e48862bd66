/** A hand-over of one thing at a time: whoever pushes waits until somebody has taken it. */
export interface PushPull<T> {
  push(item: T): Promise<void>;
  /** Nothing more comes; with an error, the reader gets it. What is pushed afterwards is dropped. */
  end(error?: unknown): void;
  /** Nobody takes anything any more. */
  stop(): void;
  pull(): AsyncGenerator<T>;
}

export function pushPull<T>(): PushPull<T> {
  let item: { value: T; taken: () => void } | undefined;
  let ended: { error: unknown } | undefined;
  let wake = Promise.withResolvers<void>();
  let tail = Promise.resolve();

  async function hand(value: T): Promise<void> {
    if (ended) return;
    await new Promise<void>((taken) => {
      item = { value, taken };
      wake.resolve();
    });
  }

  return {
    push(value) {
      const turn = tail.then(() => hand(value));
      tail = turn;
      return turn;
    },
    end(error) {
      ended ??= { error };
      wake.resolve();
    },
    stop() {
      ended ??= { error: undefined };
      const waiting = item;
      item = undefined;
      waiting?.taken();
      wake.resolve();
    },
    async *pull() {
      for (;;) {
        await wake.promise;
        wake = Promise.withResolvers();
        if (item) {
          const { value, taken } = item;
          item = undefined;
          try {
            yield value;
          } finally {
            taken(); // also when the reader leaves while it has it
          }
          if (ended) wake.resolve();
        } else if (ended) {
          if (ended.error !== undefined) throw ended.error;
          return;
        }
      }
    },
  };
}
