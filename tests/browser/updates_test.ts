import assert from "node:assert/strict";
import type { Page } from "playwright-core";
import { sampleInputs } from "../simulator/agent_process.ts";
import { until } from "../until.ts";
import { fetchSetup, fetchStatus } from "../walk/walk.ts";
import { withBrowser } from "./browser.ts";
import { assertReadable, browserTest } from "./page_checks.ts";

/** The newest of what a live page has sent: older parts are hidden. */
const seen = (page: Page, selector: string, text: string) =>
  page.locator(selector, { hasText: text }).locator("visible=true").first();

browserTest(
  "without scripts: a new release is seen, its plan read and applied, and the page follows to the end",
  () =>
    withBrowser("healthy", async (test) => {
      const { agent, world } = test;
      const page = await test.open();
      await test.signIn(page);
      await agent.request("POST", "/api/v1/setup", sampleInputs(world));
      await until("setup ends", () => fetchSetup(agent), (it) => it.state.status === "done", 120);
      await until("all runs", () => fetchStatus(agent), (it) => it.rollup.state === "fully_healthy", 120);
      await page.goto(`${agent.url}/updates`, { waitUntil: "commit" });
      await seen(page, "h2", "The channel has not been asked yet").waitFor();
      await seen(page, "button", "Ask now").click({ noWaitAfter: true });
      await seen(page, "h2", "Release 1.4.0 is the newest of its channel").waitFor();
      await world.publish("1.5.0");
      await seen(page, "button", "Ask now").click({ noWaitAfter: true });
      await seen(page, "h2", "Release 1.5.0 is available").waitFor();
      await test.shoot(page, "updates-available");
      await assertReadable(test, "/updates?live=off", "updates");

      await seen(page, "a", "Look at the plan").click({ noWaitAfter: true });
      await page.waitForURL(/\/updates\/plan$/);
      assert.match(
        await page.textContent("main") ?? "",
        /OCIRepository flux-system\/alga-appliance spec\.ref\.digest/,
      );
      await test.shoot(page, "updates-plan");
      await assertReadable(test, "/updates/plan", "updates-plan");
      await page.getByRole("button", { name: "Update now" }).click({ noWaitAfter: true });
      await page.waitForURL(/\/updates$/, { waitUntil: "commit" });
      await seen(page, "h2", "Updating").or(seen(page, "h2", "The update waits for you")).first().waitFor();
      if (await seen(page, "h2", "The update waits for you").isVisible()) {
        await page.goto(`${agent.url}/updates/findings`);
        await test.shoot(page, "updates-findings");
        for (const box of await page.locator('input[name="checkId"]').all()) await box.check();
        await page.getByRole("button", { name: "Accept and update" }).click({ noWaitAfter: true });
        await page.waitForURL(/\/updates$/, { waitUntil: "commit" });
      }
      await seen(page, "h2", "Release 1.5.0 is the newest of its channel").waitFor();
      await seen(page, "h3", "1.4.0 → 1.5.0").waitFor();
      await test.shoot(page, "updates-done");

      // What one step does not lead to is reached over the release between.
      await world.publish("1.6.0", ["1.5.0"]);
      await world.publish("1.7.0", ["1.6.0"]);
      await seen(page, "button", "Ask now").click({ noWaitAfter: true });
      await seen(page, "p", "It goes 1.5.0 → 1.6.0 → 1.7.0: 2 updates").waitFor();
      await assertReadable(test, "/updates?live=off", "updates-way");
      await seen(page, "a", "Look at the plan").click({ noWaitAfter: true });
      await page.waitForURL(/\/updates\/plan$/);
      await page.getByRole("heading", { name: "1.5.0 → 1.6.0 → 1.7.0" }).waitFor();
      await assertReadable(test, "/updates/plan", "updates-way-plan");

      // A pin is followed in place of the channel, and given up again.
      await page.goto(`${agent.url}/updates/channel`);
      await assertReadable(test, "/updates/channel", "updates-channel");
      await page.locator(`input[name="pin"]`).fill("stable");
      await page.getByRole("button", { name: "Pin", exact: true }).click();
      await page.getByText("a channel moves, and is chosen as one").first().waitFor();
      await page.locator(`input[name="pin"]`).fill("1.5.0");
      await page.getByRole("button", { name: "Pin", exact: true }).click();
      await page.getByText("Pinned to 1.5.0. Newer releases are shown").waitFor();
      await page.goto(`${agent.url}/updates?live=off`);
      await page.getByText("Pinned to 1.5.0. Its channel leads to 1.7.0, which is not installed.").waitFor();
      await page.goto(`${agent.url}/updates/channel`);
      await page.getByRole("button", { name: "Back to the channel" }).click();
      await page.getByText("Not pinned: this appliance follows its channel.").waitFor();
    }),
);
