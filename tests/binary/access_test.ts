import assert from "node:assert/strict";
import { campaignCount, campaignSeed } from "../campaign_size.ts";
import { Random } from "../fakes/random.ts";
import { choosePassword, MANAGEMENT_PASSWORD, signIn } from "../simulator/sign_in.ts";
import { until } from "../until.ts";
import { binaryTest } from "./binary_case.ts";
import { run } from "./program.ts";
import { isHealthy, type RunningAgent, startProgram, withAgent } from "./running_agent.ts";

const SEED = campaignSeed(20261126);
const SOURCES = 40;
const GUESSES_EACH = campaignCount(50);
const KILLS = campaignCount(8);

/** The answer to a sign-in with these fields. */
async function login(agent: RunningAgent, fields: Record<string, string>, client?: Deno.HttpClient) {
  const answer = await fetch(`${agent.url}/login`, {
    method: "POST",
    redirect: "manual",
    body: new URLSearchParams(fields),
    ...(client ? { client } : {}),
  });
  await answer.body?.cancel();
  return { status: answer.status, cookie: answer.headers.get("set-cookie")?.split(";")[0] ?? "" };
}

async function statusOf(agent: RunningAgent, headers: Record<string, string>): Promise<number> {
  const answer = await fetch(`${agent.url}/api/status`, { headers });
  await answer.body?.cancel();
  return answer.status;
}

interface Entry {
  seq: number;
  type: string;
  data: Record<string, unknown>;
}

/** The audit log as the command tells it; it must be whole. */
async function auditOf(program: string, root: string): Promise<Entry[]> {
  const { code, stdout, stderr } = await run(program, ["audit", "-o", "json", "--root", root]);
  assert.equal(code, 0, stderr);
  return stdout.split("\n").filter((it) => it !== "").map((it) => JSON.parse(it));
}

await binaryTest(
  "the token signs in once; then the password does, until it is reset beside the running agent",
  (program) =>
    withAgent(program, async (agent) => {
      const token = await agent.token();
      const first = await login(agent, { token });
      assert.equal(first.status, 303);
      assert.equal((await login(agent, { token })).status, 403, "the token was used");
      assert.equal(await statusOf(agent, { cookie: first.cookie }), 403, "a password must be chosen");
      await choosePassword(agent.url, first.cookie);
      assert.equal(await statusOf(agent, { cookie: first.cookie }), 200);
      assert.equal((await login(agent, { token: await agent.token() })).status, 403);
      const second = await login(agent, { password: MANAGEMENT_PASSWORD });
      assert.equal(second.status, 303);

      const shown = await run(program, ["sessions", "-o", "json", "--root", agent.root]);
      const { sessions } = JSON.parse(shown.stdout);
      assert.equal(sessions.length, 2);
      await run(program, ["sessions", "end", sessions[0].id, "--root", agent.root]);
      const living = await Promise.all([first, second].map((it) => statusOf(agent, { cookie: it.cookie })));
      assert.deepEqual(living.toSorted(), [200, 401]);

      const set = await run(program, ["password", "set", "--root", agent.root], {
        stdin: "From-Console7!\n",
      });
      assert.equal(set.code, 0, set.stderr);
      assert.equal((await login(agent, { password: MANAGEMENT_PASSWORD })).status, 403);
      const third = await login(agent, { password: "From-Console7!" });
      assert.equal(third.status, 303);

      const reset = await run(program, ["password", "reset", "--yes", "--root", agent.root]);
      assert.equal(reset.code, 0, reset.stderr);
      assert.equal(await statusOf(agent, { cookie: third.cookie }), 401, "the reset ended every session");
      const fresh = /^Setup token: +(\S+)$/m.exec(reset.stdout)?.[1] ?? assert.fail(reset.stdout);
      assert.equal((await login(agent, { token: fresh })).status, 303);

      const types = (await auditOf(program, agent.root)).map((it) => `${it.type} ${it.data.via}`);
      for (
        const wanted of [
          "sign-in.accepted browser",
          "access.set-password browser",
          "session.end command line",
          "access.set-password command line",
          "access.reset-password command line",
        ]
      ) assert.ok(types.includes(wanted), `${wanted}: ${types.join("\n")}`);
      const log = await Deno.readTextFile(`${agent.root}/var/log/alga-appliance/audit.jsonl`);
      const secrets = [
        token,
        fresh,
        MANAGEMENT_PASSWORD,
        "From-Console7!",
        first.cookie.split("=")[1] ?? "?",
      ];
      assert.deepEqual(secrets.filter((it) => (log + agent.output()).includes(it)), []);
    }),
);

