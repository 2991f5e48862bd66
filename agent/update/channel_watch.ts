import { type Clock, isoNow } from "../clock.ts";
import { errorText } from "../error.ts";
import type { Host } from "../host/host.ts";
import type { NetworkSettings } from "../net/settings.ts";
import type { RegistryClient } from "../registry/registry.ts";
import {
  isSamePlace,
  PUBLISHED_PLACE,
  type ReleasePlace,
  type ResolvedRelease,
  resolveRelease,
} from "../release/mod.ts";
import { networkOfSettings, type Settings } from "../settings/settings.ts";
import { isBelieved, judgeAndRemember, type Judgement } from "../trust/mod.ts";

const HOUR_MS = 3_600_000;
const EVERY_MS = 6 * HOUR_MS;
/** So that not all appliances of the world ask in the same minute. */
const JITTER_MS = 2 * HOUR_MS;
/** A channel that could not be asked is asked again sooner. */
const AFTER_FAILURE_MS = 15 * 60_000;
const AFTER_START_MS = 60_000;
const LIMIT_MS = 60_000;

/** What the channel said last. */
export interface ChannelNews {
  /** "cannot-tell": it did not answer when it was asked last; what is known is older. "never": nobody has asked yet. */
  answer: "update-available" | "up-to-date" | "cannot-tell" | "never";
  channel: string;
  /** When it last answered, and when it was last asked. */
  answeredAt?: string;
  askedAt?: string;
  /** What it leads to, as far as it is known. */
  target?: ResolvedRelease;
  /** Whether the target is believed. */
  trust?: Judgement;
  /** Why it could not be asked, or what it leads to is not believed. */
  problem?: string;
  /** It answered, and what it leads to is not believed: why, and what to do. */
  refused?: Judgement;
}

/** What is asked for in place of the channel. */
export interface Followed {
  /** Version or digest; without one it is the channel. */
  reference?: string;
  /** Where releases lie; the publisher's place without it. */
  place?: ReleasePlace;
}

/** Looks at what the channel leads to. */
export interface ChannelWatch {
  /** `installed`: the digest of the installed release's pointer. */
  news(installed: string | undefined): ChannelNews;
  /** Asks now; two at once are one. Never throws: what went wrong is part of the news. */
  look(): Promise<void>;
  /** Another release is followed from now on: what was known is not what was asked. */
  forget(): void;
  /** Asks every few hours until the signal aborts. */
  follow(signal: AbortSignal): Promise<void>;
  subscribe(listener: () => void): () => void;
}

/** What looking needs. */
export interface ChannelWatchDeps {
  host: Host;
  clock: Clock;
  /** `undefined` before setup is done: then nothing is asked. */
  settings(): Promise<Settings | undefined>;
  registryFor: (network: NetworkSettings) => RegistryClient;
  /** What it follows now. `undefined`: nothing, and nothing is asked. */
  followed(): Followed | undefined;
  random?: () => number;
}

export function createChannelWatch(deps: ChannelWatchDeps): ChannelWatch {
  const { clock, settings, registryFor, followed, random = Math.random } = deps;
  const listeners = new Set<() => void>();
  let known: { release: ResolvedRelease; trust: Judgement } | undefined;
  let last: Pick<ChannelNews, "channel" | "askedAt" | "answeredAt" | "problem" | "refused"> | undefined;
  let underWay: Promise<void> | undefined;
  /** Grows when another release is followed. */
  let turn = 0;

  async function ask(): Promise<void> {
    const now = await settings();
    const wanted = followed();
    if (!now || !wanted) return;
    const asked = turn;
    const { channel, signatures } = now;
    const before = known && isAbout(known.release, channel, wanted) ? known : undefined;
    const registry = registryFor(networkOfSettings(now));
    const askedAt = isoNow(clock);
    try {
      const signal = AbortSignal.timeout(LIMIT_MS);
      const options = { wanted, known: before?.release, signal };
      const release = await resolveNewer(registry, channel, options);
      const trust = await judgeAndRemember({ ...deps, registry }, release, { policy: signatures, signal });
      if (asked !== turn) return;
      known = isBelieved(trust) ? { release, trust } : before;
      const problem = `Release ${release.manifest.version} is not believed: ${trust.found}`;
      last = {
        channel,
        askedAt,
        answeredAt: askedAt,
        ...(isBelieved(trust) ? {} : { refused: trust, problem }),
      };
    } catch (error) {
      if (asked !== turn) return;
      known = before;
      const answeredAt = last?.channel === channel ? last.answeredAt : undefined;
      last = { channel, askedAt, problem: errorText(error), ...(answeredAt && { answeredAt }) };
    } finally {
      registry.close();
    }
    for (const listener of listeners) listener();
  }

  function begin(): Promise<void> {
    const asked = turn;
    return ask().finally(() => {
      if (asked === turn) underWay = undefined;
    });
  }
  const look = () => underWay ??= begin();

  return {
    look,
    forget() {
      turn++;
      known = last = underWay = undefined;
    },
    news(installed) {
      if (!last) return { answer: "never", channel: "" };
      const target = known && { target: known.release, trust: known.trust };
      if (last.problem !== undefined) return { answer: "cannot-tell", ...last, ...target };
      const answer = known?.release.manifestDigest === installed ? "up-to-date" : "update-available";
      return { answer, ...last, ...target };
    },
    async follow(signal) {
      await clock.sleep(AFTER_START_MS, signal).catch(() => {}); // rejects at the end
      while (!signal.aborted) {
        await look().catch(() => {}); // settings that cannot be read are told elsewhere
        const waitMs = last?.problem === undefined ? EVERY_MS + random() * JITTER_MS : AFTER_FAILURE_MS;
        await clock.sleep(waitMs, signal).catch(() => {});
      }
    },
    subscribe(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
  };
}

/** Whether a known release is what is asked for now. */
function isAbout(release: ResolvedRelease, channel: Settings["channel"], { reference, place }: Followed) {
  return release.channel === channel && release.reference === (reference ?? channel) &&
    isSamePlace(release, place ?? PUBLISHED_PLACE);
}

/** One conditional request while the channel stays where it is; the release itself is read only when it has moved. */
async function resolveNewer(
  registry: RegistryClient,
  channel: Settings["channel"],
  { wanted, known, signal }: {
    wanted: Followed;
    known: ResolvedRelease | undefined;
    signal: AbortSignal;
  },
): Promise<ResolvedRelease> {
  if (known) {
    const { registryHost, repository, reference, manifestDigest: knownDigest } = known;
    const { digest } = await registry.fetchManifest(registryHost, repository, reference, {
      knownDigest,
      signal,
    });
    if (digest === knownDigest) return known;
  }
  return await resolveRelease(registry, { ...wanted, channel, signal });
}
