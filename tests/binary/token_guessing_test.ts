import assert from "node:assert/strict";
import { campaignCount, campaignSeed } from "../campaign_size.ts";
import { Random } from "../fakes/random.ts";
import { mortalCommand } from "../mortal_command.ts";
import { binaryTest } from "./binary_case.ts";
import { isHealthy, withAgent } from "./running_agent.ts";
import { until } from "../until.ts";

const GUESSES = campaignCount(3_000);
const SEED = campaignSeed(20261126);
const LETTERS = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";
const WRONG = "00000-00000-00000-00000-00000-00000";
const FIRST_WAIT_MS = 60_000;
const LONGEST_WAIT_MS = 15 * 60_000;

const inNetworkOfItsOwn = new URL("ipv6_guesses.ts", import.meta.url).pathname;
const canUnshare = await new Deno.Command("unshare", { args: ["--net", "ip", "link"] }).output()
  .then((it) => it.success, () => false);

/** A token as it could be. */
function guess(random: Random): string {
  const group = () => Array.from({ length: 5 }, () => random.pick([...LETTERS])).join("");
  return Array.from({ length: 6 }, group).join("-");
}

/** How many guesses may be judged within a time: five are free, then each wait that ends lets one more through. */
function mostJudged(tookMs: number): number {
  let most = 5;
  for (let endMs = FIRST_WAIT_MS, waitMs = FIRST_WAIT_MS; endMs <= tookMs; most++) {
    waitMs = Math.min(2 * waitMs, LONGEST_WAIT_MS);
    endMs += waitMs;
  }
  return most;
}

await binaryTest(
  `${GUESSES} wrong tokens (seed ${SEED}) slow down their own source and nobody else`,
  (program) =>
    withAgent(program, async (agent) => {
      // Two addresses of this machine: the loopback network has many.
      const guesser = Deno.createHttpClient({ localAddress: "127.0.0.7" });
      const other = Deno.createHttpClient({ localAddress: "127.0.0.8" });
      const ask = async (client: Deno.HttpClient, token: string) => {
        const response = await fetch(`${agent.url}/api/status`, {
          client,
          headers: { authorization: `Bearer ${token}` },
        });
        const body = await response.json();
        return { status: response.status, retryAfter: response.headers.get("retry-after"), body };
      };
      try {
        const random = new Random(SEED);
        const seen: number[] = [];
        const startedMs = Date.now();
        for (let i = 0; i < GUESSES; i += 50) {
          const answers = await Promise.all(Array.from({ length: 50 }, () => ask(guesser, guess(random))));
          seen.push(...answers.map((it) => it.status));
        }
        const most = mostJudged(Date.now() - startedMs);
        const judged = seen.filter((it) => it === 401).length;
        assert.ok(judged <= most, `${judged} guesses were judged, not ${most}`);
        assert.deepEqual([...new Set(seen)].sort(), [401, 429]);

        // Until the wait is long enough for what follows.
        await until(
          "the guesser has to wait",
          () => ask(guesser, WRONG),
          (it) => it.status === 429 && Number(it.retryAfter) > 30,
          120,
        );
        const right = await agent.token();
        const refused = await ask(guesser, right);
        assert.equal(refused.status, 429, "the right token from the source that guessed has to wait, too");
        const waitSec = Number(refused.retryAfter);
        assert.ok(waitSec > 0 && waitSec <= 15 * 60, `${waitSec} s`);
        assert.match(refused.body.detail, new RegExp(`Try again in ${waitSec} s\\. Others are not affected`));

        assert.equal((await ask(other, right)).status, 200, "another source is locked out");
        assert.equal((await ask(other, WRONG)).status, 401);

        const page = await fetch(`${agent.url}/login`, {
          client: guesser,
          method: "POST",
          body: new URLSearchParams({ token: WRONG }),
        });
        assert.equal(page.status, 429);
        assert.match(await page.text(), /Try again in \d+\u00a0s/);

        assert.ok(await isHealthy(agent));
        assert.ok(await agent.rssMib() < 400, `${await agent.rssMib()} MiB`);
        assert.ok(!agent.output().includes(right));
      } finally {
        guesser.close();
        other.close();
      }
    }),
);

await binaryTest(
  "a page elsewhere that loads links with wrong tokens keeps nobody from signing in by the form",
  (program) =>
    withAgent(program, async (agent) => {
      const link = `${agent.url}/?token=${WRONG}`;
      for (let i = 0; i < 200; i++) {
        const { status, body } = await fetch(link, { redirect: "manual" });
        await body?.cancel();
        assert.equal(status, 303);
      }
      const signedIn = await fetch(`${agent.url}/login`, {
        method: "POST",
        redirect: "manual",
        body: new URLSearchParams({ token: await agent.token() }),
      });
      await signedIn.body?.cancel();
      assert.ok(signedIn.headers.has("set-cookie"), `${signedIn.status}`);
    }),
);

await binaryTest(
  "guesses from many addresses of one /64 of IPv6 are those of one source; its neighbour is another",
  async (program) => {
    const { stdout, stderr } = await mortalCommand("unshare", [
      "--net",
      Deno.execPath(),
      "run",
      "-A",
      "--quiet",
      inNetworkOfItsOwn,
      program,
    ], { stdout: "piped", stderr: "piped" }).output();
    const text = new TextDecoder().decode(stdout);
    assert.ok(text.startsWith("{"), text + new TextDecoder().decode(stderr));
    const { seen, tookMs, neighbour } = JSON.parse(text) as {
      seen: number[];
      tookMs: number;
      neighbour: number[];
    };
    const judged = seen.filter((it) => it === 401).length;
    assert.ok(judged <= mostJudged(tookMs), `${judged} guesses were judged, not ${mostJudged(tookMs)}`);
    assert.deepEqual([...new Set(seen)].sort(), [401, 429]);
    assert.deepEqual(neighbour, [401, 200]);
  },
  canUnshare ? undefined : "no network of its own can be made here",
);
