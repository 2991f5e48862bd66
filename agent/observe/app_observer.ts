import { APP_PORT } from "../product/ports.ts";
import type { Clock } from "../clock.ts";
import { isProbeGood } from "../facts/app.ts";
import type { Facts } from "../facts/facts.ts";
import type { HttpProbe } from "../facts/snapshot.ts";
import { timeMs } from "../text/time.ts";
import type { Changes } from "./changes.ts";
import type { ProbeHttp } from "./http_probe.ts";
import { restMs, TICK_MS, type Wait } from "./run_loop.ts";

const GOOD_MS = 10_000;
const BAD_MS = 3_000;
const PUBLIC_MS = 30_000;
/** While there is nothing to ask: longest time without a look. */
const NOBODY_MS = 30_000;

const SIGN_IN_PATH = "/auth/signin";

/** What {@link AppObserver} needs. */
export interface AppObserverDeps {
  clock: Clock;
  probeHttp: ProbeHttp;
  changes: Changes;
}

/** Asks the sign-in page on the node, and now and then by the address that people use. */
export class AppObserver {
  readonly #deps: AppObserverDeps;
  #local: HttpProbe | undefined;
  #public: HttpProbe | undefined;
  #failures = 0;
  /** What was asked last, when, and how long that holds. */
  #asked: { target: string; url: string | undefined; atMs: number; everyMs: number } | undefined;

  constructor(deps: AppObserverDeps) {
    this.#deps = deps;
  }

  view(): { local: HttpProbe | undefined; public: HttpProbe | undefined } {
    return { local: this.#local, public: this.#public };
  }

  /** Asks where it is time to. */
  async look({ app, live }: Facts, signal: AbortSignal): Promise<Wait> {
    const { clock, changes } = this.#deps;
    const container = app.pod?.containers.find((it) => !it.init);
    const address = app.pod?.podIp ?? app.pod?.hostIp;
    if (live && (container?.state.kind !== "running" || address === undefined)) {
      const isNew = this.#local !== undefined;
      this.#local = undefined;
      this.#public = undefined;
      this.#asked = undefined;
      if (isNew) changes.announce();
      return { ms: NOBODY_MS, orChange: true };
    }
    // When Kubernetes is silent, the address that answered last is asked again.
    const target = live && address !== undefined
      ? `http://${address.includes(":") ? `[${address}]` : address}:${
        container?.port ?? APP_PORT
      }${SIGN_IN_PATH}`
      : this.#local?.url;
    if (target === undefined) return { ms: NOBODY_MS, orChange: true };
    const isSame = this.#asked?.target === target && this.#asked.url === app.url;
    const waitMs = isSame && this.#asked ? restMs(this.#asked.atMs, this.#asked.everyMs, clock.nowMs()) : 0;
    if (waitMs > 0) return { ms: waitMs, orChange: true };
    const everyMs = await this.#ask(target, app.url, signal);
    this.#asked = { target, url: app.url, atMs: clock.nowMs(), everyMs };
    return { ms: everyMs, orChange: true };
  }

  /** Gives when to ask again, in ms from now. */
  async #ask(target: string, url: string | undefined, signal: AbortSignal): Promise<number> {
    const { probeHttp, clock, changes } = this.#deps;
    const host = url !== undefined && URL.canParse(url) ? new URL(url).host : undefined;
    const asked = await probeHttp(target, { ...(host === undefined ? {} : { host }), signal });
    if (signal.aborted) return TICK_MS;
    const good = isProbeGood(asked, url);
    this.#failures = good ? 0 : this.#failures + 1;
    // One lost answer does not take "ready to log in" away.
    const before = this.#local;
    const keep = !good && this.#failures === 1 && before !== undefined && isProbeGood(before, url);
    if (!keep) {
      this.#local = asked;
      if (!isSameAnswer(before, asked)) changes.announce();
    }
    const publicAgeMs = clock.nowMs() - timeMs(this.#public?.at);
    if (good && url !== undefined && (publicAgeMs >= PUBLIC_MS || this.#public?.url !== url)) {
      // People find out what they reach on their own; it must not hold up the next local question. A probe never throws.
      void probeHttp(url, { signal }).then((it) => {
        const isNew = !isSameAnswer(this.#public, it);
        this.#public = it;
        if (isNew) changes.announce();
      });
    }
    return good ? GOOD_MS : keep ? TICK_MS : BAD_MS;
  }
}

/** That it was asked again is not a change. */
function isSameAnswer(before: HttpProbe | undefined, now: HttpProbe): boolean {
  return JSON.stringify({ ...before, at: "" }) === JSON.stringify({ ...now, at: "" });
}
