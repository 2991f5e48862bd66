import type { Clock } from "../clock.ts";
import type { Host } from "../host/host.ts";
import { moveNonFileAside } from "../state/move_aside.ts";
import { MODE, PATHS } from "../state/paths.ts";
import { isToken, makeToken, sameToken } from "./token.ts";

/** More than any token. */
const READ = { maxBytes: 200 } as const;

/**
 * The token and its file. A damaged file is replaced. A disk that takes no token keeps nobody out: the token then lives in memory
 * until {@link refresh} can write it.
 */
export class TokenKeeper {
  #token: string;
  #readText: string | undefined;
  #isSaved: boolean;
  /** It was used, and the disk took no other one yet. */
  #isOwed = false;

  private constructor(readonly host: Host, readonly clock: Clock, text: string | undefined) {
    const found = text?.trim() ?? "";
    this.#isSaved = isToken(found);
    this.#token = this.#isSaved ? found : makeToken();
    this.#readText = text;
  }

  /** The first time it makes the token. */
  static async open(host: Host, clock: Clock): Promise<TokenKeeper> {
    const keeper = new TokenKeeper(host, clock, await readTokenText(host, clock));
    if (!keeper.#isSaved) await keeper.#save();
    return keeper;
  }

  get token(): string {
    return this.#token;
  }

  /** Takes what another process or a person has written; what is no token is replaced by a new one. */
  async refresh(): Promise<void> {
    if (!this.#isSaved) return await this.#save();
    // A few bytes, read as a whole: time, size and even the inode of a file may stay while its text changes.
    const text = await readTokenText(this.host, this.clock);
    if (text === this.#readText) return;
    const found = text?.trim() ?? "";
    // Taken away, or replaced by something that opens nothing: nobody may come in by what stood there before.
    if (isToken(found)) {
      if (!sameToken(found, this.#token)) this.#token = found;
      this.#readText = text;
      return;
    }
    this.#token = makeToken();
    await this.#save();
  }

  /** Replaces the token. @throws {AgentError} STATE_WRITE_FAILED: the old one stays. */
  async replace(): Promise<void> {
    const fresh = makeToken();
    await writeToken(this.host, fresh); // before anything changes
    this.#token = fresh;
    this.#isOwed = false;
    await this.#isKept();
  }

  /** Replaces the token, or owes that until the disk takes another one: what root reads in the file must open what it says. */
  async turnOver(): Promise<void> {
    await this.replace().catch(() => this.#isOwed = true);
  }

  /** Replaces the token where that is owed. */
  async settleOwed(): Promise<void> {
    if (this.#isOwed) await this.turnOver();
  }

  /** Where the disk takes no token, the next refresh tries again. */
  async #save(): Promise<void> {
    this.#isSaved = await writeToken(this.host, this.#token).then(() => true, () => false);
    if (this.#isSaved) await this.#isKept();
  }

  async #isKept(): Promise<void> {
    this.#isSaved = true;
    this.#readText = await this.host.readText(PATHS.setupToken, READ);
  }
}

async function readTokenText(host: Host, clock: Clock): Promise<string | undefined> {
  await moveNonFileAside(host, PATHS.setupToken, clock);
  return await host.readText(PATHS.setupToken, READ);
}

async function writeToken(host: Host, token: string): Promise<void> {
  await host.writeFile(PATHS.setupToken, `${token}\n`, { mode: MODE.secretFile });
}
