import assert from "node:assert/strict";
import type { Page } from "playwright-core";
import { sampleInputs } from "../simulator/agent_process.ts";
import { CPU_FLAGS } from "../simulator/sim_host.ts";
import { ANSWERS_CHECKS } from "../simulator/sim_host.ts";
import { fetchSetup, fetchStatus } from "../walk/walk.ts";
import { type BrowserTest, withBrowser } from "./browser.ts";
import {
  assertAccessible,
  assertNoSideways,
  assertReadable,
  browserTest,
  fillForm,
  LOOKS,
} from "./page_checks.ts";
import { until } from "../until.ts";

async function topOf(page: Page, selector: string): Promise<number> {
  return (await page.locator(selector).locator("visible=true").first().boundingBox())?.y ?? -1;
}

async function fillAndContinue(page: Page, test: BrowserTest): Promise<void> {
  await fillForm(page, test);
  await page.click("button.big", { noWaitAfter: true });
  await page.waitForURL(/answers$/);
}

browserTest(
  "the checks alone change nothing, and lead on to the answers",
  () =>
    withBrowser("healthy", async (test) => {
      const page = await test.open();
      await test.signIn(page);
      await assertReadable(test, "/setup", "setup");
      await fillAndContinue(page, test);
      await page.getByRole("button", { name: "Only run the checks" }).click({ noWaitAfter: true });
      await until("checked", () => fetchSetup(test.agent), (it) => it.state.status === "checked");
      await page.goto(`${test.agent.url}/setup`);
      assert.match(
        await page.textContent("h1") ?? "",
        /(?:All checks passed|No check failed, \d+ needs? a look)\. Nothing was changed\./,
      );
      await test.shoot(page, "checks-passed");
      await assertReadable(test, "/setup", "checks-passed");
      assert.deepEqual(
        (await test.world.commands()).filter((it) => /k3s|systemctl (?!list-units)/.test(it)),
        [],
      );
      await page.getByRole("link", { name: "Change answers" }).click();
      assert.equal(await page.inputValue("#tenantName"), "Example Ltd");
      assert.match(await page.textContent("#adminPassword-help") ?? "", /^Kept, and not shown/);
      assert.ok(!(await page.content()).includes("Correct-Horse7!"));
      await page.fill("#dnsServers", "192.0.2.1");
      await page.click("button.big");
      assert.match(await page.textContent(".summary") ?? "", /would not be used: choose "Use these instead"/);
      await test.shoot(page, "setup-not-chosen");
      await page.fill("#dnsServers", "");
      await page.click("button.big");
      assert.equal(new URL(page.url()).pathname, "/setup/answers", "without typing the password again");
      await page.goto(`${test.agent.url}/setup`);
      await page.getByRole("button", { name: "Install now" }).click({ noWaitAfter: true });
      await page.getByRole("link", { name: "Open Alga" }).waitFor();
    }),
);

browserTest(
  "what was found is accepted box by box, and with scripts on setup walks to a healthy end",
  () =>
    withBrowser("healthy", async (test) => {
      await Deno.writeTextFile(
        `${test.world.root}/proc/cpuinfo`,
        `processor\t: 0\nflags\t\t: ${CPU_FLAGS}\n`,
      );
      await Deno.writeTextFile(`${test.world.root}/proc/meminfo`, "MemTotal:  4096000 kB\n");
      const page = await test.open({ javaScript: true });
      await test.signIn(page);
      await fillAndContinue(page, test);
      await page.getByRole("button", { name: "Run the checks and install" }).click({ noWaitAfter: true });
      await until("blocked", () => fetchSetup(test.agent), (it) => it.state.status === "blocked");
      await page.goto(`${test.agent.url}/setup`);
      assert.match(await page.textContent("h1") ?? "", /2 of \d+ checks failed: .*Memory/);
      await test.shoot(page, "checks-acknowledge");
      await assertReadable(test, "/setup", "checks-acknowledge");

      const boxes = page.getByRole("checkbox", { name: "I understand, go on with this" });
      assert.equal(await boxes.count(), 2);
      await boxes.first().check();
      test.world.pause();
      const answered = page.waitForEvent("load");
      await page.getByRole("button", { name: "Accept and install" }).click({ noWaitAfter: true });
      await answered;
      assert.match(await page.title(), /^Error: /);
      assert.match(await page.textContent(".summary") ?? "", /Memory: tick the box/);
      assert.deepEqual(await Promise.all((await boxes.all()).map((it) => it.isChecked())), [true, false]);
      await test.shoot(page, "checks-not-all-accepted");
      assert.equal((await fetchSetup(test.agent)).state.status, "blocked", "one of two is not enough");
      for (const box of await boxes.all()) await box.check();
      await test.shoot(page, "checks-accepted");
      await page.getByRole("button", { name: "Accept and install" }).click({ noWaitAfter: true });

      await page.locator("section.live:visible .hero.busy").waitFor();
      await assertAccessible(page, "progress");
      await assertReadable(test, "/setup?live=off", "progress");
      test.world.resume();
      await page.getByRole("link", { name: "Go to the status page" }).waitFor();
      await until("healthy", () => fetchStatus(test.agent), (it) => it.rollup.state === "fully_healthy");
      await page.goto(`${test.agent.url}/?live=off`);
      assert.equal(
        await page.getByRole("link", { name: "Open Alga" }).getAttribute("href"),
        test.world.appUrl,
      );
      await test.shoot(page, "status-healthy");
      await assertReadable(test, "/?live=off", "status-healthy");
      await page.goto(`${test.agent.url}/setup`);
      assert.match(await page.textContent("h1") ?? "", /Ready to log in/);
      assert.match(await page.textContent("main") ?? "", /Sign in as .*Open Alga/s);
      assert.equal(await page.locator("form[action^='/setup']").count(), 0, "nothing can be done again");
      await test.shoot(page, "setup-done");
      await assertReadable(test, "/setup", "setup-done");
      await page.getByRole("link", { name: "Checks of the setup, and accepted risks" }).click();
      assert.match(await page.textContent("main") ?? "", /Memory.*Accepted by browser /s);
      await test.shoot(page, "check-report");
      await assertReadable(test, "/setup/checks", "check-report");
    }),
);

