import { sourceOf } from "../access/source.ts";
import { errorText } from "../error.ts";
import type { Say } from "../text/log_line.ts";
import { ConnectionTable, type Entry } from "./connection_table.ts";
import type { Limits } from "./limits.ts";
import { serveConnection, type ServedConnection } from "./serve_connection.ts";
import { serveEither, type Turned } from "./serve_either.ts";
import type { TlsRelay } from "./tls_relay.ts";

/** How often idle connections are looked through, while there are any. */
const SWEEP_MS = 1_000;
/** After a connection could not be taken: files are closed meanwhile. */
const RETRY_MS = 100;
/** The same complaint is written once in this time. */
const SAY_MS = 60_000;

/** The other end of a connection, handed to the app with each of its requests. */
export interface Visitor {
  /** Address of the other end, or "socket". */
  readonly remoteAddr: string;
  /** Whether it came over TLS. */
  readonly isEncrypted: boolean;
  /** Says that the request shows a session or the token: strangers cannot push this connection out any more. */
  signedIn(): void;
  /** For an answer that stays open: no idle limit until the function that comes back is called. */
  keepOpen(): () => void;
  /** Says that this answer is the last one: the runtime would wait for a body that nobody reads. */
  hangUp(): void;
}

/** What answers. Where it rejects, the answer is a plain 500. */
export type VisitorHandler = (request: Request, visitor: Visitor) => Promise<Response>;

/** A listener and the connections that it has taken. */
export interface FrontDoor<A extends Deno.Addr> {
  readonly addr: A;
  /** Takes nobody any more and ends when answers under way have reached their end; {@link cutAll} ends them. */
  shutdown(): Promise<void>;
  /** Closes every connection at once. */
  cutAll(): void;
}

/** Accepts connections, counts and limits them, and has each served by itself; with a `relay`, encrypted ones too. */
export function openFrontDoor<A extends Deno.Addr>(
  listener: Deno.Listener<Deno.Conn<A>, A>,
  handler: VisitorHandler,
  { limits, say, relay }: { limits: Limits; say: Say; relay?: TlsRelay },
): FrontDoor<A> {
  const table = new ConnectionTable(limits);
  const served = new Set<ServedConnection>();
  let isClosing = false;
  let saidMs = -Infinity;
  let sweep: ReturnType<typeof setInterval> | undefined;

  function take(connection: Deno.Conn): void {
    const { remoteAddr } = connection;
    const address = remoteAddr.transport === "tcp" ? remoteAddr.hostname : "socket";
    if ("setNoDelay" in connection) (connection as Deno.TcpConn).setNoDelay(true);
    const entry = table.add(sourceOf(address), performance.now(), () => serving.cut());
    const done = () => idleAgain(entry);
    const serve = (plain: Deno.Conn, { isEncrypted, restore }: Turned) => {
      const visitor = visitorOf(address, isEncrypted, entry);
      return serveConnection(plain, (request) => {
        entry.busy++;
        entry.hasAsked = true;
        restore(request);
        // The server below knows the first request by another method, and would send a body with it.
        const answer = request.method === "HEAD"
          ? handler(request, visitor).then(withoutBody)
          : handler(request, visitor);
        answer.then(done, done); // beside the answer, not before it: one wait less for each request
        return answer;
      }, serverError);
    };
    const serving = relay === undefined
      ? serve(connection, { isEncrypted: false, restore() {} })
      : serveEither(connection, relay, serve);
    served.add(serving);
    sweep ??= setInterval(() => table.cutOverdue(performance.now()), SWEEP_MS);
    void serving.ended.then(() => {
      table.remove(entry);
      served.delete(serving);
      if (served.size > 0) return;
      clearInterval(sweep);
      sweep = undefined;
    });
  }

  function visitorOf(remoteAddr: string, isEncrypted: boolean, entry: Entry): Visitor {
    return {
      remoteAddr,
      isEncrypted,
      signedIn: () => table.signIn(entry),
      hangUp() {
        entry.isLeaving = true;
      },
      keepOpen() {
        entry.busy++;
        let isOpen = true;
        return () => {
          if (isOpen) idleAgain(entry);
          isOpen = false;
        };
      },
    };
  }

  const accepting = (async () => {
    while (!isClosing) {
      try {
        take(await listener.accept());
      } catch (error) {
        if (isClosing) return;
        // No more files, as a rule. Whoever does nothing makes room; the listener stays.
        table.makeRoom();
        if (performance.now() - saidMs >= SAY_MS) {
          saidMs = performance.now();
          say("warning", `Cannot take a connection: ${errorText(error)}. Idle ones were closed`);
        }
        await new Promise((resolve) => setTimeout(resolve, RETRY_MS));
      }
    }
  })();

  return {
    addr: listener.addr,
    async shutdown() {
      isClosing = true;
      listener.close();
      relay?.close();
      table.cutAll({ isIdle: true });
      for (const it of served) it.finish();
      await Promise.all([accepting, ...[...served].map((it) => it.ended)]);
    },
    cutAll: () => table.cutAll(),
  };
}

function idleAgain(entry: Entry): void {
  entry.busy--;
  entry.sinceMs = performance.now();
}

function withoutBody(response: Response): Response {
  response.body?.cancel().catch(() => {});
  return response.body === null ? response : new Response(null, response);
}

/** The last net below the app: whatever was thrown, the client gets an answer and the process lives. */
function serverError(): Response {
  return new Response("Internal error\n", {
    status: 500,
    headers: { "content-type": "text/plain; charset=utf-8" },
  });
}
