import assert from "node:assert/strict";
import { settingsStub } from "./settings_stub.ts";
import { BROWSER, startSignedIn } from "./signed_in.ts";
import { STUB_RULES, updatesStub } from "./updates_stub.ts";

async function startApp() {
  const [updates, settings] = [updatesStub(), settingsStub()];
  return { updates, settings, ...await startSignedIn({ updates, settings }) };
}

Deno.test("the page changes pin, window and override as the API would", async () => {
  const { updates, post } = await startApp();
  const answers = [
    await post("/updates/channel/pin", [["pin", " 1.4.0 "]]),
    await post("/updates/channel/unpin"),
    await post("/updates/channel/window", [
      ["day", "sunday"],
      ["day", "monday"],
      ["from", "02:00"],
      [
        "length",
        "3",
      ],
      ["automatic", "yes"],
      ["delayDays", "7"],
    ]),
    await post("/updates/channel/window", [["from", "02:00"], ["length", "3"]]),
    await post("/updates/channel/override", [["reference", "1.6.0"], ["repository", ""], ["hours", "24"], [
      "supportAsked",
      "yes",
    ]]),
    await post("/updates/channel/end-override"),
  ];
  assert.deepEqual(answers.map((it) => it.status), answers.map(() => 303));
  assert.deepEqual(updates.requests.map((it) => it.change), [
    { pin: "1.4.0" },
    { pin: null },
    { window: { days: ["monday", "sunday"], from: "02:00", hours: 3 }, automatic: { delayDays: 7 } },
    { window: null, automatic: null },
    { override: { reference: "1.6.0", endsAt: "2026-11-22T12:00:00.000Z" } },
    { override: null },
  ]);
  assert.ok(updates.requests.every((it) => it.by === BROWSER));
});

for (
  const [title, path, fields, field] of [
    [
      "an override without support's word",
      "override",
      [["reference", "1.6.0"], ["hours", "24"]],
      "supportAsked-override",
    ],
    ["an override without an end", "override", [["reference", "1.6.0"], ["supportAsked", "yes"]], "hours"],
    ["a channel as a pin", "pin", [["pin", "nightly"]], "pin"],
    ["a window of a day", "window", [["day", "sunday"], ["from", "02:00"], ["length", "24"]], "days"],
    ["a delay that is not a number", "window", [["automatic", "yes"], ["delayDays", "soon"]], "delayDays"],
  ] as [string, string, [string, string][], string][]
) {
  Deno.test(`the page refuses ${title} and leads to its field`, async () => {
    const { updates, post } = await startApp();
    const answer = await post(`/updates/channel/${path}`, fields);
    assert.equal(answer.status, 422);
    const text = await answer.text();
    assert.match(text, new RegExp(`<a href="#${field}">`));
    assert.match(text, new RegExp(`id="${field}"`));
    assert.deepEqual(updates.requests, []);
  });
}

Deno.test("what the rules refuse is shown on the page, and answered as a problem by the API", async () => {
  const { updates, post, api } = await startApp();
  updates.errors = [{ field: "automatic", message: "Choose a maintenance window first" }];
  const answer = await post("/updates/channel/window", [["automatic", "yes"], ["delayDays", "1"]]);
  assert.equal(answer.status, 422);
  assert.match(await answer.text(), /Choose a maintenance window first/);
  const problem = await api("POST", "/api/v1/updates/rules", { automatic: { delayDays: 1 } });
  assert.equal(problem.status, 422);
  assert.match(problem.headers.get("content-type") ?? "", /problem\+json/);
});

Deno.test("nightly is chosen only where Alga support asked for it, by page and API", async () => {
  const { settings, post, api } = await startApp();
  assert.equal((await post("/updates/channel", [["channel", "nightly"]])).status, 422);
  assert.equal((await api("POST", "/api/v1/updates/channel", { channel: "nightly" })).status, 422);
  assert.deepEqual(settings.requests, []);
  const yes = await post("/updates/channel", [["channel", "nightly"], ["supportAsked", "yes"]]);
  assert.deepEqual([yes.status, yes.headers.get("location")], [303, "/settings"]);
  const api202 = await api("POST", "/api/v1/updates/channel", { channel: "nightly", supportAsked: true });
  assert.equal(api202.status, 202);
  assert.equal(settings.requests.length, 2);
});

Deno.test("the API refuses fields that it does not know, and forms need their token", async () => {
  const { updates, api, post } = await startApp();
  assert.equal((await api("POST", "/api/v1/updates/rules", { pin: "1.4.0", force: true })).status, 422);
  assert.equal((await api("POST", "/api/v1/updates/channel", { channel: "beta" })).status, 422);
  assert.equal((await post("/updates/channel/pin", [["pin", "1.4.0"]], "wrong")).status, 403);
  assert.deepEqual(updates.requests, []);
  assert.equal((await api("POST", "/api/v1/updates/rules", { pin: "1.4.0" })).status, 200);
  assert.equal((await (await api("GET", "/api/v1/updates/rules")).json()).timeZone, "Europe/Berlin");
});

Deno.test("every page tells of an override while it is in force, with its end", async () => {
  const { updates, get } = await startApp();
  const text = "testing override: release 1.6.0, until 2026-11-22 12:00 UTC";
  assert.doesNotMatch(await (await get("/updates/channel")).text(), /under test/);
  const override = { reference: "1.6.0", endsAt: "2026-11-22T12:00:00Z", text };
  updates.shown = { ...updates.shown, rules: { ...STUB_RULES, override } };
  for (const path of ["/updates/channel", "/updates?live=off", "/sessions", "/help"]) {
    const shown = await (await get(path)).text();
    assert.match(shown, /This appliance is under test/, path);
    assert.match(shown, /until 2026-11-22 12:00 UTC/, path);
  }
});
