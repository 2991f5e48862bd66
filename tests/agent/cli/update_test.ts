import assert from "node:assert/strict";
import { stubOperation } from "../../routes/settings_stub.ts";
import { updatesStub } from "../../routes/updates_stub.ts";
import { withStandIn } from "./stand_in_agent.ts";
import { cli } from "./terminal.ts";

const BASE = "/api/v1/updates";
const VIEW = updatesStub().view();
const view = (given: object = {}) => ({ status: 200, body: { ...VIEW, ...given } });

Deno.test("update shows what is installed and what the channel leads to", () =>
  withStandIn(async (agent) => {
    agent.answers[`GET ${BASE}`] = [view()];
    const { code, out } = await cli(["update", "--root", agent.root]);
    assert.equal(code, 0);
    assert.match(out, /^Installed: {2}1\.4\.0 \(stable\)$/m);
    assert.match(out, /^Channel: {4}update available: 1\.5\.0$/m);
    assert.match(
      out,
      /^Touches: {4}It upgrades 2 of 6 services: alga-core, email-service\. Elsewhere it took 12/m,
    );
    agent.answers[`GET ${BASE}`] = [view({ rules: { ...VIEW.rules, pin: "1.4.0" } })];
    const pinned = await cli(["update", "--root", agent.root]);
    assert.match(pinned.out, /^Followed: {3}update available: 1\.5\.0$/m);
    assert.match(pinned.out, /^Pinned: {5}1\.4\.0; /m);
    const news = {
      answer: "cannot-tell",
      channel: "stable",
      answeredAt: "2026-11-21T11:00:00.000Z",
      problem: "ghcr.io: connection refused",
    };
    agent.answers[`POST ${BASE}/look`] = [view({ news })];
    const asked = await cli(["update", "check", "--root", agent.root]);
    assert.match(
      asked.out,
      /^Channel: {4}cannot tell since 2026-11-21 11:00 UTC: ghcr\.io: connection refused$/m,
    );
  }));

Deno.test("update plan prints each object; update history each attempt", () =>
  withStandIn(async (agent) => {
    agent.answers[`POST ${BASE}/plan`] = [{
      status: 200,
      body: { steps: await updatesStub().plan(), images: updatesStub().images },
    }];
    agent.answers[`GET ${BASE}`] = [view()];
    const plan = await cli(["update", "plan", "--root", agent.root]);
    assert.match(plan.out, /^1\.4\.0 → 1\.5\.0\nWrite the new values\n/);
    assert.match(plan.out, /appliance-values-alga-core: server\.image\.tag: tag-1\.4\.0 → tag-1\.5\.0\n/);
    assert.match(
      plan.out,
      /^3 of 4 images are on this machine already; "alga-agent update prepare" fetches/m,
    );
    assert.match(plan.out, /Nothing was changed\.\n$/);
    const history = await cli(["update", "history", "--root", agent.root]);
    assert.equal(
      history.out,
      "2026-11-02 21:04 UTC  1.3.2 → 1.4.0  done after 9 min, by browser 192.0.2.7; accepted: upd.held\n",
    );
  }));

Deno.test("update apply follows the update to its end, and accepts what it was told to", () =>
  withStandIn(async (agent) => {
    const at = (state: object, more: object = {}) =>
      view({ operation: { ...stubOperation({ name: "update" }), state, ...more } });
    agent.answers[`POST ${BASE}/apply`] = [{ status: 202, body: {} }];
    agent.answers[`POST ${BASE}/acknowledge`] = [{ status: 202, body: {} }];
    agent.answers[`GET ${BASE}`] = [
      at({ status: "blocked", since: "" }, {
        conditions: [{ id: "upd.held", cause: "paused: x", wayOut: "Accept it", mayBeAccepted: true }],
      }),
      at({ status: "done", finishedAt: "" }),
    ];
    // One that found nothing is not named to the agent.
    const args = [
      "update",
      "apply",
      "--acknowledge",
      "upd.held",
      "--acknowledge",
      "upd.path",
      "--root",
      agent.root,
    ];
    const { code, out } = await cli(args);
    assert.deepEqual([code, out], [0, "Updated.\n"]);
    assert.deepEqual(agent.asked.filter((it) => it.method === "POST").map((it) => [it.path, it.body]), [
      [`${BASE}/apply`, { checksOnly: false }],
      [`${BASE}/acknowledge`, { checkIds: ["upd.held"] }],
    ]);
  }));

