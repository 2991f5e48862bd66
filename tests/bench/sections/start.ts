import { freePort } from "../../simulator/free_port.ts";
import { untilAnswer } from "../bare_program.ts";
import { type Row, type Section, spread } from "../section.ts";

/** How long until the program answers. */
export const startSection: Section = {
  id: "start",
  title: "Start",
  async run({ program, bareProgram, rounds, say }) {
    const times = { version: [], healthz: [], page: [] } as Record<string, number[]>;
    const floors = { version: [], healthz: [], page: [] } as Record<string, number[]>;
    for (let round = 0; round < rounds * 3; round++) {
      say(`start ${round + 1} of ${rounds * 3}`);
      floors.version?.push(await timeOf(bareProgram, ["version"]));
      times.version?.push(await timeOf(program, ["version"]));
      for (const [kind, path] of [["healthz", "/healthz"], ["page", "/login"]] as const) {
        const port = freePort();
        floors[kind]?.push(await timeOf(bareProgram, [`${port}`], `http://127.0.0.1:${port}${path}`));
        const root = await Deno.makeTempDir({ prefix: "alga-bench-" });
        const args = ["serve", "--listen", `127.0.0.1:${port}`, "--root", root];
        times[kind]?.push(await timeOf(program, args, `http://127.0.0.1:${port}${path}`));
        await Deno.remove(root, { recursive: true });
      }
    }
    const row = (name: string, kind: string, budget?: Row["budget"]): Row => ({
      name,
      unit: "ms",
      agent: spread(times[kind] ?? []),
      floor: spread(floors[kind] ?? []),
      ...(budget === undefined ? {} : { budget }),
    });
    const [size, bareSize] = await Promise.all(
      [program, bareProgram].map(async (it) => (await Deno.stat(it)).size),
    );
    return [
      row("exec → end of `version`", "version"),
      row("exec → /healthz answers", "healthz"),
      row("exec → first page", "page", { kind: "ratio", bound: "atMost", limit: 1.5 }),
      {
        name: "size of the program",
        unit: "MB",
        agent: spread([(size ?? 0) / 1e6]),
        floor: spread([(bareSize ?? 0) / 1e6]),
        budget: { kind: "difference", bound: "atMost", limit: 8 },
      },
    ];
  },
};

/** From exec to the end, or to the first answer of an address. */
async function timeOf(program: string, args: string[], url?: string): Promise<number> {
  const startMs = performance.now();
  const child = new Deno.Command("setpriv", {
    args: ["--pdeathsig", "KILL", "--", program, ...args],
    stdout: "null",
    stderr: "null",
  }).spawn();
  if (url !== undefined) await untilAnswer(url);
  else await child.status;
  const tookMs = performance.now() - startMs;
  if (url !== undefined) child.kill("SIGKILL");
  await child.status;
  return tookMs;
}
