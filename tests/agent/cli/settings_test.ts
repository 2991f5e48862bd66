import assert from "node:assert/strict";
import { SETTING_KEYS } from "../../../agent/settings/settings.ts";
import { fieldOf } from "../../../agent/setup/inputs/fields.ts";
import { AUTHORITY_PEM } from "../../fakes/authorities.ts";
import { settingsStub, stubOperation } from "../../routes/settings_stub.ts";
import { withStandIn } from "./stand_in_agent.ts";
import { cli } from "./terminal.ts";

const SETTINGS = "/api/v1/settings";
const view = (given: Parameters<typeof stubOperation>[0] = {}) => ({
  status: 200,
  body: { ...settingsStub().view(), operation: stubOperation(given) },
});
const ACCEPTED = { status: 202, body: { status: "running" } };
const problem = (status: number, body: object) => ({ status, body });

Deno.test("settings show prints each setting, where it came from, and why some are locked", () =>
  withStandIn(async (agent) => {
    agent.answers[`GET ${SETTINGS}`] = [view()];
    const { code, out } = await cli(["settings", "show", "--root", agent.root]);
    assert.equal(code, 0);
    assert.match(
      out,
      /^Application address +https:\/\/psa\.example\.com \(changed 2026-11-02 08:00 UTC by browser 192\.0\.2\.7\)$/m,
    );
    assert.match(out, /^Company +Example MSP \(locked: Change it inside Alga\)$/m);
    assert.match(out, /^Proxy +http:\/\/maria@proxy\.example:3128 \(default; password kept\)$/m);
    const json = await cli(["settings", "show", "-o", "json", "--root", agent.root]);
    assert.equal(JSON.parse(json.out).isSetUp, true);
    const narrow = await cli(["settings", "show", "--root", agent.root], { columns: 60 });
    for (const line of narrow.out.split("\n")) assert.ok(line.length <= 60, line);
  }));

Deno.test("settings that are lost are told with the command that enters them again", () =>
  withStandIn(async (agent) => {
    const body = { ...settingsStub().view(), isLost: true, rows: [] };
    agent.answers[`GET ${SETTINGS}`] = [{ status: 200, body }];
    const { code, out } = await cli(["settings", "show", "--root", agent.root]);
    assert.equal(code, 0);
    assert.match(out, /are lost\. Enter them again: sudo alga-agent settings set --app-url URL/);
  }));

Deno.test("settings before setup tell where the answers are changed", () =>
  withStandIn(async (agent) => {
    agent.answers[`GET ${SETTINGS}`] = [{ status: 200, body: { ...settingsStub().view(), isSetUp: false } }];
    const { code, out } = await cli(["settings", "show", "--root", agent.root]);
    assert.deepEqual([code, out], [
      0,
      "This appliance is not set up yet. Its answers are changed in setup.\n",
    ]);
  }));

Deno.test("settings set sends what is given, follows the change and ends with it", () =>
  withStandIn(async (agent) => {
    const log = [{
      at: "2026-11-21T08:00:01.000Z",
      stepId: "cluster-dns",
      text: "Restarting coredns\x1b[2J",
    }];
    agent.answers[`PUT ${SETTINGS}`] = [ACCEPTED];
    agent.answers[`GET ${SETTINGS}`] = [
      view({ state: { status: "running", stepId: "cluster-dns", startedAt: "", message: "" }, log }),
      view({ state: { status: "done", finishedAt: "" }, log }),
    ];
    const args = [
      "settings",
      "set",
      "--app-url",
      "https://other.example",
      "--dns-servers",
      "192.0.2.1",
      "--root",
      agent.root,
    ];
    const { code, out, err } = await cli(args);
    assert.deepEqual([code, out], [0, "Applied.\n"]);
    assert.equal(err, "08:00:01 cluster-dns Restarting coredns [2J\n");
    assert.deepEqual(agent.asked[0], {
      method: "PUT",
      path: SETTINGS,
      body: { dnsServers: "192.0.2.1", appUrl: "https://other.example" },
    });
  }));

