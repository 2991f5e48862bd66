import assert from "node:assert/strict";
import { openAccess } from "../../agent/access/mod.ts";
import { LinkSettings } from "../../agent/network/link_settings.ts";
import { createApp } from "../../routes/mod.ts";
import { FakeClock } from "../fakes/fake_clock.ts";
import { FakeHost } from "../fakes/fake_host.ts";
import { parseMarkup } from "../views/markup.ts";
import { networkStub } from "./network_stub.ts";
import { stubDeps } from "./stub_deps.ts";

const OLD = "192.0.2.10:8080";
const NEW = "192.0.2.50:8080";
const TYPED: [string, string][] = [
  ["link", "ens18"],
  ["method", "static"],
  ["address", "192.0.2.50/24"],
  ["gateway", "192.0.2.1"],
  ["dnsServers", ""],
];

async function startApp() {
  const clock = new FakeClock();
  const access = await openAccess({ host: new FakeHost(), clock });
  const network = networkStub();
  const app = createApp(await stubDeps({ clock, access, network }));
  const { id, session } = await access.startSession();
  const from = { remoteAddr: "192.0.2.7" };
  const ask = (
    method: string,
    host: string,
    path: string,
    headers: Record<string, string>,
    body?: BodyInit,
  ) =>
    app.fetch(
      new Request(`http://${host}${path}`, {
        method,
        headers: { host, ...headers },
        ...body ? { body } : {},
      }),
      from,
    );
  const cookie = { cookie: `alga_appliance_session=${id}` };
  return {
    network,
    get: (path: string) => ask("GET", OLD, path, cookie),
    post: (path: string, fields: [string, string][]) =>
      ask("POST", OLD, path, cookie, new URLSearchParams([...fields, ["csrf", session.csrfToken]])),
    /** A browser that nobody has signed in with. */
    stranger: (method: string, host: string, path: string, fields?: Record<string, string>) =>
      ask(method, host, path, {}, fields && new URLSearchParams(fields)),
    api: (method: string, host: string, path: string, body?: unknown) =>
      ask(
        method,
        host,
        path,
        { authorization: `Bearer ${access.token()}`, "content-type": "application/json" },
        body === undefined ? undefined : JSON.stringify(body),
      ),
    /** New settings are being tried from now on. */
    try() {
      const { mark, now } = network;
      network.now = {
        ...now,
        trial: {
          mark,
          endsAt: "2026-11-26T22:00:30.000Z",
          mayBeKept: true,
          settings: LinkSettings.parse(Object.fromEntries(TYPED)),
        },
        operation: {
          ...now.operation,
          state: { status: "running", stepId: "keep", startedAt: "2026-11-26T22:00:00.000Z", message: "" },
          inputs: { link: "ens18", method: "static", address: "192.0.2.50/24" },
        },
      };
    },
  };
}

const words = async (response: Response) => parseMarkup(await response.text()).text.replaceAll(/\s+/g, " ");

Deno.test("the page shows what the machine has and proposes it", async () => {
  const { get } = await startApp();
  const markup = await (await get("/network")).text();
  const { text } = parseMarkup(markup);
  assert.match(
    text.replaceAll(/\s+/g, " "),
    /ens18 192\.0\.2\.10\/24 from DHCP Gateway 192\.0\.2\.1 Routes 10\.9\.0\.0\/16 by 192\.0\.2\.7 on ens18 DNS servers 192\.0\.2\.1/,
  );
  assert.match(markup, /name="address"[^>]*value="192\.0\.2\.10\/24"/);
});

Deno.test("a change answers at once with where it is kept, and the browser goes there by itself", async () => {
  const app = await startApp();
  app.try();
  const response = await app.post("/network/change", TYPED);
  assert.equal(response.status, 202);
  const url = `http://${NEW}/network/keep?trial=${app.network.mark}`;
  assert.equal(response.headers.get("refresh"), `8; url=${url}`);
  assert.ok((await response.text()).includes(`href="${url}"`));
  assert.deepEqual(app.network.asked.settings, {
    link: "ens18",
    method: "static",
    address: "192.0.2.50/24",
    gateway: "192.0.2.1",
    dnsServers: [],
  });
});

