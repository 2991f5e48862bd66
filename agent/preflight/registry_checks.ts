import { errorText } from "../error.ts";
import { RegistryError, releaseImages, type ResolvedRelease, resolveRelease } from "../release/mod.ts";
import type { Check, CheckContext, CheckOutcome } from "./check.ts";
import { connectProxy } from "./connect_proxy.ts";
import { askedEndpoints, type Endpoint } from "./endpoints.ts";
import { couldNotCheck, fail, pass, skipped, warn } from "./outcome.ts";

const CONNECT_TIMEOUT_MS = 4_000;

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
      id: "proxy.syntax",
      title: "Proxy address",
      vantage: "agent",
      overridable: false,
      run({ inputs }) {
        const expected = "a URL like http://proxy.example.com:3128, or none";
        if (inputs.proxyUrl === "") return Promise.resolve(skipped(expected, "no proxy was entered"));
        const url = URL.canParse(inputs.proxyUrl) ? new URL(inputs.proxyUrl) : undefined;
        const remediation = "Correct the proxy address; write special characters in the password as %XX";
        if (!url || !/^https?:$/.test(url.protocol)) {
          return Promise.resolve(fail({ expected, found: "it is not such a URL", remediation }));
        }
        return Promise.resolve(pass({ expected, found: url.host }));
      },
    },
    {
      id: "proxy.connect",
      title: "Proxy",
      vantage: "agent",
      overridable: false,
      async run({ inputs, mirrors }) {
        const expected = "the proxy opens connections to the registries";
        if (inputs.proxyUrl === "") return skipped(expected, "no proxy was entered");
        for (const endpoint of askedEndpoints(mirrors)) {
          const reply = await connectProxy(inputs.proxyUrl, endpoint, CONNECT_TIMEOUT_MS);
          if (reply.status === 200) continue;
          const remediation = reply.status === 407
            ? "Enter the proxy's user name and password"
            : reply.status === 403
            ? `Allow ${endpoint.hostName} in the proxy`
            : "Check the proxy's address and port";
          return fail({ expected, found: `for ${endpoint.hostName} it ${reply.words}`, remediation });
        }
        return pass({ expected, found: new URL(inputs.proxyUrl).host });
      },
    },
    {
      id: "reg.dns",
      title: "Names of the registries",
      vantage: "agent",
      overridable: false,
      run: (context) =>
        perEndpoint(
          context,
          "the names can be looked up",
          "dns",
          (it) => `Allow DNS, or enter DNS servers that know ${it.hostName}`,
        ),
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
      run(context) {
        const expected = "their certificates are trusted here";
        if (askedEndpoints(context.mirrors).every((it) => !it.isEncrypted)) {
          return Promise.resolve(skipped(expected, "the registry mirrors are not encrypted"));
        }
        return perEndpoint(
          context,
          expected,
          "tls",
          (it) =>
            `Install the certificate authority of the device that opens HTTPS, or let ${it.hostName} pass unopened`,
        );
      },
    },
    {
      id: "reg.auth",
      title: "Reading from the registry",
      vantage: "containerd",
      overridable: false,
      async run() {
        const expected = "releases can be read without an account";
        try {
          await release();
          return pass({ expected, found: "a release was read" });
        } catch (error) {
          const failure = error instanceof RegistryError ? error.failure : undefined;
          if (failure === "unauthorized" || failure === "denied") {
            return fail({ expected, found: errorText(error), remediation: "Report this to Alga support" });
          }
          if (failure === "rate-limited") {
            return fail({
              expected,
              found: errorText(error),
              remediation: "Wait some minutes, then run the checks again",
            });
          }
          if (failure === "not-found" || failure === "schema" || failure === "not-json") {
            return pass({ expected, found: "the registry lets this machine read" });
          }
          return skipped(expected, "the registry cannot be reached (see the checks above)");
        }
      },
    },
    {
      id: "time.skew",
      title: "Clock",
      vantage: "agent",
      overridable: false,
      async run({ registry, clock, signal }) {
        const expected = "at most 30 s off";
        const remediation = "Set the clock: timedatectl set-ntp true, and allow NTP (UDP port 123)";
        const { dateMs } = await registry.ping("ghcr.io", { signal });
        if (dateMs === undefined) {
          return couldNotCheck({ expected, found: "the registry told no time", remediation });
        }
        const skewSec = Math.abs(clock.nowMs() - dateMs) / 1000;
        const found = `${Math.round(skewSec)} s off`;
        if (skewSec <= 30) return pass({ expected, found });
        return skewSec <= 300
          ? warn({ expected, found, remediation })
          : fail({ expected, found, remediation });
      },
    },
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
          if (error.failure === "schema" || error.failure === "not-json") {
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
          const isContent = ["schema", "not-json", "wrong-digest", "wrong-size", "too-large"].includes(
            error.failure,
          );
          if (!isContent) return skipped(expected, "no release could be read (see Release)");
          return fail({
            expected,
            found: errorText(error),
            remediation: "Choose another release and report this one to Alga support",
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
        const resolved = await release().catch(() => undefined);
        if (!resolved) return skipped(expected, "no release could be read (see Release)");
        const images = releaseImages(resolved.manifest);
        const known = await Promise.all(
          images.map((it) => registry.exists(it.host, it.repository, it.tag, { signal })),
        );
        const missing = images.filter((_, i) => !known[i]);
        const found = missing.map((it) => `${it.repository}:${it.tag}`).join(", ");
        if (missing.length === 0) return pass({ expected, found: `all ${images.length}` });
        if (missing.some((it) => it.tier === "login")) {
          return fail({
            expected,
            found: `missing: ${found}`,
            remediation: `Choose another release and report ${resolved.manifest.version} to Alga support`,
          });
        }
        return warn({
          expected,
          found: `missing, for background services only: ${found}`,
          remediation:
            `Report release ${resolved.manifest.version} to Alga support; people can log in without it`,
        });
      },
    },
  ];
}

/** Asks every registry and reports only what went wrong at one layer; a failure of a lower layer makes this one "skipped". */
async function perEndpoint(
  context: CheckContext,
  expected: string,
  layer: "dns" | "tcp" | "tls",
  remedy: (endpoint: Endpoint) => string,
): Promise<CheckOutcome> {
  const endpoints = askedEndpoints(context.mirrors);
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
