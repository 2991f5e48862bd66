import { Buffer } from "node:buffer";
// @ts-types="npm:@types/dns-packet@5.6.5"
import packet from "dns-packet";

/** What the server does with one question. */
export type DnsReply =
  | { addresses: string[] }
  | "cut"
  | "NXDOMAIN"
  | "SERVFAIL"
  | "silent"
  | "garbage"
  | "stranger"
  | "other-id";

/** A name server on loopback, UDP and TCP on one port. */
export interface TestDnsServer {
  port: number;
  /** "udp ghcr.io", in the order of arrival. */
  asked: string[];
  close(): Promise<void>;
}

/** `answer` decides by protocol, name and the kind of address that is wanted; "refused" for a protocol that nobody listens on. */
export function startDnsServer(
  answer: (protocol: "udp" | "tcp", name: string, type: string) => DnsReply,
  options: { protocols?: readonly ("udp" | "tcp")[] } = {},
): TestDnsServer {
  const protocols = options.protocols ?? ["udp", "tcp"];
  const { port, tcp, udp } = openBoth();
  if (!protocols.includes("tcp")) tcp.close();
  if (!protocols.includes("udp")) udp.close();
  const asked: string[] = [];
  const open = new Set<Deno.Conn>();

  function reply(protocol: "udp" | "tcp", query: packet.DecodedPacket): packet.Packet | undefined {
    const name = query.questions?.[0]?.name ?? "";
    asked.push(`${protocol} ${name}`);
    const said = answer(protocol, name, query.questions?.[0]?.type ?? "");
    if (said === "silent") return undefined;
    const base = { type: "response" as const, ...(query.id === undefined ? {} : { id: query.id }) };
    if (said === "stranger") {
      const data = "203.0.113.66";
      const other = "elsewhere.example.com";
      return {
        ...base,
        questions: [{ type: "A", name: other }],
        answers: [{ type: "A", name: other, data }],
      };
    }
    const questions = query.questions ?? [];
    if (said === "cut") return { ...base, flags: packet.TRUNCATED_RESPONSE, questions };
    if (said === "NXDOMAIN") return { ...base, flags: 3, questions };
    if (said === "SERVFAIL") return { ...base, flags: 2, questions };
    if (said === "garbage") return base;
    if (said === "other-id") {
      const data = "203.0.113.66";
      return { ...base, id: ((query.id ?? 0) + 1) & 0xffff, questions, answers: [{ type: "A", name, data }] };
    }
    return {
      ...base,
      questions,
      answers: said.addresses.map((data) => ({
        type: data.includes(":") ? "AAAA" as const : "A" as const,
        name,
        data,
      })),
    };
  }

  async function serveUdp(socket: Deno.DatagramConn): Promise<void> {
    for await (const [bytes, from] of socket) {
      const query = packet.decode(Buffer.from(bytes));
      const isGarbage = answer("udp", query.questions?.[0]?.name ?? "", "A") === "garbage";
      const said = reply("udp", query);
      if (said) await socket.send(isGarbage ? new Uint8Array([1, 2, 3]) : packet.encode(said), from);
    }
  }

  async function serveTcp(): Promise<void> {
    for await (const connection of tcp) {
      open.add(connection);
      const bytes = new Uint8Array(4096);
      const count = await connection.read(bytes) ?? 0;
      if (count < 3) continue;
      const query = packet.streamDecode(Buffer.from(bytes.subarray(0, count))) as packet.DecodedPacket;
      const isGarbage = answer("tcp", query.questions?.[0]?.name ?? "", "A") === "garbage";
      const said = reply("tcp", query);
      if (!said) continue;
      const whole: Uint8Array = isGarbage ? new Uint8Array([0, 3, 1, 2, 3]) : packet.streamEncode(said);
      await connection.write(whole.subarray(0, 1)); // in two pieces, as real servers may
      await connection.write(whole.subarray(1));
    }
  }

  const running = [
    protocols.includes("udp") ? serveUdp(udp) : undefined,
    protocols.includes("tcp") ? serveTcp() : undefined,
  ].map((it) => it?.catch(() => {}));
  return {
    port,
    asked,
    async close() {
      if (protocols.includes("udp")) udp.close();
      if (protocols.includes("tcp")) tcp.close();
      for (const connection of open) connection.close();
      await Promise.all(running);
    },
  };
}

/** Both protocols on one port below those that the kernel gives to others, so that one that is closed stays closed. */
function openBoth(): { port: number; tcp: Deno.TcpListener; udp: Deno.DatagramConn } {
  const at = { hostname: "127.0.0.1", port: 10_000 + Math.floor(Math.random() * 5_000) };
  let tcp: Deno.TcpListener | undefined;
  try {
    tcp = Deno.listen(at);
    return { port: at.port, tcp, udp: Deno.listenDatagram({ transport: "udp", ...at }) };
  } catch (error) {
    tcp?.close();
    if (error instanceof Deno.errors.AddrInUse) return openBoth();
    throw error;
  }
}
