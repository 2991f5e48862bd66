import assert from "node:assert/strict";
import { sharedParts } from "../../routes/live_parts.ts";
import { html } from "../../views/html.ts";
import { liveParts, MAX_PARTS } from "../../views/live_parts.ts";
import { FakeClock } from "../fakes/fake_clock.ts";

Deno.test("live parts are made once per state and second, however many pages show them", async () => {
  const clock = new FakeClock();
  let state = {};
  let made = 0;
  const parts = sharedParts(clock, () => state, (nowMs) => [html`
    <p>${++made} ${nowMs}</p>
  `]);
  const first = parts();
  for (let page = 0; page < 200; page++) assert.equal(parts(), first);
  assert.equal(made, 1);
  state = {};
  assert.notEqual(parts(), first);
  assert.equal(made, 2);
  await clock.advance(1_000);
  parts();
  assert.equal(made, 3);
});

Deno.test("a part that has not changed stays the same bytes while others change", () => {
  let text = "one";
  let state = {};
  const parts = sharedParts(new FakeClock(), () => state, () => liveParts([text, "stays", null]));
  const [changes, stays, empty] = parts();
  state = {};
  text = "two";
  assert.notEqual(parts()[0]?.key, changes?.key);
  assert.equal(parts()[1]?.key, stays?.key);
  assert.equal(parts()[2]?.key, empty?.key);
});

Deno.test("a part with a key is another one only when its key is; who comes new gets it as of now", () => {
  let [key, detail] = ["a", "ErrImagePull"];
  let state = {};
  const parts = sharedParts(new FakeClock(), () => state, () =>
    liveParts([html`
      <div key="${key}">${detail}</div>
    `]));
  const before = parts()[0];
  [state, detail] = [{}, "ImagePullBackOff"];
  assert.equal(parts()[0]?.key, before?.key);
  assert.match(new TextDecoder().decode(parts()[0]?.bytes), /ImagePullBackOff/);
  [state, key, detail] = [{}, "b", "Running"];
  assert.notEqual(parts()[0]?.key, before?.key);
});

Deno.test("the stylesheet hides the older one at every place of a live page", async () => {
  const css = await Deno.readTextFile(new URL("../../views/style.css", import.meta.url));
  for (let i = 0; i < MAX_PARTS; i++) {
    assert.ok(css.includes(`main > [slot="p${i}"]:has(~ [slot="p${i}"])`), `place ${i}`);
  }
});

Deno.test("more parts than a page has places are refused, not left out", () => {
  const parts = (count: number) => Array.from({ length: count }, (_, i) => `part ${i}`);
  assert.equal(liveParts(parts(MAX_PARTS)).length, MAX_PARTS);
  assert.throws(() => liveParts(parts(MAX_PARTS + 1)), /has 16 places, and was given 17 parts/);
});
