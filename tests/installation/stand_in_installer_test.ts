import assert from "node:assert/strict";
import { autoinstallFile, renderAutoinstall } from "../../iso/autoinstall/autoinstall.ts";
import { missingPrograms } from "../cluster/missing_programs.ts";
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
