import type { BlockerId } from "../../../../agent/causes/cause.ts";

/** The image that cannot be pulled. */
export const IMAGE = "registry.nx.test/alga/app:1";

/** What containerd says before the failure of a request. */
export const REQUEST =
  `failed to pull and unpack image "${IMAGE}": failed to resolve image: failed to do request: Head "https://registry.nx.test/v2/alga/app/manifests/1": `;

/** What containerd says of failed pulls, by the cause. @see docs/technical-reference.md, tests/agent/explain/testdata/recorded */
export const PULLS: [BlockerId, string][] = [
  [
    "img.not-found",
    `rpc error: code = NotFound desc = failed to pull and unpack image "R/busybox:nope": failed to resolve image: R/busybox:nope: not found`,
  ],
  ["dns.nxdomain", `${REQUEST}dial tcp: lookup registry.nx.test on 127.0.0.2:53: no such host`],
  ["dns.servfail", `${REQUEST}dial tcp: lookup registry.servfail.test on 127.0.0.2:53: server misbehaving`],
  [
    "dns.refused",
    `${REQUEST}dial tcp: lookup registry.nx.test on 127.0.0.2:53: read udp 127.0.0.1:43187->127.0.0.2:53: read: connection refused`,
  ],
  [
    "dns.timeout",
    `${REQUEST}dial tcp: lookup registry.blackhole.test on 127.0.0.2:53: read udp 127.0.0.1:53660->127.0.0.2:53: i/o timeout`,
  ],
  ["net.egress", `${REQUEST}dial tcp 127.0.0.1:5998: connect: connection refused`],
  [
    "net.egress",
    `rpc error: code = NotFound desc = ${REQUEST}dial tcp 127.0.0.1:5998: connect: connection refused`,
  ],
  ["net.egress", `rpc error: code = DeadlineExceeded desc = ${REQUEST}dial tcp 10.41.0.1:5999: i/o timeout`],
  ["net.egress", `${REQUEST}dial tcp 10.41.0.9:443: connect: no route to host`],
  ["net.no-route", `${REQUEST}dial tcp 192.0.2.1:443: connect: network is unreachable`],
  [
    "reg.auth",
    `failed to pull and unpack image "${IMAGE}": failed to resolve image: pull access denied, repository does not exist or may require authorization: authorization failed: no basic auth credentials`,
  ],
  [
    "reg.auth",
    `failed to pull and unpack image "${IMAGE}": failed to resolve image: failed to authorize: failed to fetch anonymous token: unexpected status from GET request to https://registry.nx.test/token?scope=x: 403 Forbidden`,
  ],
  [
    "reg.ratelimit",
    `failed to pull and unpack image "${IMAGE}": failed to resolve image: unexpected status from HEAD request to https://registry.nx.test/v2/alga/app/manifests/1: 429 Too Many Requests`,
  ],
  [
    "reg.unavailable",
    `failed to pull and unpack image "${IMAGE}": failed to resolve image: unexpected status from HEAD request to https://registry.nx.test/v2/alga/app/manifests/1: 503 Service Unavailable`,
  ],
  [
    "net.tls-intercept",
    `${REQUEST}tls: failed to verify certificate: x509: certificate signed by unknown authority`,
  ],
  ["net.tls-intercept", `${REQUEST}tls: first record does not look like a TLS handshake`],
  [
    "time.skew",
    `${REQUEST}tls: failed to verify certificate: x509: certificate has expired or is not yet valid: current time 2020-01-01T00:00:00Z is before 2026-01-01T00:00:00Z`,
  ],
  ["net.proxy-auth", `${REQUEST}Proxy Authentication Required`],
  ["net.proxy-denied", `${REQUEST}Forbidden`],
  ["net.proxy-down", `${REQUEST}proxyconnect tcp: dial tcp 192.0.2.8:3128: connect: connection refused`],
  ["img.arch", `failed to pull and unpack image "${IMAGE}": no match for platform in manifest: not found`],
  [
    "img.no-space",
    `failed to pull and unpack image "${IMAGE}": failed to extract layer sha256:aa: write /var/lib/x: no space left on device: unknown`,
  ],
  [
    "img.interrupted",
    `failed to pull and unpack image "${IMAGE}": failed to copy: httpReadSeeker: failed open: unexpected EOF`,
  ],
  [
    "img.interrupted",
    `rpc error: code = Canceled desc = failed to pull and unpack image "${IMAGE}": context canceled`,
  ],
  ["img.pull-failed", `failed to pull and unpack image "${IMAGE}": something that nobody has seen`],
];
