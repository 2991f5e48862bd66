// @ts-types="npm:@types/dns-packet@5.6.5"
import packet from "dns-packet";
import { Buffer } from "node:buffer";

/** What a name gets: an IPv4 address, or one of the ways in which name servers fail. */
export type DnsAnswer = string | "nxdomain" | "servfail" | "silent";

/** The name servers of the site: the only ones that the node and its pods can ask for names outside the cluster. */
export interface OutsideDns {
  /** Answers for a name and everything below it; `*` stands for what has no answer of its own. Gives the undo. */
  answer(name: string, answer: DnsAnswer): () => void;
  /** Names that were asked for, in order. */
  asked: string[];
  close(): Promise<void>;
}

/** Listens on port 53 of these addresses, UDP and TCP. Unknown names do not exist. */
export function startOutsideDns(addresses: readonly string[]): OutsideDns {
  const answers = new Map<string, DnsAnswer>([["*", "nxdomain"]]);
  const asked: string[] = [];

  function answerFor(name: string): DnsAnswer {
    const labels = name.toLowerCase().split(".");
    for (let i = 0; i < labels.length; i++) {
      const found = answers.get(labels.slice(i).join("."));
      if (found !== undefined) return found;
    }
    return answers.get("*") ?? "nxdomain";
  }

  function reply(bytes: Uint8Array): Uint8Array<ArrayBuffer> | undefined {
    const query = packet.decode(Buffer.from(bytes));
    const question = query.questions?.[0];
    if (!question) return undefined;
    asked.push(question.name);
    const answer = answerFor(question.name);
    if (answer === "silent") return undefined;
    const isAddress = answer !== "nxdomain" && answer !== "servfail";
    const code = answer === "nxdomain" ? 3 : answer === "servfail" ? 2 : 0;
    return new Uint8Array(packet.encode({
      type: "response",
      id: query.id ?? 0,
      // The code of the answer has no name in this library: it is the low part of the flags.
      flags: packet.RECURSION_DESIRED | packet.RECURSION_AVAILABLE | code,
      questions: [question],
      answers: isAddress && question.type === "A"
        ? [{ type: "A", name: question.name, ttl: 1, data: answer }]
        : [],
    }));
  }

  const closers: (() => Promise<void>)[] = [];
  for (const hostname of addresses) {
    closers.push(serveDatagrams(hostname, reply), serveStreams(hostname, reply));
  }
  return {
    asked,
    answer(name, answer) {
      const before = answers.get(name);
      answers.set(name, answer);
      return () => {
        if (before === undefined) answers.delete(name);
        else answers.set(name, before);
      };
    },
    async close() {
      await Promise.all(closers.map((it) => it()));
    },
  };
}

type Reply = (bytes: Uint8Array) => Uint8Array<ArrayBuffer> | undefined;

function serveDatagrams(hostname: string, reply: Reply): () => Promise<void> {
  const socket = Deno.listenDatagram({ transport: "udp", hostname, port: 53 });
  const serving = (async () => {
    for await (const [bytes, from] of socket) {
      try {
        const text = reply(bytes);
        if (text) await socket.send(text, from);
      } catch {
        // not a question, or nobody waits any more
      }
    }
  })();
  return async () => {
    socket.close();
    await serving;
  };
}

/** One question for each connection is all that the programs of a node ask. */
function serveStreams(hostname: string, reply: Reply): () => Promise<void> {
  const listener = Deno.listen({ hostname, port: 53 });
  const serving = (async () => {
    for await (const connection of listener) {
      void (async () => {
        using _ = connection;
        const size = new Uint8Array(2);
        await readFull(connection, size);
        const question = new Uint8Array(new DataView(size.buffer).getUint16(0));
        await readFull(connection, question);
        const text = reply(question);
        if (!text) return;
        const framed = new Uint8Array(2 + text.length);
        new DataView(framed.buffer).setUint16(0, text.length);
        framed.set(text, 2);
        await connection.write(framed);
      })().catch(() => {}); // cut off by the other side
    }
  })();
  return async () => {
    listener.close();
    await serving;
  };
}

async function readFull(connection: Deno.Conn, into: Uint8Array): Promise<void> {
  for (let got = 0; got < into.length;) {
    const count = await connection.read(into.subarray(got));
    if (count === null) throw new Error("cut off");
    got += count;
  }
}
