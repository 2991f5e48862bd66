import type { NetworkError } from "./errors.ts";

/** Failures of a host that others were asked to send on to, and that a filter on the way makes. */
const OF_THE_WAY: readonly string[] = [
  "dns",
  "tcp",
  "tls",
  "timeout",
  "proxy",
  "denied",
  "unauthorized",
  "unexpected-status",
];

/** What to ask for where a host that is allowed sends on to one that is not; `undefined` for any other failure. */
export function allowToo({ failure, host, sentOnBy }: NetworkError): string | undefined {
  return sentOnBy === undefined || !OF_THE_WAY.includes(failure)
    ? undefined
    : `Ask the network administrator to allow ${host} too, as ${sentOnBy} is allowed`;
}
