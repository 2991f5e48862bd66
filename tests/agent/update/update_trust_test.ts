import assert from "node:assert/strict";
import { readSelection } from "../../../agent/setup/release_selection.ts";
import type { ResolvedRelease } from "../../../agent/release/mod.ts";
import type { PreflightReport } from "../../../agent/preflight/mod.ts";
import { readSeen } from "../../../agent/trust/mod.ts";
import { updateChecks, updateGate } from "../../../agent/update/gate.ts";
import { until } from "../../until.ts";
import { SITE_KEY_PATH, SITE_PUBLIC_KEY } from "../trust/site_key.ts";
import { type Agent, BY, inUpdateWorld, NEW, releaseOf, startAgent } from "./update_world.ts";

const OLDER = at(releaseOf("1.3.0", "3"), "2026-11-01T00:00:00Z");
const NEWER = at(NEW, "2026-11-20T00:00:00Z");

function at(release: ResolvedRelease, releasedAt: string): ResolvedRelease {
  return { ...release, reference: "stable", manifest: { ...release.manifest, releasedAt } };
}

/** Only what tells the age of a release. */
const AGE_GATE: typeof updateGate = {
  ...updateGate,
  async check(context) {
    const checks = updateChecks(context).filter((it) => it.id === "upd.downgrade" || it.id === "upd.path");
    const results = await Promise.all(checks.map(async ({ id, title, vantage, overridable, run }) => ({
      ...await run({ host: context.host, clock: context.clock } as Parameters<typeof run>[0]),
      id,
      title,
      vantage,
      overridable,
      durationMs: 0,
    })));
    return { startedAt: "", finishedAt: "", results };
  },
};

function settled({ updates }: Agent, status: string): Promise<unknown> {
  return until(`the update is ${status}`, () => updates.view().operation.state.status, (it) => it === status);
}

Deno.test("looking tells who signed what the channel leads to", async () => {
  await inUpdateWorld(async (world) => {
    world.host.put(SITE_KEY_PATH, SITE_PUBLIC_KEY);
    const { updates, kill } = await startAgent(world, world.host, {
      isSigned: () => true,
      signatures: "require",
    });
    const { news } = await updates.look();
    assert.equal(news.answer, "update-available");
    assert.deepEqual([news.trust?.verdict, news.trust?.found], ["signed", 'signed with the key "site.pub"']);
    await kill();
  });
});

Deno.test("where signatures are required, an unsigned release is no update, and the one before stays known", async () => {
  await inUpdateWorld(async (world) => {
    world.host.put(SITE_KEY_PATH, SITE_PUBLIC_KEY);
    let isSigned = true;
    let channel = NEW;
    const agent = await startAgent(world, world.host, {
      isSigned: () => isSigned,
      signatures: "require",
      channel: () => channel,
    });
    const { updates, kill } = agent;
    await updates.look();
    [isSigned, channel] = [false, releaseOf("1.6.0", "4")];
    const { news } = await updates.look();
    assert.equal(news.answer, "cannot-tell");
    assert.match(news.problem ?? "", /^Release 1\.6\.0 is not believed: it has no signature/);
    assert.equal(news.refused?.verdict, "refused");
    assert.equal(news.target?.version, "1.5.0");
    const reply = await updates.apply(BY);
    assert.ok(!reply.ok && reply.reason === "no-update" && reply.refused);
    assert.deepEqual(updates.view().history, []);
    await kill();
  });
});

Deno.test("a signature that comes later is seen without a new release, and one that goes too", async () => {
  await inUpdateWorld(async (world) => {
    world.host.put(SITE_KEY_PATH, SITE_PUBLIC_KEY);
    let isSigned = false;
    const { updates, kill } = await startAgent(world, world.host, { isSigned: () => isSigned });
    const verdict = async () => (await updates.look()).news.trust?.verdict;
    assert.equal(await verdict(), "unsigned");
    isSigned = true;
    assert.equal(await verdict(), "signed");
    isSigned = false;
    assert.equal(await verdict(), "stripped");
    await kill();
  });
});

Deno.test("an older pointer is refused until somebody asks to go back, and that is recorded", async () => {
  await inUpdateWorld(async (world) => {
    world.host.put(SITE_KEY_PATH, SITE_PUBLIC_KEY);
    let channel = NEWER;
    const agent = await startAgent(world, world.host, {
      gate: AGE_GATE,
      isSigned: () => true,
      channel: () => channel,
    });
    const { updates } = agent;
    await updates.look();
    channel = OLDER;
    const { news } = await updates.look();
    const newer = { version: "1.5.0", releasedAt: "2026-11-20T00:00:00Z" };
    assert.deepEqual(news.older, newer);

    await updates.apply(BY);
    await settled(agent, "blocked");
    const found = () => {
      const { results } = updates.view().operation.report as PreflightReport;
      return results.find((it) => it.id === "upd.downgrade");
    };
    assert.deepEqual([found()?.status, found()?.overridable], ["fail", false]);
    assert.match(found()?.found ?? "", /^1\.3\.0 is older than 1\.5\.0 of 2026-11-20$/);
    assert.match(found()?.remediation ?? "", /update apply --allow-downgrade/);
    const refused = await updates.accept(["upd.downgrade", "upd.path"], BY);
    assert.equal(refused.ok, false, "nobody can accept it away");

    await updates.apply({ ...BY, allowDowngrade: true });
    await until("the gate lets it go on", () => found()?.status, (it) => it === "warn");
    const [attempt] = updates.view().history;
    assert.deepEqual([attempt?.to, attempt?.allowDowngrade], ["1.3.0", true]);
    await until(
      "it is written down",
      async () => (await readSelection(world.host, world.clock))?.resolved.manifest.version,
      (it) => it === "1.3.0",
    );
    const seen = await readSeen(world.host, world.clock, OLDER);
    assert.equal(seen?.channels["stable"]?.version, "1.3.0", "what was asked for is the newest from now on");
    await agent.kill();
  });
});

Deno.test("without a time in it, a release of a lower version is older than the installed one", async () => {
  await inUpdateWorld(async (world) => {
    const { updates, kill } = await startAgent(world, world.host, { channel: () => releaseOf("1.3.0", "3") });
    assert.deepEqual((await updates.look()).news.older, { version: "1.4.0" });
    await kill();
  });
});
