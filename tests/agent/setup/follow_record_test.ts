import assert from "node:assert/strict";
import { followRecord } from "../../../agent/setup/follow_record.ts";
import { FakeClock } from "../../fakes/fake_clock.ts";
import { until } from "../../until.ts";

Deno.test("followRecord() looks at the start, at each change of the API, and from time to time", async () => {
  const clock = new FakeClock();
  const over = new AbortController();
  const listeners = new Set<() => void>();
  let api = "absent";
  let looks = 0;
  const following = followRecord({
    setup: { record: () => Promise.resolve(void looks++) as Promise<undefined> },
    clock,
    apiState: () => api,
    subscribe(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
  }, over.signal);
  await until("it looked", () => looks, (it) => it === 1);
  listeners.forEach((it) => it());
  await new Promise((resolve) => setTimeout(resolve, 5));
  assert.equal(looks, 1, "nothing has changed");
  api = "live";
  listeners.forEach((it) => it());
  await until("it looked again", () => looks, (it) => it === 2);
  await clock.advance(30_000);
  await until("it looked once more", () => looks, (it) => it === 3);
  over.abort();
  await following;
  assert.equal(listeners.size, 0);
});
