import assert from "node:assert/strict";
import type { Page } from "playwright-core";
import { until } from "../until.ts";
import { withBrowser } from "./browser.ts";
import { assertAccessible, assertNoSideways, assertReadable, browserTest } from "./page_checks.ts";

const FOLDER = "/var/log/pods/msp_db-0_0b1c/db";

function line(text: string, ms = Date.now(), stream = "stdout"): string {
  return `${new Date(ms).toISOString().slice(0, 23)}000001Z ${stream} F ${text}\n`;
}

/** Where the reader has scrolled to, and what stands at the top of the box. */
const seen = (page: Page) =>
  page.evaluate(`(() => {
    const box = document.querySelector(".log");
    const { left, top } = box.getBoundingClientRect();
    return document.elementFromPoint(left + 40, top + 30)?.closest("li")?.id ?? "";
  })()`) as Promise<string>;

browserTest(
  "a log is live without script, stays put when the reader scrolls up, and can be read by everybody",
  () =>
    withBrowser("healthy", async (test) => {
      const folder = `${test.world.root}${FOLDER}`;
      await Deno.mkdir(folder, { recursive: true });
      const path = `${folder}/0.log`;
      const say = (text: string) => Deno.writeTextFile(path, text, { append: true });
      const startMs = Date.now() - 3_600_000;
      for (let i = 0; i < 400; i++) await say(line(`line ${i} of the database`, startMs + i * 1_000));
      await say(
        line(
          "\u001b[31mERROR:\u001b[0m relation \u001b[1m<b>x</b>\u001b[0m does not exist \u202e",
          startMs + 401_000,
        ),
      );
      await say(
        line("Error: it broke", startMs + 402_000) + line("    at run (/app/x.js:1:2)", startMs + 402_000) +
          line("    at main (/app/x.js:9:1)", startMs + 402_000),
      );
      await say(line("connecting to postgres://app:hunter2pw@db/x", startMs + 403_000));
      await say(line("WARN: almost full", startMs + 404_000));

      const page = await test.open({ javaScript: true });
      await test.signIn(page);
      await page.goto(`${test.agent.url}/logs?source=msp%2Fdb`, { waitUntil: "commit" });
      const count = () => page.locator(".log li:not(.stale, .day)").count();
      await until("the newest lines are there", count, (it) => it === 300);
      const text = await page.locator(".log").textContent() ?? "";
      assert.ok(!text.includes("hunter2pw"));
      assert.match(text, /relation <b>x<\/b> does not exist \\u202e/);
      assert.equal(await page.locator(".log span.bad").textContent(), "ERROR:");
      assert.equal(await page.locator(".log details").count(), 1);
      const atBottom = () =>
        page.evaluate("Math.abs(document.querySelector('.log').scrollTop) < 2") as Promise<boolean>;
      await say(line("a line that has just come"));
      await until("it comes by itself", () =>
        page.locator(".log").textContent(), (it) =>
        it?.includes("a line that has just come") ?? false);
      assert.ok(await atBottom(), "the newest line stays in view");
      await test.shoot(page, "logs-wide");

      await page.evaluate("document.querySelector('.log').scrollTop = -2000");
      const before = await seen(page);
      assert.notEqual(before, "");
      for (let i = 0; i < 30; i++) {
        await say(line(`more ${i}`));
      }
      await until("they come", () =>
        page.locator(".log").textContent(), (it) =>
        it?.includes("more 29") ?? false);
      assert.equal(await seen(page), before, "what the reader looks at does not move");

      await page.locator(".log").focus();
      await page.keyboard.press("End");
      await until("End leads back to the newest line", atBottom, (it) =>
        it);

      await page.getByRole("link", { name: "Stop" }).click();
      assert.match(page.url(), /live=off/);
      await assertAccessible(page, "logs wide");
      await assertNoSideways(page, "logs wide");
      const first = await page.locator(".log li[id]").first().getAttribute("id");
      await page.getByRole("link", { name: "Older lines" }).click();
      assert.ok(first);
      assert.equal(await page.locator(`#${first}`).count(), 0, "nothing twice");
      assert.match(await page.locator(".log").textContent() ?? "", /line 0 of the database/);
      const linked = await page.locator(".log li[id]").nth(7).getAttribute("id") ?? "";
      await page.locator(`#${linked} > a`).click();
      assert.equal(new URL(page.url()).hash, `#${linked}`);

      await page.selectOption("#level", "error");
      await page.getByRole("button", { name: "Show" }).click({ noWaitAfter: true });
      await page.waitForURL(/level=error/, { waitUntil: "commit" });
      await until("errors only", count, (it) =>
        it === 2);
      await page.close();
      await assertReadable(test, "/logs?source=msp%2Fdb&live=off", "logs");
    }),
);
