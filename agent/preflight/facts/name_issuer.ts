import ipaddr from "ipaddr.js";
import { askDns } from "../../net/dns_query.ts";
import type { CheckContext, CheckOutcome } from "../check.ts";
import type { Endpoint } from "../../net/endpoint.ts";
import { readPeerCertificate } from "../../net/peer_certificate.ts";
import { proxiedEndpoints } from "../checks/proxy.ts";

const PEER_TIMEOUT_MS = 3_000;

/** Adds who made the certificate that is not trusted: the name of the device, for those who run the network. */
export async function nameIssuer(
  context: CheckContext,
  endpoint: Endpoint,
  outcome: CheckOutcome,
): Promise<CheckOutcome> {
  if (proxiedEndpoints(context).some((it) => it.registry === endpoint.registry)) return outcome;
  const address = await chosenAddress(context, endpoint.hostName);
  const peer = await readPeerCertificate(endpoint, {
    timeoutMs: PEER_TIMEOUT_MS,
    ...(address === undefined ? {} : { address }),
  });
  if (!peer) return outcome;
  const nowMs = context.clock.nowMs();
  const span = `${dayOf(peer.validFromMs)} to ${dayOf(peer.validToMs)}`;
  const evidence = [
    `Certificate of ${endpoint.hostName}: for "${peer.subject}", issued by "${peer.issuer}", valid ${span}`,
  ];
  if (nowMs < peer.validFromMs || nowMs > peer.validToMs) {
    return {
      ...outcome,
      found: `${endpoint.hostName} shows a certificate that is valid ${span} only`,
      remediation: "Set the clock of this machine (see Clock); if it is right, the certificate is not",
      evidence,
    };
  }
  return {
    ...outcome,
    found: `${endpoint.hostName} shows a certificate of "${peer.issuer}", which is not trusted here`,
    remediation: outcome.remediation.replace(
      "the certificate authority of the device that opens HTTPS",
      `the certificate authority "${peer.issuer}"`,
    ),
    evidence,
  };
}

/** With DNS servers of the operator's choice, the address that they give. */
async function chosenAddress(
  { inputs, dnsPort }: CheckContext,
  hostName: string,
): Promise<string | undefined> {
  if (inputs.dnsMode !== "custom" || ipaddr.isValid(hostName)) return undefined;
  for (const server of inputs.dnsServers) {
    const port = dnsPort === undefined ? {} : { port: dnsPort };
    const { addresses } = await askDns(server, hostName, { protocol: "udp", timeoutMs: 1_000, ...port });
    if (addresses[0] !== undefined) return addresses[0];
  }
  return undefined;
}

function dayOf(ms: number): string {
  return Number.isNaN(ms) ? "unknown" : new Date(ms).toISOString().slice(0, 10);
}
