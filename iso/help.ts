/** `deno task iso --help` */
export const HELP = `Usage: deno task iso --base FILE --output FILE ACCOUNT [OPTIONS]
       deno task iso verify FILE [--manifest FILE] [--public-key FILE] [--json]

Makes an unattended installation image from the image of Ubuntu Server 24.04
for amd64 (live-server). The base is proven first, by one of
  --sha256 HEX            its checksum
  --sums FILE             SHA256SUMS of its maker, with
  --sums-signature FILE     the signature (SHA256SUMS.gpg) and
  --keyring FILE            the keys that may sign

ACCOUNT, one or both of the first two, or the third:
  --ssh-keys FILE         public keys that log in as "alga" over SSH
  --password-hash FILE    hash of that account's password; without keys SSH
                          takes the password, with keys only the console does
  --no-account            nobody can log in; the pages are the only way

OPTIONS
  --program FILE          the compiled program (default .out/alga-agent)
  --k3s DIR               folder with the pinned k3s and install.sh
  --images FILE           archive of container images (.tar, .tar.gz, .tar.zst);
                          may be repeated
  --disk DEVICE           the disk to erase, whatever is on it; without it a
                          machine with several disks loses none that has data
  --min-disk-gib N        smaller disks are passed over (default 60)
  --max-age-days N        an older base is refused, with its age (default: any
                          age, so that an image of before can be made again)
  --key FILE              key that signs the checksums (ECDSA P-256, PEM)

Beside the image: FILE.sha256, FILE.manifest.json, FILE.cdx.json (SBOM),
SHA256SUMS and, with a key, SHA256SUMS.sig. Same inputs give the same bytes.
A run that was interrupted is taken up by the next one. Twice the room of base
and archives must be free.
"verify" tells what is on an image and whether it was altered.

Exit codes: 0: made, or as it was made; 1: failed, altered or not provable;
2: the words were not understood.

Needs xorriso and dpkg-deb; gpgv with --sums-signature.
`;
