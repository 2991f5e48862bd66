import assert from "node:assert/strict";
import { startApp } from "./start_app.ts";

const PAGE = { accept: "text/html,application/xhtml+xml" };
const CLICKED = {
  ...PAGE,
  "sec-fetch-site": "cross-site",
  "sec-fetch-mode": "navigate",
  "sec-fetch-dest": "document",
  "sec-fetch-user": "?1",
};

/** Where a page leads at once; `undefined` where it does not. */
async function leadsTo(response: Response): Promise<string | undefined> {
  return /http-equiv="refresh" content="0; url=([^"]*)"/.exec(await response.text())?.[1];
}

Deno.test("a link with the token on another site ends signed in: our own page leads on, not a redirect", async () => {
  const { access, fetch } = await startApp();
  for (const headers of [CLICKED, PAGE]) {
    const response = await fetch("GET", `/setup?token=${access.token()}`, headers);
    assert.equal(response.status, 200);
    const cookie = (response.headers.get("set-cookie") ?? "").split(";")[0] ?? "";
    assert.match(cookie, /^alga_appliance_session=./);
    const next = await leadsTo(response);
    assert.equal(next, "/setup");
    const opened = await fetch("GET", "/setup", { ...PAGE, "sec-fetch-site": "same-origin", cookie });
    assert.deepEqual([opened.status, opened.headers.get("location")], [303, "/password?next=%2Fsetup"]);
  }
});

Deno.test("a link that was typed, or that a program follows, is a redirect as before", async () => {
  const { access, fetch } = await startApp();
  for (const headers of [{ ...CLICKED, "sec-fetch-site": "none" }, {}]) {
    const response = await fetch("GET", `/setup?token=${access.token()}`, headers);
    assert.deepEqual([response.status, response.headers.get("location")], [303, "/setup"]);
  }
});

Deno.test("any link on another site ends signed in for who is: one page of ours, then the cookie", async () => {
  const { fetch, cookie } = await startApp();
  for (
    const headers of [
      CLICKED,
      { ...CLICKED, "sec-fetch-site": "same-site" },
      { ...PAGE, referer: "http://wiki.example/page" },
    ]
  ) {
    const first = await fetch("GET", "/setup", headers);
    assert.deepEqual([first.status, first.headers.get("set-cookie")], [200, null]);
    assert.equal(await leadsTo(first), "/setup");
  }
  assert.equal((await fetch("GET", "/setup", { ...PAGE, ...cookie })).status, 200);
  // Who is not signed in comes to the form on the second step: nothing goes round.
  for (
    const headers of [{ ...PAGE, "sec-fetch-site": "same-origin" }, {
      ...PAGE,
      referer: "http://192.0.2.10:8080/setup",
    }, PAGE]
  ) {
    const second = await fetch("GET", "/setup", headers);
    assert.deepEqual([second.status, second.headers.get("location")], [303, "/login?next=%2Fsetup"]);
  }
});

Deno.test("a page of ours that leads on holds nothing of the address but a path of our own", async () => {
  const { fetch } = await startApp();
  for (const path of ['/"><script>x</script>', "//evil.example/", "/%22onload=x"]) {
    const next = await leadsTo(await fetch("GET", path, CLICKED));
    assert.equal(next, "/", path);
  }
});

Deno.test("a form that a proxy has renamed is refused with the proxy's missing rule", async () => {
  const { fetch, form } = await startApp();
  const post = async (headers: Record<string, string>) => {
    const response = await fetch("POST", "/login", { ...form, ...headers }, "token=x");
    assert.equal(response.status, 403);
    return await response.text();
  };
  const renamed =
    /A proxy changes the name of this appliance.*asked alga\.example:8443.*192\.0\.2\.10:8080.*proxy_set_header Host \$http_host;.*ProxyPreserveHost On/s;
  assert.match(await post({ origin: "https://alga.example:8443", "sec-fetch-site": "same-origin" }), renamed);
  assert.match(
    await post({ origin: "http://alga.example:8443", referer: "http://alga.example:8443/login?next=/" }),
    renamed,
  );
  assert.match(
    await post({
      origin: "https://alga.example:8443",
      "x-forwarded-host": "Alga.example:8443, inner.example",
    }),
    renamed,
  );
  assert.match(
    await post({ origin: "null", "sec-fetch-site": "same-origin" }),
    /hide where forms come from.*Referrer-Policy: no-referrer.*add_header Referrer-Policy.*Header set/s,
  );
  const foreign = /This request came from another site/;
  assert.match(await post({ origin: "https://evil.example", "sec-fetch-site": "cross-site" }), foreign);
  assert.match(await post({ origin: "http://evil.example" }), foreign);
  assert.match(await post({ origin: "null" }), foreign);
  assert.match(await post({ origin: "null", "sec-fetch-site": "cross-site" }), foreign);
  const told = { "x-forwarded-host": "evil.example" };
  assert.match(
    await post({ origin: "http://evil.example", "sec-fetch-site": "cross-site", ...told }),
    foreign,
  );
  assert.match(await post({ origin: "http://evil.example", referer: "http://other.example/login" }), foreign);
});

Deno.test("a form is ours also where a proxy writes the name in other letters or with the usual port", async () => {
  const { app, form } = await startApp();
  const status = async (host: string, origin: string) => {
    const request = new Request("http://192.0.2.10/login", {
      method: "POST",
      headers: { ...form, host, origin, "sec-fetch-site": "same-origin" },
      body: "token=x",
    });
    // A request's address is as it was written; that of the class is already in order.
    Object.defineProperty(request, "url", { value: `http://${host}/login` });
    const response = await app.fetch(request, { remoteAddr: `192.0.2.${asked++}` });
    return /Sign in to/.test(await response.text()) ? "taken" : response.status;
  };
  let asked = 1;
  assert.equal(await status("192.0.2.10:443", "https://192.0.2.10"), "taken");
  assert.equal(await status("192.0.2.10:80", "http://192.0.2.10"), "taken");
  assert.equal(await status("[2001:DB8::1]", "https://[2001:db8::1]"), "taken");
  assert.equal(await status("192.0.2.10:443", "http://192.0.2.10"), 403);
  assert.equal(await status("192.0.2.10:80", "https://192.0.2.10"), 403);
  assert.equal(await status("192.0.2.10:8080", "https://192.0.2.10"), 403);
  assert.equal(await status("192.0.2.11", "https://192.0.2.10"), 403);
});

Deno.test("an unknown name is refused with the option that makes it known", async () => {
  const { fetch } = await startApp();
  const response = await fetch("GET", "/login", { host: "alga.example" });
  assert.equal(response.status, 421);
  assert.match(await response.text(), /start the agent with --public-name NAME/);
});

Deno.test("live pages ask proxies not to hold them back", async () => {
  const { fetch, cookie } = await startApp();
  for (const path of ["/", "/?live=off"]) {
    const response = await fetch("GET", path, cookie);
    assert.equal(response.headers.get("x-accel-buffering"), "no");
    await response.body?.cancel();
  }
});
