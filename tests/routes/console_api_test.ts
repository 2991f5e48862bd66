import assert from "node:assert/strict";
import { createSocketApp } from "../../routes/mod.ts";
import { LINE_HEADER } from "../../agent/console/line_name.ts";
import { sampleDocument } from "../agent/console/samples.ts";
import { startApp } from "./start_app.ts";

/** The app on the socket, with the document that a console gets. */
async function startSocket() {
  const started = await startApp();
  const asked: [string | undefined, number][] = [];
  const app = createSocketApp(started.deps, {
    next: (after, waitMs) => (asked.push([after, waitMs]), Promise.resolve(sampleDocument())),
  });
  const request = async (method: string, path: string, body?: unknown) => {
    const response = await app.fetch(
      new Request(`http://localhost${path}`, {
        method,
        ...body === undefined ? {} : {
          body: JSON.stringify(body),
          headers: { "content-type": "application/json", [LINE_HEADER]: "ttyS0" },
        },
      }),
    );
    return { status: response.status, body: await response.json() };
  };
  return { ...started, asked, request };
}

const ANSWERS = {
  tenantName: "Example Ltd",
  adminFirstName: "Maria",
  adminLastName: "Example",
  adminEmail: "maria@example.com",
  adminPassword: "Correct-Horse7!",
  appUrl: "https://psa.example.com",
};

Deno.test("GET /api/v1/console answers at once, and with a revision when there is another or a while is over", async () => {
  const { request, asked } = await startSocket();
  assert.equal((await request("GET", "/api/v1/console")).body.token, sampleDocument().token);
  await request("GET", "/api/v1/console?after=a-1-new");
  assert.equal(asked[0]?.[1], 0);
  assert.ok(asked[1]?.[0] === "a-1-new" && (asked[1]?.[1] ?? 0) >= 10_000 && (asked[1]?.[1] ?? 0) < 30_000);
});

Deno.test("answers are put one by one; the password does not come back, and a wrong one is named", async () => {
  const { request, submitted, submitters } = await startSocket();
  assert.equal((await request("POST", "/api/v1/setup/start", {})).status, 422);
  for (const [field, value] of Object.entries(ANSWERS)) {
    const { status, body } = await request("PUT", "/api/v1/setup/answers", { field, value });
    assert.equal(status, 200);
    assert.ok(!JSON.stringify(body).includes(ANSWERS.adminPassword));
  }
  const wrong = await request("PUT", "/api/v1/setup/answers", { field: "adminEmail", value: "maria" });
  assert.deepEqual([wrong.status, wrong.body.errors[0].field], [422, "adminEmail"]);
  const { body } = await request("GET", "/api/v1/setup/answers");
  assert.deepEqual([body.hasPassword, body.errors, body.values.adminPassword], [true, [], undefined]);
  assert.equal((await request("POST", "/api/v1/setup/start", {})).status, 202);
  assert.equal((submitted[0] as typeof ANSWERS).adminPassword, ANSWERS.adminPassword);
  assert.deepEqual(submitters, ["console ttyS0"]);
});

const REFUSED: readonly [what: string, method: string, path: string, body: unknown][] = [
  ["a field that there is not", "PUT", "/api/v1/setup/answers", { field: "x", value: "" }],
  ["a value that is not a text", "PUT", "/api/v1/setup/answers", { field: "tenantName", value: 1 }],
  ["more than is asked", "PUT", "/api/v1/setup/answers", { field: "tenantName", value: "", more: 1 }],
  ["a line in the body", "POST", "/api/v1/setup/start", { terminal: "tty1" }],
];
for (const [what, method, path, body] of REFUSED) {
  Deno.test(`${method} ${path} refuses ${what}`, async () => {
    const { request } = await startSocket();
    assert.equal((await request(method, path, body)).status, 422);
  });
}

Deno.test("nothing of the console is on the network, whoever asks", async () => {
  const { fetch, access } = await startApp();
  const headers = { authorization: `Bearer ${access.token()}` };
  for (const path of ["/api/v1/console", "/api/v1/setup/answers"]) {
    assert.equal((await fetch("GET", path, headers)).status, 404);
  }
});
