import { gzipSync } from "node:zlib";
import { isHealthy, type RunningAgent } from "./running_agent.ts";

/** One connection of a hostile server: its request has been read, anything may be written. */
export interface Wire {
  /** "GET /v2/ HTTP/1.1", with the query. */
  line: string;
  head: string;
  send(data: string | Uint8Array): Promise<void>;
  /** Aborts when the other side or the test is over. */
  signal: AbortSignal;
  /** Where this server listens. */
  url: string;
}

/** What a server does with one connection; it is closed afterwards. */
export type Answer = (wire: Wire) => Promise<void>;

/** A server that answers with whatever bytes it likes, one request for each connection. */
export interface HostileServer {
  port: number;
  url: string;
  asked: string[];
  answer: Answer;
  close(): Promise<void>;
}

export function startHostile(answer: Answer, listen: () => Deno.Listener = listenPlain): HostileServer {
  const listener = listen();
  const { port } = listener.addr as Deno.NetAddr;
  const over = new AbortController();
  const server: HostileServer = {
    port,
    url: `http://127.0.0.1:${port}`,
    asked: [],
    answer,
    async close() {
      over.abort();
      listener.close();
      await serving.catch(() => {});
    },
  };
  const one = async (connection: Deno.Conn) => {
    const ended = new AbortController();
    const abort = () => ended.abort();
    over.signal.addEventListener("abort", abort);
    try {
      const head = await readHead(connection);
      if (head === undefined) return;
      const line = head.slice(0, head.indexOf("\r\n"));
      server.asked.push(line);
      // What the other side still says is of no interest; that it has gone is.
      const listening = drain(connection).then(abort);
      await server.answer({
        line,
        head,
        url: server.url,
        signal: ended.signal,
        async send(data) {
          const bytes = typeof data === "string" ? new TextEncoder().encode(data) : data;
          for (let sent = 0; sent < bytes.length;) sent += await connection.write(bytes.subarray(sent));
        },
      });
      void listening;
    } catch {
      // The agent had enough, and closed.
    } finally {
      over.signal.removeEventListener("abort", abort);
      try {
        connection.close();
      } catch {
        // Closed by the other side.
      }
    }
  };
  const serving = (async () => {
    for (;;) {
      try {
        const connection = await listener.accept();
        void one(connection);
      } catch (error) {
        // A broken handshake is the other side's; a closed listener ends.
        if (over.signal.aborted || error instanceof Deno.errors.BadResource) return;
      }
    }
  })();
  return server;
}

function listenPlain(): Deno.Listener {
  return Deno.listen({ hostname: "127.0.0.1", port: 0 });
}

async function readHead(connection: Deno.Conn): Promise<string | undefined> {
  const buffer = new Uint8Array(16_384);
  let head = "";
  while (!head.includes("\r\n\r\n")) {
    const read = await connection.read(buffer);
    if (read === null) return undefined;
    head += new TextDecoder("latin1").decode(buffer.subarray(0, read));
  }
  return head;
}

async function drain(connection: Deno.Conn): Promise<void> {
  const buffer = new Uint8Array(16_384);
  try {
    while (await connection.read(buffer) !== null);
  } catch {
    // Reset, or closed by us.
  }
}

/** An answer as a well-behaved server would write it, but for what it says. */
export function http(
  status: string,
  headers: Record<string, string>,
  body: string | Uint8Array = "",
): Answer {
  return async ({ send }) => {
    const bytes = typeof body === "string" ? new TextEncoder().encode(body) : body;
    const lines = Object.entries({ "content-length": `${bytes.length}`, ...headers, connection: "close" });
    await send(`HTTP/1.1 ${status}\r\n${lines.map(([name, it]) => `${name}: ${it}\r\n`).join("")}\r\n`);
    await send(bytes);
  };
}

export const json = (text: string, headers: Record<string, string> = {}) =>
  http("200 OK", { "content-type": "application/json", ...headers }, text);

/** Waits until the other side goes away. */
export function hang(signal: AbortSignal): Promise<void> {
  if (signal.aborted) return Promise.resolve();
  return new Promise((resolve) => signal.addEventListener("abort", () => resolve(), { once: true }));
}

const BOMB = gzipSync(new Uint8Array(96 * 1024 * 1024));
const CHUNK = new TextEncoder().encode("x".repeat(65_536));
/** What must never be shown again. */
export const SECRET = "Geheim77";

