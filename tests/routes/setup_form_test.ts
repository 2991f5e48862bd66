import assert from "node:assert/strict";
import { SetupInputs } from "../../agent/setup/mod.ts";
import { INPUTS } from "../agent/setup/engine.ts";
import { parseMarkup } from "../views/markup.ts";
import { startApp } from "./start_app.ts";

const PASSWORD = INPUTS.adminPassword;
const PROXY_PASSWORD = "Geheim-77";
const WHOLE = {
  ...INPUTS,
  dnsServers: "",
  adminPasswordConfirm: PASSWORD,
  proxyUrl: `http://user:${PROXY_PASSWORD}@proxy.example:3128`,
};

async function startForm() {
  const it = await startApp();
  it.become({ status: "idle" });
  const page = async (answer: Response) => {
    const html = await answer.text();
    for (const secret of [PASSWORD, PROXY_PASSWORD]) {
      assert.ok(!html.includes(secret), "a password came back");
    }
    const { text, tags } = parseMarkup(html);
    const value = (name: string) => tags.find((tag) => tag.attributes.id === name)?.attributes.value;
    const wrong = tags.filter((tag) =>
      /^#/.test(tag.attributes.href ?? "") && tag.attributes.href !== "#main"
    )
      .map((tag) => tag.attributes.href);
    return { status: answer.status, location: answer.headers.get("location"), text, value, wrong };
  };
  return {
    ...it,
    get: async (path: string) => await page(await it.fetch("GET", path, it.cookie)),
    send: async (fields: Record<string, string>, path = "/setup") =>
      await page(
        await it.fetch(
          "POST",
          path,
          { ...it.cookie, ...it.form, origin: "http://192.0.2.10:8080" },
          new URLSearchParams({ csrf: it.session.csrfToken, ...fields }).toString(),
        ),
      ),
  };
}

Deno.test("passwords are typed once: the form shows them as kept, and takes them when their fields stay empty", async () => {
  const it = await startForm();
  const first = await it.send({ ...WHOLE, tenantName: "" });
  assert.deepEqual([first.status, first.wrong], [422, ["#tenantName"]]);
  assert.match(first.text, /Kept, and not shown: leave both fields empty to keep it/);
  assert.match(first.text, /The password is kept and not shown/);
  const proxyUrl = first.value("proxyUrl") ?? "";
  assert.equal(proxyUrl, "http://user@proxy.example:3128");

  const second = await it.send({ ...WHOLE, adminPassword: "", adminPasswordConfirm: "", proxyUrl });
  assert.equal(second.location, "/setup/answers");
  assert.match((await it.get("/setup")).text, /Kept, and not shown/);
  await it.send({ mode: "install" }, "/setup/start");
  const sent = it.submitted[0] as SetupInputs;
  assert.deepEqual([sent.adminPassword, sent.proxyUrl], [PASSWORD, WHOLE.proxyUrl]);
});

Deno.test("a password that is wrong, or typed in two ways, is not kept, nor is the one before", async () => {
  const it = await startForm();
  await it.send(WHOLE);
  for (
    const [fields, wrong] of [
      [{ adminPassword: "short", adminPasswordConfirm: "short" }, "#adminPassword"],
      [{ adminPassword: "Other-Horse-9!", adminPasswordConfirm: "x" }, "#adminPasswordConfirm"],
      [{ adminPassword: "", adminPasswordConfirm: "x" }, "#adminPassword"],
    ] as const
  ) {
    const answer = await it.send({ ...WHOLE, ...fields });
    assert.deepEqual([answer.status, answer.wrong], [422, [wrong]]);
    const again = await it.send({ ...WHOLE, adminPassword: "", adminPasswordConfirm: "" });
    assert.deepEqual(again.wrong, ["#adminPassword"], "it has to be typed");
  }
});

Deno.test("another proxy does not get the password of the one before", async () => {
  const it = await startForm();
  await it.send(WHOLE);
  await it.send({ ...WHOLE, proxyUrl: "http://user@other.example:3128" });
  await it.send({ mode: "install" }, "/setup/start");
  assert.equal((it.submitted[0] as SetupInputs).proxyUrl, "http://user:@other.example:3128");
});

