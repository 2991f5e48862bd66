import ipaddr from "ipaddr.js";
import { errorText } from "../../error.ts";
import { utcDay } from "../../text/utc_time.ts";
import { NetworkError } from "../../net/errors.ts";
import type { Check, CheckContext, CheckOutcome } from "../check.ts";
import { askedEndpoints, unmirrored } from "../facts/endpoints.ts";
import { type Endpoint } from "../../net/endpoint.ts";
import { shownCertificate } from "../facts/shown_certificate.ts";
import type { PeerCertificate } from "../../net/peer_certificate.ts";
import { fail, pass, skipped, warn } from "../outcome.ts";
import { proxiedEndpoints } from "./proxy.ts";

const MIRRORS: Check = {
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
};

const DNS: Check = {
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
    return perEndpoint({ ...context, endpoints: direct }, {
      expected,
      layer: "dns",
      remediation: (it) =>
        `Ask the network administrator to allow DNS, or enter servers that know ${it.hostName} in the field "Own DNS servers"`,
    });
  },
};

const TCP: Check = {
  id: "reg.tcp",
  title: "Reaching the registries",
  vantage: "agent",
  overridable: false,
  run: (context) =>
    perEndpoint(context, {
      expected: "they accept connections",
      layer: "tcp",
      remediation: (it) =>
        `Ask the network administrator to allow outgoing connections to ${it.hostName} on port ${it.port}, or enter a proxy`,
    }),
};

const TLS: Check = {
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
    const outcome = await perEndpoint(context, {
      expected,
      layer: "tls",
      remediation: (it) => {
        refused = it;
        return installAuthority("of the device that opens HTTPS", it);
      },
    });
    const peer = refused && await shownCertificate(context, refused);
    return refused && peer ? { ...outcome, ...judgeCertificate(context, refused, peer) } : outcome;
  },
};

function installAuthority(whose: string, { hostName }: Endpoint): string {
  return `Install the certificate authority ${whose} (sudo update-ca-certificates), or ask the network administrator to let ${hostName} pass unopened`;
}

/** Who made the certificate that is not trusted: the name of the device, for those who run the network. */
function judgeCertificate(
  { clock }: CheckContext,
  endpoint: Endpoint,
  peer: PeerCertificate,
): Pick<CheckOutcome, "found" | "remediation" | "evidence"> {
  const { hostName } = endpoint;
  const span = `${utcDay(peer.validFromMs)} to ${utcDay(peer.validToMs)}`;
  const evidence = [
    `Certificate of ${hostName}: for "${peer.subject}", issued by "${peer.issuer}", valid ${span}`,
  ];
  const isOutOfTime = clock.nowMs() < peer.validFromMs || clock.nowMs() > peer.validToMs;
  return isOutOfTime
    ? {
      found: `${hostName} shows a certificate that is valid ${span} only`,
      remediation:
        "Set the clock of this machine (sudo timedatectl set-ntp true); if it is right, the certificate is not",
      evidence,
    }
    : {
      found: `${hostName} shows a certificate of "${peer.issuer}", which is not trusted here`,
      remediation: installAuthority(`"${peer.issuer}"`, endpoint),
      evidence,
    };
}

/** Checks of the way to the registries, layer by layer. */
export const REGISTRY_WAY_CHECKS = [MIRRORS, DNS, TCP, TLS] as const;

/** Asks every registry and reports only what went wrong at one layer; a failure of a lower layer makes this one "skipped". */
async function perEndpoint(
  context: CheckContext & { endpoints?: readonly Endpoint[] },
  { expected, layer, remediation }: {
    expected: string;
    layer: "dns" | "tcp" | "tls";
    remediation: (endpoint: Endpoint) => string;
  },
): Promise<CheckOutcome> {
  const endpoints = context.endpoints ?? askedEndpoints(context.mirrors);
  const order = ["dns", "tcp", "tls"];
  const answers = await Promise.all(endpoints.map(async (endpoint) => {
    try {
      await context.registry.ping(endpoint.registry, { signal: context.signal });
      return { endpoint, failure: undefined, words: "" };
    } catch (error) {
      if (!(error instanceof NetworkError)) throw error;
      return {
        endpoint,
        failure: error.failure === "timeout" || error.failure === "proxy" ? "tcp" : error.failure,
        words: errorText(error),
      };
    }
  }));
  const failed = answers.find((it) => it.failure === layer);
  if (failed) return fail({ expected, found: failed.words, remediation: remediation(failed.endpoint) });
  const lower = answers.find((it) =>
    it.failure !== undefined && order.indexOf(it.failure) >= 0 &&
    order.indexOf(it.failure) < order.indexOf(layer)
  );
  if (lower) return skipped(expected, `${lower.endpoint.hostName} cannot be reached that far`);
  return pass({ expected, found: [...new Set(endpoints.map((it) => it.hostName))].join(", ") });
}
