/** A door before a server on this machine: everything passes, until it is told to cut. */
export interface CuttingGate {
  port: number;
  /** Ends all connections once the server has said so many bytes more; later ones pass again. */
  cutAfter(bytes: number): void;
  close(): void;
}

export function openCuttingGate(serverPort: number): CuttingGate {
  const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const open = new Set<Deno.Conn>();
  let left = Infinity;

  function endAll(): void {
    for (const it of open) {
      try {
        it.close();
      } catch {
        // its other end was faster
      }
    }
    open.clear();
  }

  async function copy(from: Deno.Conn, to: Deno.Conn, isAnswer: boolean): Promise<void> {
    const buffer = new Uint8Array(16_384);
    for (let size = await from.read(buffer); size !== null; size = await from.read(buffer)) {
      const passed = isAnswer ? Math.min(size, left) : size;
      for (let at = 0; at < passed;) at += await to.write(buffer.subarray(at, passed));
      if (!isAnswer) continue;
      left -= passed;
      if (left > 0) continue;
      left = Infinity;
      endAll();
    }
  }

  async function pass(visitor: Deno.Conn): Promise<void> {
    open.add(visitor);
    const server = await Deno.connect({ hostname: "127.0.0.1", port: serverPort });
    open.add(server);
    await Promise.race(
      [copy(visitor, server, false), copy(server, visitor, true)].map((it) => it.catch(() => {})),
    );
    for (const it of [visitor, server]) {
      if (open.delete(it)) it.close();
    }
  }

  void (async () => {
    for await (const visitor of listener) void pass(visitor).catch(() => {});
  })();
  return {
    port: listener.addr.port,
    cutAfter: (bytes) => left = bytes,
    close() {
      listener.close();
      endAll();
    },
  };
}
