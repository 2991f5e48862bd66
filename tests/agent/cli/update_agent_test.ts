import assert from "node:assert/strict";
import { agentUpdatesStub } from "../../routes/agent_updates_stub.ts";
import { stubOperation } from "../../routes/settings_stub.ts";
import { withStandIn } from "./stand_in_agent.ts";
import { cli } from "./terminal.ts";

const BASE = "/api/v1/updates/agent";
const VIEW = agentUpdatesStub().view();

Deno.test("update agent shows which agent runs, which is offered, and what was", () =>
  withStandIn(async (agent) => {
    const attempt = { at: "2026-11-02T21:04:00.000Z", by: "cli", from: "1.0.0", to: "1.1.0", result: "done" };
    const history = [{ ...attempt, finishedAt: "2026-11-02T21:05:00.000Z" }];
    agent.answers[`GET ${BASE}`] = [{ status: 200, body: { ...VIEW, history } }];
    const { code, out } = await cli(["update", "agent", "--root", agent.root]);
    assert.equal(code, 0);
    assert.match(out, /^Runs: {7}agent 1\.1\.0$/m);
    assert.match(out, /^Offered: {4}agent 1\.2\.0, by release 1\.5\.0; /m);
    assert.match(out, /^2026-11-02 21:04 UTC {2}1\.0\.0 → 1\.1\.0 {2}done after 60 s, by cli$/m);
  }));

Deno.test("update agent apply follows it to its end", () =>
  withStandIn(async (agent) => {
    agent.answers[`POST ${BASE}/apply`] = [{ status: 202, body: {} }];
    const operation = stubOperation({ name: "agent-update", state: { status: "done", finishedAt: "" } });
    agent.answers[`GET ${BASE}`] = [{ status: 200, body: { ...VIEW, operation } }];
    const { code, out } = await cli(["update", "agent", "apply", "--root", agent.root]);
    assert.deepEqual([code, out], [0, "The agent is updated.\n"]);
    assert.deepEqual(agent.asked.filter((it) => it.method === "POST").map((it) => it.path), [
      `${BASE}/apply`,
    ]);
  }));

Deno.test("update agent with another word says what it knows", async () => {
  const { code, err } = await cli(["update", "agent", "plan"]);
  assert.equal(code, 2);
  assert.match(err, /agent show, agent apply, agent retry, agent cancel/);
});
