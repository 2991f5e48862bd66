import ipaddr from "ipaddr.js";
import { errorText } from "../error.ts";
import { RegistryError, releaseImages, type ResolvedRelease, resolveRelease } from "../release/mod.ts";
import type { Check, CheckContext, CheckOutcome } from "./check.ts";
import { askedEndpoints, type Endpoint, unmirrored } from "./endpoints.ts";
import { couldNotCheck, fail, pass, skipped, warn } from "./outcome.ts";
import { nameIssuer } from "./name_issuer.ts";
import { proxiedEndpoints } from "./proxy_checks.ts";
import { TIME_SKEW } from "./time_skew.ts";

/** Failures of the way; what lies behind it was not seen. */
const WAY_FAILURES: readonly string[] = ["dns", "tcp", "tls", "timeout", "proxy"];
/** Failures of what was read; reading itself worked. */
const CONTENT_FAILURES: readonly string[] = [
  "newer-format",
  "schema",
  "not-json",
  "wrong-digest",
  "wrong-size",
  "too-large",
];

const AUTH_REMEDIES: { readonly [failure: string]: string } = {
  unauthorized: "Report this to Alga support",
  denied: "Report this to Alga support",
  "rate-limited": "Wait some minutes, then run the checks again",
  "server-error": "Check proxy and firewall; wait some minutes, then run the checks again",
  "unexpected-status": "Check proxy and firewall: something on the way answers instead of the registry",
};

/** What several checks need once: the release that the answers point at. */
export function shareRelease(context: CheckContext): () => Promise<ResolvedRelease> {
  let pending: Promise<ResolvedRelease> | undefined;
  return () => {
    const { channel, releaseRef } = context.inputs;
    pending ??= resolveRelease(context.registry, { channel, reference: releaseRef, signal: context.signal });
    pending.catch(() => {}); // each check that asks reports it
    return pending;
  };
}

