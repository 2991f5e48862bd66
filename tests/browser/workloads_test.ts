import assert from "node:assert/strict";
import { sampleInputs } from "../simulator/agent_process.ts";
import { until } from "../until.ts";
import { fetchStatus } from "../walk/walk.ts";
import { withBrowser } from "./browser.ts";
import { assertReadable, browserTest } from "./page_checks.ts";

browserTest(
  "without scripts: from a finding to its pod, to its events, and to the list, wide and on a phone",
  () =>
    withBrowser("missing-background-image", async (test) => {
      const { agent, world } = test;
      const page = await test.open();
      await test.signIn(page);
      await agent.request("POST", "/api/v1/setup", sampleInputs(world));
      const isNamed = (id: string) => id === "img.not-found";
      await until(
        "the missing image is named",
        () => fetchStatus(agent),
        (it) => it.tiers.login.ready && it.topBlockers.some((one) => isNamed(one.id)),
        180,
      );
      await page.goto(`${agent.url}/?live=off`);
      await page.getByRole("link", { name: "Open the pod" }).first().click();
      await page.waitForURL(/\/workloads\/msp\/workflow-worker-/);
      assert.match(await page.textContent("h1") ?? "", /waits for an image that cannot be fetched/);
      const pod = new URL(page.url()).pathname;
      await assertReadable(test, pod, "pod");
      await page.getByRole("link", { name: "Events of this pod" }).click();
      await page.waitForURL(/\/events\?about=/);
      await page.getByText("Failed to pull image").first().waitFor();
      await page.getByRole("link", { name: "1 h", exact: true }).click();
      await page.waitForURL(/since=1h/);
      await assertReadable(test, "/events?since=1h", "events");
      await page.getByRole("link", { name: "Workloads" }).first().click();
      await page.waitForURL(/\/workloads$/);
      assert.match(await page.locator("tbody tr").first().textContent() ?? "", /workflow-worker/);
      await page.fill("#name", "pgbouncer");
      await page.getByRole("button", { name: "Show" }).click();
      await page.waitForURL(/name=pgbouncer/);
      assert.equal(await page.locator("tbody tr").count(), 1);
      await assertReadable(test, "/workloads", "workloads");
    }),
);