Deno.test("settings set reads authorities from a file and a proxy with a password from standard input", () =>
  withStandIn(async (agent) => {
    agent.answers[`PUT ${SETTINGS}`] = [ACCEPTED];
    const path = await Deno.makeTempFile({ prefix: "alga-ca-" });
    await Deno.writeTextFile(path, AUTHORITY_PEM);
    const input = 'proxyUrl: "http://maria:Geheim-7@proxy.example:3128"\n';
    const args = [
      "settings",
      "set",
      "--ca-certs",
      path,
      "--from-file",
      "-",
      "--no-wait",
      "--root",
      agent.root,
    ];
    const { code } = await cli(args, { input });
    await Deno.remove(path);
    assert.equal(code, 0);
    assert.deepEqual(agent.asked[0]?.body, {
      proxyUrl: "http://maria:Geheim-7@proxy.example:3128",
      caCerts: AUTHORITY_PEM,
    });
  }));

Deno.test("settings set --dry-run prints each object and changes nothing", () =>
  withStandIn(async (agent) => {
    const changes = [{ object: "ConfigMap alga-system/x", field: "appUrl", from: "a", to: "b" }];
    const settings = [{ field: "appUrl", label: "Application address", from: "a", to: "b" }];
    const steps = [{ id: "values", title: "Write the values", isDone: false, changes }];
    agent.answers[`POST ${SETTINGS}/plan`] = [{
      status: 200,
      body: { changed: ["appUrl"], settings, steps },
    }];
    const { code, out } = await cli(["settings", "set", "--app-url", "b", "--dry-run", "--root", agent.root]);
    assert.equal(code, 0);
    assert.equal(
      out,
      "Application address: a → b\nWrite the values\n  ConfigMap alga-system/x: appUrl: a → b\nNothing was changed.\n",
    );
    assert.deepEqual(agent.asked.map((it) => it.method + it.path), [`POST${SETTINGS}/plan`]);
  }));

for (const [status, code] of [["pass", 0], ["warn", 0], ["fail", 3], ["error", 3]] as const) {
  Deno.test(`settings set --check ends with ${code} after a check that gave "${status}"`, () =>
    withStandIn(async (agent) => {
      const check = {
        id: "dns.app-host",
        title: "Application address",
        vantage: "agent",
        overridable: true,
        durationMs: 1,
      };
      const results = [{ ...check, status, expected: "x", found: "y", remediation: "z" }];
      agent.answers[`POST ${SETTINGS}/check`] = [{
        status: 200,
        body: { startedAt: "", finishedAt: "", results },
      }];
      const run = await cli(["settings", "set", "--app-url", "b", "--check", "--root", agent.root]);
      assert.equal(run.code, code);
      assert.match(run.out, /Application address/);
      const narrow = await cli(["settings", "set", "--app-url", "b", "--check", "--root", agent.root], {
        columns: 50,
      });
      for (const line of narrow.out.split("\n")) assert.ok(line.length <= 50, line);
    }));
}

Deno.test("settings set accepts findings when told so, and names them when not", () =>
  withStandIn(async (agent) => {
    const conditions = [{ id: "net.cidr", cause: "in use", wayOut: "Move it", mayBeAccepted: true }];
    const blocked = view({ state: { status: "blocked", since: "" }, conditions });
    agent.answers[`PUT ${SETTINGS}`] = [ACCEPTED];
    agent.answers[`POST ${SETTINGS}/acknowledge`] = [ACCEPTED];
    agent.answers[`GET ${SETTINGS}`] = [blocked];
    const args = ["settings", "set", "--no-proxy", "intern", "--root", agent.root];
    const refused = await cli(args);
    assert.equal(refused.code, 3);
    assert.match(
      refused.err,
      /\[net\.cidr\] in use\n {2}What to do: Move it\n {2}Or accept it: --acknowledge net\.cidr\n/,
    );
    agent.answers[`GET ${SETTINGS}`] = [blocked, view({ state: { status: "done", finishedAt: "" } })];
    assert.equal((await cli([...args, "--acknowledge", "net.cidr"])).code, 0);
    assert.deepEqual(agent.asked.find((it) => it.path.endsWith("/acknowledge"))?.body, {
      checkIds: ["net.cidr"],
    });
  }));

