import assert from "node:assert/strict";
import { openAccess } from "../../agent/access/mod.ts";
import { createApp } from "../../routes/mod.ts";
import { FakeClock } from "../fakes/fake_clock.ts";
import { FakeHost } from "../fakes/fake_host.ts";
import { parseMarkup } from "../views/markup.ts";
import { agentUpdatesStub } from "./agent_updates_stub.ts";
import { stubDeps } from "./stub_deps.ts";

const HOST = "192.0.2.10:8080";

async function startApp() {
  const clock = new FakeClock();
  const access = await openAccess({ host: new FakeHost(), clock });
  const agentUpdates = agentUpdatesStub();
  const app = createApp(await stubDeps({ clock, access, agentUpdates }));
  const { id, session } = await access.startSession();
  const from = { remoteAddr: "192.0.2.7" };
  const cookie = { host: HOST, cookie: `alga_appliance_session=${id}` };
  return {
    agentUpdates,
    async page() {
      const reply = await app.fetch(
        new Request(`http://${HOST}/updates?live=off`, { headers: cookie }),
        from,
      );
      return parseMarkup(await reply.text()).text.replaceAll(/\s+/g, " ");
    },
    post(action: string, csrf = session.csrfToken) {
      const body = new URLSearchParams({ csrf });
      const url = `http://${HOST}/updates/agent/${action}`;
      return app.fetch(new Request(url, { method: "POST", headers: cookie, body }), from);
    },
    api(method: string, path: string, body?: unknown) {
      const headers = {
        host: HOST,
        authorization: `Bearer ${access.token()}`,
        "content-type": "application/json",
      };
      const sent = body === undefined ? {} : { body: JSON.stringify(body) };
      return app.fetch(
        new Request(`http://${HOST}/api/v1/updates/agent${path}`, { method, headers, ...sent }),
        from,
      );
    },
  };
}

Deno.test("the page offers a newer agent and says what happens; its button begins it", async () => {
  const { page, post, agentUpdates } = await startApp();
  const words = await page();
  assert.match(words, /These pages come from agent 1\.1\.0\. Release 1\.5\.0 brings agent 1\.2\.0\./);
  assert.match(words, /Update the agent/);
  assert.equal((await post("apply")).headers.get("location"), "/updates");
  assert.deepEqual(agentUpdates.requests, ["apply browser 192.0.2.7"]);
  assert.equal((await post("apply", "wrong")).status, 403);
});

Deno.test("the page tells of one under way, one that was taken back, and those before", async () => {
  const { page, agentUpdates } = await startApp();
  agentUpdates.operate({
    state: { status: "running", stepId: "fetch", startedAt: "", message: "" },
    steps: [{ id: "fetch", title: "Fetch the new agent", status: "running", message: "20 of 94 MB" }],
    mayCancel: true,
  });
  assert.match(await page(), /Fetch the new agent: 20 of 94 MB Stop the update of the agent/);
  agentUpdates.operate({
    state: {
      status: "failed",
      stepId: "renew",
      failure: {
        category: "background-services",
        stepId: "renew",
        code: "TIMEOUT",
        message: "Agent 1.2.0 was taken back",
        details: "",
        suggestedNextStep: "Keep the agent from before until the next release",
        retrySafe: true,
        at: "",
      },
    },
  });
  const { shown } = agentUpdates;
  const attempt = {
    at: "2026-11-02T21:04:00.000Z",
    by: "cli",
    from: "1.1.0",
    to: "1.2.0",
    result: "failed" as const,
  };
  agentUpdates.shown = { ...shown, history: [{ ...attempt, problem: "Agent 1.2.0 was taken back" }] };
  const words = await page();
  assert.match(
    words,
    /Agent 1\.2\.0 was taken back\. What to do: Keep the agent from before until the next release\. .* Try again Update the agent/,
  );
  assert.match(words, /Agent 1\.1\.0 → 1\.2\.0 failed/);
});

Deno.test("the API shows, begins and refuses in words; unknown fields are refused", async () => {
  const { api, agentUpdates } = await startApp();
  assert.equal((await (await api("GET", "")).json()).offered.version, "1.2.0");
  assert.equal((await api("POST", "/apply", {})).status, 202);
  assert.equal((await api("POST", "/apply", { force: true })).status, 422);
  for (const reason of ["no-agent", "by-hand"] as const) {
    agentUpdates.answer = { ok: false, reason };
    const refused = await api("POST", "/retry", {});
    assert.equal(refused.status, 409);
    assert.equal((await refused.json()).reason, reason);
  }
});
