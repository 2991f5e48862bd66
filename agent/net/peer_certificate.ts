import { connect } from "node:tls";
import ipaddr from "ipaddr.js";
import { certificateName } from "./certificate_name.ts";
import type { Endpoint } from "./endpoint.ts";

/** What an endpoint shows instead of, or before, anything that can be trusted. */
export interface PeerCertificate {
  subject: string;
  issuer: string;
  validFromMs: number;
  validToMs: number;
}

/**
 * The certificate that an endpoint shows, read without trusting it and without sending anything over it; `undefined` when it
 * shows none in time. Never throws. `address` stands for the host name when names are asked of other servers.
 *
 * Only for direct ways: Deno 2.6 cannot begin TLS on a connection that has been spoken on, as a proxy's has.
 */
export function readPeerCertificate(
  to: Endpoint,
  options: { timeoutMs: number; address?: string },
): Promise<PeerCertificate | undefined> {
  return new Promise((resolve) => {
    const socket = connect({
      host: options.address ?? to.hostName,
      port: to.port,
      // RFC 6066 §3: an address is not a server name.
      servername: ipaddr.isValid(to.hostName) ? "" : to.hostName,
      rejectUnauthorized: false,
    });
    const end = (peer: PeerCertificate | undefined) => {
      clearTimeout(timer);
      socket.destroy();
      resolve(peer);
    };
    const timer = setTimeout(() => end(undefined), options.timeoutMs);
    socket.once("secureConnect", () => end(toPeer(socket.getPeerCertificate())));
    socket.on("error", () => end(undefined)); // stays: an error without a listener would end the process
    socket.once("close", () => end(undefined));
  });
}

function toPeer(certificate: unknown): PeerCertificate | undefined {
  if (typeof certificate !== "object" || certificate === null) return undefined;
  const { subject, issuer, valid_from: from, valid_to: to } = certificate as Record<string, unknown>;
  const peer = {
    subject: certificateName(subject),
    issuer: certificateName(issuer),
    validFromMs: timeOf(from),
    validToMs: timeOf(to),
  };
  return peer.issuer === "" && peer.subject === "" ? undefined : peer;
}

/** Node's form is "Nov 21 07:46:17 2026 GMT"; Deno writes "+00:00" for the zone, which Date.parse() does not take. */
function timeOf(value: unknown): number {
  return typeof value === "string" ? Date.parse(value.replace(/ \+00:00$/, " GMT")) : NaN;
}
