import assert from "node:assert/strict";
import { stubOperation } from "../../routes/settings_stub.ts";
import { STUB_RULES } from "../../routes/updates_stub.ts";
import { withStandIn } from "./stand_in_agent.ts";
import { cli } from "./terminal.ts";

const BASE = "/api/v1/updates";
const SHOWN = { status: 200, body: { channel: "stable", ...STUB_RULES } };

Deno.test("channel shows what is followed and what comes next", () =>
  withStandIn(async (agent) => {
    const rules = {
      ...STUB_RULES,
      channel: "stable",
      pin: "1.4.0",
      window: {
        days: ["sunday"],
        from: "02:00",
        hours: 3,
        text: "Sunday from 02:00 for 3 h",
        now: "opens on …",
      },
      automatic: { delayDays: 7 },
      next: { status: "held", text: "Pinned to 1.4.0: nothing is installed by itself." },
      changes: [{ at: "2026-11-21T11:00:00.000Z", by: "command line", text: "pinned to 1.4.0" }],
    };
    agent.answers[`GET ${BASE}/rules`] = [{ status: 200, body: rules }];
    const { code, out } = await cli(["channel", "--root", agent.root]);
    assert.equal(code, 0);
    assert.match(out, /^Channel: {4}stable$/m);
    assert.match(out, /^Pin: {8}1\.4\.0$/m);
    assert.match(out, /^Window: {5}Sunday from 02:00 for 3 h$/m);
    assert.match(out, /^Automatic: {2}on, 7 days after publication$/m);
    assert.match(out, /^Changed: {4}2026-11-21 11:00 UTC by command line: pinned to 1\.4\.0$/m);
    const json = await cli(["channel", "show", "-o", "json", "--root", agent.root]);
    assert.deepEqual(JSON.parse(json.out), rules);
  }));

Deno.test("channel set sends what its options name, and shows what counts then", () =>
  withStandIn(async (agent) => {
    agent.answers[`GET ${BASE}/rules`] = [SHOWN];
    agent.answers[`POST ${BASE}/rules`] = [SHOWN];
    const set = async (...options: string[]) => {
      const { code, err } = await cli(["channel", "set", ...options, "--root", agent.root]);
      assert.equal(code, 0, err);
      return agent.asked.findLast((it) => it.path === `${BASE}/rules` && it.method === "POST")?.body;
    };
    assert.deepEqual(await set("--pin", "1.5.0"), { pin: "1.5.0" });
    assert.deepEqual(await set("--no-pin", "--no-automatic", "--no-window"), {
      pin: null,
      automatic: null,
      window: null,
    });
    assert.deepEqual(await set("--window-days", "Sunday, monday", "--automatic", "7"), {
      window: { days: ["sunday", "monday"], from: "02:00", hours: 3 },
      automatic: { delayDays: 7 },
    });
    const { override, ...rest } = await set("--override-reference", "1.6.0", "--support-asked") as {
      override: { reference: string; endsAt: string };
    };
    assert.deepEqual(rest, { supportAsked: true });
    assert.equal(override.reference, "1.6.0");
    assert.ok(Date.parse(override.endsAt) > Date.now());
  }));

Deno.test("channel set follows the change of the channel, which is one of a setting", () =>
  withStandIn(async (agent) => {
    const operation = stubOperation({ name: "settings", state: { status: "done", finishedAt: "" } });
    agent.answers[`POST ${BASE}/channel`] = [{ status: 202, body: {} }];
    agent.answers["GET /api/v1/settings"] = [{ status: 200, body: { operation } }];
    const { code, out, err } = await cli([
      "channel",
      "set",
      "nightly",
      "--support-asked",
      "--root",
      agent.root,
    ]);
    assert.equal(code, 0, err);
    assert.match(`${out}${err}`, /The channel is nightly\./);
    assert.deepEqual(agent.asked.find((it) => it.method === "POST")?.body, {
      channel: "nightly",
      supportAsked: true,
    });
  }));

for (
  const [args, why] of [
    [["set"], "Say what to set"],
    [["set", "beta"], "The channel must be"],
    [["set", "stable", "--pin", "1.4.0"], "Set the channel alone"],
    [["set", "--pin", "1.4.0", "--no-pin"], "Say either"],
    [["set", "--automatic", "soon"], "whole number"],
    [["show", "--pin", "1.4.0"], 'go with "set"'],
    [["pin", "1.4.0"], "Say show or set"],
    [["set", "nightly"], "add --support-asked"],
    [["set", "--override-reference", "1.6.0"], "add --support-asked"],
  ] as [string[], string][]
) {
  Deno.test(`channel ${args.join(" ")} is wrong usage`, () =>
    withStandIn(async (agent) => {
      const { code, err } = await cli(["channel", ...args, "--root", agent.root]);
      assert.equal(code, 2);
      assert.ok(err.includes(why), err);
      assert.deepEqual(agent.asked, []);
    }));
}
