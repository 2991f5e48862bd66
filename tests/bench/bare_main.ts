import { Hono } from "hono";

/**
 * The floor: the least program that could do the agent's part. `bare version` ends at once; `bare PORT` serves a page by Hono,
 * and `/bytes/N` without it.
 */
const [argument = "", listen = ""] = Deno.args;
if (argument === "version") {
  console.log("bare");
} else {
  const hono = new Hono();
  hono.get("/healthz", (c) => c.json({ status: "ok" }));
  hono.get("/login", (c) => c.html("<!doctype html><title>Sign in</title><h1>Sign in</h1>"));
  const bodies = new Map<string, Uint8Array<ArrayBuffer>>();
  Deno.serve({ hostname: listen || "127.0.0.1", port: Number(argument), onListen: () => {} }, (request) => {
    const path = request.url.slice(request.url.indexOf("/", 8));
    if (!path.startsWith("/bytes/")) return hono.fetch(request);
    let body = bodies.get(path);
    if (!body) bodies.set(path, body = new Uint8Array(Number(path.slice(7))).fill(120));
    return new Response(body, { headers: { "content-type": "application/json" } });
  });
}