Deno.test("settings tells what stopped a change, and exit codes tell refusals apart", () =>
  withStandIn(async (agent) => {
    const failure = {
      category: "k3s" as const,
      stepId: "k3s",
      code: "K3S_FAILED",
      message: "Kubernetes did not come back",
      details: "",
      suggestedNextStep: "Open the log of k3s",
      retrySafe: true,
      at: "",
    };
    agent.answers[`POST ${SETTINGS}/retry`] = [ACCEPTED];
    agent.answers[`GET ${SETTINGS}`] = [view({ state: { status: "failed", stepId: "k3s", failure } })];
    const failed = await cli(["settings", "retry", "--root", agent.root]);
    assert.equal(failed.code, 3);
    assert.match(failed.err, /^Kubernetes did not come back\nWhat to do: Open the log of k3s\n$/);
    const set = ["settings", "set", "--channel", "nightly", "--root", agent.root];
    const errors = [{ field: "channel", message: "Choose stable or nightly" }];
    const cases: readonly [status: number, body: object, code: number, says: RegExp][] = [
      [422, { title: "Some settings cannot be used", errors }, 2, /channel: Choose stable or nightly/],
      [409, { detail: "It was started by console tty1", reason: "locked" }, 6, /console tty1/],
      [
        409,
        { detail: "Set this appliance up first", reason: "not-set-up" },
        1,
        /Set this appliance up first/,
      ],
    ];
    for (const [status, body, code, says] of cases) {
      agent.answers[`PUT ${SETTINGS}`] = [problem(status, body)];
      const run = await cli(set);
      assert.equal(run.code, code);
      assert.match(run.err, says);
    }
    agent.answers[`PUT ${SETTINGS}`] = [problem(409, { detail: "x", reason: "nothing-changed" })];
    assert.deepEqual([(await cli(set)).code, (await cli(set)).out], [
      0,
      "Nothing to change: these settings are the ones that count already.\n",
    ]);
  }));

const WRONG: readonly [args: string[], says: RegExp][] = [
  [[], /^Say "show", "set" or "retry"\n/],
  [["list"], /^Say "show", "set" or "retry", not "list"/],
  [["set"], /^Say what to change/],
  [["show", "--dry-run"], /^--dry-run and --check go with "set"/],
  [["set", "--app-url", "x", "--dry-run", "--check"], /^Say either --dry-run or --check/],
  [
    ["set", "--proxy-url", "http://maria:Geheim-7@proxy.example"],
    /^--proxy-url with a password would be seen/,
  ],
  [["set", "--ca-certs", "/nowhere/ca.pem"], /^Cannot read "\/nowhere\/ca\.pem": it does not exist/],
  [["set", "--from-file", "/dev/null"], /^"\/dev\/null" holds no fields/],
  [["set", "--tenant-name", "x"], /^Unknown option "--tenant-name"/],
  [["show", "-o", "yaml"], /^-o must be table or json/],
];
for (const [args, says] of WRONG) {
  Deno.test(`settings ${args.join(" ")} is refused in words and repeats no password`, async () => {
    const { code, out, err } = await cli(["settings", ...args]);
    assert.deepEqual([code, out], [2, ""]);
    assert.match(err, says);
    assert.ok(!err.includes("Geheim"));
  });
}

Deno.test("settings set names the line of a file that cannot be read, and not what stands there", async () => {
  const path = await Deno.makeTempFile({ prefix: "alga-settings-" });
  try {
    await Deno.writeTextFile(
      path,
      'appUrl: http://a.example\nproxyUrl: "http://maria:Geheim-7@proxy.example\n',
    );
    const { code, err } = await cli(["settings", "set", "--from-file", path]);
    assert.equal(code, 2);
    assert.match(err, /is neither YAML nor JSON; look at line \d/);
    assert.ok(!err.includes("Geheim"));
  } finally {
    await Deno.remove(path);
  }
});

Deno.test("help settings names every setting in the words of the list", async () => {
  const { out } = await cli(["help", "settings"]);
  for (const key of SETTING_KEYS) {
    const { flag, label, help } = fieldOf(key);
    assert.match(out, new RegExp(`\\n  --${flag}( FILE)? +${label}\\.`));
    assert.ok(out.replaceAll(/\s+/g, " ").includes(help), key);
  }
  for (const line of out.split("\n")) assert.ok(line.length <= 80, line);
});
