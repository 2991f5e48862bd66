import assert from "node:assert/strict";
import { HOME_KEYS, homeKeys } from "../../../agent/console/home_keys.ts";
import type { Key, Model } from "../../../agent/console/model.ts";
import { firstView, press } from "../../../agent/console/press.ts";
import { Random } from "../../fakes/random.ts";
import { frameOf } from "../../../agent/console/frame.ts";
import { MODELS } from "./models.ts";
import { blockedSetup, sampleDocument, sampleModel } from "./samples.ts";

const named = (name: string, isCtrl = false): Key => ({ name, isCtrl, text: "" });
const typed = (text: string): Key => ({ name: "", isCtrl: false, text });

/** The model after these keys, and the last intent. */
function pressAll(model: Model, keys: readonly Key[]) {
  let last: ReturnType<typeof press> = { model };
  for (const key of keys) last = press(last.model, key);
  return last;
}

function question(field: "adminEmail" | "adminPassword" | "dnsMode", other: object = {}): Model {
  const base = MODELS["a question"];
  assert.ok(base);
  return { ...base, view: { name: "question", field, text: "", isTouched: false, isOne: false, ...other } };
}

Deno.test("a key of the first screen is there when its part is, and does nothing when it is not", () => {
  const keys = (model: Model) => homeKeys(model).map((it) => it.key).join("");
  assert.equal(keys(sampleModel()), "12356789");
  assert.equal(keys(sampleModel({ ownLine: undefined })), "123568" + "9q");
  assert.equal(keys(sampleModel({ away: ["x"] })), "356789");
  const done = sampleDocument();
  const setup = { ...done.setup, state: { status: "done", finishedAt: "2026-11-21T14:00:00.000Z" } as const };
  const over = sampleModel({ document: { ...done, setup } });
  assert.equal(keys(over), "2356789");
  assert.deepEqual(press(over, typed("1")).intent, { type: "redraw" });
  assert.ok(!HOME_KEYS.some((it) => it.key === "4"), "4 waits for the bundle");
});

Deno.test("k keeps new settings of a link while they are tried, and does nothing otherwise", () => {
  const onTrial = MODELS["network on trial"];
  assert.ok(onTrial);
  assert.deepEqual(press(onTrial, typed("k")).intent, { type: "keep-network" });
  assert.deepEqual(press({ ...onTrial, document: sampleDocument() }, typed("k")).intent, { type: "redraw" });
});

Deno.test("key 1 asks for the answers before setup, and shows where it stands afterwards", () => {
  assert.deepEqual(press(sampleModel(), typed("1")).intent, { type: "read-answers" });
  const blocked = sampleModel({ document: sampleDocument({ setup: blockedSetup() }) });
  assert.deepEqual(press(blocked, typed("1")).model.view, { name: "progress", offset: 0 });
});

Deno.test("the questions begin at the first that has no answer", () => {
  const model = question("adminEmail");
  assert.equal((firstView(model) as { field: string }).field, "adminPassword");
  const whole = { ...model, typed: { ...model.typed, errors: [] } } as Model;
  assert.deepEqual(firstView(whole), { name: "answers", row: 0 });
});

Deno.test("what was not touched and is not wrong is not sent again; Enter and Up go on and back", () => {
  const next = press(question("adminEmail", { text: "maria@example.com" }), named("return"));
  assert.equal(next.intent, undefined);
  assert.equal((next.model.view as { field: string }).field, "adminPassword");
  const back = press(question("adminEmail"), named("up"));
  assert.equal((back.model.view as { field: string }).field, "adminLastName");
});

Deno.test("a text is typed, edited and sent", () => {
  const keys = [..."mariax"].map(typed);
  const { model, intent } = pressAll(question("adminEmail"), [...keys, named("backspace"), named("return")]);
  assert.deepEqual(intent, { type: "put", field: "adminEmail", text: "maria" });
  assert.equal(model.view.name, "question", "it waits for the agent's word");
  assert.equal((pressAll(model, [named("u", true)]).model.view as { text: string }).text, "");
});

