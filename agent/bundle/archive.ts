import type { Rest } from "./rest.ts";

/** So much is compressed in one go: the agent answers others in between. */
const PIECE_BYTES = 32 * 1024;

/** A tar.gz that grows: whole files go in, bytes come out. */
export interface Archive {
  readonly bytes: ReadableStream<Uint8Array>;
  /** Adds a file; one at a time, whoever asks. */
  add(path: string, pieces: readonly Uint8Array[], sizeBytes: number): Promise<void>;
  /** No file more: writes the end, so that what came out is a whole archive. */
  finish(): Promise<void>;
}

/** Every file lies below one folder of this name and is of that time. */
export function createArchive(folder: string, { at, rest }: { at: Date; rest: Rest }): Archive {
  // Loads slowly, and the first page of a machine that starts would wait for it.
  const packer = import("modern-tar").then(({ createTarPacker }) => createTarPacker());
  const gzip = new CompressionStream("gzip") as unknown as TransformStream<Uint8Array, Uint8Array>;
  packer.then(({ readable }) => readable.pipeTo(gzip.writable)).catch(() => {}); // whoever reads or adds learns it
  let turn: Promise<void> = Promise.resolve();

  function inTurn(act: () => Promise<void> | void): Promise<void> {
    const done = turn.then(act);
    turn = done.catch(() => {});
    return done;
  }

  return {
    bytes: gzip.readable,
    add: (path, pieces, size) =>
      inTurn(async () => {
        const { controller } = await packer;
        const writer = controller.add({
          name: `${folder}/${path}`,
          size,
          type: "file",
          mode: 0o600,
          mtime: at,
          uid: 0,
          gid: 0,
        }).getWriter();
        for (const piece of pieces) {
          for (let from = 0; from < piece.length; from += PIECE_BYTES) {
            await writer.write(piece.subarray(from, from + PIECE_BYTES));
            await rest();
          }
        }
        await writer.close();
      }),
    finish: () => inTurn(async () => (await packer).controller.finalize()),
  };
}
