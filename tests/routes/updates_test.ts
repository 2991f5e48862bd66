import assert from "node:assert/strict";
import type { PreflightReport } from "../../agent/preflight/check.ts";
import type { SetupService } from "../../agent/setup/mod.ts";
import type { RetryPart, RetryPartReply } from "../../agent/update/retry_part.ts";
import type { UpdateView } from "../../agent/update/update_service.ts";
import { emptySnapshot, evaluate } from "../../agent/status/mod.ts";
import { parseMarkup } from "../views/markup.ts";
import { sampleBlocker } from "../views/samples.ts";
import { stubOperation } from "./settings_stub.ts";
import type { StatusService } from "../../agent/status/document.ts";
import { BROWSER, startSignedIn } from "./signed_in.ts";
import { STUB_DIGEST, updatesStub } from "./updates_stub.ts";

/** The answer while another session works on the appliance. */
const LOCKED = {
  ok: false,
  reason: "locked",
  operation: "update",
  holder: "root",
  since: "2026-11-02T21:04:00.000Z",
} as const;

async function startApp({ isSetUp = true } = {}) {
  const updates = updatesStub();
  const setup = { view: () => ({ state: { status: isSetUp ? "done" : "idle" } }) } as SetupService;
  return { updates, ...await startSignedIn({ setup, updates }) };
}

const REPORT: PreflightReport = {
  startedAt: "",
  finishedAt: "",
  results: [{
    id: "upd.held",
    title: "Paused releases",
    vantage: "cluster",
    overridable: true,
    durationMs: 1,
    status: "fail",
    expected: "no release is paused",
    found: "paused: pgbouncer",
    remediation: "Accept it",
  }],
};

async function wordsOf(response: Response): Promise<string> {
  return parseMarkup(await response.text()).text.replaceAll(/\s+/g, " ");
}

for (const path of ["/updates", "/updates/plan", "/updates/findings"]) {
  Deno.test(`GET ${path} leads to setup before setup is done`, async () => {
    const response = await (await startApp({ isSetUp: false })).get(path);
    assert.deepEqual([response.status, response.headers.get("location")], [303, "/setup"]);
  });
}

Deno.test("GET /updates shows what there is, what is new, and what was", async () => {
  const { get } = await startApp();
  const response = await get("/updates?live=off");
  const html = await response.text();
  assert.match(html, /&lt;b>Not bold/);
  const words = parseMarkup(html).text.replaceAll(/\s+/g, " ");
  assert.match(words, /Release 1\.5\.0 is available You run 1\.4\.0 \(stable\)/);
  assert.match(words, /What is new in 1\.5\.0 Faster boards\./);
  assert.match(
    words,
    /It upgrades 2 of 6 services: alga-core, email-service\. Elsewhere it took 12 minutes, and 35 at/,
  );
  assert.match(words, /1\.3\.2 → 1\.4\.0 ?done in 9.min .*by browser 192\.0\.2\.7\. Accepted: upd\.held\./);
});

Deno.test("a way over other releases is shown before and while it is walked, and where there is none", async () => {
  const { get, updates } = await startApp();
  const release = (version: string) => ({ version, manifestDigest: STUB_DIGEST });
  const shown = updates.shown;
  updates.shown = { ...shown, way: [release("1.4.9"), release("1.5.0")] };
  assert.match(
    await wordsOf(await get("/updates?live=off")),
    /One step does not lead there\. It goes 1\.4\.0 → 1\.4\.9 → 1\.5\.0: 2 updates, one after the other\./,
  );
  const plan = await wordsOf(await get("/updates/plan"));
  assert.match(plan, /1\.4\.0 → 1\.4\.9 → 1\.5\.0 .*with the first of 2 updates\./);
  assert.match(plan, /Then by itself To 1\.5\.0\. Every update begins/);
  const [before] = shown.history;
  const goal = release("1.5.0");
  updates.shown = {
    ...shown,
    history: before ? [{ ...before, goal }] : [],
    wayProblem: "no release is known",
  };
  updates.operate({ state: { status: "running", stepId: "values", startedAt: "", message: "" } });
  const walking = await wordsOf(await get("/updates?live=off"));
  assert.match(walking, /On the way to 1\.5\.0: the next update begins when this one is done\./);
  assert.match(walking, /by browser 192\.0\.2\.7\. On the way to 1\.5\.0\./);
  updates.operate({ state: { status: "idle" } });
  assert.match(
    await wordsOf(await get("/updates?live=off")),
    /One step does not lead there, and no release is known\./,
  );
});

