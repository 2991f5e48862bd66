import assert from "node:assert/strict";
import {
  createResolverFollower,
  FOLLOWER,
  HOLD_MS,
  type ResolverFollower,
} from "../../../agent/settings/follow_resolvers.ts";
import type { OperationView } from "../../../agent/operation/operation.ts";
import type { Settings } from "../../../agent/settings/settings.ts";
import type { SettingsReply } from "../../../agent/settings/settings_service.ts";
import { PATHS } from "../../../agent/state/paths.ts";
import { FakeClock } from "../../fakes/fake_clock.ts";
import { FakeHost } from "../../fakes/fake_host.ts";
import { settingsStub, stubOperation } from "../../routes/settings_stub.ts";
import { SETTINGS } from "./settings_world.ts";

const RESOLVED = "/run/systemd/resolve/resolv.conf";

interface Following {
  host: FakeHost;
  stub: ReturnType<typeof settingsStub>;
  said: string[];
  settings: Settings;
  follower?: ResolverFollower;
  /** Lets so many seconds pass, in the steps in which it looks. */
  pass(seconds: number): Promise<void>;
}

async function following(body: (it: Following) => Promise<void>): Promise<void> {
  const clock = new FakeClock();
  const host = new FakeHost({
    [RESOLVED]: "nameserver 192.0.2.53\n",
    [PATHS.k3sResolvConf]: "nameserver 192.0.2.53\n",
  });
  const stub = settingsStub();
  const said: string[] = [];
  const over = new AbortController();
  const it: Following = {
    host,
    stub,
    said,
    settings: { ...SETTINGS },
    async pass(seconds) {
      for (let i = 0; i < seconds; i++) await clock.advance(1_000);
    },
  };
  stub.current = () => Promise.resolve(it.settings);
  it.follower = createResolverFollower({
    host,
    clock,
    settings: stub,
    say: (_level, text) => said.push(text),
  });
  const ended = it.follower.follow(over.signal);
  try {
    await body(it);
  } finally {
    over.abort();
    await ended;
  }
}

Deno.test("ResolverFollower brings other servers to the cluster once they have stayed for a minute", () =>
  following(async ({ host, stub, said, settings, pass }) => {
    await pass(120);
    assert.deepEqual(stub.requests, []);
    host.put(RESOLVED, "nameserver 192.0.2.99\n");
    await pass(HOLD_MS / 1000 - 1);
    assert.deepEqual(stub.requests, [], "not before the hold is over");
    await pass(31);
    assert.deepEqual(stub.requests, [{ action: "apply", by: FOLLOWER, settings }]);
    assert.deepEqual(said, ["The cluster follows this machine's DNS servers: 192.0.2.99"]);
  }));

Deno.test("ResolverFollower waits out servers that come and go", () =>
  following(async ({ host, stub, pass }) => {
    for (const servers of ["192.0.2.99", "192.0.2.98", "192.0.2.99", "192.0.2.53"]) {
      host.put(RESOLVED, `nameserver ${servers}\n`);
      await pass(45);
    }
    await pass(120);
    assert.deepEqual(stub.requests, []);
  }));

Deno.test("ResolverFollower asks again when it was refused", () =>
  following(async ({ host, stub, pass }) => {
    stub.answer = LOCKED;
    host.put(RESOLVED, "nameserver 192.0.2.99\n");
    await pass(150);
    assert.ok(stub.requests.length > 1);
    stub.answer = { ok: true };
    const before = stub.requests.length;
    await pass(30);
    assert.ok(stub.requests.length > before);
  }));

const FAILED: OperationView["state"] = {
  status: "failed",
  stepId: "k3s",
  failure: {
    category: "k3s",
    stepId: "k3s",
    code: "K3S_FAILED",
    message: "Cannot start k3s",
    details: "",
    suggestedNextStep: "Look at the log of k3s",
    retrySafe: true,
    at: "",
  },
};
const LOCKED: SettingsReply = {
  ok: false,
  reason: "locked",
  operation: "update",
  holder: "console",
  since: "",
};
const STUCK: readonly [why: string, name: string, seconds: number, prepare: (it: Following) => void][] = [
  [
    "waits",
    "a change waits for a person",
    90,
    (it) => it.stub.operation = stubOperation({ state: { status: "blocked", since: "" } }),
  ],
  ["failed", "a change has failed", 90, (it) => it.stub.operation = stubOperation({ state: FAILED })],
  ["refused", "something else is under way for long", 660, (it) => it.stub.answer = LOCKED],
];
for (const [why, name, seconds, prepare] of STUCK) {
  Deno.test(`ResolverFollower says that the cluster does not follow when ${name}, until it does`, () =>
    following(async (it) => {
      it.host.put(RESOLVED, "nameserver 192.0.2.99\n");
      prepare(it);
      await it.pass(HOLD_MS / 1000 - 16);
      assert.equal(it.follower?.stale(), undefined, "not during the hold");
      await it.pass(seconds);
      const { since, ...stale } = it.follower?.stale() ?? {};
      assert.deepEqual(stale, { servers: "192.0.2.99", asked: "192.0.2.53", why });
      assert.ok(since !== undefined);
      it.stub.operation = stubOperation();
      it.stub.answer = { ok: true };
      await it.pass(31);
      assert.equal(it.follower?.stale(), undefined);
      assert.equal(it.stub.requests.at(-1)?.by, FOLLOWER);
    }));
}

Deno.test("ResolverFollower calls nothing stale once the machine has its servers of before", () =>
  following(async (it) => {
    it.stub.operation = stubOperation({ state: { status: "blocked", since: "" } });
    it.host.put(RESOLVED, "nameserver 192.0.2.99\n");
    await it.pass(120);
    assert.notEqual(it.follower?.stale(), undefined);
    it.host.put(RESOLVED, "nameserver 192.0.2.53\n");
    await it.pass(31);
    assert.equal(it.follower?.stale(), undefined);
  }));

const QUIET: readonly [name: string, prepare: (it: Following) => void][] = [
  [
    "own servers were chosen",
    (it) => it.settings = { ...SETTINGS, dnsMode: "custom", dnsServers: ["192.0.2.53"] },
  ],
  ["setup is not done", (it) => it.stub.isSetUp = false],
  [
    "a change is under way",
    (it) =>
      it.stub.operation = stubOperation({
        state: { status: "running", stepId: "k3s", startedAt: "", message: "" },
      }),
  ],
  [
    "a change waits for a person",
    (it) => it.stub.operation = stubOperation({ state: { status: "blocked", since: "" } }),
  ],
  ["this machine knows no server", (it) => it.host.put(RESOLVED, "")],
  ["k3s was never configured", (it) => it.host.files.delete(PATHS.k3sResolvConf)],
];
for (const [name, prepare] of QUIET) {
  Deno.test(`ResolverFollower leaves the cluster alone when ${name}`, () =>
    following(async (it) => {
      it.host.put(RESOLVED, "nameserver 192.0.2.99\n");
      prepare(it);
      await it.pass(180);
      assert.deepEqual(it.stub.requests, []);
    }));
}

Deno.test("ResolverFollower says what went wrong and goes on", () =>
  following(async ({ host, stub, said, pass }) => {
    const apply = stub.apply;
    stub.apply = () => Promise.reject(new Error("the disk is full"));
    host.put(RESOLVED, "nameserver 192.0.2.99\n");
    await pass(90);
    assert.match(said[0] ?? "", /could not be followed: the disk is full/);
    stub.apply = apply;
    await pass(30);
    assert.equal(stub.requests.length > 0, true);
  }));
