import { openLivePage } from "../../walk/live_page.ts";
import { makeSame } from "../bare_program.ts";
import { load } from "../load.ts";
import { cpuOfAllMs, memoryMb } from "../process_facts.ts";
import { type Bench, type Row, type Section, spread } from "../section.ts";

const PAGES = 100;

/** Memory and idle work, as the number of pods grows. */
export const memorySection: Section = {
  id: "memory",
  title: "Memory and idle work",
  async run(bench) {
    const { agent, bare, loadMs, say } = bench;
    const rows: Row[] = [];
    const headers = { authorization: `Bearer ${agent.token}` };
    // Setup leaves work behind: what it used most is compiled again, and its memory is given back.
    say("waiting for setup's last work");
    await new Promise((resolve) => setTimeout(resolve, loadMs * 60));
    for (const pods of bench.podCounts) {
      const there = await bench.bringTo(pods);
      // What setup and new pods have begun ends first: engines compile and memory is given back for a while.
      await new Promise((resolve) => setTimeout(resolve, loadMs * 15));
      say(`idle with ${there} pods`);
      const floor = spread([await memoryMb(bare.pid)]);
      const before = await cpuOfAllMs(agent.pid);
      const startMs = performance.now();
      // As long as the rarest of what is asked again and again within a minute.
      await new Promise((resolve) => setTimeout(resolve, loadMs * 60));
      const idlePercent = (await cpuOfAllMs(agent.pid) - before) / (performance.now() - startMs) * 100;
      rows.push({
        name: `idle, ${there} pods`,
        unit: "MB",
        agent: spread([await memoryMb(agent.pid)]),
        floor,
        // The budget of 1,000 pods holds for fewer as well.
        budget: { kind: "difference", bound: "atMost", limit: 60 },
      }, {
        name: `idle, ${there} pods: of one core`,
        unit: "%",
        agent: spread([idlePercent]),
        budget: { kind: "value", bound: "atMost", limit: 0.3 },
      });
    }
    const same = await makeSame(bare, `${agent.url}/api/status`, headers);
    await load(same.url, { pid: bare.pid, durationMs: loadMs * 2 });
    await load(`${agent.url}/api/status`, { pid: agent.pid, durationMs: loadMs * 2, headers });
    rows.push({
      name: "after load",
      unit: "MB",
      agent: spread([await memoryMb(agent.pid)]),
      floor: spread([await memoryMb(bare.pid)]),
    });
    rows.push(await perPage(bench));
    return rows;
  },
};

async function perPage({ agent }: Bench): Promise<Row> {
  const before = await memoryMb(agent.pid);
  const pages = await Promise.all(Array.from({ length: PAGES }, () => openLivePage(agent)));
  const after = await memoryMb(agent.pid);
  for (const it of pages) it.close();
  return { name: `one open live page (of ${PAGES})`, unit: "MB", agent: spread([(after - before) / PAGES]) };
}
