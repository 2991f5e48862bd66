import assert from "node:assert/strict";
import { parseChallenge, parseChallenges } from "../../../agent/registry/challenge.ts";
import { campaignCount, campaignSeed } from "../../campaign_size.ts";
import { Random } from "../../fakes/random.ts";

const HEADER = 'Bearer realm="https://ghcr.io/token",service="ghcr.io",scope="repository:user/image:pull"';
const GHCR = { realm: "https://ghcr.io/token", service: "ghcr.io" };

for (
  const [header, wanted] of [
    [HEADER, GHCR],
    ['Basic realm="x"', undefined],
    ["Bearer service=x", undefined],
    ["", undefined],
    // Several, in any order, on one line or on several that were joined.
    [`Basic realm="Registry", ${HEADER}`, GHCR],
    [`${HEADER}, Basic realm="https://x.test/"`, GHCR],
    [`Negotiate, ${HEADER}`, GHCR],
    [`Negotiate YWJjZA==, ${HEADER}`, GHCR],
    [`NTLM YW/jZA=, Negotiate,${HEADER}`, GHCR],
    [`Digest realm="a, Bearer realm=\\"https://evil.test/\\"", nonce="b", ${HEADER}`, GHCR],
    [`, ,\t${HEADER} , ,`, GHCR],
    // Spaces and letter case mean nothing.
    ['bEARER\tREALM = "https://ghcr.io/token" ,\tService\t=\tghcr.io', GHCR],
    ['Bearer  realm="https://ghcr.io/token", service="ghcr.io"', GHCR],
    // Quoted strings hold commas, equals signs and escaped characters.
    ['Bearer realm="https://x.test/a?b=1,2\\"c\\\\", service="a=b"', {
      realm: 'https://x.test/a?b=1,2"c\\',
      service: "a=b",
    }],
    ["Bearer realm=https://ghcr.io/token,service=ghcr.io", GHCR],
    // The first of two counts, and one that is open names nothing.
    [`${HEADER}, realm="https://evil.test/"`, GHCR],
    ['Bearer realm="https://ghcr.io/token', undefined],
    ['Bearer service="ghcr.io", realm="https://ghcr.io/token', undefined],
    ['Bearer realm="/token", Bearer realm="https://ghcr.io/token", service=ghcr.io', GHCR],
  ] as const
) {
  Deno.test(`parseChallenge() reads ${JSON.stringify(header)}`, () => {
    assert.deepEqual(parseChallenge(header), wanted);
  });
}

for (const realm of ["file:///etc/passwd", "data:application/json,{}", "blob:https://x.test/1", "/token"]) {
  Deno.test(`parseChallenge() takes no token from ${realm}`, () => {
    assert.equal(parseChallenge(`Bearer realm="${realm}"`), undefined);
  });
}

Deno.test("parseChallenges() keeps each scheme with its own parameters", () => {
  const found = parseChallenges('Basic realm="a", charset=utf-8, Negotiate YWJj, Bearer realm="b", error=x');
  assert.deepEqual(found.map((it) => [it.scheme, Object.fromEntries(it.parameters)]), [
    ["basic", { realm: "a", charset: "utf-8" }],
    ["negotiate", {}],
    ["bearer", { realm: "b", error: "x" }],
  ]);
});

Deno.test("parseChallenges() never throws and always ends (fuzz)", () => {
  const random = new Random(campaignSeed(1));
  const pieces = [...'=", \\\t\0é/~', "Bearer", "realm", '"', "a", "==", HEADER];
  for (let round = 0; round < campaignCount(5_000); round++) {
    parseChallenges(random.mutate(HEADER));
    parseChallenges(Array.from({ length: random.below(30) }, () => random.pick(pieces)).join(""));
  }
});

Deno.test("parseChallenge() finds what was written, whatever stands beside it (fuzz)", () => {
  const random = new Random(campaignSeed(2));
  const others = ["Negotiate", "Negotiate YWJj==", 'Basic realm="a,b"', 'Digest realm="\\"", nonce=c', ""];
  const quoted = (text: string) => `"${text.replaceAll("\\", "\\\\").replaceAll('"', '\\"')}"`;
  for (let round = 0; round < campaignCount(2_000); round++) {
    const service = Array.from({ length: random.below(12) }, () => random.pick([...'a,"\\= \t;/é'])).join("");
    const parameters = ['realm="https://x.test/t"', `service=${quoted(service)}`, "scope=x"];
    if (random.below(2) === 0) parameters.reverse();
    const bearer = `Bearer ${parameters.join(random.pick([",", ", ", " ,\t"]))}`;
    const all = [random.pick(others), bearer, random.pick(others)].join(", ");
    assert.deepEqual(parseChallenge(all), { realm: "https://x.test/t", service }, all);
  }
});

Deno.test("a field that is longer than any in earnest has no challenge", () => {
  assert.deepEqual(parseChallenge(`${HEADER}, x=${"a".repeat(2_000)}`), GHCR);
  assert.equal(parseChallenge(`${HEADER}, x=${"a".repeat(9_000)}`), undefined);
});
