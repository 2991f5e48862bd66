const HERE = "127.0.0.1";
/** Connections of others that wait for nothing. */
const BACKLOG = 16;
/** Longest wait for a place in that queue. */
const CONNECT_MS = 5_000;
/** One TLS record. */
const PUMP_BYTES = 16 * 1024;
/** Longest wait for the tickets that a server sends after the handshake: it may send none. */
const TICKETS_MS = 40;

/** Types of TLS records. @see RFC 8446 §5.1 */
const CHANGE_CIPHER_SPEC = 0x14;
const APPLICATION_DATA = 0x17;

/** A certificate, with those that it is signed by, and its key, in PEM. */
export interface CertificateAndKey {
  certificate: string;
  key: string;
}

/** An encrypted connection that is being unwrapped. */
export interface Relayed {
  /** Where it is plain. Whoever takes it closes it. */
  inside: Deno.Conn;
  /** Ends when what the inside said has reached the other end, or nothing can reach it any more. */
  drained: Promise<void>;
  /** Closes the encrypted side. A second call does nothing. */
  cut(): void;
}

/** Unwraps encrypted connections. Before the first certificate they wait. */
export interface TlsRelay {
  /** New connections get this certificate; those under way keep theirs. @throws If the TLS library does not take it. */
  use(pair: CertificateAndKey): void;
  /** Takes a connection of which `head` has been read. @throws If it cannot be unwrapped; it is the caller's again then. */
  open(connection: Deno.Conn, head: Uint8Array): Promise<Relayed>;
  close(): void;
}

/**
 * The runtime does TLS for a connection of its own listener alone, and not for one that has been read from. So each encrypted
 * connection is led through a listener on the loopback, which takes what the agent itself has connected and nothing else:
 * nobody gets past the front door's counting.
 * @see docs/architecture.md, Decisions
 */
export function createTlsRelay(): TlsRelay {
  let current: Doorway | undefined;
  let isClosed = false;
  let tell = () => {};
  const isReady = new Promise<void>((resolve) => tell = resolve);

  return {
    use(pair) {
      const next = new Doorway(pair);
      current?.close();
      current = next;
      tell();
    },
    async open(connection, head) {
      await isReady;
      if (isClosed || current === undefined) throw new Error("The agent stops");
      const [outside, inside] = await current.connect();
      let isCut = false;
      const cut = () => {
        if (isCut) return;
        isCut = true;
        outside.close();
        closeQuietly(connection);
      };
      const down = new Pump(outside, connection);
      const up = new Pump(connection, outside);
      void writeAll(outside, head).then(() => up.run((bytes) => afterFinished(bytes, down))).catch(cut);
      return { inside, drained: down.run().then(cut, cut), cut };
    },
    close() {
      isClosed = true;
      current?.close();
      tell();
    },
  };
}

/**
 * A listener with one certificate. It accepts when it has itself connected, and never else: what others on this machine connect
 * stays in the kernel's short queue and costs no descriptor. One connection at a time, so that the next to come is known.
 */
class Doorway {
  readonly #listener: Deno.TlsListener;
  #last: Promise<unknown> = Promise.resolve();

  constructor({ certificate, key }: CertificateAndKey) {
    this.#listener = Deno.listenTls(
      {
        hostname: HERE,
        port: 0,
        cert: certificate,
        key,
        alpnProtocols: ["http/1.1"],
        tcpBacklog: BACKLOG,
      } as Deno.ListenTlsOptions & Deno.TlsCertifiedKeyPem,
    );
  }

  /** Both ends of a new connection to itself. */
  connect(): Promise<[outside: Deno.TcpConn, inside: Deno.Conn]> {
    const made = this.#last.then(() => this.#connect());
    this.#last = made.catch(() => {});
    return made;
  }

  /** Once those who wait have their connection. */
  close(): void {
    void this.#last.then(() => closeQuietly(this.#listener));
  }

  async #connect(): Promise<[outside: Deno.TcpConn, inside: Deno.Conn]> {
    const signal = AbortSignal.timeout(CONNECT_MS);
    const outside = await Deno.connect({ hostname: HERE, port: this.#listener.addr.port, signal });
    try {
      outside.setNoDelay(true);
      const { port } = outside.localAddr;
      while (true) {
        const inside = await this.#listener.accept();
        const { hostname, port: from } = inside.remoteAddr as Deno.NetAddr;
        if (hostname === HERE && from === port) return [outside, inside];
        inside.close();
      }
    } catch (error) {
      outside.close();
      throw error;
    }
  }
}

/** One direction of a relayed connection. */
class Pump {
  #tell = () => {};

  constructor(readonly from: Deno.Conn, readonly to: Deno.Conn) {}

  /** To the end of what comes. Before each write `hold` may say which part of it waits, and until when; once is enough. */
  async run(
    hold?: (bytes: Uint8Array) => { first: number; until: Promise<void> } | undefined,
  ): Promise<void> {
    const buffer = new Uint8Array(PUMP_BYTES);
    for (let read = await this.from.read(buffer); read !== null; read = await this.from.read(buffer)) {
      const held = hold?.(buffer.subarray(0, read));
      if (held !== undefined) {
        hold = undefined;
        await writeAll(this.to, buffer.subarray(0, held.first));
        await held.until;
      }
      await writeAll(this.to, buffer.subarray(held?.first ?? 0, read));
      this.#tell();
    }
    await this.to.closeWrite();
  }

  /** Ends with the next bytes that have gone through, or after a time. */
  next(limitMs: number): Promise<void> {
    return new Promise((resolve) => {
      const late = setTimeout(resolve, limitMs);
      this.#tell = () => {
        clearTimeout(late);
        resolve();
      };
    });
  }
}

/**
 * What a client sends behind its last message of the handshake waits for the server's tickets. The runtime's server writes those
 * and its first answer one after the other, and the kernel would keep the answer back until the tickets are acknowledged, 40 ms
 * later: the delayed request acknowledges them.
 * @see RFC 8446 §2 (the order of messages), RFC 1122 §4.2.3.4 (Nagle)
 */
function afterFinished(bytes: Uint8Array, down: Pump): { first: number; until: Promise<void> } | undefined {
  const start = bytes[0] === CHANGE_CIPHER_SPEC ? 6 : 0;
  if (bytes[start] !== APPLICATION_DATA) return undefined;
  const first = start + 5 + (bytes[start + 3] ?? 0) * 256 + (bytes[start + 4] ?? 0);
  return first > bytes.length ? undefined : { first, until: down.next(TICKETS_MS) };
}

async function writeAll(to: Deno.Conn, bytes: Uint8Array): Promise<void> {
  for (let written = 0; written < bytes.length;) written += await to.write(bytes.subarray(written));
}

function closeQuietly(it: { close(): void }): void {
  try {
    it.close();
  } catch {
    // It has ended in this very moment.
  }
}
