import type { Cause } from "../causes/cause.ts";
import { DNS } from "../causes/dns.ts";
import { IMAGE } from "../causes/image.ts";
import { NETWORK } from "../causes/network.ts";
import { REGISTRY } from "../causes/registry.ts";
import { isClusterName, SERVICE_PREFIX } from "../product/networks.ts";
import { statusesIn } from "./http_status.ts";
import { DISK_FULL } from "./kernel_words.ts";

/** What a cause in the network may ask for. */
export interface NetworkWords {
  /** DNS server or proxy that is at fault, else the host that was asked; "" when not told. */
  server: string;
  /** Name that was looked up. */
  name: string;
  /** Until when a certificate was valid; "" when not told. */
  until: string;
  /** The certificate that was shown is not for the address that was asked for. */
  isMisnamed?: boolean;
  /** The proxy that is set has a name that nobody knows. */
  isUnknown?: boolean;
  /** A firewall of this machine itself forbids the connection. */
  isLocal?: boolean;
}

/** What a cause in one image may ask for. */
export interface ImageWords {
  /** Title of the component that needs it. */
  component: string;
  image: string;
  /** What came is not what was promised, as against what came well and is gone from the store. */
  isAltered: boolean;
}

/** What the text of a failed download tells: of the way to the registry, or of the one image that was asked for. */
export type NetworkCause = Told & Required<NetworkWords> & Pick<ImageWords, "isAltered">;

/** What of a text a cause in the network asks for. */
export function networkWords(
  { server, name, until, isMisnamed, isUnknown, isLocal }: Required<NetworkWords>,
): Required<NetworkWords> {
  return { server, name, until, isMisnamed, isUnknown, isLocal };
}

/** What is known besides the text. */
interface Known {
  /** Whom the resolver of this machine asks. */
  dnsServers?: readonly string[] | undefined;
}

type Told =
  | { about: "network"; cause: Cause<NetworkWords> }
  | { about: "image"; cause: Cause<ImageWords> };

/** Node.js of a failed look-up: it names neither the server nor what became of the question. */
const NODE_LOOKUP = /\bgetaddrinfo (ENOTFOUND|EAI_[A-Z]{2,12}) ([\w.-]{1,253})/;
const LOOKUP = /lookup ([^\s:]+)(?: on \[?([^\s\]]+?)\]?:\d{1,5})?: /;
/** Resolvers on the machine itself pass questions on: the servers behind them are meant. */
const STUBS: readonly string[] = ["127.0.0.53", "127.0.0.54", "127.0.1.1", "::1"];
/** Said of questions to the name service of the cluster, which asks the servers of this machine in turn. */
const CLUSTER_DNS = "the name service of the cluster";
/** Within the cluster no firewall of the site has a say. */
const IN_CLUSTER = /^(?:[\w-]+\.){1,3}svc(?:\.|:|$)|\.cluster\.local\.?(?::|$)|^127\.0\.0\.1:644[34]$/;
/** "certificate has expired or is not yet valid: current time A is after B" */
const VALIDITY =
  /current time (\d{4}-\d\d-\d\dT[\d:]{8}(?:Z|[+-]\d\d:\d\d)) is (before|after) (\d{4}-\d\d-\d\dT[\d:]{8}(?:Z|[+-]\d\d:\d\d))/;
