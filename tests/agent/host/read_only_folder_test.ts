import assert from "node:assert/strict";
import { readOnlyFolder } from "../../../agent/host/read_only_folder.ts";
import { FakeHost } from "../../fakes/fake_host.ts";

const STATE = "/var/lib/alga-appliance";
/** As the sandbox of the unit has it, which closes /usr and opens /usr/local again. */
const mounts = (root: string, more: readonly string[] = []) =>
  [
    `116 69 254:0 / / rw,relatime shared:85 master:1 - ext4 /dev/vda ${root}`,
    `205 116 254:0 /usr /usr ro,nosuid,relatime shared:145 master:1 - ext4 /dev/vda ${root}`,
    `214 116 254:0 ${STATE} ${STATE} rw,nosuid,relatime shared:148 - ext4 /dev/vda ${root}`,
    ...more,
    "",
  ].join("\n");

const CASES: readonly [name: string, text: string | undefined, folders: string[], is: string | undefined][] =
  [
    ["a file system that became read-only under a mount that is not", mounts("ro"), [STATE], STATE],
    ["a file system that can be written", mounts("rw,errors=remount-ro"), [STATE], undefined],
    ["a folder that the unit closes", mounts("rw"), ["/usr/share"], "/usr/share"],
    [
      "a disk of its own for one of two",
      mounts("rw", ["9 116 8:1 / /var/lib/rancher ro - xfs /dev/sdb ro"]),
      [
        STATE,
        "/var/lib/rancher/k3s",
      ],
      "/var/lib/rancher/k3s",
    ],
    [
      "a folder whose name only begins like a mount's",
      mounts("rw", ["9 116 8:1 / /var/lib/al ro - xfs /dev/sdb ro"]),
      [STATE],
      undefined,
    ],
    [
      "the last of two mounts at one place",
      mounts("rw", [`9 116 8:1 / ${STATE} ro - xfs /dev/sdb ro`]),
      [STATE],
      STATE,
    ],
    ["a kernel that does not tell", undefined, [STATE], undefined],
  ];
for (const [name, text, folders, is] of CASES) {
  Deno.test(`readOnlyFolder() judges ${name}`, async () => {
    const host = new FakeHost(text === undefined ? {} : { "/proc/self/mountinfo": text });
    assert.equal(await readOnlyFolder(host, folders), is);
  });
}
