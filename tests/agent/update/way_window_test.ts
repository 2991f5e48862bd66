import assert from "node:assert/strict";
import { runPreflight } from "../../../agent/preflight/mod.ts";
import { updateGate } from "../../../agent/update/gate.ts";
import type { UpdateView } from "../../../agent/update/update_service.ts";
import { wayWindowSentence } from "../../../agent/update/way_window.ts";
import { windowCheck } from "../../../agent/update/window_check.ts";
import { until } from "../../until.ts";
import { STUB_RULES } from "../../routes/updates_stub.ts";
import { BY, inUpdateWorld, startAgent } from "./update_world.ts";
import { ALL, channelOf, following } from "./way_world.ts";

const NOW_MS = Date.parse("2026-11-22T02:00:00Z");
const SUNDAY = { days: ["sunday" as const], from: "02:00", hours: 3 };
const WINDOW = { ...SUNDAY, text: "", now: "" };
const MINUTE_MS = 60_000;

function seen(minutes: number[], steps = 3): Parameters<typeof wayWindowSentence>[0] {
  const history = minutes.map((it) => ({
    at: new Date(NOW_MS - 30 * 24 * 3_600_000).toISOString(),
    finishedAt: new Date(NOW_MS - 30 * 24 * 3_600_000 + it * MINUTE_MS).toISOString(),
    result: "done",
  })) as unknown as UpdateView["history"];
  const way = Array.from({ length: steps }, (_, i) => ({ version: `1.${i}.0`, manifestDigest: "" }));
  return { way, rules: { ...STUB_RULES, timeZone: "UTC", window: WINDOW }, history };
}

Deno.test("a plan over several releases says whether they begin within the window, and what becomes of the rest", () => {
  const text = (minutes: number[], nowMs = NOW_MS) => wayWindowSentence(seen(minutes), nowMs) ?? "";
  assert.match(
    text([9]),
    /^The window is open until .*05:00.*; an update takes about 9 min here, so all 3 begin/,
  );
  assert.match(
    text([10, 120]),
    /about 2 h here, so about 2 of 3 begin within it\. The rest goes on by itself when/,
  );
  assert.match(text([9], NOW_MS - 24 * 3_600_000), /^The next window lasts until .*all 3 begin within it$/);
  assert.match(
    text([]),
    /not known yet how long an update takes here\. What has not begun by then goes on by itself/,
  );
  assert.equal(wayWindowSentence(seen([9], 1), NOW_MS), undefined);
  const { rules: { window: _, ...rules }, ...rest } = seen([9]);
  assert.equal(wayWindowSentence({ ...rest, rules }, NOW_MS), undefined);
});

Deno.test("a way that the closing window stops goes on by itself when it opens; its first step waits for a person", async () => {
  await inUpdateWorld(async (world) => {
    const [old, fifth, sixth] = ALL;
    const last = following(sixth, "1.5.0");
    world.releases.push(last);
    const closing: (() => Promise<unknown>)[] = [];
    const agent = await startAgent(world, world.host, {
      channel: channelOf(old, fifth, last),
      gate: {
        ...updateGate,
        async check(context) {
          // The window closes between the two updates.
          if (context.request.target.manifest.version === "1.6.0") await closing.pop()?.();
          return await runPreflight(context as never, { checks: [windowCheck(context)] });
        },
      },
    });
    const { updates } = agent;
    const days = ["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"] as const;
    const open = { days: [...days], from: "11:00", hours: 12 };
    closing.push(() => updates.changeRules({ window: SUNDAY }, BY));
    const end = new AbortController();
    const followed = updates.follow(end.signal);
    try {
      const blocked = (to: string) =>
        until(
          `the update to ${to} waits`,
          () => updates.view(),
          ({ history: [newest], operation }) => newest?.to === to && operation.state.status === "blocked",
        );
      await updates.changeRules({ window: SUNDAY }, BY);
      await updates.look();
      await updates.apply(BY);
      assert.equal((await blocked("1.5.0")).waitsForWindow, undefined, "nobody has let it begin");
      await updates.changeRules({ window: open }, BY);
      await updates.recheck(BY);
      assert.equal((await blocked("1.6.0")).waitsForWindow, true);
      await updates.changeRules({ window: open }, BY);
      // Longer than the agent distrusts a clock after its start.
      for (let i = 0; i < 60; i++) await world.clock.sleep(19_000);
      const { history } = await until(
        "it has gone on",
        () => updates.view(),
        (it) => it.installed?.version === "1.6.0" && it.operation.state.status === "done",
      );
      assert.deepEqual(history.slice(0, 2).map((it) => `${it.to} ${it.result}`), [
        "1.6.0 done",
        "1.5.0 done",
      ]);
      assert.ok(agent.audited.includes("updates.recheck agent accepted"), agent.audited.join());
    } finally {
      end.abort();
      await followed.catch(() => {});
      await agent.kill();
    }
  });
});
