/** Loopback as IPv6 has it; on a machine without, IPv4's in the form of an IPv6 address. */
export const LOOPBACK_IPV6 = hasIpv6()
  ? { listenOn: "::1", address: "::1" }
  : { listenOn: "127.0.0.1", address: "::ffff:127.0.0.1" };

/** A port that completes connections, or one from which nothing comes back: its queue is full and nobody accepts. */
export async function openPort(
  kind: "open" | "deaf",
): Promise<{ port: number } & AsyncDisposable> {
  const hostname = LOOPBACK_IPV6.listenOn;
  const listener = Deno.listen({ hostname, port: 0, tcpBacklog: kind === "deaf" ? 1 : 50 });
  const { port } = listener.addr;
  const held: Deno.Conn[] = [];
  // Linux queues one more than it is told, and drops what comes then.
  for (let i = 0; kind === "deaf" && i < 2; i++) held.push(await Deno.connect({ hostname, port }));
  return {
    port,
    [Symbol.asyncDispose]() {
      for (const it of held) it.close();
      listener.close();
      return Promise.resolve();
    },
  };
}

function hasIpv6(): boolean {
  try {
    Deno.listen({ hostname: "::1", port: 0 }).close();
    return true;
  } catch {
    return false;
  }
}
