import assert from "node:assert/strict";
import { until } from "../../until.ts";
import { withStandIn } from "./stand_in_agent.ts";
import { cli } from "./terminal.ts";

const PASSWORD = "Correct-Horse7!";
const INPUTS = {
  appUrl: "https://psa.example.com",
  tenantName: "Example Ltd",
  adminFirstName: "Maria",
  adminLastName: "Example",
  adminEmail: "maria@example.com",
  adminPassword: PASSWORD,
};
const STATE = { steps: [], answers: [], acknowledgements: [], log: [] };
const view = (state: unknown, more: object = {}) => ({ status: 200, body: { ...STATE, state, ...more } });
const ACCEPTED = { status: 202, body: { status: "running" } };

async function inputFile(text: string, mode = 0o600): Promise<string> {
  const path = await Deno.makeTempFile({ prefix: "alga-answers-" });
  await Deno.writeTextFile(path, text);
  await Deno.chmod(path, mode);
  return path;
}

Deno.test("setup --from-file sends the answers, shows the steps and ends with the address", () =>
  withStandIn(async (agent) => {
    const line = { at: "2026-11-21T08:00:01.000Z", stepId: "k3s", text: "Waiting for the node\x1b[2J" };
    agent.answers["POST /api/v1/setup"] = [ACCEPTED];
    agent.answers["GET /api/v1/setup"] = [
      view({ status: "running" }, { log: [line] }),
      view({ status: "running" }, { log: [line] }),
      view({ status: "done" }, { log: [line, { ...line, text: "Ready" }] }),
    ];
    agent.answers["GET /api/v1/status"] = [{ status: 200, body: { urls: { loginUrl: INPUTS.appUrl } } }];
    const path = await inputFile(JSON.stringify(INPUTS));
    const { code, out, err } = await cli(["setup", "--from-file", path, "--root", agent.root]);
    await Deno.remove(path);
    assert.equal(code, 0);
    assert.equal(out, "Ready to log in: https://psa.example.com.\n");
    assert.equal(err, "08:00:01 k3s       Waiting for the node [2J\n08:00:01 k3s       Ready\n");
    const sent = agent.asked[0];
    assert.equal(sent?.path, "/api/v1/setup");
    assert.equal((sent?.body as typeof INPUTS).adminPassword, PASSWORD);
  }));

const YAML = Object.entries(INPUTS).map(([key, value]) => `${key}: ${value}\n`).join("");
const OF_OTHER_SYSTEMS: readonly [name: string, text: string][] = [
  ["JSON behind a byte order mark", `\uFEFF${JSON.stringify(INPUTS)}`],
  ["YAML behind a byte order mark", `\uFEFF${YAML}`],
  ["YAML with CRLF", `\uFEFF${Object.entries(INPUTS).map((it) => it.join(": ")).join("\r\n")}\r\n`],
  ["a name with letters of its own", JSON.stringify({ ...INPUTS, appUrl: "https://Müller.example.com" })],
];
for (const [name, text] of OF_OTHER_SYSTEMS) {
  Deno.test(`setup --from-file takes ${name}`, () =>
    withStandIn(async (agent) => {
      agent.answers["POST /api/v1/setup"] = [ACCEPTED];
      const path = await inputFile(text);
      const { code, err } = await cli(["setup", "--from-file", path, "--no-wait", "--root", agent.root]);
      await Deno.remove(path);
      assert.equal(code, 0, err);
      const sent = agent.asked[0]?.body as typeof INPUTS;
      const { appUrl, ...rest } = INPUTS;
      for (const [key, value] of Object.entries(rest)) assert.equal(sent[key as keyof typeof rest], value);
      assert.equal(sent.appUrl, text.includes("ü") ? "https://xn--mller-kva.example.com" : appUrl);
    }));
}

