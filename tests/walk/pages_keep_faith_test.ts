import assert from "node:assert/strict";
import { KINDS } from "../../k8s/mod.ts";
import { type AgentProcess, sampleInputs } from "../simulator/agent_process.ts";
import { openStillBrowser } from "../simulator/still_browser.ts";
import type { World } from "../simulator/world.ts";
import { until } from "../until.ts";
import { openLivePage } from "./live_page.ts";
import { fetchSetup, fetchStatus, withAppliance } from "./walk.ts";

/** As routes/live.ts: so many updates, and a page is loaded again. */
const MAX_UPDATES = 500;
const ENDS_SOON = /http-equiv="refresh" content="1; /;
/** A port on which nothing listens: discard. */
const DEAD_ADDRESS = "http://127.0.0.1:9";

const openTab = (agent: AgentProcess) => openStillBrowser(agent.url, () => agent.token);

const follow = (agent: AgentProcess, path: string, cookie: string) =>
  openLivePage(agent, { path, as: `cookie: ${cookie}`, words: "</header>" });

/** Changes what the page shows of a healthy appliance, one change at a time. */
async function nameReleases(world: World, count: number, hasEnded: () => boolean): Promise<void> {
  const kube = world.client();
  const ref = { resource: KINDS.ConfigMap, namespace: "alga-system", name: "appliance-release-selection" };
  try {
    for (let i = 0; i < count && !hasEnded(); i++) {
      await kube.patch(ref, { data: { releaseVersion: `1.4.${i}` } });
      // Changes that come together are one update.
      await new Promise((resolve) => setTimeout(resolve, 60));
    }
  } finally {
    kube.close();
  }
}

Deno.test("a form that is refused names its errors in order, and never shows a password again", () =>
  withAppliance("healthy", async (agent, world) => {
    const tab = await openTab(agent);
    const password = "Zebra-Kettle-93!";
    const answer = await tab.send("/setup", {
      noProxy: "a;b",
      adminPassword: password,
      adminPasswordConfirm: password,
      dnsMode: "system",
      appUrl: "ftp://x",
    });
    const text = await answer.text();
    assert.match(text, /<title>Error/);
    const summary = /class="[^"]*summary[^]*?<\/div>/.exec(text)?.[0] ?? "";
    const wrong = [...summary.matchAll(/href="#([^"]+)"/g)].map(([, id]) => id);
    const fields = [...text.matchAll(/ id="([A-Za-z]+)"/g)].map(([, id]) => id);
    const places = wrong.map((it) => fields.indexOf(it));
    assert.ok(wrong.includes("tenantName") && wrong.includes("noProxy"), wrong.join());
    assert.deepEqual(places, places.toSorted((a, b) => a - b), `${wrong}`);
    assert.ok(!text.includes(password));

    const typed = {
      ...Object.fromEntries(Object.entries(sampleInputs(world)).map(([key, value]) => [key, String(value)])),
      adminPasswordConfirm: String(sampleInputs(world).adminPassword),
      channel: "stable",
      signatures: "warn",
      dnsMode: "system",
      dnsServers: "192.0.2.1",
    };
    const refused = await (await tab.send("/setup", typed)).text();
    assert.match(refused, /192\.0\.2\.1 would not be used/, "what was typed and not chosen is refused");
    assert.match(refused, /id="dnsServers"[^>]*value="192\.0\.2\.1"/, "and not lost");
    assert.ok(!refused.includes(String(sampleInputs(world).adminPassword)));
    assert.ok(!(await tab.page("/setup?live=off")).includes(password));
  }));

Deno.test("an open page takes title and icon along when the setup is over, and ends once it has grown long", () =>
  withAppliance("healthy", async (agent, world) => {
    const tab = await openTab(agent);
    world.pause();
    assert.equal((await agent.request("POST", "/api/v1/setup", sampleInputs(world))).status, 202);
    const setup = await follow(agent, "/setup", tab.cookie);
    assert.doesNotMatch(setup.text, /<title>Ready/);
    world.resume();
    await until("setup is done", () => fetchSetup(agent), (it) => it.state.status === "done", 120);
    await until("the page is loaded again", () => setup.text, (it) => ENDS_SOON.test(it), 60);
    setup.close();
    const again = await tab.page("/setup?live=again");
    assert.match(again, /<title>Ready to log in/);
    assert.ok(again.includes(encodeURIComponent("✓")), "the icon");

    await until("all is healthy", () => fetchStatus(agent), (it) => it.rollup.state === "fully_healthy", 120);
    const status = await follow(agent, "/", tab.cookie);
    assert.doesNotMatch(status.text, ENDS_SOON);
    await nameReleases(world, 3 * MAX_UPDATES, () => ENDS_SOON.test(status.text));
    assert.match(status.text, ENDS_SOON);
    status.close();
  }));

Deno.test("an appliance whose application address is dead is never called fully healthy", () =>
  withAppliance("healthy", async (agent, world) => {
    const answers = { ...sampleInputs(world), appUrl: DEAD_ADDRESS };
    assert.equal((await agent.request("POST", "/api/v1/setup", answers)).status, 202);
    const called = new Set<string>();
    await until(
      "the address is named",
      async () => {
        const status = await fetchStatus(agent);
        called.add(status.rollup.state);
        return status;
      },
      (it) => it.topBlockers.some(({ id }) => id.startsWith("app.")),
      180,
    );
    assert.ok(!called.has("fully_healthy"), [...called].join());
    const tab = await openTab(agent);
    assert.doesNotMatch(await tab.page("/?live=off"), /Fully healthy/);
  }));
