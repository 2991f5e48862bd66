import { type Browser, type BrowserContext, chromium, type Page } from "playwright-core";
import { MANAGEMENT_PASSWORD } from "../simulator/sign_in.ts";
import type { AgentProcess } from "../simulator/agent_process.ts";
import type { World } from "../simulator/world.ts";
import { startCompiled, withAppliance } from "../walk/walk.ts";

const CHROMIUM = "/usr/bin/chromium";

/** Whether there is a browser; the reason is part of the skipped tests' names. */
export async function browserRequirements(): Promise<{ ok: true } | { ok: false; reason: string }> {
  const found = await Deno.stat(CHROMIUM).then(() => true, () => false);
  return found ? { ok: true } : { ok: false, reason: "the Debian package chromium is not installed" };
}

export interface BrowserTest {
  browser: Browser;
  agent: AgentProcess;
  world: World;
  /** Another agent in the same world, on the port of one that has ended. */
  startAgain(port: number): Promise<AgentProcess>;
  /** A page of its own; JavaScript is off unless asked for. */
  open(
    options?: { javaScript?: boolean; width?: number; scheme?: "light" | "dark"; forcedColors?: boolean },
  ): Promise<Page>;
  signIn(page: Page): Promise<void>;
  /** Kept as test output in .out/screenshots. */
  shoot(page: Page, name: string): Promise<void>;
}

/** A world, the compiled agent and a browser for one test. */
export async function withBrowser(
  timeline: string,
  body: (test: BrowserTest) => Promise<void>,
  options: { speed?: number } = {},
): Promise<void> {
  await withAppliance(timeline, (agent, world) => besideAppliance({ agent, world }, body), options);
}

async function besideAppliance(
  { agent, world }: { agent: AgentProcess; world: World },
  body: (test: BrowserTest) => Promise<void>,
): Promise<void> {
  await using started = new AsyncDisposableStack();
  // Ends with this process, however that ends.
  const launcher = await Deno.makeTempFile({ prefix: "alga-chromium-" });
  started.defer(() => Deno.remove(launcher));
  await Deno.writeTextFile(launcher, `#!/bin/sh\nexec setpriv --pdeathsig KILL ${CHROMIUM} "$@"\n`);
  await Deno.chmod(launcher, 0o700);
  const browser = await chromium.launch({
    executablePath: launcher,
    timeout: 120_000,
    args: [
      "--no-sandbox",
      "--disable-gpu",
      "--disable-quic",
      "--no-first-run",
      "--disable-background-networking",
      "--disable-component-update",
      "--disable-sync",
    ],
  });
  started.defer(() => browser.close());
  const contexts: BrowserContext[] = [];
  const output = new URL("../../.out/screenshots/", import.meta.url).pathname;
  await Deno.mkdir(output, { recursive: true });
  started.defer(async () => {
    for (const it of contexts) await it.close().catch(() => {});
  });
  await body({
    browser,
    agent,
    world,
    startAgain: (port) => startCompiled(world, { port }),
    async open({ javaScript = false, width = 1100, scheme = "light", forcedColors = false } = {}) {
      const context = await browser.newContext({
        javaScriptEnabled: javaScript,
        viewport: { width, height: 900 },
        colorScheme: scheme,
        forcedColors: forcedColors ? "active" : "none",
        bypassCSP: javaScript,
        // The agent's own certificate: a person compares its fingerprint and goes on.
        ignoreHTTPSErrors: true,
      });
      contexts.push(context);
      const page = await context.newPage();
      page.setDefaultTimeout(90_000);
      return page;
    },
    async signIn(page) {
      await page.goto(`${agent.url}/login`, { waitUntil: "commit" });
      const leave = async (path: string) => {
        await page.click("button.big", { noWaitAfter: true });
        await page.waitForURL((url) => !url.pathname.startsWith(path), { waitUntil: "commit" });
      };
      await page.locator("#token, #password").waitFor();
      if (await page.locator("#token").count() === 0) {
        await page.fill("#password", MANAGEMENT_PASSWORD);
        return await leave("/login");
      }
      await page.fill("#token", agent.token);
      await leave("/login");
      await page.fill("#password", MANAGEMENT_PASSWORD);
      await page.fill("#again", MANAGEMENT_PASSWORD);
      await leave("/password");
    },
    async shoot(page, name) {
      await page.screenshot({ path: `${output}${name}.png`, fullPage: true });
    },
  });
}