Deno.test("the page names what is followed where it is not the channel", async () => {
  const { get, updates } = await startApp();
  const titleOf = async (rules: Partial<UpdateView["rules"]>, answer: UpdateView["news"]["answer"]) => {
    const { shown } = updates;
    updates.shown = { ...shown, news: { answer, channel: "" }, rules: { ...shown.rules, ...rules } };
    const html = await (await get("/updates?live=off")).text();
    updates.shown = shown;
    return /<h2>(?:(?!<\/h2>).)*<span>([^<]*)<\/span><\/h2>/s.exec(html)?.[1];
  };
  const override = { reference: "1.6.0", endsAt: "2026-12-01T18:00:00Z", text: "Testing override" };
  assert.equal(await titleOf({ pin: "1.4.0" }, "never"), "The pinned release has not been looked for yet");
  assert.equal(await titleOf({ pin: "1.4.0" }, "up-to-date"), "Release 1.4.0 is the pinned one");
  assert.equal(
    await titleOf({ override }, "never"),
    "The release of the testing override has not been looked for yet",
  );
  assert.equal(
    await titleOf({ override }, "up-to-date"),
    "Release 1.4.0 is what the testing override leads to",
  );
});

const ANSWERS = [
  ["up-to-date", /Release 1\.4\.0 is the newest of its channel/],
  ["cannot-tell", /It is not known whether there is an update.*ghcr\.io: connection refused.*status page/],
  ["never", /The channel has not been asked yet/],
] as const;
for (const [answer, words] of ANSWERS) {
  Deno.test(`GET /updates tells "${answer}" apart, and offers no plan`, async () => {
    const { get, updates } = await startApp();
    const problem = answer === "cannot-tell" ? { problem: "ghcr.io: connection refused" } : {};
    updates.shown = { ...updates.shown, news: { answer, channel: "stable", ...problem } };
    const html = await (await get("/updates?live=off")).text();
    assert.match(parseMarkup(html).text.replaceAll(/\s+/g, " "), words);
    assert.ok(!html.includes("/updates/plan"));
    assert.ok(html.includes("Ask now"));
  });
}

Deno.test("the plan names each object; what is applied is the release that it showed", async () => {
  const { get, post, updates } = await startApp();
  const response = await get("/updates/plan");
  const html = await response.text();
  assert.match(
    parseMarkup(html).text.replaceAll(/\s+/g, " "),
    /server\.image\.tag ?: tag-1\.4\.0 → tag-1\.5\.0/,
  );
  assert.ok(html.includes(`value="${STUB_DIGEST}"`));
  assert.equal(
    (await post("/updates/check", [["expected", STUB_DIGEST]])).headers.get("location"),
    "/updates",
  );
  await post("/updates/apply", [["expected", STUB_DIGEST]]);
  assert.deepEqual(updates.requests, [
    { action: "apply", by: BROWSER, checksOnly: true, expected: STUB_DIGEST },
    { action: "apply", by: BROWSER, checksOnly: false, expected: STUB_DIGEST },
  ]);
  updates.answer = { ok: false, reason: "no-update", answer: "update-available" };
  const moved = await post("/updates/apply", [["expected", STUB_DIGEST]]);
  assert.equal(moved.status, 409);
  assert.match(await wordsOf(moved), /The channel leads to another release now.*Look at the plan again/);
});

