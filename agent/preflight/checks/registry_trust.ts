import { errorText } from "../../error.ts";
import { allowToo } from "../../net/allow_too.ts";
import type { Endpoint } from "../../net/endpoint.ts";
import { NetworkError } from "../../net/errors.ts";
import { SYSTEM_AUTHORITIES } from "../../net/settings.ts";
import { verifyBySystem } from "../../net/verify_by_system.ts";
import type { ResolvedRelease } from "../../release/mod.ts";
import type { Check, CheckContext } from "../check.ts";
import { askedEndpoints } from "../facts/endpoints.ts";
import { chosenAddress, shownCertificate } from "../facts/shown_certificate.ts";
import { couldNotCheck, fail, pass, skipped } from "../outcome.ts";
import { proxiedEndpoints } from "./proxy.ts";

/** Checks of what stands between this machine and the registries without being a way: trust, portals, other hosts. */
export function registryTrustChecks(release: () => Promise<ResolvedRelease>): readonly Check[] {
  return [CAPTIVE, TLS_CHAIN, blobHostCheck(release)];
}

const CAPTIVE: Check = {
  id: "net.captive",
  title: "Portal of the network",
  vantage: "agent",
  overridable: false,
  async run(context) {
    const expected = "registries answer themselves, not a page of the network";
    const errors = await pingAll(context);
    const portal = errors.find((it) => it.error.failure === "captive");
    if (portal) {
      const { hostName } = portal.endpoint;
      const by = portal.error.answeredBy;
      return fail({
        expected,
        found: errorText(portal.error),
        remediation: `Open http://${
          by ?? hostName
        }/ in a browser of this network and sign in, or ask the network administrator to have ${
          by === undefined ? hostName : `${hostName} and not ${by}`
        } answer this machine, or to have ${hostName} let through a filter of web pages`,
      });
    }
    const [first] = errors;
    return first === undefined
      ? pass({ expected, found: "they do" })
      : skipped(expected, `${first.error.host} cannot be asked (see the checks of the registries)`);
  },
};

const TLS_CHAIN: Check = {
  id: "reg.tls-chain",
  title: "Trust of containerd and Flux",
  vantage: "containerd",
  overridable: false,
  async run(context) {
    const expected = "the container runtime and Flux trust whom this agent trusts";
    const encrypted = askedEndpoints(context.mirrors).filter((it) => it.isEncrypted);
    if (encrypted.length === 0) return skipped(expected, "the registry mirrors are not encrypted");
    const refused = (await pingAll(context)).filter((it) =>
      encrypted.some((e) => e.registry === it.endpoint.registry)
    );
    if (refused[0]) {
      return skipped(expected, `${refused[0].error.host} cannot be reached that far (see the checks before)`);
    }
    // Flux is given the same file.
    if (await context.host.info(SYSTEM_AUTHORITIES) === undefined) {
      return fail({
        expected,
        found: `${SYSTEM_AUTHORITIES} does not exist: they trust nobody`,
        remediation:
          "Install it: sudo apt install --reinstall ca-certificates, then sudo update-ca-certificates",
      });
    }
    const proxied = proxiedEndpoints(context);
    const direct = encrypted.filter((it) => !proxied.some((p) => p.registry === it.registry));
    if (direct.length === 0) return skipped(expected, "the registries are asked through the proxy");
    for (const endpoint of direct) {
      const { hostName } = endpoint;
      const address = await chosenAddress(context, hostName) ?? hostName;
      const verdict = await verifyBySystem(context.host, endpoint, { address, signal: context.signal });
      if (verdict === "trusted") continue;
      if (verdict === "unknown") {
        return couldNotCheck({
          expected,
          found: `openssl does not tell whether ${endpoint.hostName} is trusted`,
          remediation:
            `See what it says: sudo openssl s_client -connect ${endpoint.hostName}:${endpoint.port} -CAfile ${SYSTEM_AUTHORITIES}`,
        });
      }
      const issuer = (await shownCertificate(context, endpoint))?.issuer;
      return fail({
        expected,
        found: `this agent trusts ${endpoint.hostName}, and ${SYSTEM_AUTHORITIES} does not: ${verdict.why}`,
        remediation: `Put the authority${
          issuer ? ` "${issuer}"` : ""
        } into /usr/local/share/ca-certificates/NAME.crt, or run: sudo apt install --reinstall ca-certificates; then sudo update-ca-certificates`,
      });
    }
    // The values of a release have no place for them. @see docs/technical-reference.md "Mirrors, logins and names"
    const hosts = direct.map((it) => it.hostName).join(", ");
    return pass({ expected, found: `${hosts}; pods of Alga are not given the authorities of this machine` });
  },
};

/** Content lies on other hosts than the registry itself; a firewall that allows only the registry stops there. */
function blobHostCheck(release: () => Promise<ResolvedRelease>): Check {
  return {
    id: "reg.blob-host",
    title: "Hosts of the content",
    vantage: "containerd",
    overridable: false,
    async run() {
      const expected = "hosts that the registry sends on to can be reached";
      try {
        await release();
        return pass({ expected, found: "content of the release was read" });
      } catch (error) {
        if (!(error instanceof NetworkError)) throw error;
        const remediation = allowToo(error);
        if (remediation === undefined) return skipped(expected, "no release could be read (see Release)");
        return fail({ expected, found: errorText(error), remediation });
      }
    },
  };
}

/** Whom of the asked registries this agent does not reach, and why. */
async function pingAll(
  context: CheckContext,
): Promise<{ endpoint: Endpoint; error: NetworkError }[]> {
  const answers = await Promise.all(
    askedEndpoints(context.mirrors).map(async (endpoint) => {
      try {
        await context.registry.ping(endpoint.registry, { signal: context.signal });
        return [];
      } catch (error) {
        if (!(error instanceof NetworkError)) throw error;
        return [{ endpoint, error }];
      }
    }),
  );
  return answers.flat();
}
