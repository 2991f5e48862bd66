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
  // Nobody listens on the machine's own resolver.
  [
    "dns.resolver-down",
    `${REQUEST}dial tcp: lookup registry.nx.test on 127.0.0.53:53: read udp 127.0.0.1:53412->127.0.0.53:53: read: connection refused`,
  ],
  ["img.queued", `failed to pull image "${IMAGE}": pull QPS exceeded`],
  [
    "img.old-format",
    `failed to pull and unpack image "${IMAGE}": not implemented: media type "application/vnd.docker.distribution.manifest.v1+prettyjws" is no longer supported since containerd v2.1`,
  ],
  // A look-up that failed, whatever its end says, is none of the connection.
  [
    "dns.failed",
    `${REQUEST}dial tcp: lookup registry.nx.test on 192.0.2.53:53: dial udp 192.0.2.53:53: connect: network is unreachable`,
  ],
  [
    "dns.failed",
    `${REQUEST}dial tcp: lookup registry.nx.test on 192.0.2.53:53: cannot unmarshal DNS message`,
  ],
  [
    "dns.failed",
    `${REQUEST}dial tcp: lookup registry.nx.test: device or resource busy`,
  ],
  [
    "net.ipv6",
    `${REQUEST}dial tcp [2606:50c0:8000::154]:443: connect: network is unreachable`,
  ],
  [
    "net.ipv6",
    `${REQUEST}dial tcp [2606:50c0:8000::154]:443: connect: cannot assign requested address`,
  ],
  [
    "net.cert-expired",
    `${REQUEST}tls: failed to verify certificate: x509: certificate has expired or is not yet valid: current time 2026-11-21T12:00:00Z is after 2026-11-01T23:59:59Z`,
  ],
  [
    "time.skew",
    `${REQUEST}tls: failed to verify certificate: x509: certificate has expired or is not yet valid: current time 2043-11-21T12:00:00Z is after 2027-01-01T00:00:00Z`,
  ],
  // containerd of its own store: whatever "not found" is at the end, no registry said it.
  [
    "img.store-damaged",
    `failed to pull and unpack image "${IMAGE}": failed to prepare extraction snapshot "extract-1 sha256:aa": parent snapshot sha256:bb does not exist: not found`,
  ],
  [
    "img.store-damaged",
    `failed to pull and unpack image "${IMAGE}": failed to unpack image on snapshotter overlayfs: missing parent "k8s.io/12/sha256:cc" bucket: not found`,
  ],
  [
    "img.store-damaged",
    `rpc error: code = NotFound desc = failed to pull and unpack image "${IMAGE}": failed to get image config: content digest sha256:dd: not found`,
  ],
  [
    "img.store-damaged",
    `failed to pull and unpack image "${IMAGE}": failed commit on ref "layer-sha256:ee": unexpected commit digest sha256:ff, expected sha256:ee: failed precondition`,
  ],
  [
    "disk.io-error",
    `failed to pull and unpack image "${IMAGE}": failed to extract layer sha256:aa: write /var/lib/rancher/k3s/agent/containerd/x: input/output error`,
  ],
  [
    "mem.oom-host",
    `failed to pull and unpack image "${IMAGE}": failed to extract layer sha256:aa: fork/exec /usr/bin/unpigz: cannot allocate memory`,
  ],
  [
    "disk.readonly",
    `failed to pull and unpack image "${IMAGE}": failed to prepare: mkdir /var/lib/rancher/k3s/agent/containerd/io.containerd.snapshotter.v1.overlayfs/new-1: read-only file system`,
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
  [
    "net.web-page",
    `failed to pull and unpack image "${IMAGE}": failed to unpack image on snapshotter overlayfs: unexpected media type text/html for sha256:aa: not found`,
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
