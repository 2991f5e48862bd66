import type { ServedConnection } from "./serve_connection.ts";
import type { Relayed, TlsRelay } from "./tls_relay.ts";

/** The type of a TLS handshake record, with which every client begins; no method of HTTP does. @see RFC 8446 §5.1 */
const HANDSHAKE = 0x16;

/** How a connection turned out to be. */
export interface Turned {
  isEncrypted: boolean;
  /** Gives the first request its method back; to be called with each. */
  restore(request: Request): void;
}

/**
 * Serves a connection as its first byte says: TLS, else plain HTTP. Plain HTTP goes to the server directly, without that byte,
 * since the runtime takes nothing back: it is the first of the method, which the first request gets back.
 *
 * - `serve` is called once at most, with the connection on which nothing is encrypted.
 * - Before it is called, `finish()` is `cut()`: nothing was asked.
 */
export function serveEither(
  connection: Deno.Conn,
  relay: TlsRelay,
  serve: (plain: Deno.Conn, turned: Turned) => ServedConnection,
): ServedConnection {
  let serving: ServedConnection | undefined;
  let relayed: Relayed | undefined;
  let isCut = false;

  function cut(): void {
    isCut = true;
    serving?.cut();
    relayed?.cut();
    if (serving === undefined) close(connection);
  }

  async function turn(): Promise<void> {
    const first = new Uint8Array(1);
    if (await connection.read(first) === null || isCut) return close(connection);
    if (first[0] !== HANDSHAKE) {
      serving = serve(connection, { isEncrypted: false, restore: restorer(first) });
      return await serving.ended;
    }
    relayed = await relay.open(connection, first);
    serving = serve(relayed.inside, { isEncrypted: true, restore() {} });
    if (isCut) cut();
    await Promise.all([serving.ended, relayed.drained]);
  }

  return {
    ended: turn().catch(() => close(connection)), // a peer that hangs up is not an error of ours
    finish: () => serving === undefined ? cut() : serving.finish(),
    cut,
  };
}

function restorer(first: Uint8Array): (request: Request) => void {
  let start = String.fromCharCode(...first);
  return (request) => {
    if (start === "") return;
    Object.defineProperty(request, "method", { value: start + request.method });
    start = "";
  };
}

function close(connection: Deno.Conn): void {
  try {
    connection.close();
  } catch {
    // It has ended in this very moment.
  }
}
