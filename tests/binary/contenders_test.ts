import assert from "node:assert/strict";
import { PATHS } from "../../agent/state/paths.ts";
import { campaignCount } from "../campaign_size.ts";
import { mortalCommand } from "../mortal_command.ts";
import { until } from "../until.ts";
import { binaryTest } from "./binary_case.ts";
import { startProgram } from "./running_agent.ts";

/** So many agents start after each kill, so often; in a campaign up to a hundred, a hundred times. */
const CONTENDERS = Math.min(100, campaignCount(10));
const KILLS = Math.min(100, campaignCount(2));
/** So many of them start at the same moment, the next as soon as one has lost: more would stop a shared machine. */
const AT_ONCE = 10;
/** A part of a campaign ends after that, and has failed where fewer kills than these were done by then. */
const LIMIT_MS = 30 * 60_000;
const LEAST_KILLS = Math.min(10, KILLS);

interface Contender {
  child: Deno.ChildProcess;
  said: string;
  ended: Promise<number>;
}

function contend(program: string, root: string): Contender {
  const child = mortalCommand(program, ["serve", "--root", root, "--listen", "127.0.0.1:0"], {
    stdout: "null",
    stderr: "piped",
  }).spawn();
  const contender: Contender = { child, said: "", ended: child.status.then((it) => it.code) };
  void (async () => {
    for await (const text of child.stderr.pipeThrough(new TextDecoderStream())) contender.said += text;
  })();
  return contender;
}

await binaryTest(
  `of ${CONTENDERS} agents that start after a kill exactly one serves, up to ${KILLS} times`,
  async (program) => {
    const root = await Deno.makeTempDir({ prefix: "alga-contend-" });
    const first = await startProgram(program, { root });
    const token = await first.token();
    let kill = () => first.stop("SIGKILL").then(() => {});
    try {
      const startedMs = performance.now();
      let round = 1;
      for (; round <= KILLS; round++) {
        if (performance.now() - startedMs > LIMIT_MS) break;
        await kill();
        const all: Contender[] = [];
        kill = async () => {
          for (const { child } of all) tryKill(child);
          await Promise.all(all.map((it) => it.ended));
        };
        const codes: number[] = [];
        while (all.length < CONTENDERS) {
          const it = contend(program, root);
          all.push(it);
          void it.ended.then((code) => codes.push(code));
          await until(
            `fewer than ${AT_ONCE} contend in round ${round}`,
            () => all.length - codes.length,
            // The one that serves stays.
            (contending) => contending <= AT_ONCE,
            120,
          );
        }
        await until(
          `${CONTENDERS - 1} have ended in round ${round}`,
          () => codes.length,
          (it) => it >= CONTENDERS - 1,
          120,
        );
        const serving = await until(
          "one listens",
          () => all.filter((it) => /^Listening on /m.test(it.said)),
          (it) => it.length > 0,
        );
        assert.equal(serving.length, 1, `${serving.length} serve in round ${round}`);
        assert.deepEqual(codes, Array(CONTENDERS - 1).fill(6), `round ${round}`);
        for (const it of all) {
          if (!serving.includes(it)) {
            assert.match(it.said, /^Another agent serves this appliance: process \d+ /m);
          }
        }
        assert.equal((await Deno.readTextFile(root + PATHS.setupToken)).trim(), token);
      }
      const tookSec = Math.round((performance.now() - startedMs) / 1_000);
      console.log(`  ${round - 1} kills, ${CONTENDERS} contenders after each, in ${tookSec} s`);
      assert.ok(round > LEAST_KILLS, `fewer than ${LEAST_KILLS} kills in that time`);
    } finally {
      await kill();
      await Deno.remove(root, { recursive: true });
    }
  },
);

function tryKill(child: Deno.ChildProcess): void {
  try {
    child.kill("SIGKILL");
  } catch {
    // It has ended.
  }
}
