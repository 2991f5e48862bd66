import assert from "node:assert/strict";
import { AUTHORITIES_FOLLOWER, followAuthorities } from "../../../agent/settings/follow_authorities.ts";
import { applyAuthorities } from "../../../agent/setup/steps/flux_authorities.ts";
import { FakeClock } from "../../fakes/fake_clock.ts";
import { PATHS } from "../../../agent/state/paths.ts";
import { settingsStub, stubOperation } from "../../routes/settings_stub.ts";
import { inSettingsWorld, SETTINGS, type SettingsWorld } from "./settings_world.ts";

interface Following extends Omit<SettingsWorld, "clock"> {
  stub: ReturnType<typeof settingsStub>;
  told: string[];
  /** Lets so many seconds pass, in the steps in which it looks. */
  pass(seconds: number): Promise<void>;
}

async function following(
  body: (it: Following) => Promise<void>,
  options: { hasKube?: boolean } = {},
): Promise<void> {
  await inSettingsWorld(async (world) => {
    const { host, kube } = world;
    const clock = new FakeClock();
    const stub = settingsStub();
    stub.current = () => Promise.resolve(SETTINGS);
    const told: string[] = [];
    const over = new AbortController();
    host.put(PATHS.caBundle, "first");
    await applyAuthorities(host, kube);
    const connectKube = () => Promise.resolve(options.hasKube === false ? undefined : kube);
    const ended = followAuthorities(
      { host, clock, settings: stub, connectKube, say: (_level, text) => told.push(text) },
      over.signal,
    );
    try {
      await body({
        ...world,
        stub,
        told,
        async pass(seconds) {
          for (let i = 0; i < seconds; i += 10) {
            await clock.advance(10_000);
            await new Promise((resolve) => setTimeout(resolve, 5)); // the simulated API answers over a socket
          }
        },
      });
    } finally {
      over.abort();
      await ended;
    }
  });
}

Deno.test("followAuthorities() brings what this machine trusts now to Flux, and nothing while it is the same", () =>
  following(async ({ host, stub, told, pass }) => {
    await pass(120);
    assert.deepEqual(stub.requests, []);
    host.put(PATHS.caBundle, "second");
    await pass(120);
    assert.ok(stub.requests.length >= 1);
    assert.match(JSON.stringify(stub.requests[0]), new RegExp(AUTHORITIES_FOLLOWER));
    assert.match(told[0] ?? "", /authorities that this machine trusts now/);
  }));

for (
  const [when, prepare, options] of [
    ["a change is under way", (it: Following) => {
      it.stub.operation = stubOperation({
        state: { status: "running", stepId: "k3s", startedAt: "", message: "" },
      });
    }, {}],
    ["nothing is set up", (it: Following) => {
      it.stub.isSetUp = false;
    }, {}],
    ["there is no kubeconfig", () => {}, { hasKube: false }],
    ["the machine trusts nothing", (it: Following) => it.host.put(PATHS.caBundle, "\n"), {}],
  ] as const
) {
  Deno.test(`followAuthorities() leaves Flux alone when ${when}`, () =>
    following(async (it) => {
      await it.pass(20);
      it.host.put(PATHS.caBundle, "second");
      prepare(it);
      await it.pass(120);
      assert.deepEqual(it.stub.requests, []);
    }, options));
}
