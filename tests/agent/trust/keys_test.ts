import assert from "node:assert/strict";
import { generateKeyPairSync } from "node:crypto";
import { RealHost } from "../../../agent/host/real_host.ts";
import { readKeys } from "../../../agent/trust/keys.ts";
import { parsePublicKey } from "../../../agent/trust/public_key.ts";
import { RELEASE_KEYS } from "../../../agent/trust/release_keys.ts";
import { FakeHost } from "../../fakes/fake_host.ts";
import { readFixtures } from "./fixtures.ts";

const FOLDER = "/etc/alga-appliance/keys";
const { keys: { a, b } } = await readFixtures();
const [PEM, OTHER] = [a?.publicText ?? "", b?.publicText ?? ""];

function pemOf(kind: "rsa" | "ed25519" | "ec"): string {
  const pair = kind === "rsa"
    ? generateKeyPairSync("rsa", { modulusLength: 2048 })
    : kind === "ec"
    ? generateKeyPairSync("ec", { namedCurve: "P-384" })
    : generateKeyPairSync("ed25519");
  return String(pair.publicKey.export({ type: "spki", format: "pem" }));
}

Deno.test("readKeys() gives the publisher's keys and the site's, each once", async () => {
  const host = new FakeHost({
    [`${FOLDER}/mirror.pub`]: OTHER,
    [`${FOLDER}/again.pub`]: PEM,
    [`${FOLDER}/README`]: "not a key",
  });
  const { keys, problems } = await readKeys(host, [{ name: "alga-2026", text: PEM }]);
  assert.deepEqual(keys.map((it) => it.name), ["alga-2026", "mirror.pub"]);
  assert.deepEqual(problems, []);
});

Deno.test("readKeys() of an appliance without any gives none", async () => {
  assert.deepEqual(await readKeys(new FakeHost(), []), { keys: [], problems: [] });
});

Deno.test("readKeys() names what is no key and keeps the others", async () => {
  const host = new FakeHost({ [`${FOLDER}/good.pub`]: PEM, [`${FOLDER}/bad.pub`]: "hello" });
  host.links.set(`${FOLDER}/link.pub`, "/tmp/elsewhere.pub");
  host.put(`${FOLDER}/open.pub`, OTHER, 0o666);
  host.put(`${FOLDER}/stranger.pub`, OTHER);
  host.isOurs = (path) => !path.endsWith("stranger.pub");
  const { keys, problems } = await readKeys(host, []);
  assert.deepEqual(keys.map((it) => it.name), ["good.pub"]);
  assert.deepEqual(problems.map((it) => [it.name, it.problem.split(";")[0]]), [
    ["bad.pub", 'it holds no "-----BEGIN PUBLIC KEY-----"'],
    ["link.pub", "it is not a regular file"],
    ["open.pub", "others than its owner may write it"],
    ["stranger.pub", "others than its owner may write it"],
  ]);
});

Deno.test("readKeys() takes nothing from a folder that others may write", async () => {
  for (const wrong of ["mode", "owner"]) {
    const host = new FakeHost({ [`${FOLDER}/good.pub`]: PEM });
    host.folders.set(FOLDER, wrong === "mode" ? 0o775 : 0o755);
    if (wrong === "owner") host.isOurs = (path) => path !== FOLDER;
    const { keys, problems } = await readKeys(host, [{ name: "alga-2026", text: OTHER }]);
    assert.deepEqual(keys.map((it) => it.name), ["alga-2026"]);
    assert.deepEqual(problems.map((it) => it.name), [FOLDER]);
  }
});

Deno.test("readKeys() reads a real folder below another root, at most 16 files of it", async () => {
  const root = await Deno.makeTempDir({ prefix: "alga-keys-" });
  try {
    await Deno.mkdir(`${root}${FOLDER}`, { recursive: true });
    const write = (name: string, text: string) => Deno.writeTextFile(`${root}${FOLDER}/${name}`, text);
    await write("a.pub", PEM);
    for (let it = 10; it < 30; it++) await write(`z${it}.pub`, OTHER);
    await write("b.pub", "x".repeat(100_000));
    const { keys, problems } = await readKeys(new RealHost(root), []);
    assert.deepEqual(keys.map((it) => it.name), ["a.pub", "z10.pub"]);
    assert.match(
      problems.find((it) => it.name === "b.pub")?.problem ?? "",
      /longer than 8192|cannot be read/,
    );
    assert.equal(problems.filter((it) => /more than 16/.test(it.problem)).length, 6);
    await Deno.chmod(`${root}${FOLDER}/a.pub`, 0o622);
    assert.deepEqual((await readKeys(new RealHost(root), [])).keys.map((it) => it.name), ["z10.pub"]);
  } finally {
    await Deno.remove(root, { recursive: true });
  }
});

const UNUSABLE: Record<string, [text: string, problem: RegExp]> = {
  "of another kind": [pemOf("rsa"), /not ECDSA/],
  "of Ed25519": [pemOf("ed25519"), /not ECDSA/],
  "of another curve": [pemOf("ec"), /not ECDSA/],
  "twice in a file": [`${PEM}${OTHER}`, /more than one/],
  "that is private": [`${PEM}-----BEGIN PRIVATE KEY-----\n`, /private key/],
  "encrypted and private": [a?.privateText ?? "", /private key/],
  "cut short": [PEM.replace(/\n.*\n-----END/, "\n-----END"), /cannot be read/],
  "with a retirement that is no day": [`retired: soon\n${PEM}`, /names no day/],
  "with a day that does not exist": [`retired: 2026-13-45\n${PEM}`, /names no day/],
};
for (const [what, [text, problem]] of Object.entries(UNUSABLE)) {
  Deno.test(`parsePublicKey() refuses a key ${what}`, () => {
    const read = parsePublicKey("x", text);
    assert.ok("problem" in read);
    assert.match(read.problem, problem);
  });
}

Deno.test("parsePublicKey() reads the day of retirement from the text above the block", () => {
  const read = parsePublicKey("x", `Alga, first key\nRetired: 2027-01-31 \n${PEM.replaceAll("\n", "\r\n")}`);
  assert.ok(!("problem" in read));
  assert.equal(read.retired, "2027-01-31");
  assert.match(read.id, /^[0-9a-f]{32}$/);
});

Deno.test("every key that is compiled in can be read", () => {
  for (const { name, text } of RELEASE_KEYS) assert.ok(!("problem" in parsePublicKey(name, text)), name);
});
