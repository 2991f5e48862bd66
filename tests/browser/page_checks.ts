import assert from "node:assert/strict";
import axe from "axe-core";
import type { Page } from "playwright-core";
import { sampleInputs } from "../simulator/agent_process.ts";
import { until } from "../until.ts";
import { fetchSetup } from "../walk/walk.ts";
import { browserRequirements, type BrowserTest } from "./browser.ts";

const requirements = await browserRequirements();

/** A test that needs a browser; skipped, with the reason in its name, where there is none. */
export function browserTest(name: string, body: () => Promise<void>): void {
  Deno.test({
    name: requirements.ok ? name : `${name} (skipped: ${requirements.reason})`,
    ignore: !requirements.ok,
    sanitizeOps: false,
    sanitizeResources: false,
    fn: body,
  });
}

/** A signed-in page of an appliance that is set up, so that its first page is the status. */
export async function openSetUp(test: BrowserTest, options: { width?: number } = {}): Promise<Page> {
  await test.agent.request("POST", "/api/v1/setup", sampleInputs(test.world));
  await until("setup is done", () => fetchSetup(test.agent), (it) => it.state.status === "done", 120);
  const page = await test.open(options);
  await test.signIn(page);
  return page;
}

/** Answers that pass. */
export async function fillForm(page: Page, test: BrowserTest): Promise<void> {
  const inputs = sampleInputs(test.world) as Record<string, string>;
  for (const [field, value] of Object.entries(inputs)) await page.fill(`#${field}`, value);
  await page.fill("#adminPasswordConfirm", inputs.adminPassword ?? "");
}

/** axe in the page; needs scripts, which the policy forbids, so the browser is told to look away. */
export async function assertAccessible(page: Page, where: string): Promise<void> {
  await page.evaluate(axe.source);
  const found = await page.evaluate("axe.run(document, { resultTypes: ['violations'] })") as {
    violations: { id: string; nodes: { html: string }[] }[];
  };
  assert.deepEqual(found.violations.map((it) => `${where}: ${it.id} ${it.nodes[0]?.html}`), []);
}

/** Nothing has to be scrolled sideways. */
export async function assertNoSideways(page: Page, where: string): Promise<void> {
  const [scroll, client] = await page.evaluate(
    "[document.documentElement.scrollWidth, document.documentElement.clientWidth]",
  ) as [number, number];
  assert.ok(scroll <= client, `${where} is ${scroll} px wide in a window of ${client} px`);
}

/** How readers see a page. */
export const LOOKS = [
  ["narrow", { width: 320 }],
  ["dark", { scheme: "dark" }],
  ["forced-colours", { forcedColors: true }],
] as const;

/** The page at a path as each kind of reader sees it. */
export async function assertReadable(test: BrowserTest, path: string, name: string): Promise<void> {
  for (const [look, options] of LOOKS) {
    const page = await test.open({ javaScript: true, ...options });
    await test.signIn(page);
    await page.goto(test.agent.url + path);
    await assertAccessible(page, `${name} ${look}`);
    await assertNoSideways(page, `${name} ${look}`);
    await test.shoot(page, `${name}-${look}`);
    await page.close();
  }
}
