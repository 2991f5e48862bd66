import type { Context } from "hono";
import type { Env } from "./app_deps.ts";

/** Fields by which proxies say that they stand between. @see RFC 9110 §7.6.3, RFC 7239 */
const PROXY_FIELDS = [
  "via",
  "forwarded",
  "x-forwarded-for",
  "x-forwarded-host",
  "x-forwarded-proto",
  "x-real-ip",
];
/** The first section of a page, and the request that its last line makes, take less over any line that is of use. */
export const ARRIVAL_MS = 6_000;
/** So long pages are still ones; then it is tried again, since proxies are repaired. */
const STILL_MS = 10 * 60_000;
const MAX_KEPT = 1_000;

/** One page of which it is not known yet whether its first section has arrived. */
export interface Arrival {
  /** Last line of the first section: a browser that reads it asks for an empty stylesheet. */
  mark: string;
  hasArrived(): boolean;
  /** It has not arrived in time: whoever reads it gets still pages for a while. */
  isHeldBack(nowMs: number): void;
  /** The page has ended. */
  forget(): void;
}

/** Whether pages that grow arrive as they grow. Asked only where a proxy stands between; others hold nothing back. */
export interface Arrivals {
  /** `undefined` without a proxy. */
  expect(c: Context<Env>): Arrival | undefined;
  /** Pages that grow do not get through to this reader. */
  areHeldBack(c: Context<Env>, nowMs: number): boolean;
  /** A browser has read the last line of a first section. */
  arrived(id: string): void;
}

/** Where a browser tells that a first section has arrived. */
export const ARRIVED_PATH = "/arrived";

export function createArrivals(): Arrivals {
  const expected = new Map<string, () => void>();
  const heldUntilMs = new Map<string, number>();
  return {
    expect(c) {
      if (!isProxied(c)) return undefined;
      const id = crypto.randomUUID();
      let has = false;
      put(expected, id, () => has = true);
      return {
        mark: `<link rel="stylesheet" href="${ARRIVED_PATH}/${id}.css" />`,
        hasArrived: () => has,
        isHeldBack: (nowMs) => put(heldUntilMs, readerOf(c), nowMs + STILL_MS),
        forget: () => void expected.delete(id),
      };
    },
    areHeldBack: (c, nowMs) => isProxied(c) && (heldUntilMs.get(readerOf(c)) ?? 0) > nowMs,
    arrived: (id) => expected.get(id)?.(),
  };
}

function isProxied(c: Context<Env>): boolean {
  return PROXY_FIELDS.some((it) => c.req.header(it) !== undefined);
}

/** Readers by their session: all that come through one proxy have its address. */
function readerOf(c: Context<Env>): string {
  return c.get("session")?.idHash ?? c.env.remoteAddr;
}

function put<T>(map: Map<string, T>, key: string, value: T): void {
  map.delete(key);
  if (map.size >= MAX_KEPT) map.delete(map.keys().next().value ?? "");
  map.set(key, value);
}
