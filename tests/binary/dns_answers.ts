/**
 * Runs a command while a DNS server answers at 192.0.2.53 of a network of its own (`unshare --net`): arguments are "cut" or
 * "filtered", then the command. Its output is this one's.
 */
import { Buffer } from "node:buffer";
// @ts-types="npm:@types/dns-packet@5.6.5"
import packet from "dns-packet";

const ADDRESS = "192.0.2.53";
const [how, ...command] = Deno.args;
for (const args of [["link", "set", "lo", "up"], ["addr", "add", `${ADDRESS}/32`, "dev", "lo"]]) {
  const { success } = await new Deno.Command("ip", { args }).output();
  if (!success) Deno.exit(70);
}

function answer(query: Uint8Array, isTcp: boolean): Uint8Array {
  const { id, questions = [] } = packet.decode(Buffer.from(query));
  const base = { type: "response" as const, ...(id === undefined ? {} : { id }), questions };
  if (how === "cut" && !isTcp) return packet.encode({ ...base, flags: packet.TRUNCATED_RESPONSE });
  const data = how === "filtered" ? "0.0.0.0" : "203.0.113.7";
  const answers = questions.filter((it) => it.type === "A").map(({ name }) => ({
    type: "A" as const,
    name,
    data,
  }));
  return packet.encode({ ...base, answers });
}

const udp = Deno.listenDatagram({ transport: "udp", hostname: ADDRESS, port: 53 });
const tcp = Deno.listen({ hostname: ADDRESS, port: 53 });
void (async () => {
  for await (const [query, from] of udp) await udp.send(answer(query, false), from);
})();
void (async () => {
  for await (const connection of tcp) {
    const buffer = new Uint8Array(4_096);
    const read = await connection.read(buffer) ?? 0;
    const said = answer(buffer.subarray(2, read), true);
    await connection.write(Uint8Array.of(said.length >> 8, said.length & 0xff, ...said));
    connection.close();
  }
})();

const { code } = await new Deno.Command(command[0] ?? "", {
  args: command.slice(1),
  stdout: "inherit",
  stderr: "inherit",
}).output();
Deno.exit(code);
