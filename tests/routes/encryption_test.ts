import assert from "node:assert/strict";
import { HOST, startApp } from "./start_app.ts";

const ENCRYPTED = `https://${HOST}`;

/** Name, value and attributes of the cookie of an answer. */
function cookieOf(response: Response): { pair: string; attributes: string[] } {
  const [pair = "", ...attributes] = (response.headers.get("set-cookie") ?? "").split("; ");
  return { pair, attributes };
}

Deno.test("a session that was opened over TLS is Secure, and good for nothing in clear", async () => {
  const { access, fetch, fetchEncrypted, form } = await startApp();
  const { pair, attributes } = cookieOf(
    await fetchEncrypted("POST", "/login", { ...form, origin: ENCRYPTED }, `token=${access.token()}`),
  );
  assert.match(pair, /^__Host-alga_appliance_session=\S{40,}$/);
  assert.deepEqual(attributes, ["Path=/", "HttpOnly", "Secure", "SameSite=Strict", "Max-Age=604800"]);
  // What is open to a session of the token.
  assert.equal((await fetchEncrypted("GET", "/password", { cookie: pair })).status, 200);
  assert.equal((await fetch("GET", "/password", { cookie: pair })).status, 303);
  const renamed = pair.replace("__Host-", "");
  assert.equal((await fetch("GET", "/password", { cookie: renamed })).status, 303);
});

Deno.test("a session that was opened in clear opens nothing over TLS, under no name", async () => {
  const { fetch, fetchEncrypted, cookie } = await startApp();
  assert.equal((await fetch("GET", "/?live=off", cookie)).status, 200);
  assert.equal((await fetchEncrypted("GET", "/?live=off", cookie)).status, 303);
  const renamed = { cookie: `__Host-${cookie.cookie}` };
  assert.equal((await fetchEncrypted("GET", "/?live=off", renamed)).status, 303);
});

Deno.test("a link with the token opens an encrypted session over TLS", async () => {
  const { access, fetchEncrypted } = await startApp();
  const { pair, attributes } = cookieOf(await fetchEncrypted("GET", `/?token=${access.token()}`));
  assert.match(pair, /^__Host-/);
  assert.ok(attributes.includes("Secure"));
});

Deno.test("over TLS a page that came in clear is another site", async () => {
  const { access, fetch, fetchEncrypted, form } = await startApp();
  const body = () => `token=${access.token()}`;
  const clear = { ...form, origin: `http://${HOST}` };
  assert.equal((await fetchEncrypted("POST", "/login", clear, body())).status, 403);
  assert.equal((await fetchEncrypted("POST", "/login", { ...form, origin: ENCRYPTED }, body())).status, 303);
  assert.equal((await fetch("POST", "/login", clear, body())).status, 303);
});

Deno.test("the sign-in page says that it is not encrypted, with its address that is", async () => {
  const { fetch, fetchEncrypted } = await startApp();
  const clear = await (await fetch("GET", "/login?next=/setup")).text();
  assert.match(clear, /is not encrypted/);
  assert.ok(clear.includes(`href="${ENCRYPTED}/login?next=/setup"`), clear);
  const encrypted = await (await fetchEncrypted("GET", "/login?next=/setup")).text();
  assert.match(encrypted, /<dd>Encrypted<\/dd>/);
  assert.ok(!/ot encrypted|https:/.test(encrypted));
});

Deno.test("nothing is redirected and no HSTS is sent where the site has not chosen it", async () => {
  const { fetch, fetchEncrypted } = await startApp();
  assert.equal((await fetch("GET", "/login")).status, 200);
  assert.equal((await fetchEncrypted("GET", "/login")).headers.get("strict-transport-security"), null);
});

Deno.test("with --redirect-to-https what comes in clear is led to the same address, never health", async () => {
  const { access, fetch, fetchEncrypted, form, cookie } = await startApp({ encryption: { redirects: true } });
  for (const method of ["GET", "HEAD"]) {
    const led = await fetch(method, "/settings?x=1", cookie);
    assert.deepEqual([led.status, led.headers.get("location")], [307, `${ENCRYPTED}/settings?x=1`]);
  }
  const sent = await fetch("POST", "/login", form, `token=${access.token()}`);
  assert.deepEqual([sent.status, sent.headers.get("set-cookie")], [403, null]);
  assert.match(await sent.text(), /Only encrypted connections are taken here/);
  for (const path of ["/healthz", "/readyz"]) assert.equal((await fetch("GET", path)).status, 200);
  assert.equal((await fetch("GET", "/login", { host: "evil.example" })).status, 421);
  assert.equal((await fetchEncrypted("GET", "/login")).status, 200);
});

Deno.test("with --hsts-days browsers are told over TLS alone", async () => {
  const { fetch, fetchEncrypted } = await startApp({ encryption: { hstsDays: 365 } });
  const told = (response: Response) => response.headers.get("strict-transport-security");
  assert.equal(told(await fetchEncrypted("GET", "/login")), "max-age=31536000");
  assert.equal(told(await fetchEncrypted("GET", "/healthz")), "max-age=31536000");
  assert.equal(told(await fetch("GET", "/login")), null);
});
