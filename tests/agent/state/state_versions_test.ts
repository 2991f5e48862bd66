import assert from "node:assert/strict";
import { prepareFiles } from "../../../agent/cli/prepare_state.ts";
import { MIGRATIONS, type Migrations } from "../../../agent/state/migrations.ts";
import { PATHS } from "../../../agent/state/paths.ts";
import {
  isAnyNewer,
  migrateStateFiles,
  requireKnownVersions,
  restoreOlder,
  VERSIONED_PATHS,
} from "../../../agent/state/state_versions.ts";
import { FakeClock } from "../../fakes/fake_clock.ts";
import { FakeHost } from "../../fakes/fake_host.ts";

/** As if the list of people's settings had got another name, and then a second field. */
const MADE_UP: Migrations = {
  [PATHS.settings]: [
    ({ settings, ...rest }) => ({ ...rest, values: settings }),
    (it) => ({ ...it, extra: true }),
  ],
};
const OLD = '{"schemaVersion":1,"settings":{"a":1}}';

const textsOf = (host: FakeHost) =>
  Object.fromEntries([...host.files].map(([path, { bytes }]) => [path, new TextDecoder().decode(bytes)]));

for (const path of VERSIONED_PATHS) {
  Deno.test(`an agent that finds "${path}" of a newer one says so and changes nothing`, async () => {
    const version = 2 + (MIGRATIONS[path]?.length ?? 0);
    const others = VERSIONED_PATHS.filter((it) => it !== path);
    const files = Object.fromEntries(others.map((it) => [it, "damaged"]));
    const host = new FakeHost({ ...files, [path]: `{"schemaVersion":${version},"unknown":"Geheim-7"}` });
    const before = textsOf(host);
    await assert.rejects(prepareFiles(host, new FakeClock()), {
      code: "STATE_NEWER",
      message: `"${path}" was written by a newer agent (version ${version} of its format)`,
      hint: "Install the newer agent again: sudo ./alga-agent install, in the folder where it lies",
    });
    assert.deepEqual(textsOf(host), before);
  });
}

Deno.test("an older state file is brought to the present form, and kept beside it", async () => {
  const host = new FakeHost({ [PATHS.settings]: OLD, [PATHS.sessions]: '{"sessions":[]}' });
  await requireKnownVersions(host, MADE_UP);
  await migrateStateFiles(host, MADE_UP);
  assert.deepEqual(JSON.parse(await host.readText(PATHS.settings) ?? ""), {
    schemaVersion: 3,
    values: { a: 1 },
    extra: true,
  });
  assert.equal(await host.readText(`${PATHS.settings}.v1`), OLD);
  assert.equal((await host.info(`${PATHS.settings}.v1`))?.mode, 0o600);
  assert.equal(await host.readText(PATHS.sessions), '{"sessions":[]}', "it has no steps");
  const after = textsOf(host);
  await migrateStateFiles(host, MADE_UP);
  assert.deepEqual(textsOf(host), after, "there is nothing to do");
});

Deno.test("what no step can read is left to its reader", async () => {
  for (const text of ["[]", "no JSON", '{"schemaVersion":"x"}']) {
    const host = new FakeHost({ [PATHS.settings]: text });
    await migrateStateFiles(host, { [PATHS.settings]: [({ a }) => ({ a: (a as string).trim() })] });
    assert.deepEqual(textsOf(host), { [PATHS.settings]: text });
  }
});

Deno.test("killed at any write, migration and way back end as if nothing had happened", async () => {
  const start = () => new FakeHost({ [PATHS.settings]: OLD });
  const whole = start();
  await migrateStateFiles(whole, MADE_UP);
  whole.put(PATHS.sessions, '{"schemaVersion":2,"of":"the newer agent alone"}');
  const forth = textsOf(whole);
  assert.equal(await isAnyNewer(whole), true);
  await restoreOlder(whole);
  assert.equal(await isAnyNewer(whole), false);
  const back = textsOf(whole);
  assert.equal(back[PATHS.settings], OLD);
  assert.equal(back[`${PATHS.settings}.v3`], forth[PATHS.settings], "the newer one is kept");
  assert.equal(back[PATHS.sessions], undefined, "there was none before");

  const { [PATHS.sessions]: _, ...migrated } = forth;
  for (
    const [from, run, wanted] of [
      [textsOf(start()), (it: FakeHost) => migrateStateFiles(it, MADE_UP), migrated],
      [forth, (it: FakeHost) => restoreOlder(it), back],
    ] as const
  ) {
    let cuts = 0;
    for (let at = 1;; at++) {
      const host = new FakeHost(from);
      const repair = cutAt(host, at);
      const isCut = await run(host).then(() => false, () => true);
      repair();
      if (!isCut) break;
      cuts++;
      await run(host);
      assert.deepEqual(textsOf(host), wanted, `cut ${at}`);
    }
    assert.ok(cuts >= 2, `${cuts} cuts`);
  }
});

/** The nth write or removal and all after it fail; gives what makes the machine whole again. */
function cutAt(host: FakeHost, at: number): () => void {
  let left = at;
  const names = ["writeFile", "remove"] as const;
  for (const name of names) {
    const real = host[name].bind(host) as (...args: unknown[]) => Promise<void>;
    const cut = (...args: unknown[]) => --left <= 0 ? Promise.reject(new Error("cut")) : real(...args);
    Object.assign(host, { [name]: cut });
  }
  return () => names.forEach((it) => delete (host as unknown as Record<string, unknown>)[it]);
}