Deno.test("what cannot be used is told at its field, and what was typed stays", async () => {
  const app = await startApp();
  const response = await app.post("/network/change", [...TYPED.slice(0, 2), ["address", "192.0.2.50"]]);
  assert.equal(response.status, 422);
  const markup = await response.text();
  assert.match(markup, /write it as 192\.0\.2\.50\/24/);
  assert.match(markup, /name="address"[^>]*value="192\.0\.2\.50"/);
  assert.equal(app.network.asked.settings, undefined);
  assert.equal((await app.post("/network/change", [...TYPED, ["mtu", "9000"]])).status, 422);
});

Deno.test("with DHCP what the form showed of the link is not in the way", async () => {
  const app = await startApp();
  const response = await app.post(
    "/network/change",
    TYPED.map(([key, value]) => [key, { method: "dhcp", dnsServers: "192.0.2.1" }[key] ?? value]),
  );
  assert.equal(response.status, 303);
  const { method, dnsServers } = app.network.asked.settings ?? {};
  assert.deepEqual([method, dnsServers], ["dhcp", []]);
});

Deno.test("at the new address whoever has the mark keeps it, signed in or not, and nobody else", async () => {
  const app = await startApp();
  const path = `/network/keep?trial=${app.network.mark}`;
  assert.equal((await app.stranger("GET", NEW, path)).status, 409);
  app.try();
  assert.match(await words(await app.stranger("GET", NEW, path)), /is reached at its new address/);
  const wrong = { trial: app.network.mark.replace("0", "1") };
  assert.equal((await app.stranger("POST", NEW, "/network/keep", wrong)).status, 409);
  assert.equal((await app.stranger("POST", NEW, "/network/keep", {})).status, 409);
  const old = await app.stranger("POST", OLD, "/network/keep", { trial: app.network.mark });
  assert.equal(old.status, 409);
  assert.match(await words(old), /Open these pages at 192\.0\.2\.50/);
  assert.equal(app.network.asked.kept, 0);
  assert.equal((await app.stranger("POST", NEW, "/network/keep", { trial: app.network.mark })).status, 303);
  assert.equal(app.network.asked.kept, 1);
});

Deno.test("a page elsewhere cannot keep it, and the mark opens nothing else", async () => {
  const app = await startApp();
  app.try();
  const { mark } = app.network;
  assert.equal((await app.stranger("GET", NEW, `/network?trial=${mark}`)).status, 303);
  assert.equal((await app.stranger("GET", NEW, `/api/v1/network?trial=${mark}`)).status, 401);
});

Deno.test("the API takes the same settings, shows no mark, and keeps by the new address only", async () => {
  const app = await startApp();
  const early = await app.api("POST", OLD, "/api/v1/network/keep", {});
  const { reason, title } = await early.json();
  assert.deepEqual([early.status, reason, title], [409, "no-trial", "Nothing is being tried"]);
  app.try();
  const shown = await app.api("GET", OLD, "/api/v1/network");
  const text = await shown.text();
  assert.ok(!text.includes(app.network.mark) && JSON.parse(text).trial.endsAt !== undefined);
  assert.equal((await app.api("POST", OLD, "/api/v1/network/keep", {})).status, 409);
  assert.equal((await app.api("POST", NEW, "/api/v1/network/keep", {})).status, 202);
  assert.equal((await app.api("POST", NEW, "/api/v1/network/take-back", {})).status, 202);
  assert.deepEqual([app.network.asked.kept, app.network.asked.takenBack], [1, 1]);
  assert.equal((await app.api("PUT", OLD, "/api/v1/network", { link: "ens18" })).status, 422);
  const change = { link: "ens18", method: "dhcp", vlan: 3 };
  assert.equal((await app.api("PUT", OLD, "/api/v1/network", change)).status, 422);
});
