import assert from "node:assert/strict";
import { readRegistryLogins, REGISTRY_LOGINS } from "../../../agent/net/registry_logins.ts";
import { campaignCount, campaignSeed } from "../../campaign_size.ts";
import { FakeHost } from "../../fakes/fake_host.ts";
import { Random } from "../../fakes/random.ts";

const LOGIN = { username: "site", password: "Geheim:77" };
const AUTH = btoa("site:Geheim:77");

function hostWith(text: string, mode = 0o600): FakeHost {
  const host = new FakeHost();
  host.put(REGISTRY_LOGINS, text, mode);
  return host;
}

const FILES: readonly [string, unknown, Record<string, unknown>][] = [
  ["docker's form", { auths: { "mirror.example:5000": { auth: AUTH } } }, { "mirror.example:5000": LOGIN }],
  ["names written out", { auths: { "Mirror.example": LOGIN } }, { "mirror.example": LOGIN }],
  ["an address", { auths: { "https://mirror.example/v1/": { auth: AUTH } } }, { "mirror.example": LOGIN }],
  ["Docker Hub's old address", { auths: { "https://index.docker.io/v1/": { auth: AUTH } } }, {
    "docker.io": LOGIN,
  }],
  ["null, empty and odd entries", {
    auths: {
      a: null,
      b: {},
      c: { auth: "" },
      d: { auth: btoa("x") },
      e: 7,
      "f.example": { ...LOGIN, auth: null },
    },
    credsStore: "desktop",
  }, { "f.example": LOGIN }],
  ["nothing", {}, {}],
];

for (const [what, file, wanted] of FILES) {
  Deno.test(`readRegistryLogins() reads ${what}`, async () => {
    assert.deepEqual(await readRegistryLogins(hostWith(`\uFEFF${JSON.stringify(file)}`)), wanted);
  });
}

Deno.test("readRegistryLogins() needs no file", async () => {
  assert.deepEqual(await readRegistryLogins(new FakeHost()), {});
});

Deno.test("readRegistryLogins() refuses a file that others can read, with the command that helps", async () => {
  const text = JSON.stringify({ auths: { "mirror.example": LOGIN } });
  for (const mode of [0o644, 0o640, 0o604, 0o666]) {
    await assert.rejects(readRegistryLogins(hostWith(text, mode)), {
      failure: "unauthorized",
      message: new RegExp(`mode ${mode.toString(8)}.*chmod 600 /etc/alga-appliance/registry-login\\.json`),
    });
  }
});

Deno.test("readRegistryLogins() repeats nothing of a file that it cannot read (fuzz)", async () => {
  const random = new Random(campaignSeed(41));
  const good = JSON.stringify({ auths: { "mirror.example": { auth: AUTH, ...LOGIN } } });
  for (let round = 0; round < campaignCount(500); round++) {
    const text = round === 0 ? "Geheim" : random.mutate(good);
    await readRegistryLogins(hostWith(text)).catch((error) => {
      assert.doesNotMatch(error.message, /Geheim/, `round ${round}`);
      assert.match(error.message, /is not JSON like/, `round ${round}`);
    });
  }
});
