import assert from "node:assert/strict";
import { AgentError } from "../../../agent/error.ts";
import { waitFor } from "../../../agent/operation/wait_for.ts";
import { RushingClock } from "../setup/steps/step_world.ts";

const OPTIONS = { what: "the node", timeoutSec: 10 };
const context = (signal = new AbortController().signal) => ({ clock: new RushingClock(), signal });

Deno.test("waitFor() asks until the answer is yes and tells each new reason once", async () => {
  const answers = ["no node", "no node", "not ready", true] as const;
  const told: string[] = [];
  let asked = 0;
  await waitFor(context(), () => Promise.resolve(answers[asked++] ?? true), {
    ...OPTIONS,
    onWaiting: (reason) => told.push(reason),
  });
  assert.equal(asked, 4);
  assert.deepEqual(told, ["no node", "not ready"]);
});

Deno.test("waitFor() gives up after its time with the last answer, a thrown one too", async () => {
  const waiting = waitFor(context(), () => Promise.resolve("not ready"), OPTIONS);
  await assert.rejects(waiting, { code: "TIMEOUT", message: "Waited 10 s for the node: not ready" });
  const throwing = waitFor(context(), () => Promise.reject(new Error("connection\n refused")), OPTIONS);
  await assert.rejects(throwing, { message: "Waited 10 s for the node: connection refused" });
});

Deno.test("waitFor() tells what was thrown last as its cause, and nothing that was answered since", async () => {
  const refused = new Error("connection refused");
  await assert.rejects(waitFor(context(), () => Promise.reject(refused), OPTIONS), { cause: refused });
  let asked = 0;
  const answered = () => asked++ === 0 ? Promise.reject(refused) : Promise.resolve("not ready");
  await assert.rejects(waitFor(context(), answered, OPTIONS), (error: Error) => error.cause === undefined);
});

Deno.test("waitFor() ends at once when the question knows that it is hopeless", async () => {
  let asked = 0;
  const hopeless = new AgentError("STORAGE_FAILED", "It failed");
  const wait = waitFor(context(), () => {
    asked++;
    return Promise.resolve(hopeless);
  }, OPTIONS);
  await assert.rejects(wait, hopeless);
  assert.equal(asked, 1);
});

Deno.test("waitFor() ends when the agent stops", async () => {
  const stop = new AbortController();
  const wait = waitFor(context(stop.signal), () => {
    stop.abort(new AgentError("CANCELLED", "The agent is stopping"));
    return Promise.resolve("not ready");
  }, OPTIONS);
  await assert.rejects(wait, { code: "CANCELLED" });
});
