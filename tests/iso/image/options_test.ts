import assert from "node:assert/strict";
import { HELP } from "../../../iso/image/help.ts";
import { parseImageOptions } from "../../../iso/image/options.ts";
import { mortalCommand } from "../../mortal_command.ts";

const repo = new URL("../../../", import.meta.url).pathname;
const ENOUGH = ["--from-disk", "d.qcow2", "--output", "out/"];
const parse = (args: readonly string[]) => parseImageOptions(args, () => {});

Deno.test("parseImageOptions makes every format of any age unless told", async () => {
  const { disk, output, formats, maxAgeDays } = await parse(ENOUGH);
  assert.deepEqual({ disk, output, formats, maxAgeDays }, {
    disk: "d.qcow2",
    output: "out",
    formats: ["qcow2", "ova", "raw"],
    maxAgeDays: undefined,
  });
  const some = await parse([...ENOUGH, "--format", "raw", "--format", "qcow2", "--max-age-days", "90"]);
  assert.deepEqual([some.formats, some.maxAgeDays], [["qcow2", "raw"], 90]);
  assert.equal((await parse(["--from-disk", "d", "--output", "/"])).output, "/");
});

for (
  const [what, args, reason] of [
    ["without a disk", ["--output", "o"], /--from-disk is missing/],
    ["without a folder", ["--from-disk", "d"], /--output is missing/],
    ["for another format", [...ENOUGH, "--format", "vhdx"], /--format is one of qcow2, ova, raw, not "vhdx"/],
    ["with an age in words", [...ENOUGH, "--max-age-days", "old"], /a number of days, not "old"/],
    ["with a key that is not there", [...ENOUGH, "--key", "/no/such"], /--key: "\/no\/such" cannot be read/],
    ["with an unknown option", [...ENOUGH, "--yes"], /--yes/],
  ] as const
) {
  Deno.test(`parseImageOptions refuses a call ${what}`, async () => {
    await assert.rejects(parse(args), reason);
  });
}

Deno.test("the help of images names every option", async () => {
  const source = await Deno.readTextFile(`${repo}iso/image/options.ts`);
  const names = [...source.matchAll(/^ {8}"?([a-z-]+)"?: (?:text|\{ type)/gm)].map((it) => it[1]);
  assert.equal(names.length, 5, names.join());
  assert.deepEqual(names.filter((it) => !HELP.includes(`--${it}`)), []);
});

Deno.test("the command ends with 2 for words it does not understand, with 1 for what is missing, and never in a stack trace", async () => {
  const disk = await Deno.makeTempFile();
  for (
    const [args, expected, said] of [
      [[], 2, /^--from-disk is missing\nMore: deno task image --help\n$/],
      [
        ["--from-disk", "/no/such", "--output", "/tmp/x"],
        1,
        /^--from-disk: "\/no\/such" cannot be read: it is not there\n/,
      ],
      [["verify", "/no/such.ova"], 1, /^The image "\/no\/such\.ova" cannot be read\n/],
      [["--from-disk", disk, "--output", "/proc/alga"], 1, /^--(?:output|from-disk): [^\n]+\n[^\n]+\n$/],
    ] as const
  ) {
    const command = ["run", "-A", "--quiet", `${repo}iso/image/main.ts`, ...args];
    const { code, stderr } = await mortalCommand(Deno.execPath(), command, {
      stdout: "piped",
      stderr: "piped",
    })
      .output();
    assert.match(new TextDecoder().decode(stderr), said);
    assert.equal(code, expected, args.join(" "));
  }
  await Deno.remove(disk);
});
