import assert from "node:assert/strict";
import { parseChallenge } from "../../../agent/registry/challenge.ts";
import { Random } from "../../fakes/random.ts";

Deno.test("parseChallenge() reads what registries send and never throws (fuzz)", () => {
  const header = 'Bearer realm="https://ghcr.io/token",service="ghcr.io",scope="repository:user/image:pull"';
  assert.deepEqual(parseChallenge(header), { realm: "https://ghcr.io/token", service: "ghcr.io" });
  assert.equal(parseChallenge('Basic realm="x"'), undefined);
  assert.equal(parseChallenge("Bearer service=x"), undefined);
  const random = new Random(1);
  for (let round = 0; round < 500; round++) parseChallenge(random.mutate(header));
});

for (const realm of ["file:///etc/passwd", "data:application/json,{}", "blob:https://x.test/1", "/token"]) {
  Deno.test(`parseChallenge() takes no token from ${realm}`, () => {
    assert.equal(parseChallenge(`Bearer realm="${realm}"`), undefined);
  });
}
