import assert from "node:assert/strict";
import { MANAGEMENT_PASSWORD } from "../simulator/sign_in.ts";
import { withBrowser } from "./browser.ts";
import { assertAccessible, assertNoSideways, assertReadable, browserTest, LOOKS } from "./page_checks.ts";

browserTest(
  "without scripts: the token opens the choice of a password, which then signs in, is changed and mistyped",
  () =>
    withBrowser("healthy", async (test) => {
      const { agent } = test;
      for (const [look, options] of LOOKS) {
        const page = await test.open({ javaScript: true, ...options });
        await page.goto(`${agent.url}/login`);
        await page.fill("#token", agent.token);
        await page.click("button.big");
        await page.waitForURL(/\/password/);
        await assertAccessible(page, `choose ${look}`);
        await assertNoSideways(page, `choose ${look}`);
        await test.shoot(page, `password-first-${look}`);
        await page.close();
      }
      const page = await test.open();
      await page.goto(`${agent.url}/login?next=/sessions`);
      await page.fill("#token", agent.token);
      await page.click("button.big");
      await page.waitForURL(/\/password\?next=%2Fsessions$/);
      await page.fill("#password", "tooSimple");
      await page.fill("#again", "tooSimple");
      await page.click("button.big");
      assert.match(await page.title(), /^Error/);
      assert.equal(await page.inputValue("#password"), "");
      await test.shoot(page, "password-too-simple");
      await page.fill("#password", MANAGEMENT_PASSWORD);
      await page.fill("#again", MANAGEMENT_PASSWORD);
      await page.click("button.big");
      await page.waitForURL(/\/sessions$/);
      await page.click("text=Sign out");
      await page.fill("#password", "Wrong-Guess7!");
      await page.click("button.big");
      assert.match(await page.textContent(".summary") ?? "", /not the management password/);
      await test.shoot(page, "login-password-wrong");
      await test.signIn(page);
      await assertReadable(test, "/password", "password-change");
    }),
);

browserTest(
  "sessions and the audit log read well wide and narrow, light, dark and in forced colours; a session is ended",
  () =>
    withBrowser("healthy", async (test) => {
      const { agent } = test;
      const page = await test.open();
      await test.signIn(page);
      const other = await test.open();
      await test.signIn(other);
      await page.goto(`${agent.url}/`, { waitUntil: "commit" });
      await page.waitForURL(/\/setup$/, { waitUntil: "commit" }).catch(() => {});
      await page.goto(`${agent.url}/setup`);
      await page.click("footer >> text=Sessions");
      await page.waitForURL(/\/sessions$/);
      assert.equal(await page.locator(".rows > li").count(), 2);
      await test.shoot(page, "sessions");
      await assertReadable(test, "/sessions", "sessions");
      const narrow = await test.open({ width: 320 });
      await test.signIn(narrow);
      await narrow.goto(`${agent.url}/setup`);
      await narrow.click("footer >> text=Sessions");
      await narrow.waitForURL(/\/sessions$/);
      await page.click("text=End all others");
      await page.waitForURL(/\/sessions$/);
      assert.equal(await page.locator(".rows > li").count(), 1);
      await other.goto(`${agent.url}/setup`);
      assert.equal(new URL(other.url()).pathname, "/login");
      await other.fill("#password", "Wrong-Guess7!");
      await other.click("button.big");
      await page.click("text=Audit log");
      await page.waitForURL(/\/audit$/);
      await page.locator("h3", { hasText: "Sign-in refused" }).waitFor();
      await test.shoot(page, "audit");
      await page.selectOption("#kind", "session");
      await page.click("main button");
      await page.waitForURL(/kind=session/);
      assert.ok(await page.locator("h3").count() >= 1);
      assert.equal(await page.locator("h3", { hasText: "Sign-in refused" }).count(), 0);
      await assertReadable(test, "/audit", "audit");
    }),
);
