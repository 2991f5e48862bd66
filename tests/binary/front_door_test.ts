import assert from "node:assert/strict";
import { campaignCount } from "../campaign_size.ts";
import { until } from "../until.ts";
import { signIn } from "../simulator/sign_in.ts";
import { binaryTest } from "./binary_case.ts";
import { BoundSockets } from "./bound_sockets.ts";
import { flood, HOSTILE } from "./flood.ts";
import { run } from "./program.ts";
import { sendRaw } from "./raw_socket.ts";
import { type RunningAgent, withAgent } from "./running_agent.ts";

/** Hostile sockets at once; in a campaign up to ten thousand. `deno task bench -- hostile` measures what a page takes meanwhile. */
const SOCKETS = Math.min(10_000, campaignCount(2_000));

/** A page over a connection of its own. */
async function pageStatus(agent: RunningAgent, cookie: string): Promise<number | undefined> {
  const request =
    `GET /setup?live=off HTTP/1.1\r\nHost: 127.0.0.1\r\nCookie: ${cookie}\r\nConnection: close\r\n\r\n`;
  return (await sendRaw(agent.port, request)).statuses[0];
}

async function openFiles(agent: RunningAgent): Promise<number> {
  return (await Array.fromAsync(Deno.readDir(`/proc/${agent.pid}/fd`))).length;
}

await binaryTest("connections that ask nothing whole are closed by themselves", async (program) => {
  await withAgent(program, async (agent) => {
    using sockets = new BoundSockets();
    const { "idle after an answer": _, ...halves } = HOSTILE;
    const waiting = new Map(
      Object.entries(halves).map(([name, text]) => [sockets.open("127.0.0.2", agent.port, text), name]),
    );
    const dripping = sockets.open("127.0.0.3", agent.port, "GET / HTTP/1.1\r\n") ?? assert.fail("refused");
    waiting.set(dripping, "a head that drips");
    await until("all are closed", () => {
      if (waiting.has(dripping)) sockets.send(dripping, "X");
      for (const it of sockets.reap()) waiting.delete(it);
      return [...waiting.values()];
    }, (it) => it.length === 0);
  });
});

await binaryTest("a body is not waited for where nobody is signed in", async (program) => {
  await withAgent(program, async (agent) => {
    const post = (path: string, type: string) =>
      `POST ${path} HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: ${type}\r\nContent-Length: 9000\r\n\r\nhalf`;
    const form = await sendRaw(agent.port, post("/setup", "application/x-www-form-urlencoded"), {
      answers: 1,
    });
    assert.deepEqual(form.statuses, [303]);
    const api = await sendRaw(agent.port, post("/api/v1/setup", "application/json"), { answers: 1 });
    assert.deepEqual(api.statuses, [401]);
  });
});

await binaryTest(
  "a flood from one address leaves other addresses and the command line alone",
  async (program) => {
    await withAgent(program, async (agent) => {
      using sockets = new BoundSockets();
      const quiet = sockets.open("127.0.0.9", agent.port, "GET / HT") ?? assert.fail("refused");
      const before = await openFiles(agent);
      for (let i = 0; i < 1_500; i++) {
        assert.ok(sockets.open("127.0.0.2", agent.port, "GET / HT"), "a newcomer is not refused");
      }
      const gone = new Set<number>();
      await until("most of them are closed", () => {
        for (const it of sockets.reap()) gone.add(it);
        return gone.size;
      }, (it) => it >= 1_200);
      assert.ok(
        !gone.has(quiet) || gone.size > 1_499,
        "the one from elsewhere stays as long as its time is not over",
      );
      assert.ok(await openFiles(agent) < before + 400);
      const { code, stderr } = await run(program, ["status", "--root", agent.root]);
      assert.equal(code, 5, stderr);
    });
  },
);

await binaryTest(
  "a signed-in page answers amid hostile sockets from one address and from many",
  async (program) => {
    await withAgent(program, async (agent) => {
      const cookie = await signIn(agent.url, agent.token);
      for (const sources of [1, 200]) {
        using sockets = new BoundSockets();
        for (let round = 0; round < 10; round++) {
          flood(sockets, agent.port, { count: SOCKETS, sources });
          assert.equal(await pageStatus(agent, cookie), 200, `${sources} sources, round ${round}`);
        }
      }
      assert.ok(await agent.rssMib() < 250, `${await agent.rssMib()} MiB`);
      assert.ok(!/panick|Uncaught/i.test(agent.output()), agent.output());
    });
  },
);

await binaryTest("a live page stays open amid a flood, and says when the agent stops", async (program) => {
  await withAgent(program, async (agent) => {
    const cookie = await signIn(agent.url, agent.token);
    const answers = {
      appUrl: "psa.example.com",
      tenantName: "A",
      adminFirstName: "B",
      adminLastName: "C",
      adminEmail: "d@example.com",
      adminPassword: "Correct-Horse7!",
    };
    assert.equal((await agent.request("POST", "/api/v1/setup", answers)).status, 202);
    const page = await fetch(`${agent.url}/`, { headers: { cookie } });
    let text = "";
    const reading = (async () => {
      for await (const chunk of page.body?.pipeThrough(new TextDecoderStream()) ?? []) text += chunk;
    })();
    using sockets = new BoundSockets();
    flood(sockets, agent.port, { count: 1_000, sources: 20 });
    const beats = () => text.split('class="stale"').length;
    const before = beats();
    await until("the page follows", beats, (it) => it > before + 1);
    const { code } = await agent.stop("SIGTERM");
    assert.equal(code, 0);
    await reading;
    assert.match(text, /The agent is restarting[^]*<\/html>$/);
  });
});

/** What a flood may leave behind for good: heaps that have grown once stay a little larger. */
const KEPT_MIB = 60;

await binaryTest("the memory of a flood is given back after it", async (program) => {
  await withAgent(program, async (agent) => {
    const cookie = await signIn(agent.url, agent.token);
    const floorMib = await agent.rssMib();
    let mostMib = 0;
    {
      using sockets = new BoundSockets();
      for (let round = 0; round < 10; round++) {
        flood(sockets, agent.port, { count: SOCKETS, sources: 200 });
        assert.equal(await pageStatus(agent, cookie), 200);
        mostMib = Math.max(mostMib, await agent.rssMib());
      }
    }
    const leftMib = await until(
      `a flood took ${Math.round(mostMib - floorMib)} MiB, and at most ${KEPT_MIB} MiB of it stay`,
      async () => Math.round(await agent.rssMib() - floorMib),
      (it) => it <= KEPT_MIB,
      180,
    );
    console.log(
      `  ${Math.round(floorMib)} MiB, in the flood ${
        Math.round(mostMib)
      }, after it ${leftMib} more than before`,
    );
  });
});
