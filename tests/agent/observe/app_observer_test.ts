import assert from "node:assert/strict";
import { makeFacts } from "../../../agent/facts/facts.ts";
import type { HttpProbe } from "../../../agent/facts/snapshot.ts";
import { AppObserver } from "../../../agent/observe/app_observer.ts";
import { Changes } from "../../../agent/observe/changes.ts";
import { FakeClock } from "../../fakes/fake_clock.ts";
import { healthyCluster, podOf, snapshotOf } from "../status/objects.ts";

const SIGNAL = new AbortController().signal;
const RUNNING = podOf("alga-core", {
  state: { running: { startedAt: "2026-11-21T10:00:00Z" } },
  ready: true,
  imageID: "x",
}, { phase: "Running", conditions: [] });

function setting(answer: () => Partial<HttpProbe>) {
  const clock = new FakeClock();
  const changes = new Changes();
  const asked: string[] = [];
  const observer = new AppObserver({
    clock,
    changes,
    probeHttp: (url) => {
      asked.push(url);
      const at = new Date(clock.nowMs()).toISOString();
      const base = {
        at,
        url,
        statusCode: undefined,
        location: undefined,
        error: "",
        privateCertificate: false,
      };
      return Promise.resolve({ ...base, ...answer() });
    },
  });
  const look = (pods = [RUNNING], state: "answering" | "not-answering" = "answering") => {
    const snapshot = snapshotOf({ ...healthyCluster(), pods });
    const api = { ...snapshot.api, state, lastContactAt: undefined, since: "2026-11-21T10:00:00Z" };
    return observer.look(makeFacts({ ...snapshot, api }, clock.nowMs()), SIGNAL);
  };
  return { clock, changes, asked, observer, look };
}

const LOCAL = "http://192.0.2.7:3000/auth/signin";
const PUBLIC = "https://psa.example.com";

Deno.test("look() asks the page again only when it is time to, however often it is woken", async () => {
  const { clock, asked, look } = setting(() => ({ statusCode: 200 }));
  assert.deepEqual(await look(), { ms: 10_000, orChange: true });
  assert.deepEqual(asked, [LOCAL, PUBLIC]);
  await clock.advance(3_000);
  assert.deepEqual(await look(), { ms: 7_000, orChange: true });
  assert.equal(asked.length, 2);
  await clock.advance(7_000);
  await look();
  assert.deepEqual(asked.slice(2), [LOCAL]);
});

Deno.test("look() takes the same answer again for no change", async () => {
  let statusCode = 200;
  const { clock, changes, observer, look } = setting(() => ({ statusCode }));
  await look();
  await clock.advance(10_000);
  const before = changes.version;
  await look();
  await clock.advance(0);
  assert.equal(changes.version, before);
  assert.equal(
    observer.view().local?.at,
    new Date(clock.nowMs()).toISOString(),
    "it is known to be fresh",
  );
  statusCode = 500;
  await clock.advance(10_000);
  assert.deepEqual(await look(), { ms: 1_000, orChange: true }, "one lost answer is asked again at once");
  assert.equal(observer.view().local?.statusCode, 200);
  await clock.advance(1_000);
  await look();
  assert.equal(observer.view().local?.statusCode, 500);
  assert.ok(changes.version > before);
});

Deno.test("look() forgets the answers of an application that is gone, and asks the address known last when Kubernetes is silent", async () => {
  const { clock, asked, observer, look } = setting(() => ({ statusCode: 200 }));
  assert.deepEqual(await look([]), { ms: 30_000, orChange: true });
  assert.deepEqual(asked, []);
  await look();
  await clock.advance(10_000);
  await look([], "not-answering");
  assert.deepEqual(asked.filter((it) => it === LOCAL).length, 2);
  await look([]);
  assert.deepEqual(observer.view(), { local: undefined, public: undefined });
});
