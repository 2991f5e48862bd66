import { pulled } from "./downloads.ts";
import { type Heard, heard } from "./heard.ts";
import type { Relative } from "./relative.ts";

const PULL =
  'rpc error: code = Unknown desc = failed to pull and unpack image "ghcr.io/nine-minds/email-service:0a1b2c3d": ';
const RESOLVE = `${PULL}failed to resolve reference "ghcr.io/nine-minds/email-service:0a1b2c3d": `;
const DIAL =
  `${RESOLVE}failed to do request: Head "https://ghcr.io/v2/nine-minds/email-service/manifests/0a1b2c3d": `;
const COPY = `${PULL}failed to copy: httpReadSeeker: failed open: `;
const EXTRACT =
  `${PULL}failed to extract layer sha256:0a1b2c3d0a1b2c3d0a1b2c3d0a1b2c3d0a1b2c3d0a1b2c3d0a1b2c3d0a1b2c3d: `;

const OF_PULLS: readonly Heard[] = [
  ["img.queued", "pull QPS exceeded", { says: /turn/, never: /connection|support/i }],
  [
    "img.old-format",
    `${RESOLVE}media type "application/vnd.docker.distribution.manifest.v1+prettyjws" is no longer supported since containerd v2.1, please rebuild the image as "application/vnd.docker.distribution.manifest.v2+json" or "application/vnd.oci.image.manifest.v1+json": not implemented`,
    { says: /schema 1/, never: /connection ends/ },
  ],
  [
    "img.old-format",
    'rpc error: code = Unimplemented desc = failed to pull and unpack image "ghcr.io/x/y:1": not implemented: media type "application/vnd.docker.distribution.manifest.v1+prettyjws" is no longer supported',
    { says: /schema 1/, never: /connection ends/ },
  ],
  ["img.interrupted", `${PULL}failed to copy: short read: expected 12345 bytes but got 100: unexpected EOF`],
  [
    "img.interrupted",
    `${PULL}failed to copy: read tcp 192.168.1.5:43210->185.199.111.154:443: read: connection reset by peer`,
  ],
  ["net.tls-intercept", `${DIAL}remote error: tls: internal error`],
  ["net.tls-intercept", `${DIAL}remote error: tls: handshake failure`],
  ["img.interrupted", `${DIAL}net/http: TLS handshake timeout`],
  [
    "img.interrupted",
    `${COPY}failed to do request: Get "https://pkg-containers.githubusercontent.com/ghcr1/blobs/sha256:aa": stream error: stream ID 5; INTERNAL_ERROR; received from peer`,
  ],
  ["net.egress", `${DIAL}dial tcp 140.82.121.34:443: connect: operation not permitted`, {
    says: /on this machine forbids/,
    never: /network administrator/,
  }],
  ["net.egress", `${DIAL}dial tcp 140.82.121.34:443: connect: connection timed out`],
  [
    "dns.resolver-down",
    `${DIAL}dial tcp: lookup ghcr.io on 127.0.0.53:53: read udp 127.0.0.1:53412->127.0.0.53:53: read: connection refused`,
    { says: /systemd-resolved/, never: /another DNS server/ },
  ],
  ["dns.failed", `${DIAL}dial tcp: lookup ghcr.io: cannot unmarshal DNS message`],
  [
    "dns.timeout",
    `${DIAL}dial tcp: lookup ghcr.io on [fe80::1%eth0]:53: read udp [fe80::2%eth0]:4000->[fe80::1%eth0]:53: i/o timeout`,
  ],
  ["dns.failed", `${DIAL}dial tcp: lookup ghcr.io: device or resource busy`],
  ["dns.failed", `${DIAL}dial tcp: lookup ghcr.io: Try again`],
  ["dns.failed", `${DIAL}dial tcp: lookup ghcr.io: Temporary failure in name resolution`],
  [
    "net.proxy-down",
    `${DIAL}proxyconnect tcp: dial tcp: lookup proxy.corp.local on 10.0.0.1:53: no such host`,
    { says: /does not know its name/, never: /public names/ },
  ],
  ["net.proxy-down", `${DIAL}proxyconnect tcp: dial tcp 10.0.0.9:3128: i/o timeout`],
  ["net.proxy-down", `${DIAL}proxyconnect tcp: EOF`],
  [
    "net.proxy-down",
    `${DIAL}socks connect tcp 10.0.0.9:1080->ghcr.io:443: unknown error general SOCKS server failure`,
  ],
  [
    "reg.unavailable",
    `${RESOLVE}unexpected status from HEAD request to https://ghcr.io/v2/nine-minds/email-service/manifests/0a1b2c3d: 502 Bad Gateway`,
  ],
  [
    "img.pull-failed",
    `${RESOLVE}unexpected status from HEAD request to https://ghcr.io/v2/x/manifests/1: 451 Unavailable For Legal Reasons`,
  ],
  [
    "img.pull-failed",
    `${RESOLVE}unexpected status from HEAD request to https://ghcr.io/v2/x/manifests/1: 400 Bad Request`,
  ],
  [
    "img.pull-failed",
    `${COPY}unexpected status code https://mirror.corp/v2/x/blobs/sha256:aa: 405 Method Not Allowed`,
  ],
  [
    "img.pull-failed",
    `${RESOLVE}unexpected status from HEAD request to https://ghcr.io/v2/x/manifests/1: 408 Request Timeout`,
  ],
  [
    "reg.unavailable",
    `${COPY}unexpected status from GET request to https://x.blob.core.windows.net/aa?sig=zzzzz: 503 Server Busy`,
  ],
  [
    "disk.io-error",
    `${EXTRACT}failed to mount /var/lib/rancher/k3s/agent/containerd/tmpmounts/containerd-mount12: structure needs cleaning`,
  ],
  [
    "img.pull-failed",
    `${EXTRACT}failed to mount /var/lib/rancher/k3s/agent/containerd/tmpmounts/containerd-mount12: invalid argument`,
  ],
  [
    "img.pull-failed",
    `${EXTRACT}mount callback failed on /var/lib/rancher/k3s/agent/containerd/tmpmounts/containerd-mount12: no such device`,
  ],
  ["img.store-damaged", `${EXTRACT}archive/tar: invalid tar header: unknown`],
  [
    "img.pull-failed",
    `${EXTRACT}failed to get stream processor for application/vnd.oci.image.layer.v1.tar+zstd: no processor for media-type: unknown`,
  ],
  ["img.pull-failed", "SignatureValidationFailed: source image signature is invalid"],
  ["img.pull-failed", "rpc error: code = Unavailable desc = RegistryUnavailable: pull failed for registry"],
  [
    "node.open-files",
    `${PULL}failed to copy: open /var/lib/rancher/k3s/agent/containerd/io.containerd.content.v1.content/ingest/ab/data: too many open files`,
    { never: /download|registry/ },
  ],
  ["img.store-damaged", `${PULL}lease "abc": not found`, { never: /does not exist/ }],
  [
    "img.pull-failed",
    'rpc error: code = Unknown desc = failed to pull and unpack image "ghcr.io/x/y:1": failed to get usage: database not open',
  ],
  [
    "img.queued",
    `${PULL}failed to copy: ref layer-sha256:aa locked for 12m3s (since 2026-11-21 11:47:57): unavailable`,
    { says: /turn/, never: /connection|support/i },
  ],
  [
    "net.tls-intercept",
    `${DIAL}tls: failed to verify certificate: x509: “*.corp.local” certificate is not standards compliant`,
  ],
  [
    "net.tls-intercept",
    `${DIAL}tls: failed to verify certificate: x509: certificate signed by unknown authority (possibly because of "x509: cannot verify signature: insecure algorithm SHA1-RSA" while trying to verify candidate authority certificate "Corp CA")`,
  ],
  [
    "net.tls-intercept",
    `${DIAL}tls: failed to verify certificate: x509: certificate is not authorized to sign other certificates`,
  ],
  [
    "net.tls-intercept",
    `${DIAL}tls: failed to verify certificate: x509: a root or intermediate certificate is not authorized to sign for this name: DNS name "ghcr.io" is not permitted by any constraint`,
  ],
  ["net.tls-intercept", `${DIAL}tls: first record does not look like a TLS handshake`],
  ["img.pull-failed", `${DIAL}malformed HTTP response "\\x15\\x03\\x01\\x00\\x02\\x02"`],
  [
    "reg.auth",
    `${RESOLVE}pull access denied, repository does not exist or may require authorization: authorization failed: no basic auth credentials`,
  ],
  [
    "reg.auth",
    `${RESOLVE}unexpected status from HEAD request to https://art.corp/v2/ghcr/x/manifests/1: 403 Forbidden`,
  ],
  [
    "reg.auth",
    `${RESOLVE}unexpected status from HEAD request to https://1.dkr.ecr.eu-west-1.amazonaws.com/v2/x/manifests/1: 403 Forbidden - Server message: denied: Your authorization token has expired. Reauthenticate and try again.`,
  ],
  [
    "reg.auth",
    `${RESOLVE}unexpected status from HEAD request to https://quay.io/v2/x/manifests/1: 401 UNAUTHORIZED`,
  ],
  [
    "reg.ratelimit",
    `${RESOLVE}unexpected status from HEAD request to https://registry-1.docker.io/v2/x/manifests/1: 429 Too Many Requests - Server message: toomanyrequests: You have reached your unauthenticated pull rate limit.`,
  ],
];

/** What containerd, the kubelet and Go's libraries say of downloads. */
export const HEARD_PULLS: readonly Relative[] = heard(OF_PULLS, pulled);
