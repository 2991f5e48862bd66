import assert from "node:assert/strict";
import { ApiObserver } from "../../../agent/observe/api_observer.ts";
import { Changes } from "../../../agent/observe/changes.ts";
import type { KubeClient } from "../../../k8s/client/kube_client.ts";
import { FakeClock } from "../../fakes/fake_clock.ts";

const SIGNAL = new AbortController().signal;

/** A client whose lists never end: only whether it is answered counts here. */
function clientOf(isReady: () => boolean): KubeClient {
  return {
    isReady: () => Promise.resolve(isReady()),
    version: () => Promise.resolve("v1.36.5+k3s1"),
    list: (_: unknown, { signal }: { signal: AbortSignal }) =>
      new Promise((_resolve, reject) => signal.addEventListener("abort", () => reject(signal.reason))),
  } as unknown as KubeClient;
}

Deno.test("look() reads the kubeconfig again when the API is silent, and once a minute when it answers", async () => {
  const clock = new FakeClock();
  let isReady = true;
  let asked = 0;
  const client = clientOf(() => isReady);
  const connectKube = () => (asked++, Promise.resolve(client));
  const observer = new ApiObserver({ clock, connectKube, changes: new Changes(), report: assert.fail });
  await observer.look(SIGNAL);
  await clock.advance(10_000);
  await observer.look(SIGNAL);
  assert.equal(observer.view().state, "answering");
  assert.equal(asked, 1);
  await clock.advance(60_000);
  await observer.look(SIGNAL);
  assert.equal(asked, 2);
  isReady = false;
  await clock.advance(10_000);
  await observer.look(SIGNAL);
  assert.equal(observer.view().state, "answering", "one lost answer is not an outage");
  await observer.look(SIGNAL);
  assert.equal(observer.view().state, "not-answering");
  await observer.look(SIGNAL);
  assert.equal(asked, 4, "its certificates may be new");
  await observer.stop();
});

Deno.test("look() asks every 10 s while all is well, and at once when a watch has broken", async () => {
  const clock = new FakeClock();
  const changes = new Changes();
  const answers: boolean[] = [];
  const broken = Promise.withResolvers<never>();
  const client = {
    ...clientOf(() => (answers.push(true), true)),
    list: () => broken.promise,
  } as unknown as KubeClient;
  const connectKube = () => Promise.resolve(client);
  const observer = new ApiObserver({ clock, connectKube, changes, report: assert.fail });
  assert.deepEqual(await observer.look(SIGNAL), { ms: 10_000, orChange: true });
  await clock.advance(4_000);
  assert.deepEqual(
    await observer.look(SIGNAL),
    { ms: 6_000, orChange: true },
    "a change that tells of no outage",
  );
  assert.equal(answers.length, 1);
  const seen = changes.version;
  broken.reject(new Error("connection reset by peer"));
  await changes.after(seen, 1_000, clock, SIGNAL);
  await observer.look(SIGNAL);
  assert.equal(answers.length, 2);
  await observer.look(SIGNAL);
  assert.equal(answers.length, 2, "a watch that stays broken, as one that is not allowed, is no news");
  clock.jump(-86_400_000);
  await observer.look(SIGNAL);
  assert.equal(answers.length, 3, "a clock that is set back holds nothing up");
  await observer.stop();
});

Deno.test("look() takes a kubeconfig that cannot be used for a silent API, and tells why", async () => {
  const observer = new ApiObserver({
    clock: new FakeClock(),
    connectKube: () => Promise.reject(new Error("it is not YAML")),
    changes: new Changes(),
    report: assert.fail,
  });
  assert.deepEqual(await observer.look(SIGNAL), { ms: 2_000, orChange: false });
  assert.deepEqual([observer.view().state, observer.view().error], ["not-answering", "it is not YAML"]);
});

Deno.test("look() waits for setup to make a cluster, and looks now and then for one that is made by hand", async () => {
  const observer = new ApiObserver({
    clock: new FakeClock(),
    connectKube: () => Promise.resolve(undefined),
    changes: new Changes(),
    report: assert.fail,
  });
  assert.deepEqual(await observer.look(SIGNAL), { ms: 5_000, orChange: true });
  assert.equal(observer.view().state, "absent");
});
