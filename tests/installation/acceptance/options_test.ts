import assert from "node:assert/strict";
import { IsoUsageError } from "../../../iso/iso_error.ts";
import { HELP } from "./help.ts";
import { isSignedByCanonical } from "./image.ts";
import { parseAcceptanceOptions } from "./options.ts";

const it = { repo: "/repo/", say: () => {} };
const SUM = "a".repeat(64);
const parse = (line: string) => parseAcceptanceOptions(line.split(" "), it);

Deno.test("an image is made from the words of deno task iso, with the key of this run", async () => {
  const options = await parse(
    `--base u.iso --sha256 ${SUM} --output out/ --program p --images a.tar --firmware UEFI`,
  );
  assert.equal(options.output, "out");
  assert.deepEqual(options.firmware, ["UEFI"]);
  assert.equal(options.mayUseKvm, true);
  const publicKey = await Deno.makeTempFile();
  await Deno.writeTextFile(publicKey, `ssh-ed25519 ${"A".repeat(68)} a@example.com\n`);
  const input = await options.build?.({ publicKey, image: "out/image/alga.iso" });
  await Deno.remove(publicKey);
  assert.ok(input);
  const { base, output, program, images, proof, account } = input;
  assert.deepEqual({ base, output, program, images }, {
    base: "u.iso",
    output: "out/image/alga.iso",
    program: "p",
    images: ["a.tar"],
  });
  assert.deepEqual(proof, { kind: "sum", sha256: SUM });
  assert.equal(account.kind, "user");
});

Deno.test("an image that is there is taken without the words that make one", async () => {
  const options = await parse("--iso alga.iso --output out --no-kvm");
  assert.equal(options.iso, "alga.iso");
  assert.equal(options.build, undefined);
  assert.equal(options.mayUseKvm, false);
  assert.deepEqual(options.firmware, ["BIOS", "UEFI"]);
});

for (
  const [words, why] of [
    ["--iso a.iso", /--output is missing/],
    ["--output out", /Give --base to make an image, or --iso/],
    [`--iso a.iso --base b.iso --output out`, /--base makes one/],
    ["--base b.iso --output out", /by what the base is proven/],
    [`--base b.iso --sha256 ${SUM} --output out --firmware EFI`, /BIOS or UEFI, not "EFI"/],
    [`--base b.iso --sha256 ${SUM} --output out --no-account`, /no-account/],
  ] as const
) {
  Deno.test(`parseAcceptanceOptions refuses "${words.replace(SUM, "SUM")}"`, async () => {
    await assert.rejects(parse(words), (error) => error instanceof IsoUsageError && why.test(error.message));
  });
}

Deno.test("only Canonical's own key counts as its signature", () => {
  const line = (key: string) => `[GNUPG:] VALIDSIG ${key} 2026-08-01 1785542400 0 4 0 1 10 00 ${key}\n`;
  assert.ok(isSignedByCanonical(line("843938DF228D22F7B3742BC0D94AA3F0EFE21092")));
  assert.ok(!isSignedByCanonical(line("0000000000000000000000000000000000000000")));
  assert.ok(!isSignedByCanonical("[GNUPG:] BADSIG D94AA3F0EFE21092 Ubuntu CD Image\n"));
});

Deno.test("the help fits a terminal", () => {
  assert.deepEqual(HELP.split("\n").filter((line) => line.length > 80), []);
});
