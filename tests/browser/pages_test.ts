import assert from "node:assert/strict";
import { MANAGEMENT_PASSWORD } from "../simulator/sign_in.ts";
import { sampleInputs } from "../simulator/agent_process.ts";
import { fetchSetup } from "../walk/walk.ts";
import { withBrowser } from "./browser.ts";
import { assertAccessible, assertNoSideways, browserTest, fillForm } from "./page_checks.ts";
import { until } from "../until.ts";

browserTest(
  "a whole setup without JavaScript ends on a status page that changed without reload",
  () =>
    withBrowser("missing-background-image", async (test) => {
      const page = await test.open();
      let loads = 0;
      page.on("framenavigated", () => loads++);
      await page.goto(test.agent.url, { waitUntil: "commit" });
      assert.equal(new URL(page.url()).pathname, "/login");
      await test.shoot(page, "login");
      await page.fill("#token", "WRONG-TOKEN");
      await page.click("button.big");
      assert.match(await page.title(), /^Error/);
      assert.match(await page.textContent(".summary") ?? "", /not the token/);
      await test.shoot(page, "login-wrong");
      await test.signIn(page);
      assert.equal(new URL(page.url()).pathname, "/setup");
      await test.shoot(page, "setup");

      await page.click("button.big");
      assert.match(await page.title(), /^Error/);
      assert.ok((await page.locator(".field.wrong").count()) >= 4);
      await test.shoot(page, "setup-errors");

      await fillForm(page, test);
      await page.click("button.big");
      assert.equal(new URL(page.url()).pathname, "/setup/answers");
      assert.ok(!(await page.content()).includes("Correct-Horse7!"));
      await test.shoot(page, "answers");

      // The world holds still until the page has been looked at.
      test.world.pause();
      await page.click("button[value=install]", { noWaitAfter: true });
      await page.waitForURL(/\/setup$/, { waitUntil: "commit" });
      const before = loads;
      await page.locator("section.live:visible .hero.busy").waitFor();
      await test.shoot(page, "progress");
      test.world.resume();
      await page.getByRole("link", { name: "Go to the status page" }).waitFor();
      assert.equal(loads, before, "the page was loaded again");
      assert.ok((await page.locator("section.live").count()) >= 2, "it was shown only once");
      assert.equal(await page.locator("section.live:visible .hero").count(), 1, "one of them is shown");
      await test.shoot(page, "progress-done");

      await page.goto(test.agent.url, { waitUntil: "commit" });
      // Older sections stay in the page, hidden.
      await page.locator("section.live:visible").getByText("background").first().waitFor();
      await page.locator("section.live:visible .finding").first().waitFor();
      await test.shoot(page, "status-background-issue");
      await page.goto(`${test.agent.url}/?live=off`);
      assert.ok((await page.content()).includes("Follow again"));
      await page.click("text=Sign out");
      await page.goto(`${test.agent.url}/?live=off`);
      assert.equal(new URL(page.url()).pathname, "/login");
    }),
);

browserTest(
  "failed checks and a failed database read well, wide and narrow, light, dark and in forced colours",
  () =>
    withBrowser("subpath", async (test) => {
      await test.agent.request("POST", "/api/v1/setup", sampleInputs(test.world));
      const page = await test.open();
      await test.signIn(page);
      await page.goto(`${test.agent.url}/`, { waitUntil: "commit" });
      await page.locator("section.live:visible .hero.bad").waitFor();
      await test.shoot(page, "status-failed");
      await page.goto(`${test.agent.url}/setup`, { waitUntil: "commit" });
      await page.getByRole("link", { name: "See why on the status page" }).locator("visible=true").waitFor();
      assert.ok(await page.locator("section.live:visible .hero.bad").isVisible());
      await test.shoot(page, "progress-waits");
      for (
        const [name, options] of [["narrow", { width: 320 }], ["dark", { scheme: "dark" as const }], [
          "forced-colours",
          { forcedColors: true },
        ]] as const
      ) {
        const other = await test.open({ javaScript: true, ...options });
        await test.signIn(other);
        await other.goto(`${test.agent.url}/?live=off`);
        await assertNoSideways(other, name);
        await assertAccessible(other, `status ${name}`);
        await test.shoot(other, `status-failed-${name}`);
      }
    }),
);

browserTest(
  "every page is accessible, fits 320 px and needs no mouse",
  () =>
    withBrowser("registry-404", async (test) => {
      const page = await test.open({ javaScript: true, width: 320 });
      await page.goto(`${test.agent.url}/login`);
      await assertAccessible(page, "login");
      await assertNoSideways(page, "login");
      // The keyboard alone: the token field has the focus.
      await page.keyboard.type(test.agent.token);
      await page.keyboard.press("Enter");
      await page.waitForURL(/\/password/);
      await assertAccessible(page, "choose a password");
      await assertNoSideways(page, "choose a password");
      await test.shoot(page, "password-first-narrow");
      await page.focus("#password");
      await page.keyboard.type(MANAGEMENT_PASSWORD);
      await page.keyboard.press("Tab");
      await page.keyboard.type(MANAGEMENT_PASSWORD);
      await page.keyboard.press("Enter");
      await page.waitForURL(/\/setup$/);
      await assertAccessible(page, "setup form");
      await assertNoSideways(page, "setup form");
      await fillForm(page, test);
      await page.focus("#tenantName");
      await page.keyboard.press("Enter");
      await page.waitForURL(/answers$/);
      await assertAccessible(page, "answers");
      await assertNoSideways(page, "answers");
      await page.focus("button[value=install]");
      await page.keyboard.press("Enter");
      await page.waitForURL(/\/setup$/, { waitUntil: "commit" });
      await until(
        "the checks have run",
        () => fetchSetup(test.agent),
        (it) => it.state.status === "blocked",
      );
      await page.goto(`${test.agent.url}/setup?live=off`);
      await page.locator(".hero.bad").waitFor();
      await assertAccessible(page, "checks");
      await assertNoSideways(page, "checks");
      await test.shoot(page, "checks-failed-narrow");
      const wide = await test.open();
      await test.signIn(wide);
      await wide.goto(`${test.agent.url}/setup?live=off`);
      await test.shoot(wide, "checks-failed");
      await wide.goto(`${test.agent.url}/nothing-here`);
      assert.match(await wide.textContent("h1") ?? "", /no such page/);
      await test.shoot(wide, "not-found");
    }),
);