Deno.test("a closed check is shown with what may be accepted, and asks for the box that is missing", async () => {
  const { get, post, updates } = await startApp();
  assert.equal((await get("/updates/findings")).headers.get("location"), "/updates");
  updates.operate({ state: { status: "blocked", since: "2026-11-21T11:59:00.000Z" }, report: REPORT });
  assert.match(await wordsOf(await get("/updates?live=off")), /The update waits for you/);
  assert.match(await wordsOf(await get("/updates/findings")), /paused: pgbouncer.*Accept and update/);
  await post("/updates/accept", [["checkId", "upd.held"]]);
  assert.deepEqual(updates.requests, [{ action: "accept", by: BROWSER, checkIds: ["upd.held"] }]);
  updates.answer = { ok: false, reason: "needs-acknowledgement", checkIds: ["upd.held"] };
  const missing = await post("/updates/accept");
  assert.equal(missing.status, 422);
  assert.match(await wordsOf(missing), /Paused releases: tick the box/);
});

Deno.test("an update under way can be stopped where it may be; one that failed is tried again by one button", async () => {
  const { get, post, updates } = await startApp();
  const running = {
    status: "running",
    stepId: "charts",
    startedAt: "2026-11-21T11:59:00.000Z",
    message: "x",
  } as const;
  updates.operate({ state: running, mayCancel: true });
  assert.match(await wordsOf(await get("/updates?live=off")), /Updating.*Stop the update/);
  updates.operate({ state: running, mayCancel: false });
  assert.doesNotMatch(await wordsOf(await get("/updates?live=off")), /Stop the update|Look at the plan/);
  for (const action of ["retry", "cancel", "recheck", "look"]) await post(`/updates/${action}`);
  assert.deepEqual(updates.requests.map((it) => it.action), ["retry", "cancel", "recheck", "look"]);
});

Deno.test("the API does the same, and refuses fields that it does not know", async () => {
  const { api, updates } = await startApp();
  assert.equal((await (await api("GET", "/api/v1/updates")).json()).news.answer, "update-available");
  assert.equal((await api("POST", "/api/v1/updates/apply", { expected: STUB_DIGEST })).status, 202);
  const unknown = await api("POST", "/api/v1/updates/apply", { version: "1.5.0" });
  assert.equal(unknown.status, 422);
  assert.match((await unknown.json()).detail, /version/);
  const wrong = await api("POST", "/api/v1/updates/apply", { expected: "1.5.0" });
  assert.match((await wrong.json()).detail, /must be "sha256:"/);
  updates.answer = {
    ok: false,
    reason: "no-update",
    answer: "cannot-tell",
    problem: "ghcr.io: connection refused",
  };
  const refused = await api("POST", "/api/v1/updates/apply", {});
  assert.equal(refused.status, 409);
  const { reason, detail } = await refused.json();
  assert.deepEqual([reason, /ghcr\.io: connection refused/.test(detail)], ["no-update", true]);
});

const TRUST = {
  verdict: "unsigned",
  policy: "warn",
  found: "it has no signature",
  remediation: "Wait",
  keyProblems: [],
} as const;

Deno.test("the page says who signed the release, what becomes of unsigned ones, and which key does not count", async () => {
  const { get, updates } = await startApp();
  const show = (news: Partial<UpdateView["news"]>) =>
    updates.shown = { ...updates.shown, news: { ...updates.shown.news, ...news } };
  show({ trust: { ...TRUST, keyProblems: ["old.pub: it cannot be read"] } });
  let words = await wordsOf(await get("/updates?live=off"));
  assert.match(
    words,
    /The release has no signature that could be checked.*Found: it has no signature\. What to do: Wait\./,
  );
  assert.match(words, /A key of this site does not count.*old\.pub: it cannot be read/);
  assert.match(words, /Releases without a signature are shown, and may be installed/);
  show({
    trust: {
      ...TRUST,
      verdict: "signed",
      policy: "require",
      found: 'signed with the key "alga"',
      remediation: "",
    },
  });
  words = await wordsOf(await get("/updates?live=off"));
  assert.match(words, /The release is signed.*Found: signed with the key &quot;alga&quot;\./);
  assert.match(words, /Releases without a signature are refused/);
  const refused = {
    ...TRUST,
    verdict: "refused",
    remediation: "Do not install it: report it to Alga support",
  } as const;
  show({ answer: "cannot-tell", problem: "Release 1.6.0 is not believed: it has no signature", refused });
  words = await wordsOf(await get("/updates?live=off"));
  assert.match(
    words,
    /Release 1\.6\.0 is not believed: it has no signature What to do: Do not install it: report it/,
  );
  assert.match(words, /The release is not believed/);
});

