import assert from "node:assert/strict";
import { openJournal } from "../../../agent/state/journal.ts";
import { RulesChange } from "../../../agent/update/rules.ts";
import { BY_ITSELF, createRulesKeeper } from "../../../agent/update/rules_keeper.ts";
import { FakeClock } from "../../fakes/fake_clock.ts";
import { FakeHost } from "../../fakes/fake_host.ts";

const BY = { by: "browser 192.0.2.7" };
const WINDOW = { days: ["sunday"], from: "02:00", hours: 3 } as const;

async function start({ host = new FakeHost(), clock = new FakeClock(), pinnedAtSetup = "" } = {}) {
  const journal = await openJournal(host, clock);
  const keeper = createRulesKeeper({ host, clock, journal, pinnedAtSetup: () => pinnedAtSetup });
  return { host, clock, journal, keeper };
}

const change = (given: unknown) => RulesChange.parse(given);

Deno.test("rules are kept in the journal: another process has them, with who chose them", async () => {
  const { host, clock, keeper } = await start();
  assert.deepEqual(await keeper.change(change({ window: WINDOW, automatic: { delayDays: 3 } }), BY), []);
  assert.deepEqual(await keeper.change(change({ pin: "1.4.0" }), BY), []);
  const again = await start({ host, clock });
  assert.deepEqual(again.keeper.rules(), { window: WINDOW, automatic: { delayDays: 3 }, pin: "1.4.0" });
  assert.deepEqual(again.keeper.folded().changes.map((it) => `${it.by}: ${it.text}`), [
    "browser 192.0.2.7: window: Sunday from 02:00 for 3 h; automatic updates on, 3 days after publication",
    "browser 192.0.2.7: pinned to 1.4.0",
  ]);
  await again.keeper.change(change({ pin: null }), BY);
  assert.deepEqual(again.keeper.rules(), { window: WINDOW, automatic: { delayDays: 3 } });
});

Deno.test("a change whose write fails is no change, and the next process does not know it", async () => {
  const { host, clock, keeper } = await start();
  await keeper.change(change({ pin: "1.4.0" }), BY);
  const append = host.appendFile.bind(host);
  host.appendFile = () => Promise.reject(new Error("no room"));
  await assert.rejects(keeper.change(change({ pin: "1.5.0" }), BY), /no room/);
  assert.equal(keeper.rules().pin, "1.4.0");
  host.appendFile = append;
  assert.equal((await start({ host, clock })).keeper.rules().pin, "1.4.0");
});

Deno.test("a release that setup was asked for stays pinned until somebody goes back to the channel", async () => {
  const { keeper } = await start({ pinnedAtSetup: "1.3.2" });
  assert.equal(keeper.rules().pin, "1.3.2");
  await keeper.change(change({ pin: null }), BY);
  assert.equal(keeper.rules().pin, undefined);
  assert.equal((await start({ pinnedAtSetup: "newest of the channel" })).keeper.rules().pin, undefined);
});

Deno.test("automatic updates need a window, which then cannot be taken away", async () => {
  const { keeper } = await start();
  const refused = await keeper.change(change({ automatic: { delayDays: 7 } }), BY);
  assert.deepEqual(refused.map((it) => it.field), ["automatic"]);
  assert.deepEqual(keeper.rules(), {});
  await keeper.change(change({ window: WINDOW, automatic: { delayDays: 7 } }), BY);
  assert.deepEqual((await keeper.change(change({ window: null }), BY)).map((it) => it.field), ["window"]);
  assert.deepEqual(await keeper.change(change({ window: null, automatic: null }), BY), []);
});

Deno.test("an override is in force until its end, which the agent then writes down once", async () => {
  const { clock, keeper, journal } = await start();
  const override = {
    reference: "1.6.0-rc.1",
    repository: "registry.example.com:5000/tests/releases",
    endsAt: "2026-11-21T13:00:00Z",
  };
  assert.deepEqual(await keeper.change(change({ override }), BY), []);
  assert.deepEqual(keeper.overrideInForce()?.followed, {
    reference: "1.6.0-rc.1",
    place: { registryHost: "registry.example.com:5000", repository: "tests/releases" },
  });
  assert.equal(await keeper.endOver(), false);
  clock.jump(3_600_000);
  assert.equal(keeper.overrideInForce(), undefined);
  assert.equal(await keeper.endOver(), true);
  assert.equal(await keeper.endOver(), false);
  clock.jump(-3_600_000); // it does not come back
  assert.equal(keeper.overrideInForce(), undefined);
  const last = keeper.folded().changes.at(-1);
  assert.deepEqual([last?.by, last?.text], [BY_ITSELF, "testing override ended"]);
  assert.equal(journal.entries().length, 2);
});

Deno.test("an override that never ends, or has ended, is refused", async () => {
  const { keeper } = await start();
  for (const endsAt of ["2026-11-21T12:00:00Z", "2027-11-21T12:00:00Z"]) {
    const refused = await keeper.change(change({ override: { reference: "1.6.0", endsAt } }), BY);
    assert.deepEqual(refused.map((it) => it.field), ["override"], endsAt);
  }
});

Deno.test("a change of a newer agent is not guessed at, until somebody chooses again", async () => {
  const { keeper, journal } = await start();
  await keeper.change(change({ window: WINDOW, automatic: { delayDays: 0 } }), BY);
  await journal.append("update-rules.changed", {
    by: "a newer agent",
    change: { freezeUntil: "2027-01-01" },
  });
  assert.equal(keeper.folded().isUnreadable, true);
  assert.deepEqual(keeper.rules().window, WINDOW);
  await keeper.change(change({ pin: "1.4.0" }), BY);
  assert.equal(keeper.folded().isUnreadable, false);
});

Deno.test("what is no change is refused by its schema", () => {
  for (
    const wrong of [
      { channel: "stable" },
      { pin: "stable" },
      { pin: "" },
      { pin: "sha256:1" },
      { pin: "../x" },
      { override: { endsAt: "2026-11-21T13:00:00Z" } },
      { override: { reference: "1.6.0", endsAt: "tomorrow" } },
      { override: { repository: "https://example.com/x", endsAt: "2026-11-21T13:00:00Z" } },
      { override: { repository: "example.com", endsAt: "2026-11-21T13:00:00Z" } },
      { override: { reference: "1.6.0", endsAt: "2026-11-21T13:00:00Z", until: "x" } },
      { automatic: { delayDays: -1 } },
      { automatic: true },
    ]
  ) {
    assert.ok(!RulesChange.safeParse(wrong).success, JSON.stringify(wrong));
  }
});