const WRONG_FILES: readonly [name: string, text: string, says: RegExp][] = [
  [
    "a missing field",
    JSON.stringify({ ...INPUTS, adminEmail: undefined }),
    /^"[^"]+" cannot be used:\n {2}adminEmail: /,
  ],
  [
    "an unknown field",
    JSON.stringify({ ...INPUTS, adminMail: "x" }),
    /\n {2}adminMail: Unknown field "adminMail"\n/,
  ],
  [
    "a weak password",
    JSON.stringify({ ...INPUTS, adminPassword: "secret-word" }),
    /\n {2}adminPassword: The password must/,
  ],
  ["a list", "- a\n- b\n", /cannot be used:\n/],
  ["nothing", "", /cannot be used:\n/],
  ["text that is neither YAML nor JSON", `{adminPassword: ${PASSWORD}`, /is neither YAML nor JSON/],
  ["aliases that grow without end", "a: &a [x]\nb: &b [*a, *a]\nc: [*b, *b]\n", /is neither YAML nor JSON/],
  ["more than 64 KiB", "a".repeat(70_000), /is larger than 64 KiB/],
  ["more than 64 KiB in few characters", "€".repeat(30_000), /is larger than 64 KiB/],
  [
    "two documents",
    `a: 1\n---\nadminPassword: ${PASSWORD}\n`,
    /^"[^"]+" holds several documents; one is wanted/,
  ],
  ["a wrong line", `a: 1\nb: [${PASSWORD}\nc: 1\n`, /^"[^"]+" is neither YAML nor JSON; look at line \d\n/],
];
for (const [name, text, says] of WRONG_FILES) {
  Deno.test(`setup --from-file with ${name} ends with 2, asks no agent and repeats no password`, () =>
    withStandIn(async (agent) => {
      const path = await inputFile(text);
      const { code, err } = await cli(["setup", "--from-file", path, "--root", agent.root]);
      await Deno.remove(path);
      assert.equal(code, 2);
      assert.match(err, says);
      assert.ok(!err.includes(PASSWORD) && !err.includes("secret-word"), err);
      assert.deepEqual(agent.asked, []);
    }));
}

Deno.test("setup --from-file names a file that is not there, a folder, and a device", async () => {
  const folder = await Deno.makeTempDir();
  assert.match(
    (await cli(["setup", "--from-file", `${folder}/no`])).err,
    /^Cannot read "[^"]+": it does not exist\n/,
  );
  assert.match((await cli(["setup", "--from-file", folder])).err, /^Cannot read "[^"]+": it is a folder\n/);
  // A device that never ends is read no further than a file may be long.
  assert.match((await cli(["setup", "--from-file", "/dev/zero"])).err, /is larger than 64 KiB/);
  assert.match(
    (await cli(["setup", "--from-file", "/dev/zero"])).err,
    /^"\/dev\/zero" is larger than 64 KiB\n/,
  );
  await Deno.remove(folder);
});

Deno.test("setup --from-file warns when others may read the password, and goes on", () =>
  withStandIn(async (agent) => {
    agent.answers["POST /api/v1/setup"] = [ACCEPTED];
    const path = await inputFile(JSON.stringify(INPUTS), 0o644);
    const { code, err } = await cli(["setup", "--from-file", path, "--no-wait", "--root", agent.root]);
    await Deno.remove(path);
    assert.equal(code, 0);
    assert.equal(
      err,
      `Others on this machine may read the password in "${path}". Close it: chmod 600 ${path}\n`,
    );
  }));

Deno.test("setup reads standard input, where no mode can be wrong", () =>
  withStandIn(async (agent) => {
    agent.answers["POST /api/v1/setup"] = [ACCEPTED];
    const { code, err } = await cli([
      "setup",
      "--from-file",
      "-",
      "--no-wait",
      "--checks-only",
      "--root",
      agent.root,
    ], {
      input: JSON.stringify(INPUTS),
    });
    assert.deepEqual([code, err], [0, ""]);
    assert.equal(agent.asked[0]?.path, "/api/v1/setup?checksOnly=true");
  }));

Deno.test("setup without a running agent says how to start it", async () => {
  const path = await inputFile(JSON.stringify(INPUTS));
  const { code, err } = await cli(["setup", "--from-file", path, "--root", "/nowhere"]);
  await Deno.remove(path);
  assert.equal(code, 1);
  assert.match(
    err,
    /^No agent is running [^\n]*\nWhat to do: Start it with "systemctl start alga-appliance"/,
  );
});

const REFUSALS: readonly [reason: string, code: number][] = [
  ["locked", 6],
  ["already-done", 1],
];
for (const [reason, wanted] of REFUSALS) {
  Deno.test(`setup ends with ${wanted} when the agent refuses because of ${reason}`, () =>
    withStandIn(async (agent) => {
      agent.answers["POST /api/v1/setup"] = [{ status: 409, body: { detail: "Not now.", reason } }];
      const { code, err } = await cli(["setup", "--from-file", "-", "--root", agent.root], {
        input: JSON.stringify(INPUTS),
      });
      assert.deepEqual([code, err], [wanted, "Not now.\n"]);
    }));
}

