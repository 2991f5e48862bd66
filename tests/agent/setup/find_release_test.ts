import assert from "node:assert/strict";
import { systemClock } from "../../../agent/clock.ts";
import { RegistryError } from "../../../agent/registry/errors.ts";
import type { RegistryClient } from "../../../agent/registry/registry.ts";
import { findChannel, findRelease } from "../../../agent/setup/find_release.ts";
import type { KubeClient } from "../../../k8s/mod.ts";
import { FakeHost } from "../../fakes/fake_host.ts";

const DIGEST = `sha256:${"a".repeat(64)}`;

/** A cluster that holds this of the installed release. */
const clusterWith = (data: Record<string, string>) => () =>
  Promise.resolve({ get: () => Promise.resolve({ data }) } as unknown as KubeClient);

/** What the registry is asked for when our own record is lost. */
async function askedFor(data: Record<string, string>): Promise<string | undefined> {
  let asked: string | undefined;
  const registry = {
    fetchManifest(host: string, repository: string, reference: string) {
      asked = `${host}/${repository}@${reference}`;
      return Promise.reject(new RegistryError("not-found", host, "nothing here"));
    },
  } as unknown as RegistryClient;
  const found = findRelease({
    host: new FakeHost(),
    clock: systemClock,
    connectKube: clusterWith(data),
    registry,
  });
  await found.catch((error) => assert.match(error.message, /nothing here/));
  return asked;
}

Deno.test("a release whose record is lost is asked for where it came from", async () => {
  const place = { registryHost: "registry.example:5000", repository: "example/releases" };
  assert.equal(
    await askedFor({ manifestDigest: DIGEST, ...place }),
    `registry.example:5000/example/releases@${DIGEST}`,
  );
});

for (
  const place of [
    {},
    { registryHost: "registry.example" },
    { registryHost: "", repository: "x" },
    { registryHost: "registry.example", repository: "../etc?x=1" },
  ]
) {
  Deno.test(`one whose place is ${JSON.stringify(place)} is asked for at the published one`, async () => {
    assert.equal(
      await askedFor({ manifestDigest: DIGEST, ...place }),
      `ghcr.io/nine-minds/alga-appliance-release@${DIGEST}`,
    );
  });
}

Deno.test("a digest that is none asks nobody", async () => {
  assert.equal(await askedFor({ manifestDigest: "latest" }), undefined);
});

for (
  const [data, channel] of [
    [{ selectedChannel: "nightly" }, "nightly"],
    [{ channel: "nightly" }, "nightly"],
    [{ channel: "other" }, undefined],
  ] as const
) {
  Deno.test(`a cluster that holds ${JSON.stringify(data)} tells the channel ${channel}`, async () => {
    const deps = { host: new FakeHost(), clock: systemClock, connectKube: clusterWith(data) };
    assert.equal(await findChannel(deps), channel);
  });
}