Deno.test("errors come in the order of the form, unknown fields last", async () => {
  const it = await startForm();
  const answer = await it.send({
    zzz: "1",
    noProxy: "a;b",
    adminPasswordConfirm: "x",
    adminPassword: PASSWORD,
    adminLastName: "a\u200bb",
    appUrl: "ftp://x",
  });
  assert.deepEqual(answer.wrong, [
    "#tenantName",
    "#adminFirstName",
    "#adminLastName",
    "#adminEmail",
    "#adminPasswordConfirm",
    "#appUrl",
    "#dnsMode",
    "#channel",
    "#noProxy",
    "#signatures",
    "#zzz",
  ]);
  assert.match(answer.text, /The last name contains an invisible character \(U\+200B\)/);
});

Deno.test("DNS servers that were typed and not chosen are refused with the way out", async () => {
  const it = await startForm();
  const answer = await it.send({ ...WHOLE, dnsServers: "192.0.2.1" });
  assert.deepEqual([answer.status, answer.wrong], [422, ["#dnsServers"]]);
  assert.match(
    answer.text,
    /192\.0\.2\.1 would not be used: choose &quot;Use these instead.*leave this field empty/,
  );
  assert.equal(answer.value("dnsServers"), "192.0.2.1");
});

Deno.test("answers that outlived a restart are in the form, which asks for the passwords", async () => {
  const it = await startForm();
  const { adminPassword: _, ...answers } = INPUTS;
  it.setup.draft = () => Promise.resolve({ answers, proxyHadPassword: true });
  const form = await it.get("/setup");
  assert.equal(form.value("tenantName"), INPUTS.tenantName);
  assert.match(form.text, /Your answers were kept\..*type the password\s+again, and the proxy/s);
  assert.deepEqual((await it.send({ ...WHOLE, adminPassword: "", adminPasswordConfirm: "" })).wrong, [
    "#adminPassword",
  ]);
});

Deno.test("answers are kept once they are whole; a disk that takes nothing stops nobody", async () => {
  const it = await startForm();
  const kept: SetupInputs[] = [];
  it.setup.keepDraft = (inputs) => (kept.push(inputs), Promise.reject(new Error("No space left")));
  await it.send({ ...WHOLE, tenantName: "" });
  assert.equal(kept.length, 0);
  assert.equal((await it.send(WHOLE)).location, "/setup/answers");
  assert.equal(kept.length, 1);
  assert.deepEqual(it.said, [
    "warning: Answers of the setup form cannot be kept on the disk: No space left",
  ]);
});

Deno.test("answers that were sent off are changed without typing their passwords", async () => {
  const it = await startForm();
  const { adminPassword: _, ...given } = { ...INPUTS, proxyUrl: "http://proxy.example:3128" };
  it.setup.given = () => given;
  it.setup.secrets = () => ({ adminPassword: PASSWORD, proxyUrl: WHOLE.proxyUrl });
  const form = await it.get("/setup?edit=1");
  assert.match(form.text, /Kept, and not shown/);
  const proxyUrl = form.value("proxyUrl") ?? "";
  await it.send({ ...WHOLE, proxyUrl, adminPassword: "", adminPasswordConfirm: "", tenantName: "Other" });
  await it.send({ mode: "install" }, "/setup/start");
  assert.deepEqual(it.submitted, [{ ...INPUTS, tenantName: "Other", proxyUrl: WHOLE.proxyUrl }]);
});

Deno.test("/setup/checks and the button that installs are there, the button only with the form's own token", async () => {
  const it = await startForm();
  assert.match(
    (await it.get("/setup/checks")).text,
    /Checks of the setup\s.*No report of the checks is kept/s,
  );
  let installs = 0;
  it.setup.install = () => (installs++, Promise.resolve({ ok: true }));
  assert.equal((await it.send({ csrf: "wrong" }, "/setup/install")).status, 403);
  assert.equal(installs, 0);
  assert.equal((await it.send({}, "/setup/install")).location, "/setup");
  assert.equal(installs, 1);
});
