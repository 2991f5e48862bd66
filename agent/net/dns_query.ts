import { Buffer } from "node:buffer";
// @ts-types="npm:@types/dns-packet@5.6.5"
import packet from "dns-packet";
import { errorText } from "../error.ts";

const TIMEOUT_MS = 3_000;

/** What one server said about one name. */
export interface DnsAnswer {
  addresses: string[];
  /** In words when there is no address. */
  problem: string;
}

/** Asks one server for the IPv4 addresses of one absolute name. Never throws. @see RFC 1035, RFC 7766 (TCP) */
export async function askDns(
  server: string,
  name: string,
  options: { protocol: "udp" | "tcp"; port?: number; timeoutMs?: number },
): Promise<DnsAnswer> {
  const query = {
    type: "query" as const,
    id: crypto.getRandomValues(new Uint16Array(1))[0] ?? 0,
    flags: packet.RECURSION_DESIRED,
    questions: [{ type: "A" as const, name }],
  };
  const to = { hostname: server, port: options.port ?? 53, timeoutMs: options.timeoutMs ?? TIMEOUT_MS };
  try {
    const reply = options.protocol === "udp" ? await overUdp(query, to) : await overTcp(query, to);
    const addresses = (reply.answers ?? []).flatMap((it) => it.type === "A" ? [it.data] : []);
    const code = (reply as { rcode?: string }).rcode;
    return {
      addresses,
      problem: addresses.length > 0
        ? ""
        : code === "NXDOMAIN"
        ? "no such name"
        : code === "NOERROR"
        ? "no address"
        : `answered ${code}`,
    };
  } catch (error) {
    return {
      addresses: [],
      problem: error instanceof Deno.errors.ConnectionRefused ? "refused" : errorText(error),
    };
  }
}

interface Target {
  hostname: string;
  port: number;
  timeoutMs: number;
}

async function overUdp(query: packet.Packet, to: Target): Promise<packet.DecodedPacket> {
  const socket = Deno.listenDatagram({
    transport: "udp",
    hostname: to.hostname.includes(":") ? "::" : "0.0.0.0",
    port: 0,
  });
  const timer = setTimeout(() => socket.close(), to.timeoutMs);
  try {
    await socket.send(packet.encode(query), { transport: "udp", hostname: to.hostname, port: to.port });
    for (;;) {
      const [bytes, from] = await socket.receive();
      // Anyone may send to an open port: only the asked server's answer to this very question counts.
      if (from.transport !== "udp" || from.hostname !== to.hostname || from.port !== to.port) continue;
      const reply = tryDecode(bytes);
      if (reply && isAnswerTo(query, reply)) return reply;
    }
  } catch (error) {
    if (error instanceof Deno.errors.BadResource || error instanceof Deno.errors.Interrupted) {
      throw new Error("no answer");
    }
    throw error;
  } finally {
    clearTimeout(timer);
    try {
      socket.close();
    } catch {
      // Closed by the timer.
    }
  }
}

function tryDecode(bytes: Uint8Array): packet.DecodedPacket | undefined {
  try {
    return packet.decode(Buffer.from(bytes));
  } catch {
    return undefined;
  }
}

function isAnswerTo(query: packet.Packet, reply: packet.DecodedPacket): boolean {
  return reply.type === "response" && reply.id === query.id &&
    reply.questions?.[0]?.name.toLowerCase() === query.questions?.[0]?.name.toLowerCase();
}

async function overTcp(query: packet.Packet, to: Target): Promise<packet.DecodedPacket> {
  const signal = AbortSignal.timeout(to.timeoutMs);
  const connection = await Deno.connect({ hostname: to.hostname, port: to.port, signal }).catch((error) => {
    throw signal.aborted ? new Error("no answer") : error;
  });
  const close = () => connection.close(); // removed below, so it runs at most once
  signal.addEventListener("abort", close, { once: true });
  try {
    await connection.write(packet.streamEncode(query));
    let bytes = new Uint8Array(0);
    while (bytes.length < 2 || bytes.length < 2 + ((bytes[0] ?? 0) << 8 | (bytes[1] ?? 0))) {
      const chunk = new Uint8Array(4096);
      const count = await connection.read(chunk);
      if (count === null) throw new Error("the connection was closed");
      bytes = new Uint8Array([...bytes, ...chunk.subarray(0, count)]);
    }
    const reply = tryDecode(bytes.subarray(2));
    if (!reply) throw new Error("gave an answer that is not DNS");
    if (!isAnswerTo(query, reply)) throw new Error("gave an answer to another question");
    return reply;
  } catch (error) {
    throw signal.aborted ? new Error("no answer") : error;
  } finally {
    signal.removeEventListener("abort", close);
    if (!signal.aborted) connection.close();
  }
}
