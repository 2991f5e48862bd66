/** A public key of the publisher: its name, and the text of its `.pub` file. */
export interface ReleaseKey {
  name: string;
  text: string;
}

/**
 * Keys of the publisher, compiled in. Empty until the publisher signs. A new key stands here beside the old one for as long as
 * releases are signed with both; a line `retired: 2027-01-31` before the block ends the old one. @see docs/release.md, "Keys"
 */
export const RELEASE_KEYS: readonly ReleaseKey[] = [];
