import type { BlockerId } from "./blocker_id.ts";

/** What the text of a failed download tells. */
export interface NetworkCause {
  id: BlockerId;
  /** DNS server or proxy that is at fault, else the host that was asked. */
  server: string;
  /** Name that was looked up. */
  name: string;
}

const LOOKUP = /lookup ([^\s:]+)(?: on \[?([^\s\]]+?)\]?:53)?: /;

/** Ids that {@link explainNetworkText} may give. */
export const NETWORK_IDS = [
  "dns.refused",
  "dns.timeout",
  "dns.nxdomain",
  "dns.servfail",
  "net.no-route",
  "net.egress",
  "net.proxy-auth",
  "net.proxy-denied",
  "net.proxy-down",
  "net.tls-intercept",
  "time.skew",
  "reg.auth",
  "reg.ratelimit",
  "reg.unavailable",
  "img.not-found",
  "img.interrupted",
  "img.arch",
  "img.no-space",
  "img.invalid",
] as const satisfies readonly BlockerId[];

interface Pattern {
  id: typeof NETWORK_IDS[number];
  test: RegExp;
}

/** First match wins: what names the cause stands before what only names the result. */
const PATTERNS: readonly Pattern[] = [
  { id: "img.no-space", test: /no space left on device/i },
  { id: "net.proxy-auth", test: /Proxy Authentication Required|\b407\b/i },
  { id: "reg.ratelimit", test: /toomanyrequests|too many requests|\b429\b|rate limit/i },
  { id: "time.skew", test: /certificate has expired|not yet valid/i },
  {
    id: "net.tls-intercept",
    test:
      /x509: |certificate signed by unknown authority|self[- ]signed certificate|first record does not look like a TLS|gave HTTP response to HTTPS client|unrecognized name|certificate is valid for|UnknownIssuer|invalid peer certificate|remote error: tls: |tls: handshake failure/i,
  },
  { id: "net.no-route", test: /network is unreachable/i },
  {
    id: "reg.auth",
    test:
      /pull access denied|insufficient_scope|authorization failed|unauthorized|failed to authorize|no basic auth|\b40[13]\b|(?<!permission )\bdenied\b|forbidden/i,
  },
  { id: "img.arch", test: /no match for platform|no matching manifest for|exec format error/i },
  {
    id: "reg.unavailable",
    test:
      /\b50[0234]\b|internal server error|bad gateway|gateway time-?out|service unavailable|timeout awaiting response headers/i,
  },
  {
    id: "net.egress",
    test:
      /connection refused|no route to host|i\/o timeout|dial tcp|host is down|request canceled while waiting for connection/i,
  },
  {
    id: "img.interrupted",
    test:
      /context cancell?ed|context deadline exceeded|unexpected EOF|\bEOF\b|connection reset|broken pipe|TLS handshake timeout|connection timed out|Client\.Timeout|stream error|closed by (?:the remote|peer)/i,
  },
  { id: "img.not-found", test: /manifest unknown|MANIFEST_UNKNOWN|NAME_UNKNOWN|not found|\b404\b/i },
  {
    id: "img.invalid",
    test:
      /InvalidImageName|couldn't parse image|invalid reference format|ErrImageNeverPull|pull policy of Never/i,
  },
];

/**
 * Names the cause in the text of a failed download (container runtime, Flux, our own probe). Matches loosely, by the part
 * that names the cause, because texts differ between versions; names of images and addresses are taken out first, since an
 * image may be called "lookup:429". `undefined` when nothing is recognised.
 * @see cluster.md 5 "What the real thing says"
 */
export function explainNetworkText(text: string): NetworkCause | undefined {
  const server = hostOf(text);
  const lookup = LOOKUP.exec(text);
  if (lookup) {
    const name = lookup[1] ?? "";
    const dns = lookup[2] ?? "";
    const rest = text.slice(lookup.index + lookup[0].length);
    if (/no such host/i.test(rest)) return { id: "dns.nxdomain", server: dns, name };
    if (/server misbehaving|SERVFAIL/i.test(rest)) return { id: "dns.servfail", server: dns, name };
    if (/connection refused/i.test(rest)) return { id: "dns.refused", server: dns, name };
    if (/timeout|timed out|temporary failure|Try again/i.test(rest)) {
      return { id: "dns.timeout", server: dns, name };
    }
  }
  if (/temporary failure in name resolution/i.test(text)) {
    return { id: "dns.timeout", server: "", name: server };
  }
  if (/proxyconnect tcp/i.test(text)) {
    if (/Proxy Authentication Required/i.test(text)) return { id: "net.proxy-auth", server, name: "" };
    return { id: "net.proxy-down", server: /dial tcp ([^\s:]+(?::\d+)?)/.exec(text)?.[1] ?? "", name: "" };
  }
  const bare = withoutNames(text);
  // A proxy that answers CONNECT with 403 leaves only the bare word after the address.
  if (/\b(?:Head|Get)\s+(?:""|URL)\s*: Forbidden\s*$/i.test(bare)) {
    return { id: "net.proxy-denied", server, name: "" };
  }
  const found = PATTERNS.find((it) => it.test.test(bare));
  return found && { id: found.id, server, name: "" };
}

/** The text without anything that a publisher or user has named. */
function withoutNames(text: string): string {
  return text
    .replaceAll(/"[^"]*"/g, '""')
    .replaceAll(/\b(?:https?|oci):\/\/\S*[^\s:,.]/g, "URL")
    .replaceAll(/\bsha256:[0-9a-f]+/g, "DIGEST")
    // References as in "failed to resolve image: registry/name:tag: not found".
    .replaceAll(
      /(?:image|reference|artifact)(?: from)?:? [\w.-]+(?::\d+)?\/[\w./-]+(?::[\w.-]+)?/g,
      "image REF",
    )
    .replaceAll(/\bcode = \w+/g, "")
    // Numbers that are no status.
    .replaceAll(/\[[\da-f:.]+\](?::\d+)?|\b\d+(?:\.\d+){3}(?::\d+)?/gi, "ADDRESS")
    .replaceAll(/\b\d+ bytes(?: but got \d+)?/g, "SIZE");
}

/** The registry that was asked, from an address or an image name in the text. */
export function hostOf(text: string): string {
  const url = /\b(?:https?|oci):\/\/([^/\s"?]+)/.exec(text)?.[1];
  if (url !== undefined) return url;
  const image = /"([\w.-]+(?::\d+)?)\/[^"]*"/.exec(text)?.[1] ?? "";
  return image.includes(".") || image.includes(":") ? image : "";
}

/** The registry host of an image reference; Docker Hub when it names none. */
export function registryOf(image: string): string {
  const first = image.split("/")[0] ?? "";
  return image.includes("/") && (first.includes(".") || first.includes(":") || first === "localhost")
    ? first
    : "docker.io";
}
