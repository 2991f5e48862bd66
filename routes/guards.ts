import { isIP } from "node:net";
import type { Context, MiddlewareHandler } from "hono";
import { timingSafeEqual } from "node:crypto";
import { FORM_TYPE, mediaTypeOf } from "../agent/text/http_message.ts";
import type { AppDeps, AppState, Env } from "./app_deps.ts";
import { LIVE_AGAIN } from "./live.ts";
import { localPath } from "./local_path.ts";
import { answerProblem, wantsJson } from "./problem.ts";
import { isFromElsewhere, isPageWanted, stepOver } from "./step_over.ts";

const COOKIE = "alga_appliance_session";
/** Over TLS: browsers take it from nobody who speaks without, and never send it there. @see RFC 6265bis §4.1.3.2 */
const ENCRYPTED_COOKIE = `__Host-${COOKIE}`;
/** Paths of our pages: each has the form that signs out. */
const OWN_PAGES = /^\/(login|logout|password|sessions|audit|help|setup|settings|support|updates)?(\/|$)/;
const MAX_BODY_BYTES = 64 * 1024;
/** So much comes within seconds over any line that is of use. */
const BODY_MS = 20_000;

/** On every answer. No script, no frame, nothing from elsewhere. */
export const SECURITY_HEADERS: readonly (readonly [name: string, value: string])[] = Object.entries({
  "content-security-policy":
    "default-src 'none'; style-src 'self'; img-src data:; form-action 'self'; frame-ancestors 'none'; base-uri 'none'",
  "x-content-type-options": "nosniff",
  "x-frame-options": "DENY",
  // "no-referrer" would make browsers send "Origin: null" with our own forms.
  "referrer-policy": "same-origin",
  "cross-origin-opener-policy": "same-origin",
  "cross-origin-resource-policy": "same-origin",
  "permissions-policy": "camera=(), geolocation=(), microphone=()",
});

/**
 * Refuses requests for names that are not ours: a page elsewhere must not reach us by rebinding its name. A whole address in the
 * request line outranks a Host header, which must be ours too.
 * @see RFC 9112 §3.2.2
 */
export function requireKnownHost(deps: AppDeps, state: AppState): MiddlewareHandler<Env> {
  return async function requireKnownHost(c, next) {
    const [asked, header = ""] = [askedHost(c), c.req.header("host")];
    const isKnown = async (host: string) => {
      const name = host.replace(/:\d+$/, "").replace(/^\[|\]$/g, "").toLowerCase().replace(/\.$/, "");
      return isIP(name) !== 0 || await deps.isKnownName(name);
    };
    if (!await isKnown(asked) || (header !== asked && !await isKnown(header))) {
      return await answerProblem(c, deps, state, {
        status: 421,
        title: "This address is not known here",
        detail:
          'Open the appliance by its IP address or its own host name. Another name, such as one of a reverse proxy that passes it on, belongs into the setting "Public names" (sudo alga-agent settings set --public-names NAME); or start the agent with --public-name NAME.',
      });
    }
    return await next();
  };
}

/** The host and port that a request is for. */
function askedHost(c: Context<Env>): string {
  const { url } = c.req;
  const start = url.indexOf("//") + 2;
  return url.slice(start, url.indexOf("/", start));
}

/** Bounds bodies, in size and time, before anything reads them. */
export function limitBody(deps: AppDeps, state: AppState): MiddlewareHandler<Env> {
  return async function limitBody(c, next) {
    if (c.req.method !== "POST" && c.req.method !== "PUT") return await next();
    const tooLarge = () => {
      c.env.hangUp?.();
      return answerProblem(c, deps, state, {
        status: 413,
        title: "Too much was sent",
        detail: `At most ${MAX_BODY_BYTES / 1024} KiB can be sent here.`,
      });
    };
    if (Number(c.req.header("content-length") ?? 0) > MAX_BODY_BYTES) return await tooLarge();
    const chunks: Uint8Array<ArrayBuffer>[] = [];
    let total = 0;
    const reader = c.req.raw.body?.getReader();
    let isLate = false;
    const late = setTimeout(() => {
      isLate = true;
      reader?.cancel().catch(() => {});
    }, BODY_MS);
    try {
      for (let read = await reader?.read(); read && !read.done; read = await reader?.read()) {
        total += read.value.length;
        if (total > MAX_BODY_BYTES) return await tooLarge();
        chunks.push(read.value as Uint8Array<ArrayBuffer>);
      }
    } catch {
      return await answerProblem(c, deps, state, {
        status: 400,
        title: "The request broke off",
        detail: "What was sent could not be read to its end. Send it again.",
      });
    } finally {
      clearTimeout(late);
      reader?.cancel().catch(() => {}); // does nothing to one that was read to its end
    }
    if (isLate) {
      c.header("connection", "close");
      c.env.hangUp?.();
      return await answerProblem(c, deps, state, {
        status: 408,
        title: "The request took too long",
        detail: `All of it must arrive within ${BODY_MS / 1000} s. Send it again.`,
      });
    }
    c.req.raw = new Request(c.req.raw, { body: await new Blob(chunks).arrayBuffer(), method: c.req.method });
    return await next();
  };
}