/** No certificate is out of date for so long and still in use: the clock is. */
const CLOCK_GAP_MS = 10 * 365 * 86_400_000;
/** The container runtime speaks of its own store. No registry says this, whatever words like "not found" follow. */
const STORE =
  /content store|\blease \S{1,200}: not found|content digest [\w:]{1,100}: not found|\bblob not found|snapshot [\w":./-]{1,200} does not exist|failed to (?:stat|prepare|get|create|walk) (?:parent )?snapshot|parent snapshot|missing (?:parent|content|blob)|blobs\/sha256\/[\da-f]{1,100}: no such file/i;
/** What came does not have the checksum, size or form that was promised. */
const ALTERED =
  /unexpected commit digest|failed commit on ref|invalid checksum|failed size validation|wrong diff id|crc32 mismatch|invalid tar header|mismatched image rootfs/i;

/** Whether the store of images on this machine has lost or damaged something. */
export function isStoreDamage(text: string): boolean {
  return STORE.test(text) || ALTERED.test(text);
}

/** Whether it is damaged because it did not arrive as it was sent. */
export function isAlteredContent(text: string): boolean {
  return ALTERED.test(text);
}

/** Whether a host is the cluster itself, or its API on this machine. */
export function isInCluster(host: string): boolean {
  return IN_CLUSTER.test(host) || isServiceAddress(host);
}

/** Addresses of services are k3s' own: nobody outside of the machine ever sees them. */
function isServiceAddress(address: string): boolean {
  return address.startsWith(SERVICE_PREFIX);
}

const network = (cause: Cause<NetworkWords>): Told => ({ about: "network", cause });
const image = (cause: Cause<ImageWords>): Told => ({ about: "image", cause });

/** First match wins: what names the cause stands before what only names the result. */
const PATTERNS: readonly { told: Told; test: RegExp; statuses?: readonly string[] }[] = [
  { told: image(IMAGE.noSpace), test: DISK_FULL },
  {
    told: network(NETWORK.proxyAuth),
    test: /Proxy Authentication Required|proxy authorization required/i,
    statuses: ["407"],
  },
  {
    told: network(REGISTRY.rateLimit),
    test: /toomanyrequests|too many requests|rate limit/i,
    statuses: ["429"],
  },
  { told: image(IMAGE.queued), test: /pull QPS exceeded|\bref \S{1,200} locked for\b/i },
  { told: network(NETWORK.clock), test: /(?<!expired or is )not yet valid|not valid yet|NotValidYet/i },
  { told: network(NETWORK.clock), test: /has expired or is not yet valid/i },
  { told: network(NETWORK.certificateExpired), test: /certificate (?:has )?expired|CertExpired/i },
  {
    told: network(NETWORK.tlsIntercept),
    test:
      /x509: |certificate signed by unknown authority|self[- ]signed certificate|first record does not look like a TLS|gave HTTP response to HTTPS client|unrecognized name|certificate is valid for|UnknownIssuer|invalid peer certificate|remote error: tls: |tls: handshake failure/i,
  },
  {
    told: network(NETWORK.ipv6),
    test:
      /IPV6_ADDRESS: (?:i\/o timeout|connect: (?:network is unreachable|cannot assign requested address|no route to host))/,
  },
  { told: network(NETWORK.noRoute), test: /network is unreachable/i },
  {
    told: image(REGISTRY.auth),
    test:
      /pull access denied|insufficient_scope|unauthorized|no basic auth|(?<!permission )\bdenied\b|forbidden/i,
    statuses: ["401", "403"],
  },
  { told: image(IMAGE.arch), test: /no match for platform|no matching manifest for|exec format error/i },
  {
    told: network(REGISTRY.unavailable),
    test:
      /internal server error|bad gateway|gateway time-?out|service unavailable|timeout awaiting response headers/i,
    statuses: ["500", "502", "503", "504", "520", "521", "522", "523", "524", "530"],
  },
  {
    told: network(NETWORK.egress),
    test:
      /connection refused|no route to host|i\/o timeout|dial tcp|host is down|request canceled while waiting for connection/i,
  },
  {
    told: image(IMAGE.interrupted),
    test:
      /context cancell?ed|context deadline exceeded|unexpected EOF|\bEOF\b|connection reset|broken pipe|TLS handshake timeout|connection timed out|Client\.Timeout|stream error|client connection lost|sent GOAWAY|bad record MAC|closed by (?:the remote|peer)/i,
  },
  // Only says what it was about; why, stands behind it.
  { told: image(REGISTRY.auth), test: /authorization failed|failed to authorize/i },
  {
    told: image(IMAGE.notFound),
    test:
      /manifest unknown|MANIFEST_UNKNOWN|NAME_UNKNOWN|not found|unable to locate any tags|no match found for semver/i,
    statuses: ["404"],
  },
  {
    told: image(IMAGE.invalid),
    test:
      /InvalidImageName|couldn't parse image|invalid reference format|ErrImageNeverPull|pull policy of Never/i,
  },
];

const PAGE = /text\/html|<!doctype html|<html\b/i;
/** Trouble of what answers, no such place, too much at once, a proxy that asks who is there: each has a cause of its own. */
const OWN_PAGE = /unexpected status(?: code)?[^<]{0,300}\b(?:404|407|429|50\d)\b/i;
/** Of a filter whatever the status is: what a registry itself sends never speaks so. */
const NOTICE = /<title>[^<]{0,60}\b(?:blocked|denied)\b/i;

/** A certificate that is trusted and yet not for this address. @see golang/go src/crypto/x509/verify.go, HostnameError */
const MISNAMED =
  /x509: (?:certificate is (?:not )?valid for|cannot validate certificate for|certificate relies on legacy Common Name)|NotValidForName|ERR_TLS_CERT_ALTNAME_INVALID/;

/** On the way to a proxy, not beyond it. */
const THROUGH_PROXY = /proxyconnect tcp|socks connect/i;
/** The kernel itself lets nothing out: a rule of this machine's own firewall. */
const FORBIDDEN_HERE = /\bconnect: operation not permitted/i;
/** An image as Docker described them until 2016. @see containerd v2.3.7 core/remotes/docker, core/images */
const OLD_FORMAT =
  /distribution\.manifest\.v1\b.{0,200}(?:no longer supported|not (?:implemented|supported)|unsupported|deprecated)|(?:not implemented|unsupported|deprecated).{0,200}distribution\.manifest\.v1\b/i;

/** What follows the name in a failed look-up. */
const LOOKUPS: readonly { cause: Cause<NetworkWords>; test: RegExp }[] = [
  { cause: DNS.nxdomain, test: /no such host/i },
  { cause: DNS.servfail, test: /server misbehaving|SERVFAIL/i },
  { cause: DNS.refused, test: /connection refused/i },
  { cause: DNS.timeout, test: /timeout|timed out/i },
  // Whatever else the end is: a look-up that failed is no connection that was refused.
  { cause: DNS.failed, test: /^/ },
];

/** Causes in the network that {@link explainNetworkText} may give. */
export const NETWORK_CAUSES: readonly Cause<NetworkWords>[] = [
  DNS.resolverDown,
  ...LOOKUPS.map((it) => it.cause),
  NETWORK.proxyDown,
  NETWORK.proxyDenied,
  NETWORK.webPage,
  ...PATTERNS.flatMap(({ told }) => told.about === "network" ? [told.cause] : []),
];
/** Causes in one image that {@link explainNetworkText} may give. */
export const IMAGE_CAUSES: readonly Cause<ImageWords>[] = [
  IMAGE.storeDamaged,
  IMAGE.oldFormat,
  ...new Set(PATTERNS.flatMap(({ told }) => told.about === "image" ? [told.cause] : [])),
];

/**
 * Names the cause in the text of a failed download (container runtime, Flux, our own probe). Matches loosely, by the part
 * that names the cause, because texts differ between versions; names of images and addresses are taken out first, since an
 * image may be called "lookup:429". `undefined` when nothing is recognised.
 */
export function explainNetworkText(text: string, known: Known = {}): NetworkCause | undefined {
  const server = hostOf(text);
  const untold = {
    server,
    name: "",
    until: "",
    isAltered: false,
    isMisnamed: MISNAMED.test(text),
    isUnknown: false,
    isLocal: FORBIDDEN_HERE.test(text),
  };
  const lookup = LOOKUP.exec(text);
  if (lookup) {
    const rest = text.slice(lookup.index + lookup[0].length);
    const cause = LOOKUPS.find((it) => it.test.test(rest))?.cause;
    const [, name = "", asked = ""] = lookup;
    // Nobody listens on this machine's own resolver: it does not run, and has asked nobody.
    if (cause?.id === DNS.refused.id && STUBS.includes(asked)) {
      return { ...untold, ...network(DNS.resolverDown), server: "", name };
    }
    // What nobody has to know in public: the name is mistyped, or known elsewhere.
    if (cause?.id === DNS.nxdomain.id && THROUGH_PROXY.test(text)) {
      return { ...untold, ...network(NETWORK.proxyDown), server: name, name, isUnknown: true };
    }
    if (cause) return { ...untold, ...lookedUp(cause, asked, known), name };
  }
  const ofNode = NODE_LOOKUP.exec(text);
  if (ofNode) {
    const [, code = "", name = ""] = ofNode;
    const cause = /^(?:ENOTFOUND|EAI_NONAME)$/.test(code) ? DNS.nxdomain : DNS.failed;
    return {
      ...untold,
      ...network(cause),
      server: isClusterName(name) ? CLUSTER_DNS : behindStub("127.0.0.53", known),
      name,
    };
  }
  // Deno and its resolver name neither the server nor, here, the name.
  if (/Name or service not known|no record(?:s)? found for Query/i.test(text)) {
    return { ...untold, ...network(DNS.nxdomain), server: "", name: server };
  }
  // The resolver says the same of a server that is silent, fails, or has no way to the name: nobody may be blamed for one of them.
  if (/failure in name resolution|lookup address information|dns error/i.test(text)) {
    return { ...untold, ...network(DNS.failed), server: behindStub("127.0.0.53", known), name: server };
  }
  if (THROUGH_PROXY.test(text)) {
    if (/Proxy Authentication Required/i.test(text)) return { ...network(NETWORK.proxyAuth), ...untold };
    // The address in the text is the one that was wanted from it.
    const proxy =
      /(?:dial|socks connect) tcp (\[[\da-f:.]+(?:%[\w.-]+)?\](?::\d+)?|[^\s:]+(?::\d+)?)/i.exec(text)?.[1] ??
        "";
    return { ...network(NETWORK.proxyDown), ...untold, server: proxy };
  }
  if (!DISK_FULL.test(text) && isStoreDamage(text)) {
    return { ...image(IMAGE.storeDamaged), ...untold, isAltered: isAlteredContent(text) };
  }
  if (OLD_FORMAT.test(text)) return { ...image(IMAGE.oldFormat), ...untold };
  const bare = withoutNames(text);
  // A proxy that answers CONNECT with 403 leaves only the bare word after the address.
  if (/\b(?:Head|Get)\s+(?:""|URL)\s*: Forbidden\s*$/i.test(bare)) {
    return { ...network(NETWORK.proxyDenied), ...untold };
  }
  // So does one that does not get through itself.
  if (
    /\b(?:Head|Get)\s+(?:""|URL)\s*: (?:Bad Gateway|Gateway Time-?out|Service Unavailable)\s*$/i.test(bare)
  ) {
    return { ...network(NETWORK.egress), ...untold };
  }
  if (isNotice(bare)) return { ...network(NETWORK.webPage), ...untold };
  const validity = VALIDITY.exec(text);
  if (validity) {
    return { ...network(judgeValidity(validity)), ...untold, until: (validity[3] ?? "").slice(0, 10) };
  }
  const statuses = statusesIn(bare);
  const found = PATTERNS.find((it) =>
    it.test.test(bare) || it.statuses?.some((status) => statuses.includes(status))
  );
  if (found?.told.cause.id === NETWORK.egress.id && isInCluster(server)) return undefined;
  // The registry has let it through: what a host of content refuses afterwards, is not the registry's refusal.
  if (found?.told.cause.id === REGISTRY.auth.id && isRefusedElsewhere(text)) return undefined;
  return found && { ...found.told, ...untold };
}

/** Whether the content of an image was refused by another host than the one that its name begins with. */
function isRefusedElsewhere(text: string): boolean {
  const host = /failed open: unexpected status[^:]{0,60}https?:\/\/([^/\s"?]{1,260})/.exec(text)?.[1];
  const image = /image "([^"]{1,500})"/.exec(text)?.[1];
  if (host === undefined || image === undefined) return false;
  const registry = registryOf(image);
  return host !== (registry === "docker.io" ? "registry-1.docker.io" : registry);
}

/** A page for people in place of an answer. Registries refuse in JSON; what stands before them has pages only of trouble of its own. */
function isNotice(bare: string): boolean {
  return NOTICE.test(bare) || PAGE.test(bare) && !OWN_PAGE.test(bare);
}

/** A certificate that is not valid yet was made by a clock that is ahead of this one; one that was valid may simply be old. */
function judgeValidity([, now = "", side, limit = ""]: RegExpExecArray): Cause<NetworkWords> {
  const isFar = Date.parse(now) - Date.parse(limit) > CLOCK_GAP_MS;
  return side === "before" || isFar ? NETWORK.clock : NETWORK.certificateExpired;
}

/** A question of which the server is known: of the cluster's own name service it is not told whether it or a server behind it is silent. */
function lookedUp(cause: Cause<NetworkWords>, asked: string, known: Known) {
  if (!isServiceAddress(asked)) return { ...network(cause), server: behindStub(asked, known) };
  const isAnswer = cause.id === DNS.nxdomain.id || cause.id === DNS.servfail.id;
  return isAnswer
    ? { ...network(cause), server: behindStub("127.0.0.53", known) }
    : { ...network(DNS.failed), server: CLUSTER_DNS };
}

/** The server that is meant; of the resolver on this machine the ones that it asks, "" when they are not known. */
function behindStub(server: string, { dnsServers = [] }: Known): string {
  return STUBS.includes(server) ? dnsServers.slice(0, 3).join(" and ") : server;
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
    .replaceAll(/\[[\da-f:.]+(?:%[\w.-]+)?\](?::\d+)?/gi, "IPV6_ADDRESS")
    .replaceAll(/\b\d+(?:\.\d+){3}(?::\d+)?/g, "ADDRESS")
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
