import assert from "node:assert/strict";
import { ScriptWorld, type StubDisk } from "./script_world.ts";

const CASES: readonly {
  name: string;
  disks: Record<string, StubDisk>;
  /** Chosen disk, or why none. */
  expect: string | RegExp;
  medium?: string;
  cmdline?: string;
  disk?: string;
}[] = [
  { name: "the only disk is taken", disks: { vda: { gib: 80 } }, expect: "/dev/vda" },
  {
    name: "the only disk is taken with an old system on it",
    disks: { sda: { gib: 80, partitions: 3 } },
    expect: "/dev/sda",
  },
  {
    name: "of two disks the one without data is taken, though it is smaller",
    disks: { sda: { gib: 4000, partitions: 1 }, sdb: { gib: 100 } },
    expect: "/dev/sdb",
  },
  {
    name: "a file system without a partition is data",
    disks: { sda: { gib: 400, content: "ext4" }, sdb: { gib: 100 } },
    expect: "/dev/sdb",
  },
  {
    name: "bytes that nothing knows are data",
    disks: { sda: { gib: 400, content: "bytes" }, sdb: { gib: 100 } },
    expect: "/dev/sdb",
  },
  {
    name: "of several empty disks the largest is taken",
    disks: { sda: { gib: 100 }, sdb: { gib: 400 }, sdc: { gib: 400 } },
    expect: "/dev/sdb",
  },
  {
    name: "two disks with data are left alone",
    disks: { sda: { gib: 400, partitions: 2 }, nvme0n1: { gib: 100, partitions: 1 } },
    expect: /data on each large one \(sda nvme0n1\)\. Nothing was touched\./,
  },
  {
    name: "a disk with data is left alone beside an empty one that is too small",
    disks: { sda: { gib: 400, partitions: 2 }, sdb: { gib: 8 } },
    expect: /data on each large one \(sda\)/,
  },
  { name: "a small disk is not taken", disks: { sda: { gib: 59 } }, expect: /no disk of at least 60 GiB/ },
  { name: "a machine without a disk is told so", disks: {}, expect: /no disk of at least 60 GiB/ },
  {
    name: "a disk that cannot be written does not count",
    disks: { sda: { gib: 400, readonly: true }, sdb: { gib: 100, partitions: 1 } },
    expect: "/dev/sdb",
  },
  {
    name: "the USB stick that holds the medium does not count",
    disks: { sda: { gib: 100, partitions: 2 }, sdb: { gib: 100, partitions: 2 } },
    medium: "/dev/sdb1",
    expect: "/dev/sda",
  },
  {
    name: "a disk that the builder named is taken with its data",
    disks: { sda: { gib: 400 }, sdb: { gib: 100, partitions: 2 } },
    disk: "/dev/sdb",
    expect: "/dev/sdb",
  },
  {
    name: "a disk that was named at the boot menu goes before the builder's",
    disks: { sda: { gib: 400, partitions: 1 }, sdb: { gib: 100, partitions: 2 } },
    disk: "/dev/sdb",
    cmdline: "autoinstall alga.disk=/dev/sda ---",
    expect: "/dev/sda",
  },
  {
    name: "a disk that was named and is missing stops it",
    disks: { sda: { gib: 400 } },
    disk: "/dev/sdz",
    expect: /The disk \/dev\/sdz that was named is not in this machine/,
  },
  {
    name: "the medium itself cannot be named",
    disks: { sda: { gib: 400 }, sdb: { gib: 100 } },
    medium: "/dev/sdb1",
    disk: "/dev/sdb",
    expect: /holds the installation medium itself/,
  },
];

for (const shell of [["dash"], ["busybox", "sh"]]) {
  for (const { name, disks, expect, medium, cmdline, disk } of CASES) {
    Deno.test(`prepare.sh (${shell.join(" ")}): ${name}`, async () => {
      await using world = await ScriptWorld.make(disks, medium);
      await world.payload({ minDiskGib: 60, ...(disk === undefined ? {} : { disk }) });
      if (cmdline !== undefined) await world.write("proc/cmdline", `${cmdline}\n`);
      const { code, output, reason } = await world.run("prepare.sh", shell);
      const file = await world.read("autoinstall.yaml");
      if (typeof expect === "string") {
        assert.equal(code, 0, output);
        assert.equal(file, `storage:\n  path: ${expect}\n`);
      } else {
        assert.notEqual(code, 0, output);
        assert.match(reason, expect);
        assert.ok(file.includes("alga-no-disk-was-chosen"), "no disk is named");
      }
    });
  }
}

Deno.test("prepare.sh stops at a damaged payload before a disk is chosen, and names the part", async () => {
  await using world = await ScriptWorld.make({ vda: { gib: 80 } });
  await world.payload({ minDiskGib: 60 });
  await world.write("cdrom/alga/part", "a pArt");
  const { code, reason } = await world.run("prepare.sh");
  assert.notEqual(code, 0);
  assert.match(reason, /medium is damaged \(\/alga\): part: FAILED/);
  assert.ok((await world.read("autoinstall.yaml")).includes("alga-no-disk-was-chosen"));
});

Deno.test("prepare.sh stops at an autoinstall file that is not the image's", async () => {
  await using world = await ScriptWorld.make({ vda: { gib: 80 } });
  await world.payload({ minDiskGib: 60 });
  await world.write("autoinstall.yaml", "storage:\n  path: /dev/sda\n");
  const { code, reason } = await world.run("prepare.sh");
  assert.notEqual(code, 0);
  assert.match(reason, /not the one of this image/);
});