/** Finds the session of the cookie; a bearer token opens one request. */
export function findSession(deps: AppDeps): MiddlewareHandler<Env> {
  return async function findSession(c, next) {
    c.set("session", sessionOf(c, deps));
    return await next();
  };
}

function sessionOf(c: Context<Env>, deps: AppDeps) {
  const cookie = c.req.header("cookie");
  if (cookie === undefined) return undefined;
  const { isEncrypted = false } = c.env;
  const wanted = isEncrypted ? ENCRYPTED_COOKIE : COOKIE;
  for (const part of cookie.split(";")) {
    const [name, value] = part.trim().split("=");
    if (name === wanted && value) {
      const isUse = c.req.query("live") !== LIVE_AGAIN;
      const found = deps.access.findSession(value, { isUse, address: c.env.remoteAddr });
      // What was sent in clear may be known to others, and what was not must stay so: neither is good for the other.
      return found?.isEncrypted === isEncrypted ? found : undefined;
    }
  }
  return undefined;
}

/** Has the browser forget its session. */
export function forgetSession(c: Context<Env>): void {
  setSessionCookie(c, "");
}

/** Gives the browser the cookie of a session. */
export function setSessionCookie(c: Context<Env>, id: string): void {
  const [name, secure] = c.env.isEncrypted ? [ENCRYPTED_COOKIE, " Secure;"] : [COOKIE, ""];
  const age = id === "" ? 0 : 604_800;
  c.header("set-cookie", `${name}=${id}; Path=/; HttpOnly;${secure} SameSite=Strict; Max-Age=${age}`);
}

/** Pages lead to the sign-in form; the API says 401. Reads no body. */
export function requireSession(deps: AppDeps, state: AppState): MiddlewareHandler<Env> {
  return async function requireSession(c, next) {
    const bearer = /^Bearer (.+)$/.exec(c.req.header("authorization") ?? "")?.[1];
    if (bearer !== undefined) {
      await deps.access.refreshToken();
      const verdict = deps.access.checkToken(bearer, c.env.remoteAddr);
      if (verdict.ok) {
        const token = deps.access.token();
        c.set("isStillAllowed", () => deps.access.token() === token);
        c.env.signedIn?.();
        return await next();
      }
      if (verdict.waitSec > 0) return await tooManyGuesses(c, deps, state, verdict.waitSec);
      return await answerProblem(c, deps, state, {
        status: 401,
        title: "Not signed in",
        detail: "The bearer token is not this appliance's setup token.",
      });
    }
    const session = c.get("session");
    if (!session) {
      if (wantsJson(c)) {
        return await answerProblem(c, deps, state, {
          status: 401,
          title: "Not signed in",
          detail: "Sign in, or send the setup token as a bearer token.",
        });
      }
      // Somebody may be signed in whose browser keeps the cookie back.
      if (isPageWanted(c) && isFromElsewhere(c)) return stepOver(c, localPath(c.req.path));
      return c.redirect(`/login${c.req.path === "/" ? "" : `?next=${encodeURIComponent(c.req.path)}`}`, 303);
    }
    c.set("isStillAllowed", () => deps.access.isLiving(session));
    c.set("csrfToken", session.csrfToken);
    c.env.signedIn?.();
    return await next();
  };
}

