import { emitKeypressEvents } from "node:readline";
import { PassThrough } from "node:stream";
import type { Key } from "../console/model.ts";

/** A key as `node:readline` tells it. */
interface Keypress {
  name?: string;
  ctrl?: boolean;
  meta?: boolean;
}

/**
 * The keys of a terminal in raw mode, until its input ends. `node:readline` knows the sequences; an Escape that stands by itself
 * is one after half a second, since a slow line may bring the rest of an arrow later.
 */
export async function* readKeys(
  input: { read(into: Uint8Array): Promise<number | null> },
): AsyncGenerator<Key> {
  const bytes = new PassThrough();
  emitKeypressEvents(bytes as unknown as Parameters<typeof emitKeypressEvents>[0]);
  const pressed: Key[] = [];
  let arrived = Promise.withResolvers<void>();
  let isOver = false;
  bytes.on("keypress", (text: string | undefined, key: Keypress) => {
    pressed.push(toKey(text, key));
    arrived.resolve();
  });
  const pumping = (async () => {
    const buffer = new Uint8Array(1_024);
    for (;;) {
      const count = await input.read(buffer).catch(() => null); // a line that was hung up gives an error
      if (count === null) break;
      bytes.write(buffer.slice(0, count));
    }
  })();
  void pumping.then(() => {
    isOver = true;
    arrived.resolve();
  });
  while (!isOver || pressed.length > 0) {
    await arrived.promise;
    arrived = Promise.withResolvers();
    if (isOver) arrived.resolve();
    yield* pressed.splice(0);
  }
}

function toKey(text: string | undefined, { name = "", ctrl = false, meta = false }: Keypress): Key {
  const isText = text !== undefined && !ctrl && !meta && !/\p{Cc}/u.test(text);
  return { name, isCtrl: ctrl, text: isText ? text : "" };
}