Deno.test("a password comes twice, the same, and is sent once", () => {
  const once = [...[..."Secret-1x"].map(typed), named("return")];
  const first = pressAll(question("adminPassword"), once);
  assert.equal(first.intent, undefined);
  assert.ok(!frameOf(first.model).lines.join("").includes("Secret-1x"));
  assert.deepEqual(pressAll(first.model, once).intent, {
    type: "put",
    field: "adminPassword",
    text: "Secret-1x",
  });
  const other = pressAll(first.model, [...[..."Secret-2x"].map(typed), named("return")]);
  assert.equal(other.intent, undefined);
  assert.match((other.model.view as { error: string }).error, /differ/);
});

Deno.test("a choice takes the numbers of its list", () => {
  const { model } = press(question("dnsMode", { text: "system" }), typed("2"));
  assert.deepEqual(press(model, named("return")).intent, { type: "put", field: "dnsMode", text: "custom" });
  assert.deepEqual(press(model, typed("x")).intent, { type: "redraw" });
});

Deno.test("the answers start only when all can be used", () => {
  const wrong = sampleModel({ ...question("adminEmail"), view: { name: "answers", row: 0 } });
  assert.deepEqual(press(wrong, typed("s")).intent, { type: "redraw" });
  const right = { ...wrong, typed: { ...wrong.typed, errors: [] } } as Model;
  assert.deepEqual(press(right, typed("s")).intent, { type: "start", checksOnly: false });
  assert.deepEqual(press(right, typed("c")).intent, { type: "start", checksOnly: true });
});

Deno.test("findings are accepted by name, and only where each may be", () => {
  const model = (isOverridable: boolean): Model => {
    const setup = blockedSetup();
    const results = (setup.preflight?.results ?? []).map((it) => ({ ...it, overridable: isOverridable }));
    const document = sampleDocument({
      setup: { ...setup, preflight: { startedAt: "", finishedAt: "", results } },
    });
    return sampleModel({ document, view: { name: "progress", offset: 0 } });
  };
  const asked = press(model(true), typed("a"));
  assert.equal(asked.intent, undefined, "it asks first");
  assert.equal(press(asked.model, named("return")).intent, undefined);
  const checkIds = ["hw.memory", "hw.cpu"];
  assert.deepEqual(press(asked.model, typed("y")).intent, { type: "accept", checkIds });
  assert.deepEqual(press(model(false), typed("a")).intent, { type: "redraw" });
});

Deno.test("reboot and power off ask first; only y goes on", () => {
  for (const [key, what] of [["8", "reboot"], ["9", "poweroff"]] as const) {
    const asked = press(sampleModel(), typed(key));
    assert.equal(asked.intent, undefined);
    assert.equal(press(asked.model, named("return")).intent, undefined);
    assert.equal(press(asked.model, typed("n")).model.view.name, "home");
    assert.deepEqual(press(asked.model, typed("y")).intent, { type: "power", what });
  }
});

Deno.test("Escape and Ctrl-C lead home from everywhere; on a line of its own Ctrl-C leaves nothing", () => {
  for (const model of Object.values(MODELS)) {
    assert.equal(press(model, named("escape")).model.view.name, "home");
    if (model.view.name !== "home") assert.equal(press(model, named("c", true)).model.view.name, "home");
  }
  assert.deepEqual(press(sampleModel(), named("c", true)).intent, { type: "redraw" });
  assert.deepEqual(press(sampleModel({ ownLine: undefined }), named("c", true)).intent, { type: "leave" });
});

Deno.test("no run of keys breaks a screen, and none but y to a question turns the machine off", () => {
  const random = new Random(7);
  const names = ["return", "escape", "up", "down", "pageup", "backspace", "tab", "f1", "u", "l", "c"];
  for (let i = 0; i < 3_000; i++) {
    let model = random.pick(Object.values(MODELS));
    for (let step = 0; step < 8; step++) {
      const key = random.next() < 0.5
        ? named(random.pick(names), random.next() < 0.2)
        : typed(random.pick([..."123456789qyseca-ü日🙂"]));
      const { view } = model;
      const pressed = press(model, key);
      if (pressed.intent?.type === "power") assert.deepEqual([view.name, key.text], ["confirm", "y"]);
      model = pressed.model;
      assert.equal(frameOf(model).lines.length, 24);
    }
  }
});
