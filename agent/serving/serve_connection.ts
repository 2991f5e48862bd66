/** One connection that is being served. */
export interface ServedConnection {
  /** Ends with the connection, however that ends. */
  ended: Promise<void>;
  /** Lets answers under way reach their end, then closes. A request that has not come whole is waited for. */
  finish(): void;
  /** Closes at once, whatever is under way. A second call does nothing. */
  cut(): void;
}

/** The part of an AbortSignal that the runtime uses. */
interface Cutter {
  readonly aborted: boolean;
  addEventListener(type: "abort", listener: () => void): void;
  removeEventListener(): void;
}

type ServeOn = (
  connection: Deno.Conn,
  signal: Cutter,
  handler: (request: Request) => Response | Promise<Response>,
  onError: (error: unknown) => Response,
  onListen: () => void,
) => { finished: Promise<void>; shutdown(): Promise<void> };

/**
 * Serves HTTP on one connection with the server of `Deno.serve`, which has no limits of time or number itself. The runtime does
 * not document this entrance; its version is pinned, and the tests of the compiled program stand on it.
 * @see docs/architecture.md, Decisions
 */
export function serveConnection(
  connection: Deno.Conn,
  handler: (request: Request) => Response | Promise<Response>,
  onError: (error: unknown) => Response,
): ServedConnection {
  let kill: (() => void) | undefined;
  let isOver = false;
  const served = serveOn()(
    connection,
    { aborted: false, addEventListener: (_, listener) => kill = listener, removeEventListener() {} },
    handler,
    onError,
    () => {},
  );
  const end = () => {
    isOver = true;
  };
  return {
    ended: served.finished.then(end, end), // a peer that hangs up is not an error of ours
    finish() {
      if (!isOver) served.shutdown().catch(() => {});
    },
    cut() {
      if (isOver) return;
      isOver = true;
      try {
        kill?.();
      } catch {
        // It has ended in this very moment.
      }
    },
  };
}

/** @throws {TypeError} If this runtime does not have the entrance. */
function serveOn(): ServeOn {
  const runtime = Deno as unknown as
    & { internal: symbol }
    & Record<symbol, { serveHttpOnConnection?: ServeOn }>;
  const found = runtime[runtime.internal]?.serveHttpOnConnection;
  if (found === undefined) throw new TypeError("Cannot serve: this Deno does not serve single connections");
  return found;
}
