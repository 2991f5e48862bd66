const BUFFER_BYTES = 64 * 1024;

/**
 * The chunks of a stream, each in the same buffer: it is valid until the next one is asked for. A stream that allocates for
 * itself takes 64 KiB for each chunk, however little is in it, which is garbage faster than it is collected. Whoever leaves the
 * loop early cancels the stream, and so does the signal, whose reason is then thrown: see untilAborted() for what forgets it else.
 */
export async function* readChunks(
  stream: ReadableStream<Uint8Array>,
  signal?: AbortSignal,
): AsyncGenerator<Uint8Array<ArrayBufferLike>> {
  const reader = byteReader(stream);
  if (reader === undefined) return yield* stream;
  const stop = () => void reader.cancel(signal?.reason).catch(() => {});
  signal?.addEventListener("abort", stop, { once: true });
  let buffer = new ArrayBuffer(BUFFER_BYTES);
  let isOver = false;
  try {
    for (;;) {
      const { value, done } = await reader.read(new Uint8Array(buffer));
      if (done || value === undefined) {
        isOver = true;
        signal?.throwIfAborted();
        return;
      }
      yield value;
      buffer = value.buffer as ArrayBuffer; // the reader takes the buffer away and gives it back
    }
  } catch (error) {
    isOver = true;
    throw error;
  } finally {
    signal?.removeEventListener("abort", stop);
    if (!isOver) await reader.cancel().catch(() => {});
    reader.releaseLock();
  }
}

/** `undefined`: the stream is not one of bytes, as those that tests and unpacking make. */
function byteReader(stream: ReadableStream<Uint8Array>): ReadableStreamBYOBReader | undefined {
  try {
    return stream.getReader({ mode: "byob" });
  } catch (error) {
    if (error instanceof TypeError && !stream.locked) return undefined;
    throw error;
  }
}
