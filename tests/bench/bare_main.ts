import { Hono } from "hono";

/**
 * The floor: the least program that could do the agent's part. `bare version` ends at once; `bare PORT` serves a page by Hono,
 * and without it below `/same/` what was posted there before: an answer with the same head and the same body.
 */
const [argument = "", listen = ""] = Deno.args;
if (argument === "version") {
  console.log("bare");
} else {
  const hono = new Hono();
  hono.get("/healthz", (c) => c.json({ status: "ok" }));
  hono.get("/login", (c) => c.html("<!doctype html><title>Sign in</title><h1>Sign in</h1>"));
  const answers = new Map<string, { headers: [string, string][]; body: string }>();
  Deno.serve({ hostname: listen || "127.0.0.1", port: Number(argument), onListen: () => {} }, (request) => {
    const path = request.url.slice(request.url.indexOf("/", 8));
    if (!path.startsWith("/same/")) return hono.fetch(request);
    if (request.method === "POST") {
      return request.json().then((answer) => {
        answers.set(path, answer);
        return new Response();
      });
    }
    const answer = answers.get(path);
    return new Response(answer?.body, answer && { headers: answer.headers });
  });
}
