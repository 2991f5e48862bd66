/** An HTTP proxy on loopback to which every name is this machine. @see RFC 9110 §9.3.6 */
export interface HttpProxy {
  url: string;
  /** "CONNECT name:port" or "GET http://…" with the credentials that came, decoded. */
  asked: { line: string; credentials: string | undefined }[];
  /** Answered to everything in place of what was asked for. */
  refusal: string | undefined;
  close(): Promise<void>;
}

/** Opens tunnels, and passes on requests for plain addresses. `leadsTo`: the port at which every tunnel ends, whatever was asked for. */
export function startHttpProxy({ leadsTo }: { leadsTo?: number } = {}): HttpProxy {
  const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const open = new Set<Deno.Conn>();
  const proxy: HttpProxy = {
    url: `http://127.0.0.1:${listener.addr.port}`,
    asked: [],
    refusal: undefined,
    async close() {
      listener.close();
      for (const it of open) closeQuietly(it);
      await running;
    },
  };

  async function serve(client: Deno.Conn): Promise<void> {
    open.add(client);
    let server: Deno.Conn | undefined;
    try {
      const head = await readHead(client);
      const [line = ""] = head.split("\r\n");
      const basic = /^proxy-authorization: *Basic (\S+)/im.exec(head)?.[1];
      proxy.asked.push({
        line: line.replace(/ HTTP\/1\.1$/, ""),
        credentials: basic && atob(basic),
      });
      if (proxy.refusal !== undefined) return await send(client, `HTTP/1.1 ${proxy.refusal}\r\n\r\n`);
      const [method, target = ""] = line.split(" ");
      const url = method === "CONNECT" ? undefined : new URL(target);
      const port = url === undefined ? leadsTo ?? target.split(":")[1] : url.port;
      server = await Deno.connect({ hostname: "127.0.0.1", port: Number(port) });
      open.add(server);
      if (url === undefined) await send(client, "HTTP/1.1 200 Connection established\r\n\r\n");
      else {
        const rest = head.slice(line.length).replace(/\r\nproxy-authorization:[^\r]*/i, "");
        await send(server, `${method} ${url.pathname}${url.search} HTTP/1.1\r\nconnection: close${rest}`);
      }
      await Promise.all([pipe(client, server), pipe(server, client)]);
    } catch {
      // One side has gone.
    } finally {
      for (const it of [client, server]) {
        closeQuietly(it);
        if (it) open.delete(it);
      }
    }
  }

  const running = (async () => {
    const all: Promise<void>[] = [];
    for await (const client of listener) all.push(serve(client));
    await Promise.all(all);
  })();
  return proxy;
}

/** A TLS server before a plain one, as a front end is. */
export function startTlsFront(
  port: number,
  certificate: { cert: string; key: string },
): { port: number; close(): Promise<void> } {
  const listener = Deno.listenTls({ hostname: "127.0.0.1", port: 0, ...certificate });
  const open = new Set<Deno.Conn>();
  const running = (async () => {
    const all: Promise<void>[] = [];
    for await (const client of listener) {
      all.push((async () => {
        const server = await Deno.connect({ hostname: "127.0.0.1", port });
        for (const it of [client, server]) open.add(it);
        await Promise.all([pipe(client, server), pipe(server, client)]).catch(() => {});
        for (const it of [client, server]) closeQuietly(it);
      })());
    }
    await Promise.all(all);
  })();
  return {
    port: listener.addr.port,
    async close() {
      listener.close();
      for (const it of open) closeQuietly(it);
      await running;
    },
  };
}

async function readHead(from: Deno.Conn): Promise<string> {
  let head = "";
  while (!head.includes("\r\n\r\n")) {
    const bytes = new Uint8Array(4096);
    const count = await from.read(bytes);
    if (count === null) break;
    head += new TextDecoder().decode(bytes.subarray(0, count));
  }
  return head;
}

async function send(to: Deno.Conn, text: string): Promise<void> {
  const bytes = new TextEncoder().encode(text);
  for (let sent = 0; sent < bytes.length;) sent += await to.write(bytes.subarray(sent));
}

async function pipe(from: Deno.Conn, to: Deno.Conn): Promise<void> {
  try {
    for await (const chunk of from.readable.values({ preventCancel: true })) {
      for (let sent = 0; sent < chunk.length;) sent += await to.write(chunk.subarray(sent));
    }
  } finally {
    closeQuietly(to);
  }
}

function closeQuietly(connection: Deno.Conn | undefined): void {
  try {
    connection?.close();
  } catch {
    // Closed by the other side's end.
  }
}