Deno.test("going back to an older release is asked for by its own box, on page and API", async () => {
  const { get, post, api, updates } = await startApp();
  updates.shown = {
    ...updates.shown,
    news: { ...updates.shown.news, older: { version: "1.6.0", releasedAt: "2026-11-20T00:00:00Z" } },
  };
  assert.match(
    await wordsOf(await get("/updates?live=off")),
    /It is older than 1\.6\.0\. Going back has to be asked for/,
  );
  const plan = await (await get("/updates/plan")).text();
  assert.match(plan, /This release is older than 1\.6\.0<\/b> of 2026-11-20/);
  assert.doesNotMatch(plan, />Update now</);
  await post("/updates/apply", [["expected", STUB_DIGEST]]);
  await post("/updates/apply", [["expected", STUB_DIGEST], ["allowDowngrade", "yes"]]);
  await api("POST", "/api/v1/updates/apply", { allowDowngrade: true });
  assert.deepEqual(updates.requests.map((it) => it.allowDowngrade), [undefined, true, true]);
});

Deno.test("a release that is not believed is refused by its reason and with what to do", async () => {
  const { api, updates } = await startApp();
  const refused = {
    ...TRUST,
    verdict: "refused",
    remediation: "Do not install it: report it to Alga support",
  } as const;
  const problem = "Release 1.6.0 is not believed: it has no signature";
  updates.answer = { ok: false, reason: "no-update", answer: "cannot-tell", problem, refused };
  const reply = await api("POST", "/api/v1/updates/apply", {});
  assert.equal(reply.status, 409);
  const { title, detail } = await reply.json();
  assert.deepEqual([title, detail], [
    "The release is not believed",
    "Release 1.6.0 is not believed: it has no signature. Do not install it: report it to Alga support.",
  ]);
});

Deno.test("images are fetched beforehand from the page: a button, how far it is, what stands in the way", async () => {
  const { get, post, updates } = await startApp();
  assert.match(await wordsOf(await get("/updates?live=off")), /Images beforehand .* Fetch the images now/);
  const plan = await wordsOf(await get("/updates/plan"));
  assert.match(
    plan,
    /3 of 4 images are on this machine already\. ghcr\.io\/nine-minds\/alga-psa-ee:tag-1\.5\.0/,
  );
  assert.equal((await post("/updates/prepare")).status, 303);
  for (const action of ["recheck", "retry", "cancel"]) {
    assert.equal((await post(`/updates/prepare/${action}`)).status, 303);
  }
  assert.deepEqual(updates.requests.map((it) => `${it.action} ${it.by}`), [
    `prepare ${BROWSER}`,
    `prepare-recheck ${BROWSER}`,
    `prepare-retry ${BROWSER}`,
    `prepare-cancel ${BROWSER}`,
  ]);
  updates.shown = {
    ...updates.shown,
    prepare: stubOperation({
      name: "prepare",
      state: {
        status: "running",
        stepId: "fetch-images",
        startedAt: "",
        message: "Image 2 of 4: ghcr.io/<b>",
      },
      mayCancel: true,
      steps: [{
        id: "fetch-images",
        title: "Fetch the images",
        status: "running",
        progress: { unit: "bytes", done: 4.1e9, total: 9.6e9 },
      }],
    }),
  };
  const running = await wordsOf(await get("/updates?live=off"));
  assert.match(
    running,
    /Image 2 of 4: ghcr\.io\/&lt;b> 4\.1 of 9\.6 GB are on this machine .* Stop fetching/,
  );
  updates.shown = {
    ...updates.shown,
    prepare: stubOperation({ name: "prepare", state: { status: "blocked", since: "" }, report: REPORT }),
  };
  assert.match(await wordsOf(await get("/updates?live=off")), /See what was found/);
  assert.match(
    await wordsOf(await get("/updates/prepare/findings")),
    /Paused releases .*Accept and fetch the images/,
  );
  assert.equal((await post("/updates/prepare/accept", { checkId: "upd.held" })).status, 303);
  updates.answer = { ok: false, reason: "needs-acknowledgement", checkIds: ["upd.held"] };
  assert.equal((await post("/updates/prepare/accept", {})).status, 422);
  updates.answer = { ok: false, reason: "not-waiting-for-this" };
  assert.equal((await post("/updates/prepare/retry")).status, 409);
});

