import assert from "node:assert/strict";
import { readSelection } from "../../../agent/setup/release_selection.ts";
import type { ResolvedRelease } from "../../../agent/release/mod.ts";
import type { PreflightReport } from "../../../agent/preflight/mod.ts";
import { readSeen } from "../../../agent/trust/mod.ts";
import { updateChecks, updateGate } from "../../../agent/update/gate.ts";
import { until } from "../../until.ts";
import { SITE_KEY_PATH, SITE_PUBLIC_KEY } from "../trust/site_key.ts";
import {
  type Agent,
  BY,
  inUpdateWorld,
  NEW,
  releaseOf,
  startAgent,
  type UpdateWorld,
} from "./update_world.ts";

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

/** One agent with the site's key in its place, ended however the body ends. */
async function inTrustedWorld(
  options: Parameters<typeof startAgent>[2],
  body: (agent: Agent, world: UpdateWorld) => Promise<void>,
): Promise<void> {
  await inUpdateWorld(async (world) => {
    world.host.put(SITE_KEY_PATH, SITE_PUBLIC_KEY);
    const agent = await startAgent(world, world.host, options);
    try {
      await body(agent, world);
    } finally {
      await agent.kill();
    }
  });
}

function settled({ updates }: Agent, status: string): Promise<unknown> {
  return until(`the update is ${status}`, () => updates.view().operation.state.status, (it) => it === status);
}

Deno.test("looking tells who signed what the channel leads to", async () => {
  await inTrustedWorld({ isSigned: () => true, signatures: "require" }, async ({ updates }) => {
    const { news } = await updates.look();
    assert.equal(news.answer, "update-available");
    assert.deepEqual([news.trust?.verdict, news.trust?.found], ["signed", 'signed with the key "site.pub"']);
  });
});

Deno.test("where signatures are required, an unsigned release is no update, and the one before stays known", async () => {
  let isSigned = true;
  let channel = NEW;
  const options = { isSigned: () => isSigned, signatures: "require", channel: () => channel } as const;
  await inTrustedWorld(options, async ({ updates }) => {
    await updates.look();
    [isSigned, channel] = [false, releaseOf("1.6.0", "4")];
    const { news } = await updates.look();
    assert.equal(news.answer, "cannot-tell");
    assert.match(news.problem ?? "", /^Release 1\.6\.0 is not believed: it has no signature/);
    assert.equal(news.refused?.verdict, "refused");
    assert.equal(news.answeredAt, news.askedAt, "it has answered, whatever it said");
    assert.equal(news.target?.version, "1.5.0");
    const reply = await updates.apply(BY);
    assert.ok(!reply.ok && reply.reason === "no-update" && reply.refused);
    assert.deepEqual(updates.view().history, []);
  });
});

Deno.test("a signature that comes later is seen without a new release, and one that goes too", async () => {
  let isSigned = false;
  await inTrustedWorld({ isSigned: () => isSigned }, async ({ updates }) => {
    const verdict = async () => (await updates.look()).news.trust?.verdict;
    assert.equal(await verdict(), "unsigned");
    isSigned = true;
    assert.equal(await verdict(), "signed");
    isSigned = false;
    assert.equal(await verdict(), "stripped");
  });
});

Deno.test("an older pointer is refused until somebody asks to go back, and that is recorded", async () => {
  let channel = NEWER;
  const options = { gate: AGE_GATE, isSigned: () => true, channel: () => channel };
  await inTrustedWorld(options, async (agent, world) => {
    const { updates } = agent;
    await updates.look();
    channel = OLDER;
    const { news } = await updates.look();
    assert.deepEqual(news.older, { version: "1.5.0", releasedAt: "2026-11-20T00:00:00Z" });

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
  });
});

Deno.test("without a time in it, a release of a lower version is older than the installed one", async () => {
  await inTrustedWorld({ channel: () => releaseOf("1.3.0", "3") }, async ({ updates }) => {
    assert.deepEqual((await updates.look()).news.older, { version: "1.4.0" });
  });
});
