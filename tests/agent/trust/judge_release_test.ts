import assert from "node:assert/strict";
import { type ResolvedRelease, resolveRelease } from "../../../agent/release/mod.ts";
import { goBackTo, readSeen, remember } from "../../../agent/trust/memory.ts";
import {
  judgeAndRemember,
  type Judgement,
  judgeRelease,
  type SignaturePolicy,
} from "../../../agent/trust/mod.ts";
import { PATHS } from "../../../agent/state/paths.ts";
import { pushManifest } from "../../simulator/push.ts";
import { FakeClock } from "../../fakes/fake_clock.ts";
import { FakeHost } from "../../fakes/fake_host.ts";
import { RELEASES, type SignedRegistry, withSigned } from "./signed_registry.ts";

interface World extends SignedRegistry {
  host: FakeHost;
  release: ResolvedRelease;
  judge(policy?: SignaturePolicy, release?: ResolvedRelease): Promise<Judgement>;
  /** Takes the signatures away. */
  strip(): void;
}

const clock = new FakeClock("2026-12-01T00:00:00Z");

/** An appliance with the keys of the fixtures that are named. */
async function inTrustWorld(
  { keys = ["a"], of = "tag" }: { keys?: string[]; of?: string },
  body: (world: World) => Promise<void>,
): Promise<void> {
  await withSigned(of, async (signed) => {
    const host = new FakeHost();
    for (const name of keys) {
      host.put(`${PATHS.keyFolder}/${name}.pub`, signed.fixtures.keys[name]?.publicText ?? "");
    }
    const release = await resolveRelease(signed.client, { channel: "stable" });
    await body({
      ...signed,
      host,
      release,
      judge: (policy = "warn", it = release) =>
        judgeAndRemember({ host, clock, registry: signed.client, releaseKeys: [] }, it, { policy }),
      strip: () =>
        void (signed.registry.faults = [{ match: `${RELEASES.repository}/manifests/sha256-`, status: 404 }]),
    });
  });
}

Deno.test("judgeRelease() believes a signature of a site's key, whatever the policy", async () => {
  await inTrustWorld({}, async ({ judge }) => {
    for (const policy of ["warn", "require"] as const) {
      const { verdict, found, remediation } = await judge(policy);
      assert.deepEqual([verdict, found, remediation], ["signed", 'signed with the key "a.pub"', ""]);
    }
  });
});

Deno.test("judgeRelease() of an unsigned release follows the policy", async () => {
  await inTrustWorld({}, async ({ judge, strip }) => {
    strip();
    assert.equal((await judge("warn")).verdict, "unsigned");
    const refused = await judge("require");
    assert.equal(refused.verdict, "refused");
    assert.match(refused.remediation, /settings set --signatures warn/);
  });
});

Deno.test("judgeRelease() without a key warns, or refuses where signatures are required", async () => {
  await inTrustWorld({ keys: [] }, async ({ judge }) => {
    const { verdict, found } = await judge("warn");
    assert.deepEqual([verdict, found], [
      "unsigned",
      "it cannot be told whether it is signed: no key is known here",
    ]);
    assert.equal((await judge("require")).verdict, "refused");
  });
});

Deno.test("judgeRelease() refuses a wrong signature under either policy", async () => {
  await inTrustWorld({ keys: ["b"] }, async ({ judge }) => {
    for (const policy of ["warn", "require"] as const) {
      const { verdict, found } = await judge(policy);
      assert.equal(verdict, "refused");
      assert.match(found, /of no key that is trusted here/);
    }
  });
});

Deno.test("judgeRelease() says when a signature was there before and is gone", async () => {
  await inTrustWorld({}, async ({ judge, strip, host }) => {
    await judge();
    strip();
    const { verdict, found } = await judge();
    assert.equal(verdict, "stripped");
    assert.equal(found, "it has no signature, and release 1.4.0 had one (seen 2026-12-01)");
    assert.equal((await judge("require")).verdict, "refused");
    await host.remove(`${PATHS.keyFolder}/a.pub`);
    assert.equal((await judge()).verdict, "stripped", "also where the key is gone");
  });
});

Deno.test("judgeRelease() calls it unknown where the registry cannot be asked", async () => {
  await inTrustWorld({}, async ({ judge, registry }) => {
    registry.faults = [{ match: `${RELEASES.repository}/manifests/sha256-`, status: 403 }];
    const { verdict, found } = await judge();
    assert.equal(verdict, "unknown");
    assert.match(found, /could not be asked for: .*403/);
  });
});

