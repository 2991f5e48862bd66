import assert from "node:assert/strict";
import { freeBytes, requireSpace } from "../../iso/free_space.ts";
import { HELP } from "../../iso/help.ts";
import { IsoError, MissingProgramError } from "../../iso/iso_error.ts";
import { parseBuildOptions, parseVerifyOptions } from "../../iso/options.ts";
import { requirePrograms, runProgram } from "../../iso/run_program.ts";

const SUM = "0a".repeat(32);
const ENOUGH = ["--base", "u.iso", "--sha256", SUM, "--output", "a.iso", "--no-account"];
const parse = (args: readonly string[]) => parseBuildOptions(args, { repo: "/repo/", say: () => {} });

Deno.test("parseBuildOptions fills in the compiled program and the smallest disk", async () => {
  const { program, diskChoice, account, proof, images } = await parse(ENOUGH);
  assert.deepEqual({ program, diskChoice, account, proof, images }, {
    program: "/repo/.out/alga-agent",
    diskChoice: { minDiskGib: 60 },
    account: { kind: "none" },
    proof: { kind: "sum", sha256: SUM },
    images: [],
  });
});

for (
  const [what, args, reason] of [
    ["without a base", ENOUGH.slice(2), /--base is missing/],
    ["without a proof", ENOUGH.filter((it) => it !== "--sha256" && it !== SUM), /by what the base is proven/],
    ["with two proofs", [...ENOUGH, "--sums", "S"], /by what the base is proven/],
    ["with a keyring for a sum", [...ENOUGH, "--keyring", "k"], /prove --sums, which is missing/],
    ["with half a sum", [...ENOUGH, "--sha256", "0a"], /64 hexadecimal digits/],
    ["without an account's word", ENOUGH.slice(0, -1), /Say who can log in/],
    ["with a key and --no-account", [...ENOUGH, "--ssh-keys", "k"], /^--no-account stands alone/],
    [
      "with a missing file",
      [...ENOUGH.slice(0, -1), "--ssh-keys", "/no/such"],
      /^--ssh-keys: "\/no\/such" cannot be read: it is not there$/,
    ],
    [
      "with a folder for a file",
      [...ENOUGH, "--key", "/tmp"],
      /^--key: "\/tmp" cannot be read: it is not a file$/,
    ],
    [
      "with two archives of one name",
      [...ENOUGH, "--images", "a/core.tar", "--images", "b/core.tar"],
      /--images names two archives "core.tar"/,
    ],
    ["with a disk that is not a device", [...ENOUGH, "--disk", "sda'; rm"], /--disk is a device/],
    ["with a size in words", [...ENOUGH, "--min-disk-gib", "big"], /a number of GiB/],
    ["with an age in words", [...ENOUGH, "--max-age-days", "old"], /a number of days, not "old"/],
    ["with an unknown option", [...ENOUGH, "--yes"], /--yes/],
  ] as const
) {
  Deno.test(`parseBuildOptions refuses a call ${what}`, async () => {
    await assert.rejects(
      parse(args),
      (error: Error) => error instanceof IsoError && reason.test(error.message),
    );
  });
}

Deno.test("parseVerifyOptions wants one image", async () => {
  assert.deepEqual(await parseVerifyOptions(["a.iso", "--json"]), {
    image: "a.iso",
    isJson: true,
    options: {},
  });
  await assert.rejects(parseVerifyOptions([]), /Name one image/);
  await assert.rejects(parseVerifyOptions(["a", "b"]), /Name one image/);
  await assert.rejects(parseVerifyOptions(["a", "--force"]), /--force/);
});

Deno.test("the help names every option", async () => {
  const source = await Deno.readTextFile(new URL("../../iso/options.ts", import.meta.url));
  const names = [...source.matchAll(/^ {6,8}"?([a-z0-9-]+)"?: (?:text|\{ type)/gm)].map((it) => it[1]);
  assert.ok(names.length > 12, names.join());
  assert.deepEqual(names.filter((it) => !HELP.includes(`--${it}`)), []);
});

Deno.test("requireSpace tells how much is missing where", async () => {
  await requireSpace("/tmp", 1);
  await assert.rejects(
    requireSpace("/tmp", await freeBytes("/tmp") + 1e12),
    /"\/tmp" has .* GB free; this needs /,
  );
});

Deno.test("every program that is missing is named at once, with the packages of all", async () => {
  await requirePrograms(["sh"]);
  await assert.rejects(
    requirePrograms(["sh", "no-such-program-1", "no-such-program-2"]),
    (error) =>
      error instanceof MissingProgramError &&
      error.message === 'The programs "no-such-program-1", "no-such-program-2" are not installed' &&
      error.hint === "Install it: sudo apt install no-such-program-1 no-such-program-2",
  );
});

Deno.test("a program that is missing is named with its package, one that fails with its last words", async () => {
  await assert.rejects(
    runProgram("xorriso", ["-version"], { env: { PATH: "/nowhere" } }).catch((error) => {
      throw error instanceof IsoError ? new Error(`${error.message}. ${error.hint}`) : error;
    }),
    /"xorriso" is not installed\. Install it: sudo apt install xorriso/,
  );
  await assert.rejects(runProgram("sh", ["-c", "echo no room >&2; exit 3"]), /"sh" ended with 3: no room/);
});
