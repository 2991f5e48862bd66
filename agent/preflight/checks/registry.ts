import { errorText } from "../../error.ts";
import { type ResolvedRelease, resolveRelease } from "../../release/mod.ts";
import { NetworkError } from "../../net/errors.ts";
import { LOGINS_EXAMPLE, REGISTRY_LOGINS } from "../../net/registry_logins.ts";
import type { Check, CheckContext } from "../check.ts";
import { askedEndpoints } from "../facts/endpoints.ts";
import { fail, pass, skipped } from "../outcome.ts";
import { MIRROR_COMPLETE } from "./images.ts";
import { throughputCheck } from "./registry_speed.ts";
import { REGISTRY_WAY_CHECKS } from "./registry_reachability.ts";
import { registryTrustChecks } from "./registry_trust.ts";
import { releaseChecks } from "./release.ts";
import { signatureChecks } from "./signature.ts";
import { TIME_SKEW, TIME_SYNC } from "./time.ts";

/** Failures of the way; what lies behind it was not seen. */
const WAY_FAILURES: readonly string[] = ["dns", "tcp", "tls", "timeout", "proxy"];

const AUTH_REMEDIES: { readonly [failure: string]: string } = {
  unauthorized:
    `Write the login of this host into ${REGISTRY_LOGINS} (${LOGINS_EXAMPLE}) and run: sudo chmod 600 ${REGISTRY_LOGINS}. Without a mirror, report this to Alga support`,
  captive:
    "Sign in to the portal of the network first: the network administrator knows it (see Portal of the network)",
  denied: "Report this to Alga support",
  "rate-limited": "Wait some minutes, then run the checks again (sudo alga-agent preflight)",
  "server-error":
    "Wait some minutes, then run the checks again (sudo alga-agent preflight); if it stays, ask the network administrator about proxy and firewall",
  "unexpected-status": "Ask the network administrator what on the way answers instead of the registry",
};

/** What several checks need once: the release that the answers point at. */
export function shareRelease(context: CheckContext): () => Promise<ResolvedRelease> {
  let pending: Promise<ResolvedRelease> | undefined;
  return () => {
    const { channel, releaseRef, releasePlace: place } = context.inputs;
    pending ??= resolveRelease(context.registry, {
      channel,
      reference: releaseRef,
      ...(place && { place }),
      signal: context.signal,
    });
    pending.catch(() => {}); // each check that asks reports it
    return pending;
  };
}

/** Checks of the way to the registries and of the release itself. */
export function registryChecks(
  context: CheckContext,
  release = shareRelease(context),
): readonly Check[] {
  return [
    ...REGISTRY_WAY_CHECKS,
    ...registryTrustChecks(release),
    authCheck(release),
    TIME_SKEW,
    TIME_SYNC,
    ...releaseChecks(release),
    ...signatureChecks(context, release),
    MIRROR_COMPLETE,
    throughputCheck(release),
  ];
}

/** The registries answer, and let this machine read. */
function authCheck(release: () => Promise<ResolvedRelease>): Check {
  return {
    id: "reg.auth",
    title: "Reading from the registry",
    vantage: "containerd",
    overridable: false,
    async run(context) {
      const expected = "the registries answer, and releases can be read without an account";
      const endpoints = askedEndpoints(context.mirrors);
      const asked = await Promise.allSettled([
        ...endpoints.map((it) => context.registry.ping(it.registry, { signal: context.signal })),
        release(),
      ]);
      const errors = asked.flatMap((it) => it.status === "rejected" ? [it.reason as unknown] : []);
      const strange = errors.find((it) => !(it instanceof NetworkError));
      if (strange !== undefined) throw strange;
      const failures = errors.filter((it): it is NetworkError => it instanceof NetworkError);
      const refused = failures.find((it) => it.failure in AUTH_REMEDIES);
      if (refused) {
        const remediation = AUTH_REMEDIES[refused.failure] ?? "";
        return fail({ expected, found: errorText(refused), remediation });
      }
      const cut = failures.find((it) => WAY_FAILURES.includes(it.failure));
      if (cut) return skipped(expected, `${cut.host} cannot be reached (see the checks of the way to it)`);
      return pass({ expected, found: "the registries let this machine read" });
    },
  };
}
