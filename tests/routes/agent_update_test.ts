import assert from "node:assert/strict";
import { parseMarkup } from "../views/markup.ts";
import { agentUpdatesStub } from "./agent_updates_stub.ts";
import { startSignedIn } from "./signed_in.ts";

async function startApp() {
  const agentUpdates = agentUpdatesStub();
  const { get, post, api } = await startSignedIn({ agentUpdates });
  return {
    agentUpdates,
    async page() {
      return parseMarkup(await (await get("/updates?live=off")).text()).text.replaceAll(/\s+/g, " ");
    },
    post: (action: string, csrf?: string) => post(`/updates/agent/${action}`, [], csrf),
    api: (method: string, path: string, body?: unknown) => api(method, `/api/v1/updates/agent${path}`, body),
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
    state: { status: "running", stepId: "fetch", startedAt: "", message: "20 of 94 MB" },
    steps: [{ id: "fetch", title: "Fetch the new agent", status: "running" }],
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