/** What any server can do wrong with any answer. `isSlow`: the agent waits for its own limit. */
export const WRONGS: Readonly<Record<string, { answer: Answer; isSlow?: true }>> = {
  "closes at once": { answer: () => Promise.resolve() },
  "sends no HTTP": { answer: ({ send }) => send("\x16\x03\x01\x00\xffSSH-2.0-OpenSSH_9.6\r\n\r\n") },
  "sends nothing but a line end": { answer: ({ send }) => send("\r\n\r\n") },
  "has a word for a status": { answer: ({ send }) => send("HTTP/1.1 abc OK\r\n\r\n") },
  "answers 299": { answer: http("299 Odd", {}) },
  "answers with a portal's page": {
    answer: http("200 OK", { "content-type": "text/html" }, "<html><title>Sign in to the hotel</title>"),
  },
  "answers 403": { answer: http("403 Forbidden", {}, '{"errors":[{"code":"DENIED"}]}') },
  "answers 404": { answer: http("404 Not Found", {}) },
  "answers 407": { answer: http("407 Proxy Authentication Required", {}) },
  "answers 429 without Retry-After": { answer: http("429 Too Many Requests", {}) },
  "answers 429 with Retry-After in 30 years": {
    answer: http("429 Too Many Requests", { "retry-after": "999999999" }),
  },
  "answers 429 with a Retry-After of words": {
    answer: http("429 Too Many Requests", { "retry-after": "soon, or -1" }),
  },
  "answers 500 with a credential in its text": {
    answer: http("500 Internal Server Error", {}, `dial https://bob:${SECRET}@db/ password=${SECRET}`),
  },
  "answers 503": { answer: http("503 Service Unavailable", {}) },
  "redirects to itself for ever": {
    answer: (wire) => http("307 Temporary Redirect", { location: wire.line.split(" ")[1] ?? "/" })(wire),
  },
  "redirects to a file": { answer: http("307 Temporary Redirect", { location: "file:///etc/shadow" }) },
  "redirects to nowhere": { answer: http("302 Found", {}) },
  "redirects to an address that is none": {
    answer: http("302 Found", { location: "http://[::bad" }),
  },
  "tells a length that is longer than its answer": {
    answer: ({ send }) => send('HTTP/1.1 200 OK\r\ncontent-length: 9999\r\n\r\n{"a":'),
  },
  "tells a negative length": {
    answer: ({ send }) => send("HTTP/1.1 200 OK\r\ncontent-length: -1\r\n\r\n{}"),
  },
  "tells two lengths": {
    answer: ({ send }) => send("HTTP/1.1 200 OK\r\ncontent-length: 2\r\ncontent-length: 9\r\n\r\n{}"),
  },
  "tells a length of many terabytes": {
    answer: ({ send }) => send("HTTP/1.1 200 OK\r\ncontent-length: 99999999999999\r\n\r\n{}"),
  },
  "lies about its chunks": {
    answer: ({ send }) =>
      send("HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\nffffffffffffffff\r\n{}\r\n"),
  },
  "ends amid a chunk": {
    answer: ({ send }) => send('HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n20\r\n{"a":'),
  },
  "says gzip and is not": { answer: json("{}", { "content-encoding": "gzip" }) },
  "sends a gzip bomb": {
    answer: http("200 OK", { "content-type": "application/json", "content-encoding": "gzip" }, BOMB),
  },
  "has a header of 2 MB": { answer: json("{}", { "x-long": "x".repeat(2_000_000) }) },
  "has 20,000 headers": {
    answer: ({ send }) => send(`HTTP/1.1 200 OK\r\n${"x-many: 1\r\n".repeat(20_000)}\r\n`),
  },
  "has headers with line breaks and no colon": {
    answer: ({ send }) => send("HTTP/1.1 200 OK\r\nno colon here\r\n folded\r\n: empty\r\n\r\n{}"),
  },
  "sends JSON's null": { answer: json("null") },
  "sends a list for an object": { answer: json("[1,2,3]") },
  "sends wrong kinds of values": {
    answer: json('{"token":{"a":1},"items":7,"metadata":[],"config":null,"schemaVersion":"x","kind":5}'),
  },
  "sends JSON that is nested 200,000 times": { answer: json("[".repeat(200_000)) },
  "sends bytes that are no text": {
    answer: http("200 OK", { "content-type": "application/json" }, Uint8Array.of(0xff, 0xfe, 0x7b, 0xc0)),
  },
  "sends nothing": { answer: http("200 OK", {}) },
  "says nothing": { answer: ({ signal }) => hang(signal), isSlow: true },
  "stops amid its headers": {
    answer: async ({ send, signal }) => {
      await send("HTTP/1.1 200 OK\r\ncontent-ty");
      await hang(signal);
    },
    isSlow: true,
  },
  "stops amid its answer": {
    answer: async ({ send, signal }) => {
      await send('HTTP/1.1 200 OK\r\ncontent-length: 500\r\n\r\n{"a":');
      await hang(signal);
    },
    isSlow: true,
  },
  "sends a byte at a time": {
    answer: async ({ send, signal }) => {
      await send("HTTP/1.1 200 OK\r\n\r\n");
      while (!signal.aborted) {
        await send("x");
        await new Promise((resolve) => setTimeout(resolve, 5));
      }
    },
    isSlow: true,
  },
  "sends without an end": {
    answer: async ({ send, signal }) => {
      await send("HTTP/1.1 200 OK\r\n\r\n");
      while (!signal.aborted) await send(CHUNK);
    },
  },
  "sends headers without an end": {
    answer: async ({ send, signal }) => {
      await send("HTTP/1.1 200 OK\r\n");
      while (!signal.aborted) await send(`x-endless: ${"x".repeat(1_000)}\r\n`);
    },
  },
};

/** Words of a program that broke; they are no finding. */
const CRASHED =
  /undefined|\[object |TypeError|RangeError|SyntaxError|Cannot read|is not a function|something went wrong|\bNaN\b|at file:|panicked/i;

/** What no text for people may hold; `undefined`: all is well. */
export function wrongWords(text: string): string | undefined {
  if (text.includes(SECRET)) return "a credential";
  const found = CRASHED.exec(text);
  return found === null ? undefined : text.slice(Math.max(0, found.index - 80), found.index + 120);
}

/** Asks /healthz again and again until it is told to stop; gives the slowest answer in ms. */
export function watchHealth(agent: RunningAgent): { stop(): Promise<number> } {
  let isOver = false;
  const watching = (async () => {
    let worst = 0;
    while (!isOver) {
      const startedMs = performance.now();
      if (!await isHealthy(agent)) return Infinity;
      worst = Math.max(worst, performance.now() - startedMs);
      await new Promise((resolve) => setTimeout(resolve, 40));
    }
    return worst;
  })();
  return {
    async stop() {
      isOver = true;
      return await watching;
    },
  };
}

/** The most memory that the agent has held, in MiB. */
export async function peakRssMib(pid: number): Promise<number> {
  return Number(/VmHWM:\s+(\d+)/.exec(await Deno.readTextFile(`/proc/${pid}/status`))?.[1]) / 1024;
}
