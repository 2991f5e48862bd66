import assert from "node:assert/strict";
import { buildImages } from "../../iso/image/build_images.ts";
import { verifyImage } from "../../iso/verify_image.ts";
import { until } from "../until.ts";
import { type Machine, withQemu } from "../vm/machine.ts";
import { run } from "../vm/run.ts";
import type { InstalledDisk } from "./installed_disk.ts";
import { type Identity, identity, logsIn } from "./steps.ts";

/** Larger than the disk of which the image was made. */
const DISK_GIB = 8;
/** The table's two copies, what the firmware starts, and what ext4 keeps for itself. */
const SPARE_BYTES = 512 * 1024 ** 2;

/** Put on a disk as its SSH server would have done: a machine that was copied must not have it. */
export const HOST_KEY = "/etc/ssh/ssh_host_ed25519_key";

/** Makes a QCOW2 of a machine's disk by our own task, in a folder that is there. Gives its path. */
export async function makeQcow2(disk: InstalledDisk, dir: string): Promise<string> {
  // Its holes need not be read when it is given without them.
  const from = `${dir}/disk.qcow2`;
  await run("qemu-img", ["convert", "-f", "raw", "-O", "qcow2", disk.path, from]);
  const [manifest] = await buildImages({
    disk: from,
    output: `${dir}/images`,
    formats: ["qcow2"],
    say: () => {},
  });
  await Deno.remove(from);
  const image = `${dir}/images/${manifest?.image.name}`;
  assert.deepEqual((await verifyImage(image)).problems, []);
  return image;
}

/** Starts a new machine whose larger disk begins as an image, which stays as it is. Gives who it is. */
export async function startsAsNew(image: string, parent: string): Promise<Identity> {
  const dir = await Deno.makeTempDir({ dir: parent });
  const disk = `${dir}/disk.qcow2`;
  await run("qemu-img", [
    ...["create", "-q", "-f", "qcow2", "-b", image, "-F", "qcow2", disk, `${DISK_GIB}G`],
  ]);
  const drive = ["-drive", `id=d,if=none,file=${disk},format=qcow2,cache=unsafe`];
  let me: Identity | undefined;
  await withQemu([...drive, "-device", "virtio-blk-pci,drive=d,bootindex=1"], dir, async (machine) => {
    await logsIn(machine);
    await fillsItsDisk(machine);
    assert.equal((await machine.shell(`cat ${HOST_KEY} 2>/dev/null`)).trim(), "", "another machine's key");
    me = await identity(machine);
  });
  await Deno.remove(dir, { recursive: true });
  assert.ok(me);
  return me;
}

async function fillsItsDisk({ shell }: Machine): Promise<void> {
  const bytes = async () =>
    (await shell("lsblk -bdno SIZE /dev/vda /dev/vda3; df --block-size=1 --output=size / | tail -n 1"))
      .trim().split(/\s+/).map(Number);
  const whole = DISK_GIB * 1024 ** 3;
  await until(
    "partition and file system fill the disk",
    bytes,
    ([disk = 0, partition = 0, system = 0]) =>
      disk === whole && partition > whole - SPARE_BYTES && system > whole - SPARE_BYTES,
  );
}
