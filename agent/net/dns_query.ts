import { Buffer } from "node:buffer";
// @ts-types="npm:@types/dns-packet@5.6.5"
import packet from "dns-packet";
import ipaddr from "ipaddr.js";
import { errorText } from "../error.ts";

const TIMEOUT_MS = 3_000;

/** What one server said about one name. */
export interface DnsAnswer {
  /** Those that can be connected to. */
  addresses: string[];
  /** In words when there is no address. */
  problem: string;
  /** It answered that there is no such name, or that the name has no address. */
  isEmpty: boolean;
  /** It gave nothing but addresses that lead nowhere (0.0.0.0): how filters refuse a name. */
  isFiltered: boolean;
}

/**
 * Asks one server for the addresses of one absolute name, those of IPv4 ("A") unless the others are wanted. An answer that was cut to fit a packet is asked for again over
 * TCP, as every resolver does. Never throws.
 * @see RFC 1035, RFC 2181 §9 (TC), RFC 7766 (TCP)
 */
export async function askDns(
  server: string,
  name: string,
  options: { protocol: "udp" | "tcp"; type?: "A" | "AAAA"; port?: number; timeoutMs?: number },
): Promise<DnsAnswer> {
  const type = options.type ?? "A";
  const query = {
    type: "query" as const,
    id: crypto.getRandomValues(new Uint16Array(1))[0] ?? 0,
    flags: packet.RECURSION_DESIRED,
    questions: [{ type, name }],
  };
  const to = { hostname: server, port: options.port ?? 53, timeoutMs: options.timeoutMs ?? TIMEOUT_MS };
  try {
    const first = options.protocol === "udp" ? await overUdp(query, to) : await overTcp(query, to);
    return toAnswer(first.flag_tc && options.protocol === "udp" ? await askWhole(query, to) : first, type);
  } catch (error) {
    const problem = error instanceof Deno.errors.ConnectionRefused ? "refused" : errorText(error);
    return { addresses: [], problem, isEmpty: false, isFiltered: false };
  }
}

async function askWhole(query: packet.Packet, to: Target): Promise<packet.DecodedPacket> {
  try {
    return await overTcp(query, to);
  } catch (cause) {
    const why = cause instanceof Deno.errors.ConnectionRefused ? "refused" : errorText(cause);
    throw new Error(`its answer does not fit a packet, and over TCP: ${why}`, { cause });
  }
}

function toAnswer(reply: packet.DecodedPacket, type: "A" | "AAAA"): DnsAnswer {
  const given = (reply.answers ?? []).flatMap((it) =>
    (it.type === "A" || it.type === "AAAA") && it.type === type ? [it.data] : []
  );
  const addresses = given.filter((it) => !leadsNowhere(it));
  const { rcode } = reply as { rcode?: string };
  const isFiltered = given.length > 0 && addresses.length === 0;
  return {
    addresses,
    problem: addresses.length > 0
      ? ""
      : isFiltered
      ? `answered ${given.join(" ")}, as a filter does that refuses the name`
      : emptyText(rcode),
    isEmpty: given.length === 0 && (rcode === "NXDOMAIN" || rcode === "NOERROR"),
    isFiltered,
  };
}

function emptyText(code: string | undefined): string {
  if (code === "NXDOMAIN") return "no such name";
  return code === "NOERROR" ? "no address" : `answered ${code}`;
}

/** Addresses that no service has which is asked for by name. @see RFC 6890 */
function leadsNowhere(address: string): boolean {
  if (ipaddr.IPv6.isValid(address)) return ipaddr.parse(address).range() === "unspecified";
  return !ipaddr.IPv4.isValidFourPartDecimal(address) ||
    ["unspecified", "broadcast"].includes(ipaddr.IPv4.parse(address).range()) || address.startsWith("0.");
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
