import assert from "node:assert/strict";
import { createTypedAnswers } from "../../../../agent/setup/inputs/typed_answers.ts";
import type { Draft } from "../../../../agent/setup/inputs/draft.ts";
import type { SetupInputs } from "../../../../agent/setup/inputs/schema.ts";
import type { SetupReply } from "../../../../agent/setup/setup_service.ts";

/** Setup as far as answers need it, with what was kept and handed in. */
function setupStub(other: { draft?: Draft; given?: Partial<SetupInputs>; reply?: SetupReply } = {}) {
  const kept: SetupInputs[] = [];
  const submitted: [SetupInputs, object][] = [];
  const { adminPassword = "", proxyUrl = "" } = other.given ?? {};
  return {
    kept,
    submitted,
    defaults: () =>
      Promise.resolve(
        {
          appUrl: { value: "http://192.0.2.10:3000", origin: "dhcp" },
          dnsMode: { value: "system", origin: "default" },
          dnsServers: { value: "192.0.2.1", origin: "dhcp" },
          channel: { value: "stable", origin: "default" },
          releaseRef: { value: "", origin: "default" },
          proxyUrl: { value: "", origin: "default" },
          noProxy: { value: "", origin: "default" },
        } as const,
      ),
    draft: () => Promise.resolve(other.draft),
    given: () => other.given,
    secrets: () => ({ adminPassword, proxyUrl }),
    keepDraft: (inputs: SetupInputs) => (kept.push(inputs), Promise.resolve()),
    submit: (inputs: SetupInputs, options: object) => {
      submitted.push([inputs, options]);
      return Promise.resolve(other.reply ?? { ok: true as const });
    },
  };
}

const ANSWERS = [
  ["tenantName", "Example Ltd"],
  ["adminFirstName", "Maria"],
  ["adminLastName", "Example"],
  ["adminEmail", "Maria@Example.com"],
  ["adminPassword", "Correct-Horse7!"],
] as const;

async function answered(setup = setupStub()) {
  const answers = createTypedAnswers(setup);
  for (const [field, text] of ANSWERS) assert.equal(await answers.put(field, text), undefined);
  return { setup, answers };
}

Deno.test("answers begin with the machine's proposals and say what is missing, in the order of the form", async () => {
  const view = await createTypedAnswers(setupStub()).view();
  assert.equal(view.values.appUrl, "http://192.0.2.10:3000");
  assert.deepEqual([view.origins.appUrl, view.origins.channel, view.origins.tenantName], [
    "dhcp",
    "default",
    undefined,
  ]);
  assert.deepEqual(view.errors.map((it) => it.field), ANSWERS.map(([field]) => field));
  assert.deepEqual(view.answers, []);
});

Deno.test("each answer is kept as it is typed, whole ones for the form of the page, too; the password never comes back", async () => {
  const { setup, answers } = await answered();
  const view = await answers.view();
  assert.deepEqual(view.errors, []);
  assert.equal(view.hasPassword, true);
  assert.ok(!JSON.stringify(view).includes("Correct-Horse7!"));
  assert.equal(view.values.adminEmail, "maria@example.com");
  assert.equal(setup.kept.at(-1)?.tenantName, "Example Ltd");
});

Deno.test("a wrong answer is told and not taken, and repeats no password", async () => {
  const { answers } = await answered();
  assert.match((await answers.put("adminEmail", "maria"))?.message ?? "", /e-mail address like/);
  const wrong = await answers.put("adminPassword", "hunter2");
  assert.ok(wrong && !wrong.message.includes("hunter2"));
  assert.equal((await answers.view()).values.adminEmail, "maria@example.com");
});

Deno.test("questions that do not count are not asked, and their answers do not stand in the way", async () => {
  const { answers } = await answered();
  await answers.put("dnsMode", "custom");
  assert.ok((await answers.view()).asked.includes("dnsServers"));
  assert.deepEqual((await answers.view()).errors.map((it) => it.field), ["dnsServers"]);
  await answers.put("dnsServers", "10.0.0.1 10.0.0.2");
  assert.deepEqual((await answers.view()).errors, []);
  await answers.put("dnsMode", "system");
  const view = await answers.view();
  assert.ok(!view.asked.includes("dnsServers") && !view.asked.includes("noProxy"));
  assert.deepEqual(view.errors, []);
});

Deno.test("what the page's form has kept is where the console goes on", async () => {
  const { adminPassword: _, ...inputs } = await submittedInputs();
  const view = await createTypedAnswers(setupStub({ draft: { answers: inputs, proxyHadPassword: false } }))
    .view();
  assert.equal(view.values.tenantName, "Example Ltd");
  assert.deepEqual(view.errors.map((it) => it.field), ["adminPassword"]);
});

Deno.test("a proxy keeps its password without showing it", async () => {
  const given = { ...await submittedInputs(), proxyUrl: "http://user:secret@proxy.example.com:3128" };
  const setup = setupStub({ given });
  const answers = createTypedAnswers({
    ...setup,
    given: () => ({ ...given, proxyUrl: "http://proxy.example.com:3128" }),
  });
  const view = await answers.view();
  assert.equal(view.values.proxyUrl, "http://proxy.example.com:3128");
  assert.ok(!JSON.stringify(view).includes("secret"));
  await answers.submit({ by: "console tty1", checksOnly: false });
  assert.equal(setup.submitted[0]?.[0].proxyUrl, given.proxyUrl);
});

Deno.test("answers are handed in once they are whole, and stay when somebody else holds the lock", async () => {
  assert.equal(await createTypedAnswers(setupStub()).submit({ by: "x", checksOnly: false }), undefined);
  const reply = { ok: false, reason: "locked", operation: "setup", holder: "browser", since: "" } as const;
  const { answers } = await answered(setupStub({ reply }));
  assert.deepEqual(await answers.submit({ by: "console tty1", checksOnly: true }), reply);
  assert.equal((await answers.view()).hasPassword, true);
});

async function submittedInputs(): Promise<SetupInputs> {
  const { setup, answers } = await answered();
  await answers.submit({ by: "console tty1", checksOnly: false });
  const [inputs] = setup.submitted[0] ?? [];
  assert.ok(inputs);
  return inputs;
}
