import type { Clock } from "../clock.ts";
import type { Host } from "../host/host.ts";
import { PATHS } from "../state/paths.ts";
import {
  type Credential,
  makeCredential,
  readCredential,
  readCredentialText,
  writeCredential,
} from "./credential.ts";
import { OneByOne } from "./one_by_one.ts";
import { hashPassword, isPassword, type PasswordHash } from "./password_hash.ts";

/** So many hashes wait at most: with one at a time this is about a second. */
const MAX_WAITING = 16;

/** The management password and its file; hashes are made one after another. */
export class PasswordKeeper {
  readonly #hashes = new OneByOne(MAX_WAITING);
  #readText: string | undefined;
  #isSaved = true;

  private constructor(readonly host: Host, readonly clock: Clock, private kept: Credential | undefined) {}

  static async open(host: Host, clock: Clock): Promise<PasswordKeeper> {
    const keeper = new PasswordKeeper(host, clock, await readCredential(host, clock));
    keeper.#readText = await readCredentialText(host);
    return keeper;
  }

  /** `undefined` until one was chosen. */
  get current(): Credential | undefined {
    return this.kept;
  }

  /** So many are being compared that another one would wait too long. */
  get isBusy(): boolean {
    return this.#hashes.isFull;
  }

  /** Whether this is the password, as of the moment of the answer. Ask {@link isBusy} first. */
  async is(text: string): Promise<boolean> {
    const asked = this.kept;
    const isRight = asked !== undefined && await this.#hashes.run(() => isPassword(text, asked));
    return isRight && this.kept === asked;
  }

  /** Ask {@link isBusy} first. */
  hash(text: string): Promise<PasswordHash> {
    return this.#hashes.run(() => hashPassword(text));
  }

  /** Takes it up once it is on the disk. @throws {AgentError} STATE_WRITE_FAILED: the old one stays. */
  async replace(hash: PasswordHash): Promise<void> {
    const fresh = makeCredential(hash, this.clock);
    await writeCredential(this.host, fresh);
    await this.#take(fresh);
  }

  /** Takes the first one up at once, on the disk as soon as that takes it: a full disk keeps nobody out. */
  async begin(hash: PasswordHash): Promise<void> {
    this.kept = makeCredential(hash, this.clock);
    await this.#save();
  }

  /** Forgets it. */
  async remove(): Promise<void> {
    await this.host.remove(PATHS.credential);
    await this.#take(undefined);
  }

  /** Takes what another process or a person has written. */
  async refresh(): Promise<void> {
    if (!this.#isSaved) return await this.#save();
    const text = await readCredentialText(this.host);
    if (text === this.#readText) return;
    this.kept = await readCredential(this.host, this.clock);
    this.#readText = await readCredentialText(this.host);
  }

  async #save(): Promise<void> {
    const { kept } = this;
    if (kept === undefined) return;
    this.#isSaved = await writeCredential(this.host, kept).then(() => true, () => false);
    if (this.#isSaved) this.#readText = await readCredentialText(this.host);
  }

  async #take(fresh: Credential | undefined): Promise<void> {
    this.kept = fresh;
    this.#isSaved = true;
    this.#readText = await readCredentialText(this.host);
  }
}
