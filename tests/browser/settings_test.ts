import assert from "node:assert/strict";
import type { Locator, Page } from "playwright-core";
import type { SettingsView } from "../../agent/settings/settings_view.ts";
import { PATHS } from "../../agent/state/paths.ts";
import { sampleInputs } from "../simulator/agent_process.ts";
import { until } from "../until.ts";
import { fetchSetup } from "../walk/walk.ts";
import { type BrowserTest, withBrowser } from "./browser.ts";
import { assertReadable, browserTest } from "./page_checks.ts";

const ADDRESS = "http://192.168.64.8:3000";

async function settings({ agent }: BrowserTest): Promise<SettingsView> {
  return (await agent.request("GET", "/api/v1/settings")).body as SettingsView;
}

/** The newest of what a live page has sent: older parts are hidden. */
function seen(page: Page, selector: string, text: string): Locator {
  return page.locator(selector, { hasText: text }).locator("visible=true").first();
}

async function press(page: Page, name: string, url: RegExp): Promise<void> {
  await page.getByRole("button", { name, exact: true }).click({ noWaitAfter: true });
  await page.waitForURL(url, { waitUntil: "commit" });
}

browserTest(
  "without scripts: settings are seen, mistyped, corrected, checked and applied, and the page follows to the end",
  () =>
    withBrowser("healthy", async (test) => {
      const { agent, world } = test;
      const page = await test.open();
      await test.signIn(page);
      await page.goto(`${agent.url}/settings`, { waitUntil: "commit" });
      await page.waitForURL(/\/setup$/); // nothing to change before there is anything
      await agent.request("POST", "/api/v1/setup", sampleInputs(world));
      await until("setup ends", () => fetchSetup(agent), (it) => it.state.status === "done", 120);

      await page.goto(`${agent.url}/settings?live=off`);
      assert.match(
        await page.textContent("main") ?? "",
        /Company, First name, Last name, E-mail: kept in Alga.s database/,
      );
      await test.shoot(page, "settings");
      await assertReadable(test, "/settings?live=off", "settings");
      await assertReadable(test, "/settings/change", "settings-change");

      await page.getByRole("link", { name: "Change Application address" }).click();
      await page.waitForURL(/\/settings\/change#appUrl$/);
      await page.fill("#appUrl", "htp://192.168.64.8");
      await page.fill("#noProxy", "intern.example");
      await press(page, "Continue", /\/settings\/change$/);
      await page.locator(".summary").waitFor();
      assert.match(await page.title(), /^Error: /);
      assert.equal(await page.inputValue("#noProxy"), "intern.example");
      assert.match(await page.textContent("#appUrl-why") ?? "", /must begin with http:\/\/ or https:\/\//);
      await test.shoot(page, "settings-error");

      await page.fill("#appUrl", ADDRESS);
      await page.fill("#noProxy", "");
      await press(page, "Continue", /\/settings\/review$/);
      assert.match(
        await page.textContent("main") ?? "",
        /Deployment msp\/alga-core-sebastian:\s*running → restarted/,
      );
      await test.shoot(page, "settings-review");
      const draft = page.context();
      const wide = await draft.newPage();
      await wide.setViewportSize({ width: 320, height: 900 });
      await wide.goto(`${agent.url}/settings/review`);
      await test.shoot(wide, "settings-review-narrow");
      await wide.close();
      await press(page, "Only check", /\/settings\/check$/);
      assert.match(
        await page.textContent("main") ?? "",
        /What the checks found\s*✓\s*Application address\s*passed/,
      );
      await test.shoot(page, "settings-checked");
      assert.equal((await settings(test)).operation.state.status, "idle", "nothing has been applied");

      await press(page, "Apply", /\/settings$/);
      await seen(page, "h2", "Applying the change").waitFor();
      await test.shoot(page, "settings-applying");
      await seen(page, "p", "The last change was applied").waitFor();
      const shown = await seen(page, "dl.answers", "Application address").textContent();
      assert.match(
        shown ?? "",
        /Application address\s*http:\/\/192\.168\.64\.8:3000\s*· changed .* by browser 127\.0\.0\.1/,
      );
      await test.shoot(page, "settings-applied");
      await page.goto(`${agent.url}/?live=off`);
      await test.shoot(page, "status-after-settings");
    }),
);

browserTest(
  "without scripts: settings that are lost are said so, and the form keeps the channel of the installation",
  () =>
    withBrowser("healthy", async (test) => {
      const { agent, world } = test;
      await agent.request("POST", "/api/v1/setup", { ...sampleInputs(world), channel: "nightly" });
      await until("setup ends", () => fetchSetup(agent), (it) => it.state.status === "done", 120);
      for (const it of [PATHS.setupInputs, PATHS.releaseSelection]) await Deno.remove(world.root + it);
      await assertReadable(test, "/settings?live=off", "settings-lost");
      const page = await test.open();
      await test.signIn(page);
      await page.goto(`${agent.url}/settings?live=off`);
      await test.shoot(page, "settings-lost");
      await page.getByRole("link", { name: "Enter the settings" }).click();
      await page.waitForURL(/\/settings\/change/);
      assert.ok(await page.isChecked("#channel-nightly"));
      assert.equal(await page.inputValue("#appUrl"), "");
      await test.shoot(page, "settings-lost-form");
      await press(page, "Continue", /\/settings\/change$/);
      await page.locator(".summary").waitFor();
      assert.ok(await page.isChecked("#channel-nightly"), "nothing typed is lost");
    }),
);
