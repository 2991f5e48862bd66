import assert from "node:assert/strict";
import type { AgentClient } from "../../../agent/cli/agent_client.ts";
import { AgentRefusal } from "../../../agent/cli/agent_refusal.ts";
import type { Terminal } from "../../../agent/cli/command.ts";
import { fetchPatiently } from "../../../agent/cli/fetch_patiently.ts";

const terminal = { signal: new AbortController().signal } as Terminal;

/** A client whose agent is away for so many questions. */
function client(awayFor: number, then: () => unknown): AgentClient & { asked: number } {
  const it = {
    asked: 0,
    request: () => ++it.asked <= awayFor ? Promise.reject(new Error("gone")) : Promise.resolve().then(then),
    close() {},
  };
  return it as unknown as AgentClient & { asked: number };
}

Deno.test("fetchPatiently() waits for an agent that is being restarted", async () => {
  const away = client(2, () => ({ at: "last" }));
  assert.deepEqual(await fetchPatiently(away, "/x", terminal), { at: "last" });
  assert.equal(away.asked, 3);
});

Deno.test("fetchPatiently() does not wait for what the agent refuses", async () => {
  const refusal = Object.create(AgentRefusal.prototype) as AgentRefusal;
  const refusing = client(0, () => Promise.reject(refusal));
  await assert.rejects(fetchPatiently(refusing, "/x", terminal), (error) => error === refusal);
  assert.equal(refusing.asked, 1);
});

Deno.test("setup and every other operation that a command follows are asked for patiently", async () => {
  for (const name of ["setup", "follow_operation"]) {
    const text = await Deno.readTextFile(new URL(`../../../agent/cli/${name}.ts`, import.meta.url));
    assert.match(text, /await fetchPatiently/, name);
  }
});
