import assert from "node:assert/strict";
import { autoinstallFile, renderAutoinstall } from "../../iso/autoinstall/autoinstall.ts";
import { sha256OfFile } from "../../tools/release_agent/checksums.ts";
import { missingPrograms } from "../cluster/missing_programs.ts";
import { ScriptWorld } from "../iso/script_world.ts";
import { mortalCommand } from "../mortal_command.ts";
import { testUnless } from "../test_unless.ts";
import { FLATTEN, KEYS } from "./installer_script.ts";

const [noBusybox] = await missingPrograms({ busybox: "busybox-static" });
const FILE = renderAutoinstall(autoinstallFile({ kind: "none" }));

/** What the stand-in's installer says to a file: its keys, or why it stops. */
async function read(text: string): Promise<{ keys: string; reason: string }> {
  const root = await Deno.makeTempDir({ prefix: "alga-keys-" });
  try {
    await Deno.mkdir(`${root}/run`);
    await Deno.writeTextFile(`${root}/flatten.awk`, FLATTEN);
    await Deno.writeTextFile(`${root}/autoinstall.yaml`, text);
    const script = `root=$1\ndie() { echo "$*" >&2; exit 1; }\n${KEYS}\nread_keys`;
    const { stderr } = await mortalCommand("busybox", ["sh", "-c", script, "sh", root], { stderr: "piped" })
      .output();
    const keys = await Deno.readTextFile(`${root}/run/keys`);
    return { keys, reason: new TextDecoder().decode(stderr).trim() };
  } finally {
    await Deno.remove(root, { recursive: true });
  }
}

testUnless(noBusybox, "the stand-in's installer knows every key of our autoinstall file", async () => {
  const { keys, reason } = await read(FILE);
  assert.equal(reason, "");
  for (
    const line of [
      "storage.layout.match.path=/dev/alga-no-disk-was-chosen",
      "network.ethernets.wired.match.name=e*",
      "late-commands.0=sh /cdrom/alga/install.sh",
      "user-data.users.0.gecos=Alga appliance",
    ]
  ) assert.ok(keys.split("\n").includes(`autoinstall.${line}`), keys);
});

for (
  const [what, from, to, reason] of [
    ["an unknown key", "  version: 1\n", "  version: 1\n  lokale: de\n", /know the key autoinstall\.lokale$/],
    [
      "an unknown key of a list",
      "system: true",
      "systm: true",
      /the key autoinstall\.user-data\.users\.0\.systm$/,
    ],
    [
      "a section that asks",
      "  version: 1\n",
      "  version: 1\n  interactive-sections:\n    - network\n",
      /interactive-sections/,
    ],
    ["another layout", "name: direct", "name: lvm", /storage\.layout\.name: lvm$/],
    ["half a disk", "sizing-policy: all", "sizing-policy: scaled", /sizing-policy: scaled$/],
    ["swap", "size: 0", "size: 4G", /storage\.swap\.size: 4G$/],
    ["another end", "shutdown: reboot", "shutdown: poweroff", /shutdown: poweroff$/],
    ["a value that it cannot read", "layout: us", "layout: |\n      us", /unreadable/],
  ] as const
) {
  const name = `the stand-in's installer stops at ${what} of an altered autoinstall file, and names it`;
  testUnless(noBusybox, name, async () => {
    const altered = FILE.replace(from, to);
    assert.notEqual(altered, FILE);
    assert.match((await read(altered)).reason, reason);
  });
}

for (
  const [what, other, expected] of [
    ["installs on the smaller disk when the larger has data", { gib: 80 }, "/dev/vdb"],
    [
      "stops when each disk has data",
      { gib: 80, content: "ext4" },
      "early command: This machine has several disks and data on each large one (vda vdb). Nothing was touched. " +
      "Empty one, or name it at the boot menu: alga.disk=/dev/NAME",
    ],
  ] as const
) {
  testUnless(noBusybox, `the stand-in's installer, by the image's own early command, ${what}`, async () => {
    await using world = await ScriptWorld.make({ vda: { gib: 400, content: "ext4" }, vdb: other });
    const disks = () => Promise.all(["vda", "vdb"].map((it) => sha256OfFile(`${world.root}/dev/${it}`)));
    const before = await disks();
    await world.payload({ minDiskGib: 60 });
    await world.write("autoinstall.yaml", FILE);
    await world.write("flatten.awk", FLATTEN);
    await world.write(
      "cdrom/alga/installer.sh",
      `root=$ALGA_ROOT
die() { echo "$*"; exit 1; }
${KEYS}
read_keys
# All that this image has is below a root here.
sh -c "$(get early-commands.0 | sed "s| /cdrom| $root/cdrom|")" >/dev/null 2>&1 ||
    die "early command: $(cat "$root/run/alga-install-reason")"
read_keys
get storage.layout.match.path
`,
    );
    assert.equal((await world.run("installer.sh", ["busybox", "sh"])).output.trim(), expected);
    assert.deepEqual(await disks(), before);
  });
}
