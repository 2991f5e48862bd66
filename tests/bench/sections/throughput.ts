import { makeSame } from "../bare_program.ts";
import { load, type LoadResult } from "../load.ts";
import { signIn } from "../../simulator/sign_in.ts";
import { type Bench, type Row, type Section, spread } from "../section.ts";

/** Answers beside a bare server that sends the same bytes, head and body. */
export const throughputSection: Section = {
  id: "throughput",
  title: "Throughput",
  async run(bench) {
    const rows: Row[] = [];
    const cookie = await signIn(bench.agent.url, () => bench.agent.token);
    const authorization = `Bearer ${bench.agent.token}`; // the sign-in turned the one before over
    for (const pods of bench.podCounts) {
      const there = await bench.bringTo(pods);
      const name = `/api/status, ${there} pods`;
      rows.push(...await compare(bench, name, "/api/status", { cookie }, true));
      rows.push(...await compare(bench, `${name}, by token`, "/api/status", { authorization }, false));
      rows.push(...await compare(bench, `/, ${there} pods`, "/?live=off", { cookie }, false));
    }
    return rows;
  },
};

async function compare(
  bench: Bench,
  name: string,
  path: string,
  headers: Record<string, string>,
  hasBudget: boolean,
): Promise<Row[]> {
  const { agent, bare, rounds, loadMs, say } = bench;
  const same = await makeSame(bare, agent.url + path, headers);
  const agentRounds: LoadResult[] = [];
  const bareRounds: LoadResult[] = [];
  for (let round = 0; round <= rounds; round++) {
    say(`${name}, round ${round}`);
    const floor = await load(same.url, { pid: bare.pid, durationMs: loadMs, headers });
    const own = await load(agent.url + path, { pid: agent.pid, durationMs: loadMs, headers });
    if (round === 0) continue; // warms both up
    bareRounds.push(floor);
    agentRounds.push(own);
  }
  const row = (label: string, unit: string, of: (it: LoadResult) => number, budget?: Row["budget"]): Row => ({
    name: `${name}: ${label}`,
    unit,
    agent: spread(agentRounds.map(of)),
    floor: spread(bareRounds.map(of)),
    ...(budget === undefined || !hasBudget ? {} : { budget }),
  });
  return [
    row(`answers of ${(same.bytes / 1000).toFixed(1)} kB`, "1/s", (it) => it.perSec, {
      kind: "ratio",
      bound: "atLeast",
      limit: 0.6,
    }),
    row("p50", "ms", (it) => it.p50Ms),
    row("p99", "ms", (it) => it.p99Ms, { kind: "ratio", bound: "atMost", limit: 2 }),
    row("processor time of one", "µs", (it) => it.cpuUs),
  ];
}
