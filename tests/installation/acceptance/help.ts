/** `deno task image-acceptance --help` */
export const HELP = `Usage: deno task image-acceptance --base FILE PROOF --output FOLDER [OPTIONS]
       deno task image-acceptance --iso FILE --output FOLDER [OPTIONS]

Fills the checklist of docs/image-acceptance.md: makes an installation image
from Ubuntu's own, or takes one, installs virtual machines with BIOS and UEFI
from it, looks at their disks, makes images of them and starts those.

PROOF and more words are those of "deno task iso": --sha256 or --sums with
--sums-signature and --keyring; --program, --k3s, --images. The image gets an
account with an SSH key that is made for this run.

OPTIONS
  --iso FILE              an image that was made before, with its manifest and
                          SHA256SUMS beside it; nothing is made then
  --output FOLDER         for all that comes about; a sheet there is not
                          overwritten
  --firmware NAME         BIOS or UEFI; may be repeated (default: both)
  --no-kvm                translate every instruction: hours, not minutes

In FOLDER: acceptance.md, the filled sheet; serial/ and logs/, what machines
and installers said; image/, what was made. An image that was interrupted is
taken up by the next run. Neither root nor docker; 40 GB of free space, 8 GB of
memory.

Exit codes: 0: nothing failed; 1: an item failed, or it could not be tried;
2: the words were not understood.
`;
