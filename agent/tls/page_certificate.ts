import { type Clock, isoNow } from "../clock.ts";
import type { Host } from "../host/host.ts";
import type { Say } from "../text/log_line.ts";
import { type OpenedSelfSigned, openSelfSigned, type WantedNames } from "./self_signed.ts";
import { readSiteCertificate, refusalOf, type SiteCertificate } from "./site_certificate.ts";

/** Two files are not replaced in one moment: what does not fit is looked at once more after this time. */
const AGAIN_MS = 2_000;

/** The certificate of the pages, as it is shown. */
export interface ShownCertificate {
  /** SHA-256, pairs of hex digits with colons. */
  fingerprint: string;
  /** Made by the agent, or put there by the site. */
  origin: "self-signed" | "site";
  /** ISO 8601 */
  validTo: string;
}

/** Why the site's certificate is not in use. */
export interface CertificateProblem {
  problem: string;
  /** The way out, as an order. */
  next: string;
  /** ISO 8601 */
  since: string;
}

/** Which certificate the pages have. */
export interface PageCertificate {
  /** `undefined` in the first moments, before there is one. */
  current(): ShownCertificate | undefined;
  problem(): CertificateProblem | undefined;
  /** Looks at the files again. */
  refresh(): Promise<void>;
  /** Called after each change; returns the way to stop. */
  subscribe(listener: () => void): () => void;
}

/** What it stands on. */
export interface PageCertificateDeps {
  host: Host;
  clock: Clock;
  names: WantedNames;
  /** Gives new connections this certificate. @throws If the TLS library does not take it. */
  use(pair: { certificate: string; key: string }): void;
  say: Say;
}

/**
 * The site's own certificate where there is a good one, else the one that the agent makes. A bad one of the site changes nothing:
 * the good one before it stays until its end.
 */
export function createPageCertificate(
  { host, clock, names, use, say }: PageCertificateDeps,
): PageCertificate {
  let shown: ShownCertificate | undefined;
  let taken = "";
  let own: OpenedSelfSigned | undefined;
  let problem: CertificateProblem | undefined;
  let refreshing: Promise<void> | undefined;
  const listeners = new Set<() => void>();

  function take(
    pair: { certificate: string; key: string; fingerprint: string; validToMs: number },
    origin: ShownCertificate["origin"],
  ): void {
    const text = pair.certificate + pair.key;
    if (taken === text) return;
    use(pair);
    taken = text;
    shown = { fingerprint: pair.fingerprint, origin, validTo: new Date(pair.validToMs).toISOString() };
    const whose = origin === "site" ? "the site's own certificate" : "a certificate of its own making";
    say("info", `Encrypted pages have ${whose}, SHA-256 fingerprint ${shown.fingerprint}`);
    for (const it of [...listeners]) it();
  }

  function tryTake(site: SiteCertificate): SiteCertificate {
    if (site.status !== "found") return site;
    try {
      take({ ...site, ...site.facts }, "site");
      return site;
    } catch (error) {
      return refusalOf(error);
    }
  }

  async function refreshNow(): Promise<void> {
    let site = tryTake(await readSiteCertificate(host, clock.nowMs()));
    if (site.status === "refused" && problem === undefined) {
      await clock.sleep(AGAIN_MS);
      site = tryTake(await readSiteCertificate(host, clock.nowMs()));
    }
    tell(site.status === "refused" ? site : undefined);
    if (site.status === "found") return;
    const isGoodYet = shown?.origin === "site" && Date.parse(shown.validTo) > clock.nowMs();
    if (site.status === "refused" && isGoodYet) return;
    own = await openSelfSigned(host, clock, names, own);
    if (own.news !== undefined) say("info", own.news);
    take(own, "self-signed");
  }

  function tell(found: { problem: string; next: string } | undefined): void {
    if (found?.problem === problem?.problem) return;
    problem = found && { problem: found.problem, next: found.next, since: isoNow(clock) };
    say(
      found ? "error" : "info",
      found ? `${found.problem}. ${found.next}` : "The site's certificate is no longer in question",
    );
    for (const it of [...listeners]) it();
  }

  return {
    current: () => shown,
    problem: () => problem,
    refresh() {
      // One at a time: an older look that ends later would bring an old certificate back.
      return refreshing ??= refreshNow().finally(() => refreshing = undefined);
    },
    subscribe(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
  };
}
