import assert from "node:assert/strict";
import { readDockerCredentials } from "../../tools/release/docker_credentials.ts";
import { Random } from "../fakes/random.ts";

const PASSWORD = "hunter2:with-colon";

async function withConfig<T>(text: string, run: (path: string) => Promise<T>): Promise<T> {
  const path = await Deno.makeTempFile({ prefix: "alga-docker-" });
  try {
    await Deno.writeTextFile(path, text);
    return await run(path);
  } finally {
    await Deno.remove(path);
  }
}

const auth = btoa(`ada:${PASSWORD}`);
const FOUND: [string, string, unknown][] = [
  ["a plain host", "ghcr.io", { auths: { "ghcr.io": { auth } } }],
  ["a host and port", "127.0.0.1:5000", { auths: { "127.0.0.1:5000": { auth } } }],
  ["a host written as URL", "ghcr.io", { auths: { "https://ghcr.io": { auth } } }],
  ["Docker Hub by its old name", "docker.io", { auths: { "https://index.docker.io/v1/": { auth } } }],
];
for (const [what, host, config] of FOUND) {
  Deno.test(`readDockerCredentials() finds ${what}`, async () => {
    const credentials = await withConfig(JSON.stringify(config), readDockerCredentials);
    assert.deepEqual(credentials(host), { user: "ada", password: PASSWORD });
    assert.equal(credentials("other.test"), undefined);
  });
}

const REFUSED: [string, string, RegExp][] = [
  ["what is not JSON", `{"auths": ${auth}`, /is not Docker's config\.json/],
  ["another shape", `{"auths": 7}`, /is not Docker's config\.json/],
  [
    "an entry that is not base64",
    `{"auths":{"ghcr.io":{"auth":"*${PASSWORD}*"}}}`,
    /The entry of ghcr\.io .* cannot be read/,
  ],
  [
    "an entry without a user",
    JSON.stringify({ auths: { "ghcr.io": { auth: btoa(PASSWORD.slice(7)) } } }),
    /The entry of ghcr\.io/,
  ],
  [
    "a password that a helper holds",
    `{"auths":{"ghcr.io":{}},"credsStore":"desktop"}`,
    /to a helper program/,
  ],
  ["a password that a helper of the host holds", `{"credHelpers":{"ghcr.io":"gh"}}`, /to a helper program/],
];
for (const [what, text, message] of REFUSED) {
  Deno.test(`readDockerCredentials() refuses ${what}, without showing it`, async () => {
    await withConfig(text, async (path) => {
      await assert.rejects(
        async () => (await readDockerCredentials(path))("ghcr.io"),
        (error: Error) => {
          assert.match(error.message, message);
          assert.doesNotMatch(Deno.inspect(error), new RegExp(`hunter2|with-colon|${auth}`));
          return true;
        },
      );
    });
  });
}

Deno.test("readDockerCredentials() names a file that is not there", async () => {
  await assert.rejects(readDockerCredentials("/nonexistent/config.json"), { name: "ReleaseError" });
});

Deno.test("readDockerCredentials() of any text gives a look-up or a ReleaseError", async () => {
  const random = new Random(42);
  const good = JSON.stringify({ auths: { "ghcr.io": { auth } } });
  for (let round = 0; round < 200; round++) {
    const at = random.below(good.length);
    await withConfig(good.slice(0, at) + random.text(6) + good.slice(at + random.below(6)), async (path) => {
      try {
        (await readDockerCredentials(path))("ghcr.io");
      } catch (error) {
        assert.equal((error as Error).name, "ReleaseError");
      }
    });
  }
});