Deno.test("update apply follows a way to its end, and accepts for each of its updates", () =>
  withStandIn(async (agent) => {
    const way = ["1.5.0", "1.6.0"].map((version) => ({ version, manifestDigest: "" }));
    const news = { ...VIEW.news, target: { version: "1.6.0", manifestDigest: "" } };
    const at = (requestedAt: string, state: object, more: object = {}) =>
      view({ news, way, operation: { ...stubOperation({ name: "update" }), requestedAt, state }, ...more });
    const blocked = (requestedAt: string) => {
      const conditions = [{ id: "upd.held", cause: "paused: x", wayOut: "Accept it", mayBeAccepted: true }];
      const operation = { ...stubOperation({ name: "update" }), requestedAt, conditions };
      return view({ operation: { ...operation, state: { status: "blocked", since: "" } } });
    };
    agent.answers[`GET ${BASE}`] = [at("1", { status: "idle" })];
    const { out: shown } = await cli(["update", "--root", agent.root]);
    assert.match(shown, /^Way: {8}1\.4\.0 → 1\.5\.0 → 1\.6\.0, one update after the other$/m);
    agent.answers[`POST ${BASE}/apply`] = [{ status: 202, body: {} }];
    agent.answers[`POST ${BASE}/acknowledge`] = [{ status: 202, body: {} }, { status: 202, body: {} }];
    agent.answers[`GET ${BASE}`] = [
      blocked("1"),
      at("1", { status: "done", finishedAt: "" }, { isBetween: true }),
      blocked("2"),
      at("2", { status: "done", finishedAt: "" }),
    ];
    const { code, out } = await cli(["update", "apply", "--acknowledge", "upd.held", "--root", agent.root]);
    assert.deepEqual([code, out], [0, "Updated.\n"]);
    assert.equal(agent.asked.filter((it) => it.path === `${BASE}/acknowledge`).length, 2);
    assert.deepEqual(agent.answers[`GET ${BASE}`]?.length, 1, "it looked until the end");
  }));

Deno.test("update apply with nothing to update is done, and with a silent channel it is not", () =>
  withStandIn(async (agent) => {
    const refused = { status: 409, body: { title: "Nothing to update", detail: "d", reason: "no-update" } };
    agent.answers[`POST ${BASE}/apply`] = [refused];
    agent.answers[`GET ${BASE}`] = [view({ news: { answer: "up-to-date", channel: "stable" } })];
    const done = await cli(["update", "apply", "--root", agent.root]);
    assert.equal(done.code, 0);
    assert.match(done.out, /^Nothing to update/);
    agent.answers[`GET ${BASE}`] = [
      view({ news: { answer: "cannot-tell", channel: "stable", problem: "x" } }),
    ];
    assert.notEqual((await cli(["update", "apply", "--root", agent.root])).code, 0);
  }));

for (const args of [["update", "now"], ["update", "plan", "--checks-only"], ["update", "apply", "1.5.0"]]) {
  Deno.test(`"${args.join(" ")}" is refused with what may be said`, async () => {
    const { code, err } = await cli(args);
    assert.equal(code, 2);
    assert.match(err, /apply/);
  });
}

Deno.test("update prepare fetches the images and follows; show tells how far it is, and a wrong word is refused", () =>
  withStandIn(async (agent) => {
    const at = (state: object, more: object = {}) => ({
      status: 200,
      body: { operation: { ...stubOperation({ name: "prepare" }), state, ...more } },
    });
    agent.answers[`POST ${BASE}/prepare/start`] = [{ status: 202, body: {} }];
    agent.answers[`GET ${BASE}/prepare`] = [at({ status: "done", finishedAt: "" })];
    const { code, out } = await cli(["update", "prepare", "--root", agent.root]);
    assert.deepEqual([code, out], [
      0,
      "All images are on this machine. Nothing that runs was changed.\n",
    ]);
    const progress = { unit: "bytes", done: 4.1e9, total: 9.6e9 };
    const step = { id: "fetch-images", title: "Fetch the images", status: "running" };
    for (
      const [message, counted, told] of [
        ["Image 2 of 4: alga", { progress }, "fetched: Image 2 of 4: alga, 4.1 of 9.6 GB."],
        ["", { progress }, "fetched: 4.1 of 9.6 GB."],
        ["", {}, "fetched."],
      ] as const
    ) {
      const state = { status: "running", stepId: step.id, message };
      agent.answers[`GET ${BASE}/prepare`] = [
        at(state, { inputs: { to: "1.5.0" }, steps: [{ ...step, ...counted }] }),
      ];
      const shown = await cli(["update", "prepare", "show", "--root", agent.root]);
      assert.equal(shown.out, `The images of 1.5.0 are being ${told}\n`);
    }
    agent.answers[`POST ${BASE}/prepare/cancel`] = [{ status: 202, body: {} }];
    assert.equal((await cli(["update", "prepare", "cancel", "--root", agent.root])).code, 0);
    assert.equal((await cli(["update", "prepare", "everything", "--root", agent.root])).code, 2);
  }));

