import assert from "node:assert/strict";
import { chromium } from "playwright-core";
import { readStylesheet } from "../../views/stylesheet.ts";
import { browserRequirements } from "../browser/browser.ts";
import { allPages } from "./pages.ts";

const requirements = await browserRequirements();
/** One word of 5,000 characters; addresses without a space; letters that run from right to left. */
const LONG = ["x".repeat(5_000), "2001:db8:".repeat(500), "\u05d0".repeat(5_000)];

Deno.test({
  name: `no page grows wider than its window, however long its texts are${
    requirements.ok ? "" : ` (skipped: ${requirements.reason})`
  }`,
  ignore: !requirements.ok,
  sanitizeOps: false,
  sanitizeResources: false,
  async fn() {
    const pages = LONG.map((it) => Object.entries(allPages(it)));
    const server = servePages(pages.map((it) => it.map(([, html]) => html)));
    const browser = await chromium.launch({
      executablePath: "/usr/bin/chromium",
      args: ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run"],
    });
    try {
      for (const width of [320, 1100]) {
        const context = await browser.newContext({ viewport: { width, height: 900 } });
        const page = await context.newPage();
        page.setDefaultTimeout(30_000);
        for (const [i, list] of pages.slice(0, width === 320 ? undefined : 1).entries()) {
          for (const [j, [name]] of list.entries()) {
            await page.goto(`http://127.0.0.1:${server.addr.port}/${i}/${j}`);
            const scroll = await page.evaluate("document.documentElement.scrollWidth") as number;
            assert.ok(scroll <= width, `${name}, text ${i}, at ${width} px is ${scroll} px wide`);
          }
        }
        await context.close();
      }
    } finally {
      await browser.close();
      await server.shutdown();
    }
  },
});

Deno.test({
  name: `questions stand apart, folded ones too, and the frame takes two lines of a phone${
    requirements.ok ? "" : ` (skipped: ${requirements.reason})`
  }`,
  ignore: !requirements.ok,
  sanitizeOps: false,
  sanitizeResources: false,
  async fn() {
    const { form = "", "form, errors": errors = "", "settings, idle": settings = "" } = allPages("a word");
    const server = servePages([[form, errors, settings]]);
    const browser = await chromium.launch({
      executablePath: "/usr/bin/chromium",
      args: ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run"],
    });
    try {
      const page = await browser.newPage({ viewport: { width: 390, height: 900 } });
      page.setDefaultTimeout(30_000);
      for (const i of [0, 1]) {
        await page.goto(`http://127.0.0.1:${server.addr.port}/0/${i}`);
        const close = await page.evaluate(`[...document.querySelectorAll(".field")].filter((it) => {
          const before = it.previousElementSibling?.getBoundingClientRect();
          return before && it.getBoundingClientRect().top - before.bottom < 8;
        }).map((it) => it.querySelector("label").textContent)`);
        assert.deepEqual(close, [], `page ${i}: these touch what stands above them`);
        const [links, out] = await page.evaluate(
          `["nav", ".out button"].map((it) => document.querySelector(it).getBoundingClientRect().bottom)`,
        ) as [number, number];
        assert.ok(Math.abs(links - out) < 8, `page ${i}: the links end at ${links}, the way out at ${out}`);
      }
      await page.goto(`http://127.0.0.1:${server.addr.port}/0/2`);
      const [above, below] = await page.evaluate(`(() => {
        const panel = [...document.querySelectorAll(".panel")].find((it) => it.querySelector("dl.answers"));
        const list = panel.querySelector("dl.answers").getBoundingClientRect();
        const text = panel.querySelector("dt").getBoundingClientRect();
        return [text.top - list.top, getComputedStyle(panel.querySelector("dl > div")).borderTopWidth];
      })()`) as [number, string];
      assert.deepEqual(
        [above, below],
        [0, "0px"],
        "a list that begins its panel has no line and no room above",
      );
    } finally {
      await browser.close();
      await server.shutdown();
    }
  },
});

/** Pages with everything folded out; handed to the browser whole they would stall its pipe. */
function servePages(pages: readonly (readonly string[])[]): Deno.HttpServer<Deno.NetAddr> {
  const { text: css } = readStylesheet();
  return Deno.serve({ hostname: "127.0.0.1", port: 0, onListen: () => {} }, (request) => {
    const [, i, j] = new URL(request.url).pathname.split("/");
    const html = pages[Number(i)]?.[Number(j)];
    return html === undefined
      ? new Response(css, { headers: { "content-type": "text/css" } })
      : new Response(html.replaceAll("<details>", "<details open>"), {
        headers: { "content-type": "text/html; charset=utf-8" },
      });
  });
}
