import { createHash } from "node:crypto";
import type { MonotonicClock } from "../clock.ts";
import { errorText } from "../error.ts";
import type { Host } from "../host/host.ts";
import { passwordProblems } from "../text/password_rules.ts";
import type { Access, PasswordReply, Refused, TokenVia, Visitor } from "./access.ts";
import type { AuditLog } from "./audit_log.ts";
import { BackOff } from "./back_off.ts";
import { browserText } from "./browser_text.ts";
import { PasswordKeeper } from "./password_keeper.ts";
import { type Session, Sessions, shortId } from "./sessions.ts";
import { sourceOf } from "./source.ts";
import { normalizeToken, sameToken } from "./token.ts";
import { TokenKeeper } from "./token_keeper.ts";

export type * from "./access.ts";
export type { Session } from "./sessions.ts";

/** Until a hash that is under way has ended. */
const BUSY_SEC = 2;

/** What is told of those who come and go; without it nothing is kept. */
export type AccessAudit = Pick<AuditLog, "record" | "countRefused">;

interface Options {
  host: Host;
  clock: MonotonicClock;
  audit?: AccessAudit;
}

/** Opens the appliance's access; the first time it makes the token. */
export async function openAccess({ host, clock, audit }: Options): Promise<Access> {
  const tokens = await TokenKeeper.open(host, clock);
  const passwords = await PasswordKeeper.open(host, clock);
  const backOff = new BackOff(clock);
  const sessions = await Sessions.open(host, clock);
  const listeners: (() => void)[] = [];
  /** Names token and password: a session opens something as long as they are those that it was started with. */
  function markNow(): string {
    const { current } = passwords;
    const text = `session of ${normalizeToken(tokens.token)}${current ? ` and ${current.hash}` : ""}`;
    return createHash("sha256").update(text).digest("hex").slice(0, 16);
  }
  let mark = markNow();

  /** After the agent itself has changed token or password: sessions live on, but for those that the change ends. */
  function rebind(): void {
    const before = mark;
    mark = markNow();
    sessions.rebind(before, mark);
  }

  function tellEnded(): void {
    for (const it of listeners) it();
  }

  async function endSessions(kept?: Session): Promise<void> {
    try {
      await sessions.endAll(kept);
    } finally {
      tellEnded();
    }
  }

  /** Charges a source for a guess before it is judged: guesses side by side must not share one allowance. */
  function charge(secret: string, address: string): { refund(): void } | Refused {
    const source = `${secret} ${sourceOf(address)}`;
    const waitSec = backOff.waitSec(source);
    if (waitSec > 0) return refused({ why: "wait", waitSec }, secret, address);
    backOff.fail(source);
    return { refund: () => backOff.succeed(source) };
  }

  function refused(reply: Omit<Refused, "ok">, secret: string, address: string): Refused {
    audit?.countRefused({ source: sourceOf(address), by: secret, isLockedOut: reply.why === "wait" });
    return { ok: false, ...reply };
  }

  function wrong(secret: string, address: string): Refused {
    return refused(
      { why: "wrong", waitSec: backOff.waitSec(`${secret} ${sourceOf(address)}`) },
      secret,
      address,
    );
  }

  /** Without a password the form and programs spend the same guesses. */
  const secretOf = (via: TokenVia) => via === "link" ? "link" : "token";

  function judgeToken(text: string, address: string, via: TokenVia): { ok: true } | Refused {
    const charged = charge(secretOf(via), address);
    if ("ok" in charged) return charged;
    if (!sameToken(text, tokens.token)) return wrong(secretOf(via), address);
    charged.refund();
    return { ok: true };
  }

  async function judgePassword(text: string, address: string): Promise<{ ok: true } | Refused> {
    if (passwords.isBusy) return { ok: false, why: "busy", waitSec: BUSY_SEC };
    const charged = charge("password", address);
    if ("ok" in charged) return charged;
    if (!await passwords.is(text)) return wrong("password", address);
    charged.refund();
    return { ok: true };
  }

  let tail: Promise<unknown> = Promise.resolve();
  /** One change at a time: a file that is read while it is written here would look like somebody else's work. */
  function alone<T>(work: () => Promise<T>): Promise<T> {
    const done = tail.then(work);
    tail = done.catch(() => {});
    return done;
  }

  /** What another process wrote may change who may come in. */
  async function readAgain(what: "token" | "all"): Promise<void> {
    const had = passwords.current !== undefined;
    await tokens.settleOwed();
    rebind();
    await Promise.all([tokens.refresh(), what === "all" && passwords.refresh()]);
    if (mark === markNow()) return;
    mark = markNow();
    tellEnded();
    const has = passwords.current !== undefined;
    const replaced = had === has ? "token or password replaced" : has ? "password set" : "password removed";
    await audit?.record("access.replaced", { via: "files", what: replaced });
  }
  const looks: { token?: Promise<void> | undefined; all?: Promise<void> | undefined } = {};
  // Many that ask at once share one look.
  const look = (what: "token" | "all") =>
    looks[what] ??= alone(() => readAgain(what)).finally(() => looks[what] = undefined);

  const access: Access = {
    token: () => tokens.token,
    tokenToShow: () => passwords.current === undefined ? tokens.token : undefined,
    hasPassword: () => passwords.current !== undefined,
    checkToken: (text, address, via = "form") => judgeToken(text, address, via),
    async signInByToken(text, visitor, via = "form") {
      if (access.hasPassword()) return { ok: false, why: "other-secret", waitSec: 0 };
      const verdict = await alone(async () => {
        const judged = judgeToken(text, visitor.address, via);
        if (!judged.ok) return judged;
        await tokens.turnOver();
        rebind();
        return judged;
      });
      return verdict.ok ? await signIn("setup-token", visitor) : verdict;
    },
    async signInByPassword(text, visitor) {
      if (!access.hasPassword()) return { ok: false, why: "other-secret", waitSec: 0 };
      const verdict = await judgePassword(text, visitor.address);
      return verdict.ok ? await signIn("password", visitor) : verdict;
    },
    async setPassword(fresh, by) {
      const problems = passwordProblems(fresh);
      if (problems.length > 0) return { ok: false, why: "unusable", problems };
      const before = passwords.current;
      if (before !== undefined && by !== "root") {
        const verdict = await judgePassword(by.current, by.address);
        if (!verdict.ok) return verdict;
      }
      if (passwords.isBusy) return { ok: false, why: "busy", waitSec: BUSY_SEC };
      const hash = await passwords.hash(fresh);
      return await alone(async () => {
        // Another one was set, or this session ended, while this one was hashed.
        if (passwords.current !== before || (by !== "root" && !access.isLiving(by.session))) {
          return { ok: false, why: "wrong", waitSec: 0 };
        }
        const reply = before === undefined ? await begin(hash) : await change(hash);
        if (!reply.ok) return reply;
        rebind();
        if (by !== "root") {
          by.session.credential = "password";
          by.session.mustChoosePassword = false;
        }
        await endSessions(by === "root" ? undefined : by.session).catch(() => {}); // in memory they have ended
        return reply;
      });
    },
    resetPassword: () =>
      alone(async () => {
        await passwords.remove();
        await tokens.turnOver();
        mark = markNow();
        await endSessions().catch(() => {}); // with another token they open nothing, on a full disk neither
      }),
    startSession: (given = {}) =>
      sessions.start({
        credential: "setup-token",
        mustChoosePassword: false,
        address: "",
        browser: "",
        isEncrypted: false,
        ...given,
      }, mark),
    findSession: (id, options) => sessions.find(id, mark, options),
    isLiving: (session) => sessions.isLiving(session, mark),
    sessions: () => sessions.living(mark),
    async endSession(session) {
      try {
        await sessions.end(session);
      } finally {
        tellEnded();
      }
    },
    endSessions,
    rotateToken: () =>
      alone(async () => {
        await tokens.replace();
        mark = markNow();
        await endSessions();
      }),
    refresh: () => look("all"),
    refreshToken: () => look("token"),
    onEnded: (listener) => void listeners.push(listener),
  };

  async function signIn(
    credential: "setup-token" | "password",
    { address, userAgent, isEncrypted = false }: Visitor,
  ) {
    const browser = browserText(userAgent);
    const mustChoosePassword = credential === "setup-token";
    const started = await access.startSession({
      credential,
      mustChoosePassword,
      address,
      browser,
      isEncrypted,
    });
    const by = credential === "password" ? "password" : "token";
    await audit?.record("sign-in.accepted", {
      via: "browser",
      address,
      session: shortId(started.session),
      by,
      browser,
    });
    return { ok: true as const, ...started };
  }

  /** What was printed anywhere until now is good for nothing afterwards. */
  async function begin(hash: Parameters<PasswordKeeper["begin"]>[0]): Promise<PasswordReply> {
    await passwords.begin(hash);
    await tokens.turnOver();
    return { ok: true };
  }

  async function change(hash: Parameters<PasswordKeeper["replace"]>[0]): Promise<PasswordReply> {
    try {
      await passwords.replace(hash);
      return { ok: true };
    } catch (error) {
      return { ok: false, why: "not-kept", problem: errorText(error) };
    }
  }

  return access;
}
