import { createHash } from "node:crypto";
import type { Clock, MonotonicClock } from "../clock.ts";
import type { Host } from "../host/host.ts";
import { moveNonFileAside } from "../state/move_aside.ts";
import { MODE, PATHS } from "../state/paths.ts";
import { BackOff } from "./back_off.ts";
import { type Session, Sessions } from "./sessions.ts";
import { sourceOf } from "./source.ts";
import { isToken, makeToken, normalizeToken, sameToken } from "./token.ts";

export type { Session } from "./sessions.ts";

/** More than any token. */
const READ = { maxBytes: 200 } as const;

/**
 * How a token came. Any web page can make a browser open a link of ours with a wrong token in it, so wrong links have an
 * allowance of their own: they never keep the person from signing in by the form.
 */
export type TokenVia = "form" | "link";

/** What a guess gave. */
export type TokenVerdict = { ok: true } | { ok: false; waitSec: number };

/** Who may come in: the setup token, and the sessions that it opens. */
export interface Access {
  /** The token, grouped for reading. */
  token(): string;
  /** Compares in constant time and slows the source of this address down after wrong guesses. */
  checkToken(text: string, remoteAddr: string, via?: TokenVia): TokenVerdict;
  /** `isEncrypted`: opened over TLS. */
  startSession(options?: { isEncrypted?: boolean }): Promise<{ id: string; session: Session }>;
  /** `isUse` false: found, but its idle time goes on. */
  findSession(id: string, options?: { isUse?: boolean }): Session | undefined;
  /** Whether a session that was found before is still one. Asking is not a use of it. */
  isLiving(session: Session): boolean;
  endSession(session: Session): Promise<void>;
  /** Replaces the token and ends every session. */
  rotateToken(): Promise<void>;
  /** Takes the token that another process or a person has written; what is none is replaced by a new one. */
  refresh(): Promise<void>;
}

/**
 * Opens the appliance's access; the first time it makes the token. A damaged token file is replaced. A disk that takes no token
 * keeps nobody out: the token then lives in memory until {@link Access.refresh} can write it.
 */
export async function openAccess({ host, clock }: { host: Host; clock: MonotonicClock }): Promise<Access> {
  let token = await readToken(host, clock) ?? makeToken();
  let readText = await host.readText(PATHS.setupToken, READ);
  let isSaved = readText !== undefined && isToken(readText.trim());
  if (!isSaved) await saveToken();
  const backOff = new BackOff(clock);
  const sessions = await Sessions.open(host, clock);
  const mark = () =>
    createHash("sha256").update(`session of ${normalizeToken(token)}`).digest("hex").slice(0, 16);
  let currentMark = mark();

  function setToken(fresh: string): void {
    token = fresh;
    currentMark = mark();
  }

  /** Where the disk takes no token, the next refresh tries again. */
  async function saveToken(): Promise<void> {
    isSaved = await writeToken(host, token).then(() => true, () => false);
    if (isSaved) readText = await host.readText(PATHS.setupToken, READ);
  }

  async function readAgain(): Promise<void> {
    if (!isSaved) return await saveToken();
    // A few bytes, read as a whole: time, size and even the inode of a file may stay while its text changes.
    const text = await readTokenText(host, clock);
    if (text === readText) return;
    const found = text?.trim() ?? "";
    // Taken away, or replaced by something that opens nothing: nobody may come in by what stood there before.
    if (isToken(found)) {
      if (!sameToken(found, token)) setToken(found);
      readText = text;
      return;
    }
    setToken(makeToken());
    await saveToken();
  }
  let refreshing: Promise<void> | undefined;

  return {
    token: () => token,
    checkToken(text, remoteAddr, via = "form") {
      const source = `${via} ${sourceOf(remoteAddr)}`;
      const waitSec = backOff.waitSec(source);
      if (waitSec > 0) return { ok: false, waitSec };
      if (sameToken(text, token)) {
        backOff.succeed(source);
        return { ok: true };
      }
      backOff.fail(source);
      return { ok: false, waitSec: backOff.waitSec(source) };
    },
    startSession: (options) => sessions.start("setup-token", currentMark, options),
    findSession: (id, options) => sessions.find(id, currentMark, options),
    isLiving: (session) => sessions.isLiving(session, currentMark),
    endSession: (session) => sessions.end(session),
    async rotateToken() {
      const fresh = makeToken();
      await writeToken(host, fresh); // before anything changes: a disk that takes no token leaves the old one
      setToken(fresh);
      readText = await host.readText(PATHS.setupToken, READ);
      isSaved = true;
      await sessions.endAll();
    },
    refresh() {
      // One at a time: two that both make a token could leave one on disk and the other in use.
      return refreshing ??= readAgain().finally(() => refreshing = undefined);
    },
  };
}

async function readTokenText(host: Host, clock: Clock): Promise<string | undefined> {
  await moveNonFileAside(host, PATHS.setupToken, clock);
  return await host.readText(PATHS.setupToken, READ);
}

async function readToken(host: Host, clock: Clock): Promise<string | undefined> {
  const text = (await readTokenText(host, clock))?.trim();
  return text !== undefined && isToken(text) ? text : undefined;
}

async function writeToken(host: Host, token: string): Promise<void> {
  await host.writeFile(PATHS.setupToken, `${token}\n`, { mode: MODE.secretFile });
}
