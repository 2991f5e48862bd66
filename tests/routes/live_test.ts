import assert from "node:assert/strict";
import { sharedSection } from "../../routes/live.ts";
import { html } from "../../views/html.ts";
import { FakeClock } from "../fakes/fake_clock.ts";

Deno.test("a live section is made once per state and second, however many pages show it", async () => {
  const clock = new FakeClock();
  let state = {};
  let made = 0;
  const section = sharedSection(clock, () => state, (nowMs) =>
    html`
      <p>${++made} ${nowMs}</p>
    `);
  const first = section();
  for (let page = 0; page < 200; page++) assert.equal(section(), first);
  assert.equal(made, 1);
  state = {};
  assert.notEqual(section(), first);
  assert.equal(made, 2);
  await clock.advance(1_000);
  section();
  assert.equal(made, 3);
});
