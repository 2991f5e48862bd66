import assert from "node:assert/strict";
import { sampleInputs } from "../simulator/agent_process.ts";
import { withBrowser } from "./browser.ts";
import { assertAccessible, assertNoSideways, assertReadable, browserTest } from "./page_checks.ts";

browserTest(
  "from a failed database to its help and its text for Alga support, without JavaScript",
  () =>
    withBrowser("subpath", async (test) => {
      await test.agent.request("POST", "/api/v1/setup", sampleInputs(test.world));
      const page = await test.open();
      await test.signIn(page);
      await page.goto(`${test.agent.url}/`, { waitUntil: "commit" });
      await page.locator("section.live:visible .hero.bad").waitFor();
      await page.goto(`${test.agent.url}/?live=off`);
      await test.shoot(page, "status-help-links");
      await page.getByRole("link", { name: "What this means and what to do" }).first().click();
      assert.match(new URL(page.url()).pathname, /^\/help\/[a-z0-9.-]+$/);
      assert.ok(await page.getByRole("heading", { name: "Found on this appliance" }).isVisible());
      const id = new URL(page.url()).pathname.slice("/help/".length);

      await page.getByText("Copy for Alga support").click();
      const text = await page.locator("textarea").inputValue();
      assert.match(text, new RegExp(`^Finding {6}${RegExp.escape(id)}\n`));
      await test.shoot(page, "help-found");
      // One click takes a whole command.
      const command = page.locator("pre.copy").first();
      await command.click();
      await page.getByRole("link", { name: "The same as plain text" }).click();
      assert.equal(new URL(page.url()).pathname, `/findings/${id}.txt`);
      assert.match(await page.textContent("body") ?? "", /^Finding {6}/);

      await assertReadable(test, `/help/${id}`, "help");
      await assertReadable(test, "/help", "help-index");
      await assertReadable(test, "/?live=off", "status-help");
      const scripted = await test.open({ javaScript: true });
      await test.signIn(scripted);
      await scripted.goto(`${test.agent.url}/help/${id}`);
      await scripted.locator("pre.copy").first().click();
      const shown = await scripted.locator("pre.copy").first().textContent();
      assert.equal(await scripted.evaluate("getSelection().toString()"), shown);
    }),
);

browserTest(
  "whoever is not signed in finds help from the sign-in page, by id and by a mistyped id",
  () =>
    withBrowser("healthy", async (test) => {
      const page = await test.open({ width: 320 });
      await page.goto(`${test.agent.url}/login`);
      await page.getByRole("link", { name: "Help" }).click();
      assert.equal(new URL(page.url()).pathname, "/help");
      await page.fill("#id", "k3s.db-corrupt");
      await page.getByRole("button", { name: "Find" }).click();
      assert.equal(new URL(page.url()).pathname, "/help/k3s.db-corrupt");
      await test.shoot(page, "help-stranger-narrow");
      await page.goto(`${test.agent.url}/help?id=dns.refsed`);
      await test.shoot(page, "help-unknown");
      await page.getByRole("link", { name: "The DNS server does not answer" }).first().click();
      assert.equal(new URL(page.url()).pathname, "/help/dns.refused");
      // The longest commands are on these.
      const scripted = await test.open({ javaScript: true, width: 320 });
      for (
        const id of ["net.tls-intercept", "img.slow", "flux.stalled", "flux.suspended", "app.certificate"]
      ) {
        await scripted.goto(`${test.agent.url}/help/${id}`);
        await assertAccessible(scripted, id);
        await assertNoSideways(scripted, id);
      }
    }),
);
