/**
 * Guesses the token of the program (the argument) from addresses of a network of its own (`unshare --net`): one guess from each of
 * many addresses of one /64, then one from a neighbouring /64 and the right token from there. Prints what was answered as JSON.
 */
import { withAgent } from "./running_agent.ts";

const ADDRESSES = 40;
const WRONG = "00000-00000-00000-00000-00000-00000";
const SERVER = "2001:db8:0:9::1";
const NEIGHBOUR = "2001:db8:0:2::1";
/** Far apart within 2001:db8:0:1::/64. */
const ofOne = Array.from(
  { length: ADDRESSES },
  (_, i) => `2001:db8:0:1:${(i * 1_601).toString(16)}::${i + 1}`,
);

async function ip(...args: string[]): Promise<void> {
  const { success, stderr } = await new Deno.Command("ip", { args }).output();
  if (!success) throw new Error(`ip ${args.join(" ")}: ${new TextDecoder().decode(stderr)}`);
}

async function ask(from: string, port: number, token: string): Promise<number> {
  const client = Deno.createHttpClient({ localAddress: from });
  try {
    const response = await fetch(`http://[${SERVER}]:${port}/api/status`, {
      client,
      headers: { authorization: `Bearer ${token}` },
    });
    await response.body?.cancel();
    return response.status;
  } finally {
    client.close();
  }
}

await ip("link", "set", "lo", "up");
for (const it of [SERVER, NEIGHBOUR, ...ofOne]) {
  await ip("-6", "addr", "add", `${it}/128`, "dev", "lo", "nodad");
}
await withAgent(Deno.args[0] ?? "", async (agent) => {
  const startedMs = Date.now();
  const seen: number[] = [];
  for (const it of ofOne) seen.push(await ask(it, agent.port, WRONG));
  const tookMs = Date.now() - startedMs;
  const wrong = await ask(NEIGHBOUR, agent.port, WRONG);
  const right = await ask(NEIGHBOUR, agent.port, await agent.token());
  console.log(JSON.stringify({ seen, tookMs, neighbour: [wrong, right] }));
}, { listenOn: "[::]" });
