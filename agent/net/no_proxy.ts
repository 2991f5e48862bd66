import ipaddr from "ipaddr.js";
import { isInNetwork } from "../text/network_address.ts";

/**
 * Whether a host is reached without the proxy, by the entries of a NO_PROXY list. They mean what they mean to Kubernetes and
 * containerd: "example.com" is the name and all below it, ".example.com" only what is below it, "10.0.0.0/8" a network,
 * "[2001:db8::1]:5000" an address with a port, "*" everything. Loopback never goes through a proxy.
 * @see golang.org/x/net/http/httpproxy
 */
export function bypassesProxy(hostName: string, noProxy: readonly string[], port?: number): boolean {
  const host = plainHost(hostName);
  const address = ipaddr.isValid(host) ? ipaddr.process(host) : undefined;
  if (isLoopback(host)) return true;
  return noProxy.some((it) => isExcepted(it.trim().toLowerCase(), host, address, port));
}

/** Whether a host is the machine that asks. */
export function isLoopback(hostName: string): boolean {
  const host = plainHost(hostName);
  return host === "localhost" || ipaddr.isValid(host) && ipaddr.process(host).range() === "loopback";
}

function plainHost(hostName: string): string {
  return hostName.replace(/^\[|\]$/g, "").replace(/\.$/, "").toLowerCase();
}

/** The first entry of a typed list that means nothing to anybody; `undefined`: all do. */
export function wrongProxyException(list: string): string | undefined {
  const entries = list.split(/[\s,]+/).filter(Boolean);
  return entries.find((it) => !isException(it));
}

function isException(entry: string): boolean {
  if (entry === "*") return true;
  if (entry.includes("/")) return isNetwork(entry);
  const [, name = entry, port] = /^(\[[^\]]*\]|[^:]*):(\d{1,5})$/.exec(entry) ?? [];
  if (port !== undefined && !(Number(port) >= 1 && Number(port) <= 65_535)) return false;
  if (isAddress(name.replace(/^\[|\]$/g, ""))) return true;
  // "10.1.2" or "10.0.0.1-20" are meant as networks, and nobody reads them so.
  if (/^[\d.-]+$/.test(name)) return false;
  const labels = name.replace(/^\*?\./, "").replace(/\.$/, "").split(".");
  return labels.every((it) => /^[A-Za-z0-9_](?:[A-Za-z0-9_-]{0,61}[A-Za-z0-9_])?$/.test(it));
}

function isExcepted(
  entry: string,
  host: string,
  address: ipaddr.IPv4 | ipaddr.IPv6 | undefined,
  port: number | undefined,
): boolean {
  if (entry === "") return false;
  if (entry === "*") return true;
  if (entry.includes("/")) {
    return address !== undefined && isNetwork(entry) && isInNetwork(address.toString(), entry);
  }
  const split = /^(\[[^\]]*\]|[^:]*):(\d+)$/.exec(entry);
  if (split && Number(split[2]) !== port) return false;
  const name = (split?.[1] ?? entry).replace(/^\[|\]$/g, "").replace(/\.$/, "");
  if (isAddress(name)) return address?.toString() === ipaddr.process(name).toString();
  if (address !== undefined) return false;
  if (name.startsWith(".") || name.startsWith("*.")) return host.endsWith(name.replace(/^\*/, ""));
  return host === name || host.endsWith(`.${name}`);
}

/** A whole one: Go reads neither "10.1" nor "010.0.0.1", and takes such an entry for a name. @see net.ParseIP */
function isAddress(text: string): boolean {
  return ipaddr.IPv4.isValidFourPartDecimal(text) || ipaddr.IPv6.isValid(text);
}

function isNetwork(text: string): boolean {
  return isAddress(text.split("/")[0] ?? "") && ipaddr.isValidCIDR(text);
}