browserTest(
  "an installation that stopped says why, and goes on where the cause is fixed",
  () =>
    withBrowser("healthy", async (test) => {
      const systemctl = `${test.world.root}/usr/bin/systemctl`;
      const whole = await Deno.readTextFile(systemctl);
      await Deno.writeTextFile(
        systemctl,
        `#!/bin/sh\n${ANSWERS_CHECKS}echo 'Unit k3s.service is masked' >&2\nexit 1\n`,
      );
      await test.agent.request("POST", "/api/v1/setup", sampleInputs(test.world));
      await until("stopped", () => fetchSetup(test.agent), (it) => it.state.status === "failed");
      const page = await test.open();
      await test.signIn(page);
      await page.goto(`${test.agent.url}/setup`, { waitUntil: "commit" });
      await page.locator("section.live:visible .hero.bad").waitFor();
      assert.match(await page.title(), /^Installation stopped/);
      const retry = page.getByRole("button", { name: "Try again now" });
      const [top = -1, bottom = -1] = await Promise.all(
        ["h1", "text=What to do:"].map((it) => topOf(page, it)),
      );
      const button = (await retry.boundingBox())?.y ?? 0;
      assert.ok(
        top < bottom && bottom < button,
        `the cause at ${top}, what to do at ${bottom}, then ${button}`,
      );
      await test.shoot(page, "stopped");
      await assertReadable(test, "/setup?live=off", "stopped");

      await Deno.writeTextFile(systemctl, whole);
      await retry.click({ noWaitAfter: true });
      await page.getByRole("link", { name: "Go to the status page" }).waitFor();
    }),
);

browserTest(
  "too many wrong passwords say how long to wait, and error pages can be read by everybody",
  () =>
    withBrowser("healthy", async (test) => {
      for (const [look, options] of [["wide", {}], ...LOOKS] as const) {
        const page = await test.open({ javaScript: true, ...options });
        await test.signIn(page);
        await page.goto(`${test.agent.url}/nothing-here`);
        assert.match(await page.textContent("h1") ?? "", /no such page/);
        await assertAccessible(page, `not found ${look}`);
        await assertNoSideways(page, `not found ${look}`);
        await test.shoot(page, `not-found-${look}`);
      }
      const page = await test.open();
      for (let guesses = 0; guesses < 6; guesses++) {
        await page.goto(`${test.agent.url}/login`);
        await page.fill("#password", "Wrong-Guess7!");
        await page.click("button.big");
      }
      assert.match(
        await page.textContent(".summary") ?? "",
        /Too many wrong passwords.*Try again in \d+\u00a0s/,
      );
      await test.shoot(page, "login-too-many");
      for (const [look, options] of LOOKS) {
        const other = await test.open({ javaScript: true, ...options });
        await other.goto(`${test.agent.url}/login`);
        await other.fill("#password", "Wrong-Guess7!");
        await other.click("button.big");
        await other.locator(".summary").waitFor();
        await assertAccessible(other, `too many ${look}`);
        await assertNoSideways(other, `too many ${look}`);
        await test.shoot(other, `login-too-many-${look}`);
      }
    }),
);