Deno.test("who took a backup says so on the plan, where the release asks for one, and in the API", async () => {
  const { get, post, api, updates } = await startApp();
  assert.doesNotMatch(await wordsOf(await get("/updates/plan")), /I took a backup/);
  updates.shown = {
    ...updates.shown,
    backup: { withinHours: 24, newest: { at: "2026-11-20T11:00:00.000Z", by: "root", note: "<b>7" } },
  };
  const plan = await wordsOf(await get("/updates/plan"));
  assert.match(
    plan,
    /a backup not older than 24 h; the newest on record is of 2026-11-20 11:00 UTC, said by root/,
  );
  assert.match(plan, /\(&lt;b>7\)\. Where it is \(optional\) I took a backup just now/);
  assert.equal((await post("/updates/backup-taken", { note: "x".repeat(300) })).status, 303);
  assert.equal((await api("POST", "/api/v1/updates/backup-taken", { note: "snapshot 7" })).status, 200);
  assert.equal((await api("POST", "/api/v1/updates/backup-taken", { note: "x".repeat(300) })).status, 422);
  assert.equal((await api("POST", "/api/v1/updates/backup-taken", { at: "2020-01-01" })).status, 422);
  assert.deepEqual(updates.requests.map((it) => it.action), [
    `backup ${"x".repeat(200)}`,
    "backup snapshot 7",
  ]);
});

Deno.test("what was left goes on by a button and by the API, and a refusal says why", async () => {
  const { get, post, api, updates } = await startApp();
  assert.doesNotMatch(await wordsOf(await get("/updates?live=off")), /Let them go on|Go on with the update/);
  updates.shown = { ...updates.shown, paused: ["alga-core", "<b>"] };
  assert.match(
    await wordsOf(await get("/updates?live=off")),
    /Releases are paused The installer leaves as they are: alga-core, &lt;b>\. .*Let them go on/,
  );
  updates.operate({ state: { status: "cancelled", by: "<i>", finishedAt: "" } });
  const page = await get("/updates?live=off");
  const html = await page.text();
  assert.match(html, /&lt;i>/);
  assert.match(
    parseMarkup(html).text.replaceAll(/\s+/g, " "),
    /&lt;i> stopped the update to 1\.4\.0\. .*The update lets them go\. Go on with the update/,
  );
  assert.equal((await post("/updates/resume")).headers.get("location"), "/updates");
  updates.resumed = { ok: true, released: ["pgbouncer"] };
  const answer = await api("POST", "/api/v1/updates/resume", {});
  assert.equal(answer.status, 202);
  assert.deepEqual((await answer.json()).released, ["pgbouncer"]);
  assert.equal((await api("POST", "/api/v1/updates/resume", { force: true })).status, 422);
  for (
    const [refusal, words] of [
      [{ ok: false, reason: "nothing-to-resume" }, /No update was interrupted or stopped/],
      [{ ok: false, reason: "cluster-unknown", problem: "refused" }, /could not be asked: refused/],
      [LOCKED, /started by root/],
    ] as const
  ) {
    updates.resumed = refusal;
    const refused = await post("/updates/resume");
    assert.equal(refused.status, 409);
    assert.match(await wordsOf(refused), words);
  }
});

