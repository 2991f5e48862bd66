import assert from "node:assert/strict";
import { campaignSeed } from "../campaign_size.ts";
import { Random } from "../fakes/random.ts";
import { signIn } from "../simulator/sign_in.ts";
import { until } from "../until.ts";
import { binaryTest } from "./binary_case.ts";
import { type RunningAgent, startProgram } from "./running_agent.ts";

const YEAR_SEC = 365 * 86_400;
const LONGEST_WAIT_SEC = 15 * 60;
const years = 1 + new Random(campaignSeed(14)).below(20);

/** A time of day for one program alone, which this test sets. `undefined` where none can be made. */
async function shiftedClock(dir: string): Promise<{ wrapper: string[]; set(sec: number): void } | undefined> {
  const [library, shift] = [`${dir}/shifted_clock.so`, `${dir}/shift`];
  const source = new URL("shifted_clock.c", import.meta.url).pathname;
  const made = await new Deno.Command("cc", {
    args: ["-shared", "-fPIC", "-O1", "-o", library, source],
    stderr: "null",
  }).output().catch(() => undefined);
  if (!made?.success) return undefined;
  const set = (sec: number) => {
    // Amid the file, never a new one: the program has it mapped.
    using file = Deno.openSync(shift, { write: true, create: true });
    file.writeSync(new Uint8Array(BigInt64Array.of(BigInt(sec)).buffer));
  };
  set(0);
  return { wrapper: ["env", `LD_PRELOAD=${library}`, `ALGA_TEST_SHIFT=${shift}`], set };
}

const dir = await Deno.makeTempDir({ prefix: "alga-clock-" });
const clock = await shiftedClock(dir);
globalThis.addEventListener("unload", () => Deno.removeSync(dir, { recursive: true }));

await binaryTest(
  `a time of day that is ${years} years ahead for a while locks nobody out and ends no session`,
  async (program) => {
    if (!clock) return;
    const root = await Deno.makeTempDir({ prefix: "alga-jump-" });
    const { wrapper } = clock;
    let agent = await startProgram(program, { root, wrapper });
    try {
      const cookie = await signIn(agent.url, agent.token);
      clock.set(years * YEAR_SEC);
      // So the time of day is that of the program.
      await until("the session is over by then", () => statusOf(agent, { cookie }), (it) => it === 401);
      const wrong = { authorization: "Bearer 00000-00000-00000-00000-00000-00000" };
      const client = Deno.createHttpClient({ localAddress: "127.0.0.7" });
      try {
        await until("guessing is slowed", () => statusOf(agent, wrong, client), (it) => it === 429);
        clock.set(0);
        const { status, headers, body } = await fetch(`${agent.url}/api/status`, { client, headers: wrong });
        await body?.cancel();
        const waitSec = Number(headers.get("retry-after"));
        assert.equal(status, 429);
        assert.ok(waitSec > 0 && waitSec <= LONGEST_WAIT_SEC, `${waitSec} s`);
      } finally {
        client.close();
      }
      assert.equal(await statusOf(agent, { cookie }), 200, "by the true one it is not");

      // The same across a restart: what was written while the clock was ahead is read when it is right.
      clock.set(years * YEAR_SEC);
      await agent.stop("SIGTERM");
      clock.set(0);
      agent = await startProgram(program, { root, wrapper });
      assert.equal(await statusOf(agent, { cookie }), 200);
    } finally {
      clock.set(0);
      await agent.stop();
      await Deno.remove(root, { recursive: true });
    }
  },
  clock ? undefined : "no C compiler",
);

async function statusOf(agent: RunningAgent, headers: Record<string, string>, client?: Deno.HttpClient) {
  const answer = await fetch(`${agent.url}/api/status`, { headers, ...(client ? { client } : {}) });
  await answer.body?.cancel();
  return answer.status;
}
