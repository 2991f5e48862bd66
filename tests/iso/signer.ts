import { run } from "../vm/run.ts";

/** A key pair of gpg's in a home of its own. */
export async function makeSigner(
  home: string,
): Promise<{ keyring: string; sign: (path: string) => Promise<string> }> {
  await Deno.mkdir(home, { mode: 0o700 });
  const gpg = ["--homedir", home, "--batch", "--no-autostart"];
  const make = [
    "--homedir",
    home,
    "--batch",
    "--passphrase",
    "",
    "--quick-generate-key",
    "a@example.com",
    "ed25519",
    "sign",
  ];
  await run("gpg", make);
  const keyring = `${home}/keyring.gpg`;
  await run("gpg", [...gpg, "--output", keyring, "--export"]);
  return {
    keyring,
    async sign(path) {
      const signature = `${path}.gpg`;
      await Deno.remove(signature).catch(() => {}); // of a signer before
      await run("gpg", ["--homedir", home, "--batch", "--output", signature, "--detach-sign", path]);
      await run("gpgconf", ["--homedir", home, "--kill", "gpg-agent"]);
      return signature;
    },
  };
}
