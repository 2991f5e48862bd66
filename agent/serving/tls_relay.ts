import { errorText } from "../error.ts";
import type { Say } from "../text/log_line.ts";

const HERE = "127.0.0.1";
const BACKLOG = 1_024;
/** One TLS record. */
const PUMP_BYTES = 16 * 1024;
/** After a connection could not be taken: files are closed meanwhile. */
const RETRY_MS = 100;

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
  /** Takes a connection of which `head` has been read. @throws If it cannot be unwrapped; the connection is then closed. */
  open(connection: Deno.Conn, head: Uint8Array): Promise<Relayed>;
  close(): void;
}

/**
 * The runtime does TLS for a connection of its own listener alone, and not for one that has been read from. So each encrypted
 * connection is led through a listener on the loopback. That one keeps only what the agent itself has connected, told by
 * its port: nobody gets past the front door's counting.
 * @see docs/architecture.md, Decisions
 */
export function createTlsRelay(say: Say): TlsRelay {
  let current: Doorway | undefined;
  let isClosed = false;
  let tell = () => {};
  const isReady = new Promise<void>((resolve) => tell = resolve);

  return {
    use(pair) {
      const next = new Doorway(pair, say);
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
      const up = writeAll(outside, head).then(() => pump(connection, outside));
      up.catch(cut);
      return { inside, drained: pump(outside, connection).then(cut, cut), cut };
    },
    close() {
      isClosed = true;
      current?.close();
      tell();
    },
  };
}

/** A listener with one certificate. */
class Doorway {
  readonly #listener: Deno.TlsListener;
  /** Inner ends that came before the other end knew its port, and outer ends that wait for theirs. By port. */
  readonly #arrived = new Map<number, Deno.Conn>();
  readonly #awaited = new Map<number, (inside: Deno.Conn | undefined) => void>();
  #connecting = 0;
  #isClosing = false;

  constructor({ certificate, key }: CertificateAndKey, say: Say) {
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
    void this.#accept(say);
  }

  /** Both ends of a new connection to itself. */
  async connect(): Promise<[outside: Deno.TcpConn, inside: Deno.Conn]> {
    this.#connecting++;
    try {
      const outside = await Deno.connect({ hostname: HERE, port: this.#listener.addr.port });
      outside.setNoDelay(true);
      const inside = await this.#insideOf(outside.localAddr.port);
      if (inside !== undefined) return [outside, inside];
      outside.close();
      throw new Error("The agent stops");
    } finally {
      this.#connecting--;
      if (this.#connecting === 0) this.#closeForeign();
      if (this.#isClosing) this.close();
    }
  }

  /** Ends once every connection that it has begun is there. */
  close(): void {
    this.#isClosing = true;
    if (this.#connecting === 0) closeQuietly(this.#listener);
  }

  async #insideOf(port: number): Promise<Deno.Conn | undefined> {
    const early = this.#arrived.get(port);
    this.#arrived.delete(port);
    return early ?? await new Promise((resolve) => this.#awaited.set(port, resolve));
  }

  async #accept(say: Say): Promise<void> {
    while (true) {
      try {
        const inside = await this.#listener.accept();
        const { hostname, port } = inside.remoteAddr as Deno.NetAddr;
        const take = this.#awaited.get(port);
        if (hostname !== HERE || (take === undefined && this.#connecting === 0)) inside.close();
        else if (take === undefined) this.#arrived.set(port, inside);
        else {
          this.#awaited.delete(port);
          take(inside);
        }
      } catch (error) {
        if (this.#isClosing) break;
        say("warning", `Cannot unwrap an encrypted connection: ${errorText(error)}`);
        await new Promise((resolve) => setTimeout(resolve, RETRY_MS));
      }
    }
    for (const take of this.#awaited.values()) take(undefined);
    this.#closeForeign();
  }

  /** What nobody of ours has connected. */
  #closeForeign(): void {
    for (const it of this.#arrived.values()) closeQuietly(it);
    this.#arrived.clear();
  }
}

async function pump(from: Deno.Conn, to: Deno.Conn): Promise<void> {
  const buffer = new Uint8Array(PUMP_BYTES);
  for (let read = await from.read(buffer); read !== null; read = await from.read(buffer)) {
    await writeAll(to, buffer.subarray(0, read));
  }
  await to.closeWrite();
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
