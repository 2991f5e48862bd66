/** The same bytes, read when they are asked for; `ended` is called once they are over, broken, or nobody reads on. */
export function withEnd(
  bytes: ReadableStream<Uint8Array>,
  ended: (() => void) | undefined,
): ReadableStream<Uint8Array> {
  const reader = bytes.getReader();
  return new ReadableStream<Uint8Array>({
    async pull(controller) {
      try {
        const { done, value } = await reader.read();
        if (!done) return controller.enqueue(value);
        controller.close();
      } catch (error) {
        controller.error(error);
      }
      ended?.();
    },
    async cancel(reason) {
      ended?.();
      await reader.cancel(reason);
    },
  }, { highWaterMark: 0 });
}
