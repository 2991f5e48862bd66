import ipaddr from "ipaddr.js";
import { askDns } from "../../net/dns_query.ts";
import type { CheckContext } from "../check.ts";
import type { Endpoint } from "../../net/endpoint.ts";
import { type PeerCertificate, readPeerCertificate } from "../../net/peer_certificate.ts";
import { proxiedEndpoints } from "../checks/proxy.ts";

const PEER_TIMEOUT_MS = 3_000;

/** The certificate that an endpoint shows, trusted or not; `undefined` when none can be seen. */
export async function shownCertificate(
  context: CheckContext,
  endpoint: Endpoint,
): Promise<PeerCertificate | undefined> {
  if (proxiedEndpoints(context).some((it) => it.registry === endpoint.registry)) return undefined;
  const address = await chosenAddress(context, endpoint.hostName);
  return await readPeerCertificate(endpoint, {
    timeoutMs: PEER_TIMEOUT_MS,
    ...(address === undefined ? {} : { address }),
  });
}

/** With DNS servers of the operator's choice, the address that they give. */
export async function chosenAddress(
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
