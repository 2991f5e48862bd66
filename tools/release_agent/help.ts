/** Help of `deno task release-agent`. */
export const RELEASE_AGENT_HELP = `Make and check a release of the agent itself.

  deno task release-agent --output FOLDER          make every file of the release
  deno task release-agent --cut                    put the changelog's open lines under version and date
  deno task release-agent verify FOLDER            compare the files with their checksums

make
  --output FOLDER  new or empty
  --key FILE       sign with this private key (PEM, ECDSA on P-256, not encrypted)
  --target NAME    x64 or arm64; may be repeated (default both)
  --trial          also from a tree with changes and with the fallback runtime; such a release is not published
cut
  --date DAY       like 2026-11-26 (default today, UTC); with --output the changelog is cut last
verify
  --key FILE       also check the signature with this public key (PEM)

Exit codes: 0 done, all good · 1 it failed or something is wrong, said in words · 2 wrong arguments
`;
