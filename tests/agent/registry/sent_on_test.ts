import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { allowToo } from "../../../agent/net/allow_too.ts";
import { NetworkError } from "../../../agent/net/errors.ts";
import { CLOSED_PORT } from "../../simulator/free_port.ts";
import { clientOf } from "./client_of.ts";

const CONTENT = "{}";
const DIGEST = `sha256:${createHash("sha256").update(CONTENT).digest("hex")}`;
const LOGIN = { username: "site", password: "Geheim-77" };

type Answer = (url: URL, request: Request, other: string) => Response;

/** Why a blob of a mirror could not be read, its host written REGISTRY and the other one OTHER; and what each was sent. */
async function readBlob(registry: Answer, other: Answer, { read = "blob" } = {}) {
  const sent: string[] = [];
  const serve = (name: string, answer: Answer, to: () => string) =>
    Deno.serve({ hostname: "127.0.0.1", port: 0, onListen() {} }, (request) => {
      const url = new URL(request.url);
      sent.push(`${name} ${url.pathname.split("/").at(-1)} ${request.headers.get("authorization") ?? "-"}`);
      return answer(url, request, to());
    });
  const two = serve("OTHER", other, () => "");
  const one = serve("REGISTRY", registry, () => `127.0.0.1:${two.addr.port}`);
  const [host, otherHost] = [`127.0.0.1:${one.addr.port}`, `127.0.0.1:${two.addr.port}`];
  const client = clientOf(`http://${host}`, {
    clock: { nowMs: () => Date.now(), sleep: () => Promise.resolve() },
    network: { logins: () => Promise.resolve({ [host]: LOGIN }) },
  });
  const named = (text: string) =>
    text.replaceAll(host, "REGISTRY").replaceAll(otherHost, "OTHER").replaceAll(DIGEST, "BLOB");
  try {
    await (read === "blob"
      ? client.fetchBlob("ghcr.io", "a/b", { digest: DIGEST })
      : client.fetchManifest("ghcr.io", "a/b", "1"));
    return { failure: "none", message: "", advice: "", sent };
  } catch (error) {
    assert.ok(error instanceof NetworkError, String(error));
    const [message, advice] = [error.message, allowToo(error) ?? ""].map(named);
    return { failure: error.failure, message, advice, sent };
  } finally {
    client.close();
    await Promise.all([one.shutdown(), two.shutdown()]);
  }
}

const sendsOn: Answer = (_url, _request, other) =>
  new Response(null, { status: 307, headers: { location: `http://${other}/signed?sig=abc` } });
const says = (status: number, type = "application/xml", text = "<Error/>"): Answer => () =>
  new Response(text, { status, headers: { "content-type": type } });

const ALLOW = "Ask the network administrator to allow OTHER too, as REGISTRY is allowed";
const ANSWERS: readonly [what: string, Answer, failure: string, message: string, advice: string][] = [
  ["403", says(403), "denied", "OTHER denies access to a/b/blobs/BLOB (403)", ALLOW],
  ["418", says(418), "unexpected-status", "OTHER answered 418 for a/b/blobs/BLOB", ALLOW],
  [
    "407",
    says(407),
    "unauthorized",
    "OTHER wants a user name and password, in the way of a proxy",
    ALLOW,
  ],
  ["404", says(404), "not-found", "OTHER does not have a/b/blobs/BLOB (404)", ""],
  ["503", says(503), "server-error", "OTHER answered 503 for a/b/blobs/BLOB", ""],
  ["429", says(429), "rate-limited", "OTHER limits how often this site may ask (429)", ""],
];
for (const [what, answer, failure, message, advice] of ANSWERS) {
  Deno.test(`a host that the registry sends on to is named, not the registry, when it answers ${what}`, async () => {
    const { sent: _, ...found } = await readBlob(sendsOn, answer);
    assert.deepEqual(found, {
      failure,
      message: `REGISTRY sends on to another host; ${message}`,
      advice,
    });
  });
}

for (const [status, how] of [[200, "a page"], [403, "a page (403)"]] as const) {
  Deno.test(`a page in place of content is a page, whoever sends it, with status ${status}`, async () => {
    const page = says(status, "text/html", "<!DOCTYPE html>");
    for (const [read, what] of [["blob", "a/b/blobs/BLOB"], ["manifest", "a/b/manifests/1"]] as const) {
      const own = await readBlob(page, says(404), { read });
      assert.deepEqual([own.failure, own.message, own.advice], [
        "captive",
        `REGISTRY is answered by ${how}, not by a registry, for ${what}`,
        "",
      ]);
      const others = await readBlob(sendsOn, page, { read });
      assert.deepEqual([others.failure, others.message, others.advice], [
        "captive",
        `REGISTRY is answered by ${how} of OTHER, not by a registry, for ${what}`,
        "",
      ]);
    }
  });
}

for (const scheme of ["Basic", "Bearer"]) {
  Deno.test(`no login and no token is for a host that was sent on to, although it asks for one by ${scheme}`, async () => {
    const asks: Answer = (url) =>
      url.pathname === "/token" ? Response.json({ token: "t" }) : new Response("", {
        status: 401,
        headers: { "www-authenticate": `${scheme} realm="${url.origin}/token"` },
      });
    const found = await readBlob(sendsOn, asks);
    assert.deepEqual([found.failure, found.advice], ["unauthorized", ALLOW]);
    assert.deepEqual(found.sent, [`REGISTRY ${DIGEST} -`, "OTHER signed -"]);
  });
}

const tokensOf = (place: (other: string) => string): Answer => (_url, request, other) =>
  request.headers.get("authorization") === "Bearer t" ? new Response(CONTENT) : new Response("", {
    status: 401,
    headers: { "www-authenticate": `Bearer realm="${place(other)}"` },
  });

Deno.test("a place for tokens that cannot be reached is named with whose tokens it has", async () => {
  const closed = `127.0.0.1:${CLOSED_PORT}`;
  const found = await readBlob(tokensOf(() => `http://${closed}/token`), says(404));
  assert.deepEqual([found.failure, found.message, found.advice], [
    "tcp",
    `REGISTRY has its pull tokens from another host; ${closed}: it cannot be reached`,
    `Ask the network administrator to allow ${closed} too, as REGISTRY is allowed`,
  ]);
});

Deno.test("a place for tokens that is not there says nothing of the repository", async () => {
  const found = await readBlob(tokensOf((other) => `http://${other}/token`), says(404));
  assert.deepEqual([found.failure, found.message], ["unexpected-status", "OTHER gives no pull tokens (404)"]);
});

Deno.test("a place for tokens that is ill for a moment is asked again, three times at most", async () => {
  let left = 2;
  const ill: Answer = () => left-- > 0 ? new Response("", { status: 503 }) : Response.json({ token: "t" });
  const place = tokensOf((other) => `http://${other}/token`);
  assert.equal((await readBlob(place, ill)).failure, "none");
  const found = await readBlob(place, says(429));
  assert.deepEqual([found.failure, found.sent.filter((it) => it.startsWith("OTHER")).length], [
    "rate-limited",
    3,
  ]);
});

Deno.test("a redirect that leads nowhere says so", async () => {
  const found = await readBlob(() => new Response(null, { status: 307 }), says(404));
  assert.deepEqual([found.failure, found.message], [
    "unexpected-status",
    "REGISTRY redirected without an address",
  ]);
});