/** A POST of a session must come from our own pages. */
export function requireOwnForm(deps: AppDeps, state: AppState): MiddlewareHandler<Env> {
  return async function requireOwnForm(c, next) {
    const wanted = c.get("csrfToken");
    if (wanted !== undefined && !await hasCsrfToken(c, wanted)) {
      return await answerProblem(c, deps, state, {
        status: 403,
        title: "This form is too old",
        detail: "Go back, load the page again and send it once more.",
      });
    }
    return await next();
  };
}

/** A POST names our own origin, where the browser says one. */
export function requireOwnOrigin(deps: AppDeps, state: AppState): MiddlewareHandler<Env> {
  return async function requireOwnOrigin(c, next) {
    if (c.req.method === "GET" || c.req.method === "HEAD") return await next();
    const origin = c.req.header("origin");
    const site = c.req.header("sec-fetch-site");
    const isForeign = (origin !== undefined && !isOwnOrigin(c, origin)) ||
      (site !== undefined && site !== "same-origin" && site !== "none");
    if (!isForeign) return await next();
    // The browser stands on our own page, as it sees it: somebody between has changed the name.
    if (origin === "null" && site === "same-origin") {
      return await answerProblem(c, deps, state, {
        status: 403,
        title: "A proxy has browsers hide where forms come from",
        detail:
          'The reverse proxy sends "Referrer-Policy: no-referrer" with these pages, so that the browser does not say that the form is ours. Take that line out for this appliance: "add_header Referrer-Policy" in nginx, "Header set Referrer-Policy" in Apache.',
      });
    }
    if (isRenamed(c, site, origin)) {
      return await answerProblem(c, deps, state, {
        status: 403,
        title: "A proxy changes the name of this appliance",
        detail: `The browser asked ${originHost(origin ?? "") ?? "another name"}, and the request came for ${
          askedHost(c)
        }. The reverse proxy must pass the name and port on: "proxy_set_header Host $http_host;" in nginx, "ProxyPreserveHost On" in Apache.`,
      });
    }
    return await answerProblem(c, deps, state, {
      status: 403,
      title: "This request came from another site",
      detail: "Open the appliance's own page and do it there.",
    });
  };
}

/** 429 with the seconds to wait. */
export async function tooManyGuesses(
  c: Context<Env>,
  deps: AppDeps,
  state: AppState,
  waitSec: number,
): Promise<Response> {
  return await answerProblem(c, deps, state, {
    status: 429,
    title: "Too many wrong tokens",
    detail: `Try again in ${waitSec} s. Others are not affected.`,
    retryAfterSec: waitSec,
  });
}

async function hasCsrfToken(c: Context<Env>, wanted: string): Promise<boolean> {
  const header = c.req.header("x-csrf-token");
  const given = header ??
    (mediaTypeOf(c.req.header("content-type")) === FORM_TYPE
      ? new URLSearchParams(await c.req.text()).get("csrf")
      : undefined);
  if (typeof given !== "string") return false;
  const [a, b] = [new TextEncoder().encode(given), new TextEncoder().encode(wanted)];
  return a.length === b.length && timingSafeEqual(a, b);
}

/**
 * Whether a request that looks foreign is from our own page behind a proxy: the browser says so itself, or, over plain HTTP, the
 * proxy tells the name that was asked for, or the page the browser names as its own is the origin's. Only words depend on it; the
 * request is refused all the same.
 */
function isRenamed(c: Context<Env>, site: string | undefined, origin: string | undefined): boolean {
  if (origin === undefined || originHost(origin) === undefined) return false;
  if (site !== undefined) return site === "same-origin";
  const [forwarded = ""] = (c.req.header("x-forwarded-host") ?? "").split(",");
  if (forwarded.trim().toLowerCase() === originHost(origin)) return true;
  const referer = c.req.header("referer");
  return referer !== undefined && originHost(referer) === originHost(origin) &&
    OWN_PAGES.test(new URL(referer).pathname);
}

function originHost(origin: string): string | undefined {
  return URL.canParse(origin) ? new URL(origin).host : undefined;
}

/** A page of ours that came in clear may have been changed on its way: what is encrypted takes nothing from it. */
function isOwnOrigin(c: Context<Env>, origin: string): boolean {
  if (!URL.canParse(origin)) return false;
  const { host, protocol } = new URL(origin);
  // Some proxies write the name in other letters, or with the port that everybody leaves out.
  return host === originHost(`${protocol}//${askedHost(c)}`) && (!c.env.isEncrypted || protocol === "https:");
}
