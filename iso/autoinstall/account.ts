import { IsoError } from "../iso_error.ts";

/** Name of the account that an image may bring. */
export const ACCOUNT = "alga";

/** Who can log in to an installed appliance besides its pages. There is no default password. */
export type Account =
  /** Nobody: the pages and the rescue entry of the boot menu are the ways in. */
  | { kind: "none" }
  /** Keys for SSH and, for the console, a password as crypt(5) writes it; at least one of both. */
  | { kind: "user"; sshKeys: readonly string[]; passwordHash?: string };

/** Hashes of crypt(5) that Ubuntu 24.04 takes and that are slow enough to be kept in an image: yescrypt, SHA-512, bcrypt. */
const HASH =
  /^\$(?:y\$[./A-Za-z0-9$]{40,}|6\$(?:rounds=\d{4,}\$)?[^$:\s]{4,16}\$[./A-Za-z0-9]{86}|2b\$\d\d\$[./A-Za-z0-9]{53})$/;

const KEY =
  /^(?:ssh-(?:ed25519|rsa)|ecdsa-sha2-nistp(?:256|384|521)|sk-(?:ssh-ed25519|ecdsa-sha2-nistp256)@openssh\.com) [A-Za-z0-9+/]{40,}={0,3}(?: [^\r\n]*)?$/;

/** Reads a file of public keys, one a line. @throws {IsoError} If a line is something else. */
export function parseSshKeys(text: string): string[] {
  const lines = text.split("\n").map((it) => it.trim()).filter((it) => it !== "" && !it.startsWith("#"));
  const hint = "Give a file of public keys as in ~/.ssh/id_ed25519.pub, one a line";
  if (lines.length === 0) throw new IsoError("The file of SSH keys is empty", hint);
  const wrong = lines.findIndex((it) => !KEY.test(it));
  // What the line says stays untold: it may be a private key.
  if (wrong >= 0) throw new IsoError(`Entry ${wrong + 1} of the file of SSH keys is no public key`, hint);
  return lines;
}

/** Reads a file with one password hash. @throws {IsoError} If it is something else, for example the password itself. */
export function parsePasswordHash(text: string): string {
  const hash = text.trim();
  if (HASH.test(hash)) return hash;
  throw new IsoError(
    "The file of the password has no hash of the kinds $y$, $6$ and $2b$",
    "Make one with: mkpasswd --method=yescrypt (package whois), and keep the file where only you can read it",
  );
}
