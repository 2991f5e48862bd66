import { type Clock, isoNow } from "../clock.ts";
import { errorText } from "../error.ts";
import type { ApiView, RegistryProbe } from "../facts/snapshot.ts";
import { redactLine } from "../text/redact/redact_line.ts";
import type { Changes } from "./changes.ts";
import { TICK_MS, type Wait } from "./run_loop.ts";

/** Lost and found again within a minute. */
const EVERY_MS = { ok: 30_000, lost: 10_000 };

/** Asks whether the release registry can be used. */
export type ProbeRegistry = (signal: AbortSignal) => Promise<Omit<RegistryProbe, "at">>;

/** Asks the registry from time to time, once there is a cluster that needs it. */
export class RegistryObserver {
  readonly #deps: { clock: Clock; probeRegistry: ProbeRegistry | undefined; changes: Changes };
  #view: RegistryProbe | undefined;

  constructor(deps: { clock: Clock; probeRegistry: ProbeRegistry | undefined; changes: Changes }) {
    this.#deps = deps;
  }

  view(): RegistryProbe | undefined {
    return this.#view;
  }

  /** Asks once. */
  async look({ state }: ApiView, signal: AbortSignal): Promise<Wait> {
    const { probeRegistry, clock, changes } = this.#deps;
    if (!probeRegistry || state === "absent" || state === "connecting") {
      return { ms: EVERY_MS.ok, orChange: true };
    }
    const asked = await probeRegistry(signal).catch((error): Awaited<ReturnType<ProbeRegistry>> => ({
      ok: false,
      message: errorText(error),
    }));
    if (signal.aborted) return { ms: TICK_MS, orChange: false };
    const before = this.#view;
    const { ok, failure } = asked;
    this.#view = {
      at: isoNow(clock),
      ok,
      message: redactLine(asked.message),
      ...(failure === undefined ? {} : { failure: { ...failure, detail: redactLine(failure.detail) } }),
    };
    // That it was asked again is not a change.
    if (before?.ok !== this.#view.ok || before.message !== this.#view.message) changes.announce();
    return { ms: asked.ok ? EVERY_MS.ok : EVERY_MS.lost, orChange: false };
  }
}
