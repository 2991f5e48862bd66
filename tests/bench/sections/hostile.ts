import { BoundSockets } from "../../binary/bound_sockets.ts";
import { flood } from "../../binary/flood.ts";
import { sendRaw } from "../../binary/raw_socket.ts";
import { type Bench, type Row, type Section, spread } from "../section.ts";
import { signIn } from "../../simulator/sign_in.ts";

const SOCKETS = 10_000;
/** So many of those that were closed are opened again just before a page is asked for. */
const WAVE = 1_000;
/** Pages of one round. */
const PAGES = 10;

/** Ten thousand hostile sockets, opened again whenever they are closed; meanwhile pages over connections of their own. */
export const hostileSection: Section = {
  id: "hostile",
  title: "Hostile sockets",
  async run(bench) {
    const cookie = await signIn(bench.agent.url, () => bench.agent.token);
    const rows: Row[] = [];
    for (const sources of [1, 250]) {
      bench.say(`${SOCKETS} sockets from ${sources}`);
      const { heldMs, waveMs, rssMib } = await attack(bench, cookie, sources);
      const name = `${SOCKETS} sockets from ${sources} address${sources > 1 ? "es" : ""}`;
      const row = (label: string, unit: string, values: number[], limit?: number): Row => ({
        name: `${name}: ${label}`,
        unit,
        agent: spread(values),
        ...(limit === undefined ? {} : { budget: { kind: "value", bound: "atMost", limit } }),
      });
      rows.push(
        row("signed-in page", "ms", heldMs, 200),
        row(`signed-in page behind ${WAVE} new ones`, "ms", waveMs),
        row("memory", "MiB", rssMib, 250),
      );
    }
    return rows;
  },
};

async function attack(
  { agent, rounds }: Bench,
  cookie: string,
  sources: number,
): Promise<{ heldMs: number[]; waveMs: number[]; rssMib: number[] }> {
  const { hostname, port } = new URL(agent.url);
  const page =
    `GET /?live=off HTTP/1.1\r\nHost: ${hostname}\r\nCookie: ${cookie}\r\nConnection: close\r\n\r\n`;
  using sockets = new BoundSockets();
  const [heldMs, waveMs, rssMib]: [number[], number[], number[]] = [[], [], []];
  const ask = async () => {
    const askedMs = performance.now();
    const { statuses } = await sendRaw(Number(port), page, { answers: 1 });
    if (statuses[0] !== 200) throw new Error(`The page gave ${statuses[0] ?? "nothing"}`);
    return performance.now() - askedMs;
  };
  flood(sockets, Number(port), { count: SOCKETS, sources });
  waveMs.push(await ask());
  for (let i = 0; i < rounds * PAGES; i++) {
    flood(sockets, Number(port), { count: Math.min(SOCKETS, openNow(sockets) + WAVE), sources });
    waveMs.push(await ask());
    heldMs.push(await ask());
    const status = await Deno.readTextFile(`/proc/${agent.pid}/status`);
    rssMib.push(Number(/VmRSS:\s+(\d+)/.exec(status)?.[1]) / 1024);
  }
  return { heldMs, waveMs, rssMib };
}

function openNow(sockets: BoundSockets): number {
  sockets.reap();
  return sockets.size;
}
