import { IsoError } from "../../iso_error.ts";
import { readAt, writeAt } from "../disk/file_pieces.ts";
import { type Conversion, convertDisk } from "./qemu_img.ts";

/** Of the virtual hardware: ESXi 6.5 and later. */
export const HARDWARE_VERSION = 13;

const SECTOR = 512;
/** The text that describes the disk begins with the second sector. */
const DESCRIPTOR_SECTORS = 20;

/** Writes a stream-optimised VMDK, the form in which disks travel in an OVA. */
export async function writeVmdk(it: Omit<Conversion, "toFormat" | "options">): Promise<void> {
  const options = `subformat=streamOptimized,adapter_type=lsilogic,hwversion=${HARDWARE_VERSION}`;
  await convertDisk({ ...it, toFormat: "vmdk", options });
  await fixContentId(it.to);
}

/**
 * QEMU draws the disk's content id by lot, which would make every image another one. It tells snapshots of one disk apart, and a new
 * disk has none.
 */
export async function fixContentId(path: string): Promise<void> {
  using file = await Deno.open(path, { read: true, write: true });
  const bytes = new Uint8Array(DESCRIPTOR_SECTORS * SECTOR);
  await readAt(file, SECTOR, bytes);
  const text = new TextDecoder().decode(bytes).replace(/\0+$/, "");
  // QEMU leaves out zeros at its beginning, so the text may become longer by this; behind it there is room.
  const fixed = new TextEncoder().encode(text.replace(/^CID=[0-9a-f]{1,8}$/m, "CID=a19a0001"));
  if (!text.startsWith("# Disk DescriptorFile") || fixed.length > bytes.length) {
    throw new IsoError("The VMDK has no description", "This qemu-img is not known; tell us its version");
  }
  bytes.fill(0);
  bytes.set(fixed);
  await writeAt(file, SECTOR, bytes);
}
