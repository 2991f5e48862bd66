import assert from "node:assert/strict";
import { followKeys, KEYS_FOLLOWER } from "../../../agent/settings/follow_keys.ts";
import { applyKeys } from "../../../agent/setup/steps/source_keys.ts";
import { readSecret } from "../../../agent/setup/steps/secret_data.ts";
import { PATHS } from "../../../agent/state/paths.ts";
import { FakeClock } from "../../fakes/fake_clock.ts";
import { settingsStub } from "../../routes/settings_stub.ts";
import { until } from "../../until.ts";
import { SITE_KEY_PATH, SITE_PUBLIC_KEY } from "../trust/site_key.ts";
import { inSettingsWorld, SETTINGS } from "./settings_world.ts";

const DAY_MS = 86_400_000;

Deno.test("a key that comes, retires on its day or goes is brought to Flux without another update", () =>
  inSettingsWorld(async ({ host, kube }) => {
    const clock = new FakeClock();
    const asked: string[] = [];
    const settings = {
      ...settingsStub(),
      current: () => Promise.resolve(SETTINGS),
      async apply(_settings: unknown, { by, isFollowing }: { by: string; isFollowing?: boolean }) {
        assert.equal(isFollowing, true, "no setting has changed");
        await applyKeys(kube, { host, clock });
        asked.push(by);
        return { ok: true } as const;
      },
    };
    const flux = (isKey: boolean) =>
      until(
        `Flux has ${isKey ? "the key" : "no key"}`,
        () => readSecret(kube, "flux-system", "alga-release-keys"),
        (it) => (it !== undefined) === isKey,
      );
    host.put(`${PATHS.keyFolder}/README`, "no key");
    const over = new AbortController();
    const connectKube = () => Promise.resolve(kube);
    const ended = followKeys({ host, clock, settings, connectKube, say: () => {} }, over.signal);
    try {
      host.put(SITE_KEY_PATH, SITE_PUBLIC_KEY);
      await flux(true);
      const day = new Date(clock.nowMs() + DAY_MS).toISOString().slice(0, 10);
      host.put(SITE_KEY_PATH, `retired: ${day}\n${SITE_PUBLIC_KEY}`);
      await clock.advance(60_000);
      await flux(true);
      await clock.advance(DAY_MS);
      await flux(false);
      host.put(SITE_KEY_PATH, SITE_PUBLIC_KEY);
      await flux(true);
      await host.remove(SITE_KEY_PATH);
      await flux(false);
      assert.deepEqual(asked.slice(0, 4), Array(4).fill(KEYS_FOLLOWER));
    } finally {
      over.abort();
      await ended;
    }
  }));
