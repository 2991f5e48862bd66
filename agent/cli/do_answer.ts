import { statusOf } from "../text/http_message.ts";
import { loopback } from "./listen.ts";

const REQUEST = new TextEncoder().encode(
  "GET /healthz HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n",
);
/** Enough for a status line. */
const HEAD_BYTES = 64;

/**
 * Whether each of these addresses answers a request over a connection of its own within this time; a listener that accepts and
 * says nothing does not. Never throws.
 */
export async function doAnswer(addresses: readonly Deno.Addr[], limitMs: number): Promise<boolean> {
  return (await Promise.all(addresses.map((it) => doesAnswer(it, limitMs)))).every((it) => it);
}

async function doesAnswer(address: Deno.Addr, limitMs: number): Promise<boolean> {
  const opened: Deno.Conn[] = [];
  let isOver = false;
  const asking = async () => {
    const connection = await connectTo(address);
    if (isOver) return connection.close();
    opened.push(connection);
    await connection.write(REQUEST);
    return statusOf(await readHead(connection));
  };
  const { promise: timeUp, resolve } = Promise.withResolvers<undefined>();
  const timer = setTimeout(resolve, limitMs);
  try {
    const status = await Promise.race([asking().catch(() => undefined), timeUp]);
    // The socket has no such page and says so, which is an answer too.
    return status !== undefined && status < 500;
  } finally {
    isOver = true;
    clearTimeout(timer);
    for (const it of opened) it.close(); // ends a read that nothing comes to
  }
}

async function connectTo(address: Deno.Addr): Promise<Deno.Conn> {
  if (address.transport === "unix") return await Deno.connect({ transport: "unix", path: address.path });
  if (address.transport === "tcp") return await Deno.connect(loopback(address));
  throw new TypeError(`Nothing is served over ${address.transport}`);
}

async function readHead(connection: Deno.Conn): Promise<string> {
  const bytes = new Uint8Array(HEAD_BYTES);
  let total = 0;
  while (total < HEAD_BYTES) {
    const count = await connection.read(bytes.subarray(total));
    if (count === null) break;
    total += count;
  }
  return new TextDecoder().decode(bytes.subarray(0, total));
}
