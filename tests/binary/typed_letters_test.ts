import assert from "node:assert/strict";
import { sampleInputs } from "../simulator/agent_process.ts";
import { csrfOf, signIn } from "../simulator/sign_in.ts";
import { until } from "../until.ts";
import { binaryTest } from "./binary_case.ts";
import { withAgent } from "./running_agent.ts";

const ANSWERS = sampleInputs({ appUrl: "http://127.0.0.1:9" });
/** Names of hosts, and what a shell, a page or a terminal would make of them. */
const NOT_A_HOST = [
  "$(id).example.com",
  "`id`.example.com",
  'a"b.example.com',
  "a'b.example.com",
  "a;b.example.com",
  "a\u202eb.example.com",
];
const CHECKS = "/api/v1/setup?checksOnly=true";

await binaryTest(
  "names with the signs of a shell and characters that cannot be typed are refused by field, in a form and by the API",
  (program) =>
    withAgent(program, async (agent) => {
      for (const name of NOT_A_HOST) {
        for (const change of [{ appUrl: `https://${name}` }, { proxyUrl: `http://${name}:3128` }]) {
          const [field = ""] = Object.keys(change);
          const { status, body } = await agent.request("POST", CHECKS, { ...ANSWERS, ...change });
          assert.equal(status, 422, `${field} ${name}`);
          assert.deepEqual(body.errors.map((it: { field: string }) => it.field), [field]);
        }
      }
      for (const hidden of ["\u202e", "\u200b", "\u0007"]) {
        for (const field of ["tenantName", "adminFirstName", "adminPassword"]) {
          const given = { ...ANSWERS, [field]: `${ANSWERS[field]}${hidden}` };
          const { status, body } = await agent.request("POST", CHECKS, given);
          assert.equal(status, 422, `${field} with U+${hidden.charCodeAt(0).toString(16)}`);
          assert.deepEqual(body.errors.map((it: { field: string }) => it.field), [field]);
        }
      }
      assert.equal((await agent.request("GET", "/api/v1/setup")).body.state.status, "idle");
    }),
);

await binaryTest(
  "the letter case of a scheme and of a media type means nothing",
  (program) =>
    withAgent(program, async (agent) => {
      const cookie = await signIn(agent.url, agent.token);
      const page = await (await fetch(`${agent.url}/setup`, { headers: { cookie } })).text();
      const csrf = csrfOf(page);
      const sent = await fetch(`${agent.url}/setup`, {
        method: "POST",
        redirect: "manual",
        headers: {
          cookie,
          origin: agent.url,
          "content-type": "Application/X-WWW-Form-URLencoded; Charset=UTF-8",
        },
        body: String(new URLSearchParams({ csrf, appUrl: "no address" })),
      });
      assert.equal(sent.status, 422, "it was read as a form, and its field is wrong");
      await sent.body?.cancel();

      const answer = await fetch(agent.url + CHECKS, {
        method: "POST",
        headers: { authorization: `Bearer ${await agent.token()}`, "content-type": "Application/JSON" },
        body: JSON.stringify({ ...ANSWERS, appUrl: "HTTP://127.0.0.1:9" }),
      });
      assert.equal(answer.status, 202, await answer.text());
      const setup = async () => (await agent.request("GET", "/api/v1/setup")).body;
      const { answers } = await until("the checks have run", setup, (it) => it.state.status === "checked");
      assert.equal(
        answers.find((it: { field: string }) => it.field === "appUrl").value,
        "http://127.0.0.1:9",
      );
    }),
);
