/** What came back from a raw connection. */
export interface RawAnswer {
  text: string;
  /** Status codes of the answers, in order. */
  statuses: number[];
  closed: boolean;
}

/**
 * Sends bytes as they are over one TCP connection. When no byte comes back for `waitMs`, our side is closed, which ends half
 * a request. A peer that closes while we send is not an error. With `answers` it waits for so many, or for the other side's close.
 */
export async function sendRaw(
  port: number,
  data: string,
  options: { waitMs?: number; answers?: number } = {},
): Promise<RawAnswer> {
  const connection = await Deno.connect({ hostname: "127.0.0.1", port });
  const sending = write(connection, latin1(data));
  try {
    return await readAll(connection, options.waitMs ?? 10_000, options.answers);
  } finally {
    connection.close(); // ends a write that nobody reads
    await sending;
  }
}

async function write(connection: Deno.Conn, bytes: Uint8Array): Promise<void> {
  try {
    for (let sent = 0; sent < bytes.length;) sent += await connection.write(bytes.subarray(sent));
  } catch {
    // The server has said enough and closed.
  }
}

async function readAll(connection: Deno.Conn, waitMs: number, answers?: number): Promise<RawAnswer> {
  const decoder = new TextDecoder("latin1");
  const buffer = new Uint8Array(65_536);
  let text = "";
  let closed = false;
  let reading: Promise<number | null> | undefined;
  for (let isHalfClosed = false;;) {
    if (answers !== undefined && statusesIn(text).length >= answers) break;
    // A whole answer needs no long wait for the next one, unless that is asked for.
    const patienceMs = answers !== undefined
      ? 60_000
      : isWhole(text)
      ? Math.min(waitMs, 300)
      : isHalfClosed
      ? 60_000
      : waitMs;
    let timer: ReturnType<typeof setTimeout> | undefined;
    const quiet = new Promise<"quiet">((resolve) => timer = setTimeout(resolve, patienceMs, "quiet"));
    reading ??= connection.read(buffer).catch(() => null);
    const read = await Promise.race([reading, quiet]);
    clearTimeout(timer);
    if (read === "quiet") {
      if (answers !== undefined || isHalfClosed || isWhole(text)) break;
      isHalfClosed = true;
      await connection.closeWrite().catch(() => {});
      continue;
    }
    reading = undefined;
    if (read === null) {
      closed = true;
      break;
    }
    text += decoder.decode(buffer.subarray(0, read));
  }
  return { text, statuses: statusesIn(text), closed };
}

function statusesIn(text: string): number[] {
  return [...text.matchAll(/HTTP\/1\.[01] (\d{3}) /g)].map((it) => Number(it[1]));
}

function isWhole(text: string): boolean {
  const end = text.indexOf("\r\n\r\n");
  const length = /^content-length: (\d+)/im.exec(text)?.[1];
  return end > 0 && length !== undefined && text.length >= end + 4 + Number(length);
}

/** One byte per character. */
function latin1(text: string): Uint8Array {
  return Uint8Array.from(text, (it) => it.charCodeAt(0) & 0xff);
}
