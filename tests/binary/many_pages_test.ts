import assert from "node:assert/strict";
import { sampleInputs } from "../simulator/agent_process.ts";
import { signIn } from "../simulator/sign_in.ts";
import { binaryTest } from "./binary_case.ts";
import { withAgent } from "./running_agent.ts";

/** So many pages may follow at once. */
const PLACES = 300;

await binaryTest(
  `of ${
    PLACES + 1
  } open pages the last one says that too many are open; nobody paused it, and it comes back by itself`,
  (program) =>
    withAgent(program, async (agent) => {
      const cookie = await signIn(agent.url, agent.token);
      const answers = sampleInputs({ appUrl: "http://127.0.0.1:9" });
      assert.equal((await agent.request("POST", "/api/v1/setup", answers)).status, 202);
      const leaving = new AbortController();
      const open = () => fetch(`${agent.url}/`, { headers: { cookie }, signal: leaving.signal });
      const pages: Response[] = [];
      for (let i = 0; i < PLACES; i++) pages.push(await open());
      assert.deepEqual([...new Set(pages.map((it) => it.status))], [200]);
      const late = await open();
      assert.match(late.headers.get("refresh") ?? "", /^30; url=\/\?live=again$/);
      const text = await late.text();
      assert.match(text, /Too many pages are open/);
      assert.doesNotMatch(text, /Paused/);
      leaving.abort();
      assert.ok(await agent.rssMib() < 400, `${await agent.rssMib()} MiB`);
    }),
);