Deno.test("a running update shows how much of its images has come, and when the last of it came", async () => {
  const { get, updates } = await startApp();
  updates.operate({
    state: {
      status: "running",
      stepId: "converge",
      startedAt: "",
      message: "12 of 31 images, 4.1 of 9.6 GB are here. Waiting for <b>",
    },
    steps: [{
      id: "converge",
      title: "Wait for the new version",
      status: "running",
      progress: { unit: "bytes", done: 4.1e9, total: 9.6e9 },
      progressAt: "2026-11-21T11:59:00.000Z",
    }],
  });
  const words = await wordsOf(await get("/updates?live=off"));
  assert.match(words, /12 of 31 images, 4\.1 of 9\.6 GB are here\. Waiting for &lt;b>/);
  assert.match(words, /4\.1 of 9\.6 GB · last came on .*11:59/);
});

Deno.test("a part is tried again by the button of its card, the API and the command, and a refusal says why", async () => {
  const asked: string[] = [];
  let answer: RetryPartReply = { ok: true, did: ["job", "asked"] };
  const retryPart: RetryPart = (part, { by }) => {
    asked.push(`${part}, ${by}`);
    return Promise.resolve(answer);
  };
  const setup = { view: () => ({ state: { status: "done" } }) } as SetupService;
  const topBlockers = [
    sampleBlocker({ id: "flux.stalled", remedy: "reset-release", release: "email-service" }),
    sampleBlocker({ id: "flux.suspended", remedy: "resume-release", release: "temporal" }),
    sampleBlocker({ id: "flux.stalled", component: "alga-core", remedy: "reset-release" }),
  ];
  const current = { ...evaluate(emptySnapshot(), Date.parse("2026-11-21T12:00:00.000Z")), topBlockers };
  const status = { current: () => current, subscribe: () => () => {} } as unknown as StatusService;
  const app = await startSignedIn({ setup, retryPart, status });
  const html = await (await app.get("/?live=off")).text();
  const form = /<form class="hide" id="retry-part" method="post" action="([^"]+)">.*?name="([^"]+)"/s.exec(
    html,
  );
  assert.deepEqual(form?.slice(1), ["/updates/retry-part", "csrf"]);
  const buttons = [...html.matchAll(/<button form="retry-part" name="part" value="([^"]+)">([^<]+)</g)];
  assert.deepEqual(buttons.map((it) => it.slice(1)), [
    ["email-service", "Try this part again"],
    ["temporal", "Let it go on"],
  ]);
  assert.equal(
    (await app.post("/updates/retry-part", { part: "email-service" })).headers.get("location"),
    "/",
  );
  const replied = await app.api("POST", "/api/v1/updates/retry-part", { part: "temporal" });
  assert.deepEqual([replied.status, await replied.json()], [202, { did: ["job", "asked"] }]);
  assert.match(asked.join("; "), /^email-service, browser .*; temporal, API /);
  assert.equal((await app.api("POST", "/api/v1/updates/retry-part", {})).status, 422);
  for (
    const [refusal, words] of [
      [
        { ok: false, reason: "unknown-part", known: ["alga-core", "temporal"] },
        /These.*: alga-core, temporal\./,
      ],
      [{ ok: false, reason: "part-is-well" }, /is content with this part/],
      [{ ok: false, reason: "job-running", job: "<b>" }, /The Job &lt;b> runs, and must not be cut off/],
      [{ ok: false, reason: "cluster-unknown", problem: "refused" }, /Kubernetes: refused/],
      [LOCKED, /started by root/],
    ] as const
  ) {
    answer = refusal;
    const refused = await app.post("/updates/retry-part", { part: "temporal" });
    assert.equal(refused.status, 409);
    assert.match(await wordsOf(refused), words);
  }
});