await binaryTest(
  "a reset while no agent runs counts at its next start, and is in its log",
  async (program) => {
    const root = await Deno.makeTempDir({ prefix: "alga-reset-" });
    try {
      let agent = await startProgram(program, { root });
      const cookie = await signIn(agent.url, agent.token);
      await agent.stop("SIGTERM");
      const reset = await run(program, ["password", "reset", "--yes", "--root", root]);
      assert.equal(reset.code, 0, reset.stderr);
      agent = await startProgram(program, { root });
      try {
        assert.equal(await statusOf(agent, { cookie }), 401);
        assert.equal((await login(agent, { token: await agent.token() })).status, 303);
        await until(
          "the log has it",
          () => auditOf(program, root),
          (it) =>
            it.some(({ type, data }) => type === "access.reset-password" && data.via === "command line"),
        );
      } finally {
        await agent.stop();
      }
    } finally {
      await Deno.remove(root, { recursive: true });
    }
  },
);

await binaryTest(
  `${SOURCES} sources that guess passwords at once (seed ${SEED}) leave /healthz quick and let others in`,
  (program) =>
    withAgent(program, async (agent) => {
      await signIn(agent.url, agent.token);
      const random = new Random(SEED);
      const clients = Array.from(
        { length: SOURCES },
        (_, i) => Deno.createHttpClient({ localAddress: `127.0.0.${i + 10}` }),
      );
      let isOver = false;
      const waitsMs: number[] = [];
      const watching = (async () => {
        while (!isOver) {
          const askedMs = performance.now();
          assert.ok(await isHealthy(agent));
          waitsMs.push(performance.now() - askedMs);
          await new Promise((resolve) => setTimeout(resolve, 20));
        }
      })();
      try {
        const statuses = (await Promise.all(clients.map(async (client) => {
          const seen: number[] = [];
          for (let i = 0; i < GUESSES_EACH; i++) {
            seen.push((await login(agent, { password: `Guess-${random.below(1e9)}!` }, client)).status);
          }
          return seen;
        }))).flat();
        assert.deepEqual([...new Set(statuses)].sort(), [403, 429]);
        // The fifth wrong one is told to wait already.
        const judged = statuses.filter((it) => it === 403).length;
        assert.ok(judged <= 4 * SOURCES, `${judged} guesses were judged`);
        const signedIn = await until(
          "somebody else signs in",
          () => login(agent, { password: MANAGEMENT_PASSWORD }),
          (it) => it.status !== 429,
        );
        assert.equal(signedIn.status, 303);
      } finally {
        isOver = true;
        await watching;
        for (const it of clients) it.close();
      }
      waitsMs.sort((a, b) => a - b);
      const [median, worst] = [waitsMs[Math.floor(waitsMs.length / 2)] ?? 0, waitsMs.at(-1) ?? 0];
      // A hash on the loop would make each of them wait for one after another, 50 ms and more.
      assert.ok(median < 100, `median ${median} ms`);
      assert.ok(worst < 2_000, `worst ${worst} ms`);
      assert.ok(await agent.rssMib() < 400, `${await agent.rssMib()} MiB`);
      await agent.stop("SIGTERM");
      const refused = (await auditOf(program, agent.root)).filter((it) => it.type === "sign-in.refused");
      assert.ok(refused.length <= 10, `${refused.length} entries`);
    }, { env: { MALLOC_MMAP_THRESHOLD_: "1048576" } }), // as the unit starts it
);

await binaryTest(
  `${KILLS} kills amid changes (seed ${SEED}) leave the audit log whole, with all that was answered`,
  async (program) => {
    const root = await Deno.makeTempDir({ prefix: "alga-audit-" });
    const random = new Random(SEED);
    let answered = 0;
    try {
      for (let round = 0; round < KILLS; round++) {
        const agent = await startProgram(program, { root });
        const change = async () => {
          for (;;) {
            const { status } = await agent.request("POST", "/api/v1/setup/retry", {});
            if (status === 409) answered++;
          }
        };
        const changing = Promise.allSettled([change(), change(), change()]);
        await new Promise((resolve) => setTimeout(resolve, 50 + random.below(400)));
        await agent.stop("SIGKILL");
        await changing;
        const entries = await auditOf(program, root);
        assert.deepEqual(entries.map((it) => it.seq), entries.map((_, i) => i + 1));
        const told = entries.filter((it) => it.type === "setup.retry").length;
        assert.ok(told >= answered, `round ${round}: ${told} of ${answered}`);
        assert.ok(!entries.some((it) => it.type === "audit.damaged"));
      }
      assert.ok(answered > KILLS, `${answered} answers`);
    } finally {
      await Deno.remove(root, { recursive: true });
    }
  },
);
