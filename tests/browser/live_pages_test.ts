import assert from "node:assert/strict";
import type { Page } from "playwright-core";
import { until } from "../until.ts";
import { type BrowserTest, withBrowser } from "./browser.ts";
import { browserTest, openSetUp } from "./page_checks.ts";

/** A signed-in page of the status of an appliance with a finding. */
async function openStatus(test: BrowserTest) {
  const page = await openSetUp(test);
  await page.goto(test.agent.url, { waitUntil: "commit" });
  await page.locator("section.live:visible .finding").first().waitFor();
  return page;
}

interface AxNode {
  nodeId: string;
  childIds?: string[];
  backendDOMNodeId?: number;
  ignored: boolean;
  role?: { value: string };
}

/** The places whose texts assistive technology gets, in its order: one entry for each text. */
async function placesAloud(page: Page): Promise<number[]> {
  const session = await page.context().newCDPSession(page);
  const { nodes } = await session.send("Accessibility.getFullAXTree") as { nodes: AxNode[] };
  const byId = new Map(nodes.map((it) => [it.nodeId, it]));
  const texts = (it: AxNode | undefined): AxNode[] =>
    it === undefined
      ? []
      : !it.ignored && it.role?.value === "StaticText"
      ? [it]
      : (it.childIds ?? []).flatMap((child) => texts(byId.get(child)));
  const places: number[] = [];
  for (const { backendDOMNodeId } of texts(nodes[0])) {
    const { object } = await session.send("DOM.resolveNode", { backendNodeId: backendDOMNodeId ?? 0 });
    const { result } = await session.send("Runtime.callFunctionOn", {
      objectId: object.objectId ?? "",
      functionDeclaration: "function () { return this.parentElement.closest('section.live')?.slot ?? '' }",
      returnByValue: true,
    });
    if (result.value !== "") places.push(Number(String(result.value).slice(1)));
  }
  return places;
}

browserTest(
  "without script, what was sent last is read aloud and reached by keyboard in its place",
  () =>
    withBrowser("missing-background-image", async (test) => {
      const page = await openStatus(test);
      const checked = page.locator('section[slot="p1"]');
      const before = await checked.count();
      const kube = test.world.client();
      try {
        const metadata = { name: "spare", namespace: "msp" };
        await kube.create({ apiVersion: "v1", kind: "Pod", metadata, spec: { containers: [] } });
      } finally {
        kube.close();
      }
      // It comes after everything that stands below it.
      await until("a part has come again", () => checked.count(), (it) => it > before);

      const aloud = await placesAloud(page);
      assert.ok(new Set(aloud).size >= 3, `only ${[...new Set(aloud)]} are read`);
      assert.deepEqual(aloud.toSorted((a, b) => a - b), aloud);

      const focused: number[] = [];
      for (let i = 0; i < 40; i++) {
        await page.keyboard.press("Tab");
        const slot = page.locator("section.live:has(:focus)");
        if (await slot.count() === 1) focused.push(Number((await slot.getAttribute("slot"))?.slice(1)));
        else if (focused.length > 0) break;
      }
      assert.ok(new Set(focused).size >= 2, `only ${focused} can be reached`);
      assert.deepEqual(focused.toSorted((a, b) => a - b), focused);
    }),
);

const RELOADED = { timeout: 90_000 };

browserTest(
  "without script, an opened detail, the focus and the place stay while the status changes",
  () =>
    withBrowser("missing-background-image", async (test) => {
      const page = await openStatus(test);
      const summary = page.locator("section.live:visible .finding summary").first();
      await summary.click();
      const opened = page.locator("section.live:visible details[open]");
      await opened.waitFor();
      const checked = page.locator('section[slot="p1"]');
      const before = await checked.count();
      const kube = test.world.client();
      try {
        for (let i = 0; i < 3; i++) {
          const metadata = { name: `spare-${i}`, namespace: "msp" };
          await kube.create({ apiVersion: "v1", kind: "Pod", metadata, spec: { containers: [] } });
          await until("the page was updated", () => checked.count(), (it) => it >= before + i + 1);
        }
      } finally {
        kube.close();
      }
      assert.equal(await opened.count(), 1, "the detail is still open");
      assert.equal(await page.locator("summary:focus").count(), 1, "and has the focus");
      assert.equal(await page.locator('section[slot="p1"]:visible').count(), 1, "one time is shown");
      // In the order of the places, although the newest came last.
      const tops = await Promise.all(
        ["p0", "p1", "p2"].map(async (it) =>
          (await page.locator(`section[slot="${it}"]:visible`).boundingBox())?.y ?? NaN
        ),
      );
      assert.deepEqual([...tops].sort((a, b) => a - b), tops);
      assert.equal(await page.locator(".stale:visible").count(), 0);
    }),
);

browserTest(
  "without script, a page that nothing reaches any more says so, and takes it back",
  () =>
    withBrowser("missing-background-image", async (test) => {
      const page = await openStatus(test);
      const notice = page.locator(".stale:visible");
      assert.equal(await notice.count(), 0);
      const stoppedMs = performance.now();
      Deno.kill(test.agent.pid, "SIGSTOP");
      try {
        await notice.waitFor({ timeout: 60_000 });
        console.log(`  the notice came after ${Math.round((performance.now() - stoppedMs) / 1000)} s`);
        assert.match(await notice.textContent() ?? "", /no longer live/);
        await test.shoot(page, "no-longer-live");
      } finally {
        Deno.kill(test.agent.pid, "SIGCONT");
      }
      await notice.waitFor({ state: "detached", timeout: 60_000 }).catch(() => {});
      await until("the notice is gone", () => notice.count(), (it) => it === 0);
    }),
);

browserTest(
  "without script, a page says that the agent restarts, loads itself again, and follows",
  () =>
    withBrowser("missing-background-image", async (test) => {
      const page = await openStatus(test);
      const port = Number(new URL(test.agent.url).port);
      await test.agent.kill("SIGTERM");
      await page.getByText("The agent is restarting").waitFor();
      await test.shoot(page, "restarting");
      const again = await test.startAgain(port);
      try {
        await page.waitForURL(/live=again/, { waitUntil: "commit", ...RELOADED });
        await page.getByText("This page follows by itself").waitFor();
        // Cut without a word: the page stays as it is, and says that it is old.
        await again.kill("SIGKILL");
        const notice = page.locator(".stale:visible");
        await notice.waitFor({ timeout: 60_000 });
        const third = await test.startAgain(port);
        try {
          await notice.getByRole("link").click({ noWaitAfter: true });
          await until("the notice is gone", () => notice.count(), (it) => it === 0);
          await page.getByText("This page follows by itself").waitFor();
        } finally {
          await third.kill("SIGKILL");
        }
      } finally {
        await again.kill("SIGKILL");
      }
    }),
);