Deno.test("update backup-taken records a backup; a note without it is refused", () =>
  withStandIn(async (agent) => {
    agent.answers[`POST ${BASE}/backup-taken`] = [{ status: 200, body: {} }];
    const { code, out } = await cli(["update", "backup-taken", "--note", "snapshot 7", "--root", agent.root]);
    assert.deepEqual([code, out], [0, "Recorded: a backup was taken.\n"]);
    assert.deepEqual(agent.asked.map((it) => it.body), [{ note: "snapshot 7" }]);
    assert.equal((await cli(["update", "apply", "--note", "x", "--root", agent.root])).code, 2);
    agent.answers[`GET ${BASE}`] = [view({ backup: { withinHours: 24 } })];
    const { out: shown } = await cli(["update", "--root", agent.root]);
    assert.match(shown, /^Backup: {5}the update asks for a backup not older than 24 h; none is on record$/m);
  }));

Deno.test("update apply --checks-only tells what the checks found, and that something is to be done", () =>
  withStandIn(async (agent) => {
    agent.answers[`POST ${BASE}/apply`] = [{ status: 202, body: {} }];
    const checked = (conditions: object[]) =>
      view({
        operation: {
          ...stubOperation({ name: "update" }),
          state: { status: "checked", finishedAt: "" },
          conditions,
        },
      });
    const found = { id: "upd.held", cause: "paused: x", wayOut: "Accept it", mayBeAccepted: true };
    agent.answers[`GET ${BASE}`] = [checked([found])];
    const { code, err } = await cli(["update", "apply", "--checks-only", "--root", agent.root]);
    assert.equal(code, 3);
    assert.match(err, /\[upd\.held\] paused: x\n {2}What to do: Accept it\n/);
    agent.answers[`GET ${BASE}`] = [checked([])];
    const well = await cli(["update", "apply", "--checks-only", "--root", agent.root]);
    assert.deepEqual([well.code, well.out], [0, "The checks are done.\n"]);
  }));

Deno.test("update resume names the releases that go on, and follows an update that does", () =>
  withStandIn(async (agent) => {
    agent.answers[`POST ${BASE}/resume`] = [
      { status: 202, body: { released: ["pgbouncer", "temporal"] } },
      { status: 202, body: { status: "running", released: [] } },
      {
        status: 409,
        body: {
          title: "Nothing to resume",
          detail: "No update was interrupted",
          reason: "nothing-to-resume",
        },
      },
    ];
    const released = await cli(["update", "resume", "--root", agent.root]);
    assert.deepEqual([released.code, released.out], [
      0,
      "These go on: pgbouncer, temporal. No update was left.\n",
    ]);
    const operation = { ...stubOperation({ name: "update" }), state: { status: "done", finishedAt: "" } };
    agent.answers[`GET ${BASE}`] = [view({ operation })];
    assert.equal((await cli(["update", "resume", "--root", agent.root])).out, "Updated.\n");
    const refused = await cli(["update", "resume", "--root", agent.root]);
    assert.notEqual(refused.code, 0);
    assert.match(refused.err, /No update was interrupted/);
  }));

Deno.test("update retry-part says what was done for it, and needs the name of one part", () =>
  withStandIn(async (agent) => {
    agent.answers[`POST ${BASE}/retry-part`] = [
      { status: 202, body: { did: ["values", "job", "asked", "let-go"] } },
      {
        status: 409,
        body: { title: "There is no such part", detail: "These can be tried again: alga-core." },
      },
    ];
    const retry = (...words: string[]) => cli(["update", "retry-part", ...words, "--root", agent.root]);
    const done = await retry("temporal");
    assert.deepEqual([done.code, done.out], [
      0,
      "temporal: its settings are written again; its finished Jobs are taken away; the installer tries it again now; it is no longer paused.\n",
    ]);
    const refused = await retry("x");
    assert.notEqual(refused.code, 0);
    assert.match(refused.err, /These can be tried again: alga-core/);
    for (const words of [[], ["temporal", "pgbouncer"]]) {
      const wrong = await retry(...words);
      assert.equal(wrong.code, 2);
      assert.match(wrong.err, /Say which part: alga-core, pgbouncer/);
    }
  }));