/** One check of each outcome that the command tells apart. */
const RESULTS = [
  { id: "hw.cpu", title: "Processor cores", status: "pass", found: "8 cores", remediation: "" },
  {
    id: "dns.resolve",
    title: "Looking up the registries",
    status: "fail",
    found: "no name",
    remediation: "Allow DNS",
  },
  { id: "reg.tls", title: "Certificates", status: "error", found: "broke off", remediation: "Run again" },
  {
    id: "hw.memory",
    title: "Memory",
    status: "fail",
    found: "6.0 GiB",
    remediation: "Give it 16 GiB",
    overridable: true,
  },
];
const FINDINGS = "Looking up the registries  [dns.resolve]\n  no name\n  What to do: Allow DNS\n" +
  "Certificates  [reg.tls]\n  broke off\n  What to do: Run again\n" +
  "Memory  [hw.memory]\n  6.0 GiB\n  What to do: Give it 16 GiB\n  Or accept it: --acknowledge hw.memory\n";

Deno.test("setup --checks-only ends with 3 and names each finding, and with 0 when there is none", () =>
  withStandIn(async (agent) => {
    agent.answers["POST /api/v1/setup"] = [ACCEPTED];
    const args = ["setup", "--from-file", "-", "--checks-only", "--root", agent.root];
    for (const [results, wanted] of [[RESULTS, 3], [RESULTS.slice(0, 1), 0]] as const) {
      agent.answers["GET /api/v1/setup"] = [view({ status: "checked" }, { preflight: { results } })];
      const { code, out, err } = await cli(args, { input: JSON.stringify(INPUTS) });
      assert.equal(code, wanted);
      if (wanted === 0) {
        assert.deepEqual([out, err], ["The checks have run; nothing was installed.\n", ""]);
      } else {
        assert.equal(out, "");
        assert.ok(err.startsWith(`${FINDINGS}Nothing was installed. Fix this`), err);
      }
    }
  }));

Deno.test("setup does not repeat a finding that was accepted, as long as it is the same", () =>
  withStandIn(async (agent) => {
    agent.answers["POST /api/v1/setup"] = [ACCEPTED];
    const args = ["setup", "--from-file", "-", "--checks-only", "--root", agent.root];
    const memory = RESULTS.filter((it) => it.id === "hw.memory");
    for (const [found, wanted] of [["6.0 GiB", 0], ["8.0 GiB", 3]] as const) {
      const acknowledgements = [{ checkId: "hw.memory", by: "Maria", at: "", found }];
      const more = { preflight: { results: memory }, acknowledgements };
      agent.answers["GET /api/v1/setup"] = [view({ status: "checked" }, more)];
      const { code, err } = await cli(args, { input: JSON.stringify(INPUTS) });
      assert.deepEqual([code, err.includes("hw.memory")], [wanted, wanted === 3]);
    }
  }));

Deno.test("setup --acknowledge that the agent fails to take is an error, not a finding", () =>
  withStandIn(async (agent) => {
    agent.answers["POST /api/v1/setup"] = [ACCEPTED];
    agent.answers["GET /api/v1/setup"] = [view({ status: "blocked" }, { preflight: { results: RESULTS } })];
    const args = ["setup", "--from-file", "-", "--acknowledge", "hw.memory", "--root", agent.root];
    for (const [status, reason, wanted] of [[500, undefined, 1], [409, "locked", 6]] as const) {
      agent.answers["POST /api/v1/setup/acknowledge"] = [{ status, body: { detail: "Not now.", reason } }];
      const { code, err } = await cli(args, { input: JSON.stringify(INPUTS) });
      assert.deepEqual([code, err], [wanted, "Not now.\n"]);
    }
  }));

for (const option of ["--no-wait", "--checks-only"]) {
  Deno.test(`setup refuses --acknowledge with ${option}, which would drop it, before it asks the agent`, () =>
    withStandIn(async (agent) => {
      const args = ["setup", "--from-file", "-", option, "--acknowledge", "hw.cpu", "--root", agent.root];
      const { code, err } = await cli(args, { input: JSON.stringify(INPUTS) });
      assert.equal(code, 2);
      assert.match(err, /^--(acknowledge waits for the result|checks-only installs nothing)/);
      assert.deepEqual(agent.asked, []);
    }));
}