Deno.test("judgeRelease() refuses a manifest that was changed after it was signed", async () => {
  await inTrustWorld({}, async ({ judge, registry, client, release, fixtures }) => {
    const { manifests = {} } = fixtures.cases["tag"] ?? {};
    const of = (reference: string) => JSON.parse(manifests[`${RELEASES.repository}${reference}`]?.text ?? "");
    const changed = { ...of(":stable"), annotations: { changed: "yes" } };
    const digest = await pushManifest(registry.url, RELEASES.repository, ["stable"], changed);
    const tampered = await resolveRelease(client, { channel: "stable" });
    assert.equal(tampered.manifestDigest, digest);
    assert.equal((await judge("require", tampered)).verdict, "refused");
    // Its signature is put where the changed one's is looked for.
    const signature = of(`:${release.manifestDigest.replace(":", "-")}.sig`);
    await pushManifest(registry.url, RELEASES.repository, [`${digest.replace(":", "-")}.sig`], signature);
    const { verdict, found } = await judge("warn", tampered);
    assert.deepEqual([verdict, found], [
      "refused",
      "its signature does not count: it is of another manifest",
    ]);
  });
});

function at(release: ResolvedRelease, digit: string, releasedAt?: string): ResolvedRelease {
  const manifestDigest = `sha256:${digit.repeat(64)}`;
  const { releasedAt: _, ...manifest } = release.manifest;
  return { ...release, manifestDigest, manifest: { ...manifest, ...(releasedAt && { releasedAt }) } };
}

Deno.test("an older pointer is told from a newer one by the time that is signed with it", async () => {
  await inTrustWorld({}, async ({ judge, host, release }) => {
    const signed = { ...release, manifest: { ...release.manifest, releasedAt: "2026-11-20T00:00:00Z" } };
    assert.equal((await judge("warn", signed)).newer, undefined);
    const newer = { version: "1.4.0", releasedAt: "2026-11-20T00:00:00Z" };
    const older = at(release, "1", "2026-11-19T00:00:00Z");
    const timeless = at(release, "2");
    assert.deepEqual((await judge("warn", older)).newer, newer);
    assert.deepEqual((await judge("warn", timeless)).newer, newer);
    assert.equal((await judge("warn", at(release, "3", "2026-11-21T00:00:00+00:00"))).newer, undefined);
    assert.equal(
      (await judge("warn", { ...older, reference: "1.3.0" })).newer,
      undefined,
      "asked for by name",
    );
    assert.equal(
      (await judge("warn", { ...older, channel: "nightly", reference: "nightly" })).newer,
      undefined,
    );
    await goBackTo(host, clock, older);
    assert.equal((await judge("warn", older)).newer, undefined);
    assert.deepEqual(
      (await readSeen(host, clock, release))?.channels["stable"]?.releasedAt,
      "2026-11-19T00:00:00Z",
    );
  });
});

Deno.test("a signed release that is older does not take the place of the newest one", async () => {
  await inTrustWorld({}, async ({ host, release }) => {
    for (const day of ["20", "19"]) {
      await remember(host, clock, at(release, day.slice(1), `2026-11-${day}T00:00:00Z`));
    }
    assert.equal(
      (await readSeen(host, clock, release))?.channels["stable"]?.releasedAt,
      "2026-11-20T00:00:00Z",
    );
    await remember(host, clock, at(release, "5", "2026-11-21T00:00:00Z"));
    assert.equal(
      (await readSeen(host, clock, release))?.channels["stable"]?.releasedAt,
      "2026-11-21T00:00:00Z",
    );
  });
});

Deno.test("an unsigned release is not remembered, and looking changes nothing", async () => {
  await inTrustWorld({}, async ({ judge, strip, host, client, release }) => {
    await judgeRelease({ host, clock, registry: client }, release, { policy: "warn" });
    assert.deepEqual(host.record, []);
    strip();
    await judge();
    assert.deepEqual(host.record, []);
    await goBackTo(host, clock, release);
    assert.deepEqual(host.record, [], "of a repository without signed releases there is nothing to forget");
  });
});

Deno.test("a memory that is damaged is begun again", async () => {
  await inTrustWorld({}, async ({ judge, host }) => {
    host.put(PATHS.releaseTrust, "{");
    assert.equal((await judge()).verdict, "signed");
    assert.match(await host.readText(PATHS.releaseTrust) ?? "", /"version": "1.4.0"/);
  });
});
