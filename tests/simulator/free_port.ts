/** A loopback port that nobody uses at this moment; somebody may before you do: rather use `onFreePort`. */
export function freePort(): number {
  using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  return listener.addr.port;
}

/** A free port below those that the kernel gives to others, for a server that goes and comes back. */
export function keptPort(): number {
  for (;;) {
    const port = 15_000 + Math.floor(Math.random() * 15_000);
    try {
      Deno.listen({ hostname: "127.0.0.1", port }).close();
      return port;
    } catch {
      // Somebody has it.
    }
  }
}

/**
 * A loopback port on which nobody listens, now and later: it is never handed out, and its service (compressnet) is long gone. None of
 * those that fetch() refuses by number. @see https://fetch.spec.whatwg.org/#port-blocking
 */
export const CLOSED_PORT = 2;

const TRIES = 5;
/** In the words of the kernel, of Deno and of the agent. */
const IN_USE = /address (already )?in use|AddrInUse|used by another program|another program uses this port/i;

/** Starts something on a free port, and on another one when somebody was faster. Its error has to tell why. */
export async function onFreePort<T>(start: (port: number) => Promise<T>): Promise<T> {
  for (let tries = 1;; tries++) {
    try {
      return await start(freePort());
    } catch (error) {
      if (tries >= TRIES || !IN_USE.test(String(error))) throw error;
    }
  }
}