Deno.test("setup that the agent answers with an error says its words and field errors", () =>
  withStandIn(async (agent) => {
    const args = ["setup", "--from-file", "-", "--root", agent.root];
    const run = () => cli(args, { input: JSON.stringify(INPUTS) });
    const title = "Something went wrong here";
    agent.answers["POST /api/v1/setup"] = [{ status: 500, body: { title, detail: "The agent goes on." } }];
    assert.deepEqual(await run(), { code: 1, out: "", err: "The agent goes on.\n" });
    const errors = [{ field: "appUrl", message: "Enter an address\x1b[2J" }, { field: "", message: "x" }];
    agent.answers["POST /api/v1/setup"] = [{ status: 422, body: { title: "Wrong", detail: "d", errors } }];
    assert.deepEqual(await run(), { code: 2, out: "", err: "Wrong\n  appUrl: Enter an address [2J\n  x\n" });
    agent.answers["POST /api/v1/setup"] = [ACCEPTED];
    agent.answers["GET /api/v1/setup"] = [{ status: 500, body: { title } }];
    assert.deepEqual(await run(), { code: 1, out: "", err: `${title}\n` });
    agent.answers["GET /api/v1/setup"] = [{ status: 404, body: null }];
    assert.deepEqual(await run(), { code: 1, out: "", err: "The agent answered 404\n" });
    agent.answers["GET /api/v1/setup"] = [view({ status: "done" })];
    agent.answers["GET /api/v1/status"] = [{ status: 500, body: { title } }];
    assert.deepEqual(await run(), { code: 0, out: "Ready to log in.\n", err: "" });
  }));

Deno.test("setup ends with 3 and names each finding when the checks do not pass", () =>
  withStandIn(async (agent) => {
    agent.answers["POST /api/v1/setup"] = [ACCEPTED];
    agent.answers["GET /api/v1/setup"] = [view({ status: "blocked" }, { preflight: { results: RESULTS } })];
    const { code, err } = await cli(["setup", "--from-file", "-", "--root", agent.root], {
      input: JSON.stringify(INPUTS),
    });
    assert.equal(code, 3);
    assert.ok(err.startsWith(`${FINDINGS}Nothing was changed.`), err);
    assert.ok(!err.includes("hw.cpu"));
  }));

Deno.test("setup --acknowledge accepts once, and what cannot be accepted ends with 3", () =>
  withStandIn(async (agent) => {
    agent.answers["POST /api/v1/setup"] = [ACCEPTED];
    agent.answers["GET /api/v1/setup"] = [view({ status: "blocked" }, { preflight: { results: RESULTS } })];
    agent.answers["POST /api/v1/setup/acknowledge"] = [
      {
        status: 409,
        body: { detail: "These findings cannot be accepted: dns.resolve.", reason: "not-overridable" },
      },
    ];
    const args = ["setup", "--from-file", "-", "--acknowledge", "hw.cpu", "--acknowledge", "dns.resolve"];
    const { code, err } = await cli([...args, "--root", agent.root], { input: JSON.stringify(INPUTS) });
    assert.equal(code, 3);
    assert.equal(
      err,
      `${FINDINGS}These findings cannot be accepted: dns.resolve.\n` +
        "Nothing was changed. Fix this and send the answers again.\n",
    );
    const asked = agent.asked.filter((it) => it.path.endsWith("/acknowledge"));
    assert.deepEqual(asked.map((it) => it.body), [{ checkIds: ["hw.cpu", "dns.resolve"] }]);
  }));

Deno.test("setup says a failure once with its next attempt, waits, and ends with 3 when there is none", () =>
  withStandIn(async (agent) => {
    const failure = {
      at: "a",
      message: "The disk is full",
      details: "The disk is full\nNo space left on device",
      suggestedNextStep: "Free disk space",
    };
    agent.answers["POST /api/v1/setup/retry"] = [ACCEPTED];
    agent.answers["GET /api/v1/setup"] = [
      view({ status: "failed", failure, nextAttemptAt: "2026-11-21T08:09:10.000Z" }),
      view({ status: "failed", failure, nextAttemptAt: "2026-11-21T08:09:10.000Z" }),
      view({
        status: "failed",
        failure: { ...failure, at: "b", message: "It stays full", details: "Out of room" },
      }),
    ];
    const { code, err } = await cli(["setup", "--retry", "--root", agent.root]);
    assert.equal(code, 3);
    assert.equal(
      err,
      "The disk is full\n  No space left on device\nWhat to do: Free disk space\nNext attempt: 08:09:10 UTC\n" +
        "It stays full\n  Out of room\nWhat to do: Free disk space\n",
    );
  }));

Deno.test("setup that is interrupted says that the work goes on and ends with 5", () =>
  withStandIn(async (agent) => {
    agent.answers["POST /api/v1/setup/retry"] = [ACCEPTED];
    agent.answers["GET /api/v1/setup"] = [view({ status: "running" })];
    const over = new AbortController();
    const running = cli(["setup", "--retry", "--root", agent.root], { signal: over.signal });
    await until("it was asked twice", () => agent.asked.length, (it) => it >= 2);
    over.abort();
    const { code, err } = await running;
    assert.deepEqual([code, err], [5, "The setup goes on without this command.\n"]);
  }));
