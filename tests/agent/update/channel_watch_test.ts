import assert from "node:assert/strict";
import { createChannelWatch } from "../../../agent/update/channel_watch.ts";
import { FakeClock } from "../../fakes/fake_clock.ts";
import { FakeHost } from "../../fakes/fake_host.ts";
import { until } from "../../until.ts";
import { SETTINGS } from "../settings/settings_world.ts";
import { NEW, OLD, registryOf } from "./update_world.ts";

const HOUR_MS = 3_600_000;

Deno.test("the channel is asked every six to eight hours, sooner after a failure, and only for what is not known", async () => {
  const clock = new FakeClock();
  let leadsTo: typeof OLD | undefined = OLD;
  const asked: (string | undefined)[] = [];
  const random = [0, 0.75, 1];
  const watch = createChannelWatch({
    host: new FakeHost(),
    clock,
    settings: () => Promise.resolve(SETTINGS),
    followed: () => ({}),
    random: () => random.shift() ?? 0,
    registryFor() {
      const registry = registryOf(() => {
        if (!leadsTo) throw new Error("it is away");
        return leadsTo;
      }, () => false);
      const { fetchManifest } = registry;
      registry.fetchManifest = (host, repository, reference, options) => {
        if (reference === "stable") asked.push(options?.knownDigest);
        return fetchManifest(host, repository, reference, options);
      };
      return registry;
    },
  });
  const over = new AbortController();
  const followed = watch.follow(over.signal);
  /** Lets the wait pass that the follower asked for last, and gives how long the next one is. */
  const next = async (): Promise<number | undefined> => {
    const { length } = clock.slept;
    await clock.advance(clock.slept.at(-1) ?? 0);
    await until("it waits again", () => clock.slept.length, (it) => it > length);
    return clock.slept.at(-1);
  };
  try {
    assert.equal(await next(), 6 * HOUR_MS);
    assert.equal(await next(), 7.5 * HOUR_MS);
    leadsTo = undefined;
    assert.equal(await next(), 15 * 60_000);
    assert.equal(watch.news(OLD.manifestDigest).answer, "cannot-tell");
    leadsTo = NEW;
    assert.equal(await next(), 8 * HOUR_MS);
    assert.equal(watch.news(OLD.manifestDigest).answer, "update-available");
    const known = OLD.manifestDigest;
    assert.deepEqual(asked, [undefined, known, known, known, undefined], "all of it only where it has moved");
  } finally {
    over.abort();
    await followed;
  }
});
