/** `deno task image --help` */
export const HELP = `Usage: deno task image --from-disk FILE --output FOLDER [OPTIONS]
       deno task image verify FILE [--manifest FILE] [--public-key FILE] [--json]

Makes images of virtual machines from the disk of a machine that one of our
installation images has installed and that nobody has set up. What belongs to
one machine is removed, free space is emptied; the disk itself stays as it is.
The machine must be switched off.

OPTIONS
  --format FORMAT         qcow2, ova or raw; may be repeated (default: all)
  --max-age-days N        a disk or base that is older is refused, with its age
                          (default: any age, so that images of before can be
                          made again)
  --key FILE              key that signs the checksums (ECDSA P-256, PEM)

In FOLDER: alga-appliance-ubuntu-VERSION.qcow2, .ova and .raw; beside each its
.sha256, .manifest.json and .cdx.json (SBOM); SHA256SUMS and, with a key,
SHA256SUMS.sig. Same inputs give the same bytes. A run that was interrupted is
taken up by the next one. Twice the room of the disk's data must be free.
"verify" tells what an image is and whether it was altered.

Exit codes: 0: made, or as it was made; 1: failed, altered or not provable;
2: the words were not understood.

Needs qemu-img (package qemu-utils), sfdisk (fdisk), debugfs, dumpe2fs and
e2fsck (e2fsprogs), tar; no root.
`;
