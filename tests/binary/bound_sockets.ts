/**
 * TCP sockets that come from a chosen address of this machine, held by the thousand. Deno binds no outgoing socket, so this goes
 * to the C library. Calls block: the other side must be another process.
 */
export class BoundSockets {
  readonly #libc = Deno.dlopen("libc.so.6", {
    socket: { parameters: ["i32", "i32", "i32"], result: "i32" },
    bind: { parameters: ["i32", "buffer", "u32"], result: "i32" },
    connect: { parameters: ["i32", "buffer", "u32"], result: "i32" },
    send: { parameters: ["i32", "buffer", "usize", "i32"], result: "isize" },
    poll: { parameters: ["buffer", "usize", "i32"], result: "i32" },
    close: { parameters: ["i32"], result: "i32" },
  });
  #open: number[] = [];

  /** Connects from `source` to the port on 127.0.0.1, and sends. `undefined` = refused. */
  open(source: string, port: number, text = ""): number | undefined {
    const { symbols } = this.#libc;
    const fd = symbols.socket(AF_INET, SOCK_STREAM, 0);
    if (fd < 0) throw new Error("Cannot open a socket: too many files");
    const isBound = symbols.bind(fd, address(source, 0), 16) === 0;
    if (!isBound || symbols.connect(fd, address("127.0.0.1", port), 16) !== 0) {
      symbols.close(fd);
      return undefined;
    }
    this.#open.push(fd);
    this.send(fd, text);
    return fd;
  }

  /** Sends without waiting; whatever becomes of it. */
  send(fd: number, text: string): void {
    const bytes = new TextEncoder().encode(text);
    if (bytes.length > 0) {
      this.#libc.symbols.send(fd, bytes, BigInt(bytes.length), MSG_DONTWAIT | MSG_NOSIGNAL);
    }
  }

  /** Those that the other side has closed, now closed here too. */
  reap(): Set<number> {
    const polls = new DataView(new ArrayBuffer(8 * this.#open.length));
    this.#open.forEach((fd, i) => {
      polls.setInt32(8 * i, fd, true);
      polls.setInt16(8 * i + 4, POLLRDHUP, true);
    });
    this.#libc.symbols.poll(new Uint8Array(polls.buffer), BigInt(this.#open.length), 0);
    const gone = new Set(
      this.#open.filter((_, i) => (polls.getInt16(8 * i + 6, true) & (POLLRDHUP | POLLHUP | POLLERR)) !== 0),
    );
    this.#open = this.#open.filter((it) => !gone.has(it));
    for (const fd of gone) this.#libc.symbols.close(fd);
    return gone;
  }

  /** How many are open as far as is known. */
  get size(): number {
    return this.#open.length;
  }

  [Symbol.dispose](): void {
    for (const fd of this.#open) this.#libc.symbols.close(fd);
    this.#libc.close();
  }
}

const AF_INET = 2;
const SOCK_STREAM = 1;
const MSG_DONTWAIT = 0x40;
const MSG_NOSIGNAL = 0x4000;
const POLLERR = 0x8;
const POLLHUP = 0x10;
const POLLRDHUP = 0x2000;

/** struct sockaddr_in */
function address(host: string, port: number): Uint8Array<ArrayBuffer> {
  const view = new DataView(new ArrayBuffer(16));
  view.setUint16(0, AF_INET, true);
  view.setUint16(2, port);
  host.split(".").forEach((it, i) => view.setUint8(4 + i, Number(it)));
  return new Uint8Array(view.buffer);
}