/** Checks of the way to the registries and of the release itself. */
export function registryChecks(release: () => Promise<ResolvedRelease>): readonly Check[] {
  return [
    {
      id: "reg.mirrors",
      title: "Registry mirrors",
      vantage: "containerd",
      overridable: false,
      run({ mirrors }) {
        const expected = "a mirror for docker.io as well when ghcr.io has one";
        const left = unmirrored(mirrors);
        if (Object.keys(mirrors).length === 0) {
          return Promise.resolve(skipped(expected, "there is no mirror"));
        }
        const found = Object.entries(mirrors).map(([name, url]) => `${name} from ${new URL(url).host}`);
        if (left.length === 0) return Promise.resolve(pass({ expected, found: found.join(", ") }));
        return Promise.resolve(warn({
          expected,
          found: `${found.join(", ")}; none for ${left.join(", ")}, which was not asked`,
          remediation: `Start the agent with --registry-mirror ${
            left[0]
          }=URL too. Without it the images of database and cache must be on this machine already`,
        }));
      },
    },
    {
      id: "reg.dns",
      title: "Names of the registries",
      vantage: "agent",
      overridable: false,
      run(context) {
        const expected = "the names can be looked up";
        const direct = askedEndpoints(context.mirrors).filter((it) =>
          !ipaddr.isValid(it.hostName) && !proxiedEndpoints(context).some((p) => p.registry === it.registry)
        );
        if (direct.length === 0) {
          const why = context.inputs.proxyUrl === ""
            ? "the registry mirrors are addresses, not names"
            : "the proxy looks them up";
          return Promise.resolve(skipped(expected, why));
        }
        return perEndpoint(
          { ...context, endpoints: direct },
          expected,
          "dns",
          (it) => `Allow DNS, or enter DNS servers that know ${it.hostName}`,
        );
      },
    },
    {
      id: "reg.tcp",
      title: "Reaching the registries",
      vantage: "agent",
      overridable: false,
      run: (context) =>
        perEndpoint(
          context,
          "they accept connections",
          "tcp",
          (it) => `Allow outgoing connections to ${it.hostName} on port ${it.port}, or enter a proxy`,
        ),
    },
    {
      id: "reg.tls",
      title: "Certificates of the registries",
      vantage: "containerd",
      overridable: false,
      async run(context) {
        const expected = "their certificates are trusted here";
        if (askedEndpoints(context.mirrors).every((it) => !it.isEncrypted)) {
          return skipped(expected, "the registry mirrors are not encrypted");
        }
        let refused: Endpoint | undefined;
        const outcome = await perEndpoint(context, expected, "tls", (it) => {
          refused = it;
          return `Install the certificate authority of the device that opens HTTPS, or let ${it.hostName} pass unopened`;
        });
        return refused === undefined ? outcome : await nameIssuer(context, refused, outcome);
      },
    },
    {
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
        const strange = errors.find((it) => !(it instanceof RegistryError));
        if (strange !== undefined) throw strange;
        const failures = errors.filter((it): it is RegistryError => it instanceof RegistryError);
        const refused = failures.find((it) => it.failure in AUTH_REMEDIES);
        if (refused) {
          const remediation = AUTH_REMEDIES[refused.failure] ?? "";
          return fail({ expected, found: errorText(refused), remediation });
        }
        const cut = failures.find((it) => WAY_FAILURES.includes(it.failure));
        if (cut) return skipped(expected, `${cut.host} cannot be reached (see the checks of the way to it)`);
        return pass({ expected, found: "the registries let this machine read" });
      },
    },
    TIME_SKEW,
    {
      id: "rel.channel",
      title: "Release",
      vantage: "agent",
      overridable: false,
      async run({ inputs }) {
        const expected = inputs.releaseRef === ""
          ? `the channel ${inputs.channel} leads to a release`
          : `release ${inputs.releaseRef} exists`;
        try {
          const found = `release ${(await release()).manifest.version}`;
          if (inputs.channel === "stable") return pass({ expected, found });
          return warn({
            expected,
            found: `${found} of the testing channel`,
            remediation: "Choose stable unless Alga support asked for nightly",
          });
        } catch (error) {
          if (!(error instanceof RegistryError)) throw error;
          if (CONTENT_FAILURES.includes(error.failure)) {
            return pass({ expected, found: "something is there (see Release content)" });
          }
          if (error.failure === "not-found") {
            return fail({
              expected,
              found: errorText(error),
              remediation: "Choose the other channel, or correct the release override",
            });
          }
          return fail({
            expected,
            found: errorText(error),
            remediation: "Mend the way to the registry, then run the checks again",
          });
        }
      },
    },
    {
      id: "rel.schema",
      title: "Release content",
      vantage: "agent",
      overridable: false,
      async run() {
        const expected = "a release that this agent can install";
        try {
          await release();
          return pass({ expected, found: "complete" });
        } catch (error) {
          if (!(error instanceof RegistryError)) throw error;
          if (!CONTENT_FAILURES.includes(error.failure)) {
            return skipped(expected, "no release could be read (see Release)");
          }
          return fail({
            expected,
            found: errorText(error),
            remediation: error.failure === "newer-format"
              ? "Choose an older release, or install this appliance with the newest image"
              : "Choose another release and report this one to Alga support",
          });
        }
      },
    },
    {
      id: "rel.images",
      title: "Images of the release",
      vantage: "containerd",
      overridable: false,
      async run({ registry, signal }) {
        const expected = "every image of the release exists";
        let resolved: ResolvedRelease;
        try {
          resolved = await release();
        } catch (error) {
          if (!(error instanceof RegistryError)) throw error;
          return skipped(expected, "no release could be read (see Release)");
        }
        const { version } = resolved.manifest;
        const images = releaseImages(resolved.manifest);
        const known = await Promise.allSettled(
          images.map((it) => registry.exists(it.host, it.repository, it.tag, { signal })),
        );
        const evidence = images.map((it, i) =>
          `${it.tier} ${it.repository}:${it.tag}: ${existence(known[i])}`
        );
        const missing = images.filter((_, i) => existence(known[i]) === "missing");
        const unknown = images.filter((_, i) => !["there", "missing"].includes(existence(known[i])));
        const list = (some: typeof images) => some.map((it) => `${it.repository}:${it.tag}`).join(", ");
        if (missing.some((it) => it.tier === "login")) {
          return fail({
            expected,
            found: `missing: ${list(missing)}`,
            evidence,
            remediation: `Choose another release and report ${version} to Alga support`,
          });
        }
        if (unknown.length > 0 || images.length === 0) {
          return couldNotCheck({
            expected,
            found: `could not be asked for: ${list(unknown) || "the release names no image"}`,
            evidence,
            remediation: "Run the checks again; if it stays, check proxy and firewall",
          });
        }
        if (missing.length === 0) return pass({ expected, found: `all ${images.length}`, evidence });
        return warn({
          expected,
          found: `missing, for background services only: ${list(missing)}`,
          evidence,
          remediation: `Report release ${version} to Alga support; people can log in without it`,
        });
      },
    },
  ];
}

/** "there", "missing", or in words why it is not known. */
function existence(answer: PromiseSettledResult<boolean> | undefined): string {
  if (answer?.status === "fulfilled") return answer.value ? "there" : "missing";
  return answer === undefined ? "not asked" : errorText(answer.reason);
}

/** Asks every registry and reports only what went wrong at one layer; a failure of a lower layer makes this one "skipped". */
async function perEndpoint(
  context: CheckContext & { endpoints?: readonly Endpoint[] },
  expected: string,
  layer: "dns" | "tcp" | "tls",
  remedy: (endpoint: Endpoint) => string,
): Promise<CheckOutcome> {
  const endpoints = context.endpoints ?? askedEndpoints(context.mirrors);
  const order = ["dns", "tcp", "tls"];
  const answers = await Promise.all(endpoints.map(async (endpoint) => {
    try {
      await context.registry.ping(endpoint.registry, { signal: context.signal });
      return { endpoint, failure: undefined, words: "" };
    } catch (error) {
      if (!(error instanceof RegistryError)) throw error;
      return {
        endpoint,
        failure: error.failure === "timeout" || error.failure === "proxy" ? "tcp" : error.failure,
        words: errorText(error),
      };
    }
  }));
  const failed = answers.find((it) => it.failure === layer);
  if (failed) return fail({ expected, found: failed.words, remediation: remedy(failed.endpoint) });
  const lower = answers.find((it) =>
    it.failure !== undefined && order.indexOf(it.failure) >= 0 &&
    order.indexOf(it.failure) < order.indexOf(layer)
  );
  if (lower) return skipped(expected, `${lower.endpoint.hostName} cannot be reached that far`);
  return pass({ expected, found: endpoints.map((it) => it.hostName).join(", ") });
}
