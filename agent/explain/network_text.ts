import type { Cause } from "../causes/cause.ts";
import { DNS } from "../causes/dns.ts";
import { IMAGE } from "../causes/image.ts";
import { NETWORK } from "../causes/network.ts";
import { REGISTRY } from "../causes/registry.ts";

/** What a cause in the network may ask for. */
export interface NetworkWords {
  /** DNS server or proxy that is at fault, else the host that was asked; "" when not told. */
  server: string;
  /** Name that was looked up. */
  name: string;
  detail: string;
}

/** What a cause in one image may ask for. */
export interface ImageWords {
  /** Title of the component that needs it. */
  component: string;
  image: string;
}

/** What the text of a failed download tells: of the way to the registry, or of the one image that was asked for. */
export type NetworkCause = Told & { server: string; name: string };

type Told =
  | { about: "network"; cause: Cause<NetworkWords> }
  | { about: "image"; cause: Cause<ImageWords> };

const LOOKUP = /lookup ([^\s:]+)(?: on \[?([^\s\]]+?)\]?:53)?: /;

const network = (cause: Cause<NetworkWords>): Told => ({ about: "network", cause });
const image = (cause: Cause<ImageWords>): Told => ({ about: "image", cause });

/** First match wins: what names the cause stands before what only names the result. */
const PATTERNS: readonly { told: Told; test: RegExp }[] = [
  { told: image(IMAGE.noSpace), test: /no space left on device/i },
  {
    told: network(NETWORK.proxyAuth),
    test: /Proxy Authentication Required|proxy authorization required|\b407\b/i,
  },
  { told: network(REGISTRY.rateLimit), test: /toomanyrequests|too many requests|\b429\b|rate limit/i },
  { told: network(NETWORK.clock), test: /certificate (?:has )?expired|not yet valid|not valid yet/i },
  {
    told: network(NETWORK.tlsIntercept),
    test:
      /x509: |certificate signed by unknown authority|self[- ]signed certificate|first record does not look like a TLS|gave HTTP response to HTTPS client|unrecognized name|certificate is valid for|UnknownIssuer|invalid peer certificate|remote error: tls: |tls: handshake failure/i,
  },
  { told: network(NETWORK.noRoute), test: /network is unreachable/i },
  {
    told: image(REGISTRY.auth),
    test:
      /pull access denied|insufficient_scope|authorization failed|unauthorized|failed to authorize|no basic auth|\b40[13]\b|(?<!permission )\bdenied\b|forbidden/i,
  },
  { told: image(IMAGE.arch), test: /no match for platform|no matching manifest for|exec format error/i },
  {
    told: network(REGISTRY.unavailable),
    test:
      /\b50[0234]\b|internal server error|bad gateway|gateway time-?out|service unavailable|timeout awaiting response headers/i,
  },
  {
    told: network(NETWORK.egress),
    test:
      /connection refused|no route to host|i\/o timeout|dial tcp|host is down|request canceled while waiting for connection/i,
  },
  {
    told: image(IMAGE.interrupted),
    test:
      /context cancell?ed|context deadline exceeded|unexpected EOF|\bEOF\b|connection reset|broken pipe|TLS handshake timeout|connection timed out|Client\.Timeout|stream error|closed by (?:the remote|peer)/i,
  },
  { told: image(IMAGE.notFound), test: /manifest unknown|MANIFEST_UNKNOWN|NAME_UNKNOWN|not found|\b404\b/i },
  {
    told: image(IMAGE.invalid),
    test:
      /InvalidImageName|couldn't parse image|invalid reference format|ErrImageNeverPull|pull policy of Never/i,
  },
];

/** What follows the name in a failed look-up. */
const LOOKUPS: readonly { cause: Cause<NetworkWords>; test: RegExp }[] = [
  { cause: DNS.nxdomain, test: /no such host/i },
  { cause: DNS.servfail, test: /server misbehaving|SERVFAIL/i },
  { cause: DNS.refused, test: /connection refused/i },
  { cause: DNS.timeout, test: /timeout|timed out|temporary failure|Try again/i },
];

/** Causes in the network that {@link explainNetworkText} may give. */
export const NETWORK_CAUSES: readonly Cause<NetworkWords>[] = [
  ...LOOKUPS.map((it) => it.cause),
  NETWORK.proxyDown,
  NETWORK.proxyDenied,
  ...PATTERNS.flatMap(({ told }) => told.about === "network" ? [told.cause] : []),
];
/** Causes in one image that {@link explainNetworkText} may give. */
export const IMAGE_CAUSES: readonly Cause<ImageWords>[] = PATTERNS.flatMap(({ told }) =>
  told.about === "image" ? [told.cause] : []
);

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
    const cause = LOOKUPS.find((it) => it.test.test(rest))?.cause;
    if (cause) return { about: "network", cause, server: dns, name };
  }
  // Deno and its resolver name neither the server nor, here, the name.
  if (/Name or service not known|no record(?:s)? found for Query/i.test(text)) {
    return { ...network(DNS.nxdomain), server: "", name: server };
  }
  if (/temporary failure in name resolution/i.test(text)) {
    return { ...network(DNS.timeout), server: "", name: server };
  }
  if (/proxyconnect tcp/i.test(text)) {
    if (/Proxy Authentication Required/i.test(text)) {
      return { ...network(NETWORK.proxyAuth), server, name: "" };
    }
    const proxy = /dial tcp ([^\s:]+(?::\d+)?)/.exec(text)?.[1] ?? "";
    return { ...network(NETWORK.proxyDown), server: proxy, name: "" };
  }
  const bare = withoutNames(text);
  // A proxy that answers CONNECT with 403 leaves only the bare word after the address.
  if (/\b(?:Head|Get)\s+(?:""|URL)\s*: Forbidden\s*$/i.test(bare)) {
    return { ...network(NETWORK.proxyDenied), server, name: "" };
  }
  const found = PATTERNS.find((it) => it.test.test(bare));
  return found && { ...found.told, server, name: "" };
}

/** The text without anything that a publisher or user has named. */
function withoutNames(text: string): string {
  return text
    .replaceAll(/"[^"]*"/g, '""')
    .replaceAll(/\b(?:https?|oci):\/\/\S*[^\s:,.]/gi, "URL")
    .replaceAll(/\bsha256:[0-9a-f]+/g, "DIGEST")
    // References as in "failed to resolve image: registry/name:tag: not found".
    .replaceAll(
      /(?:image|reference|artifact)(?: from)?:? [\w.-]+(?::\d+)?\/[\w./-]+(?::[\w.-]+)?/g,
      "image REF",
    )
    .replaceAll(/\bcode = \w+/g, "")
    // Numbers that are not a status.
    .replaceAll(/\[[\da-f:.]+\](?::\d+)?|\b\d+(?:\.\d+){3}(?::\d+)?/gi, "ADDRESS")
    .replaceAll(/\b\d+ bytes(?: but got \d+)?/g, "SIZE");
}

/** The registry that was asked, from an address or an image name in the text. */
export function hostOf(text: string): string {
  const url = /\b(?:https?|oci):\/\/([^/\s"?]+)/i.exec(text)?.[1];
  if (url !== undefined) return url;
  const reference = /"([\w.-]+(?::\d+)?)\/[^"]*"/.exec(text)?.[1] ?? "";
  return reference.includes(".") || reference.includes(":") ? reference : "";
}

/** The registry host of an image reference; Docker Hub when it names none. */
export function registryOf(image: string): string {
  const first = image.split("/")[0] ?? "";
  return image.includes("/") && (first.includes(".") || first.includes(":") || first === "localhost")
    ? first
    : "docker.io";
}
