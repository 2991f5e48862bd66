import assert from "node:assert/strict";
import { MANAGEMENT_PASSWORD, signIn } from "../simulator/sign_in.ts";
import { withBrowser } from "./browser.ts";
import { assertAccessible, assertNoSideways, browserTest, LOOKS } from "./page_checks.ts";

browserTest(
  "from the sign-in page in clear to the encrypted one, and both can be signed in beside each other",
  () =>
    withBrowser("healthy", async (test) => {
      await signIn(test.agent.url, () => test.agent.token); // a password is chosen
      const page = await test.open();
      await page.goto(`${test.agent.url}/settings`);
      assert.match(await page.textContent("main") ?? "", /is not encrypted/);
      await page.click('main a[href^="https:"]');
      const url = new URL(page.url());
      assert.deepEqual([url.protocol, url.port], ["https:", new URL(test.agent.url).port]);
      assert.equal(url.searchParams.get("next"), "/settings");
      assert.match(await page.textContent("main") ?? "", /ConnectionEncrypted/);
      await test.shoot(page, "login-encrypted");
      await page.fill("#password", MANAGEMENT_PASSWORD);
      await page.click("button.big");
      assert.equal(new URL(page.url()).protocol, "https:");
      const [cookie] = await page.context().cookies();
      assert.deepEqual([cookie?.name, cookie?.secure], ["__Host-alga_appliance_session", true]);

      // In clear nobody is signed in by that, and signing in is not in the way of it.
      await page.goto(`${test.agent.url}/`);
      assert.equal(new URL(page.url()).pathname, "/login");
      await test.signIn(page);
      await page.goto(`${test.agent.url.replace("http:", "https:")}/setup`);
      assert.equal(new URL(page.url()).pathname, "/setup");
      assert.ok(await page.locator("form.out").count() > 0);
    }),
);

browserTest(
  "the sign-in page with its fingerprint is readable by everybody",
  () =>
    withBrowser("healthy", async (test) => {
      for (const [look, options] of LOOKS) {
        for (const url of [test.agent.url, test.agent.url.replace("http:", "https:")]) {
          const page = await test.open({ javaScript: true, ...options });
          await page.goto(`${url}/login`);
          assert.match(await page.textContent("main .facts .mono") ?? "", /^([0-9A-F]{2}:){31}[0-9A-F]{2}/);
          await assertAccessible(page, `${url} ${look}`);
          await assertNoSideways(page, `${url} ${look}`);
          await test.shoot(page, `login-${url.startsWith("https") ? "encrypted" : "clear"}-${look}`);
          await page.close();
        }
      }
    }),
);
