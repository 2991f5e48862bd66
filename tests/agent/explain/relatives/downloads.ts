import type { Snapshot } from "../../../../agent/facts/snapshot.ts";
import { podOf, waiting } from "../../status/objects.ts";
import { of } from "../rule_row.ts";
import type { Relative } from "./relative.ts";

const IMAGE = "ghcr.io/nine-minds/email-service:0a1b2c3d";
const PULL = `failed to pull and unpack image "${IMAGE}": `;
const HEAD =
  `failed to resolve image: failed to do request: Head "https://ghcr.io/v2/nine-minds/email-service": `;
const LAYER =
  "failed to extract layer sha256:0a1b2c3d0a1b2c3d0a1b2c3d0a1b2c3d0a1b2c3d0a1b2c3d0a1b2c3d0a1b2c3d: ";
/** An image whose download ended with this text. */
export function pulled(text: string): Snapshot {
  const made = podOf("email-service", waiting("ErrImagePull", text), { images: { "email-service": IMAGE } });
  return of("email-service", [made]);
}

/** What containerd says of downloads. @see containerd v2 core/remotes/docker, core/unpack, core/content */
export const DOWNLOADS: readonly Relative[] = [
  {
    name: "a quota is full like a disk",
    snapshot: pulled(`${PULL}${LAYER}write /x: disk quota exceeded`),
    id: "img.no-space",
  },
  {
    name: "a mirror that does not encrypt is intercepted by nobody",
    snapshot: pulled(`${PULL}${HEAD}http: server gave HTTP response to HTTPS client`),
    id: "net.tls-intercept",
    says: /does not encrypt/,
    never: /intercepted/,
  },
  {
    name: "content that is not what was promised was changed on the way, and is in no store yet",
    snapshot: pulled(
      `${PULL}failed commit on ref "layer-sha256:aa": unexpected commit digest sha256:bb, expected sha256:aa: failed precondition`,
    ),
    id: "img.store-damaged",
    says: /What arrived is not what was sent/,
    never: /missing in the store|crictl rmi/,
  },
  ...[
    'wrong diff id calculated on extraction "sha256:aa"',
    "unpigz: skipping: <stdin>: corrupted -- crc32 mismatch: exit status 1",
    "archive/tar: invalid tar header",
  ].map((end): Relative => ({
    name: `a layer that arrived damaged: ${end.slice(0, 24)}`,
    snapshot: pulled(`rpc error: code = Unknown desc = ${PULL}${LAYER}${end}`),
    id: "img.store-damaged",
    says: /What arrived is not what was sent/,
    never: /connection ends/,
  })),
  ...[
    "failed to unmount /var/lib/rancher/k3s/agent/containerd/tmpmounts/containerd-mount1: device or resource busy",
    'failed to Lchown "/x" for UID 1000, GID 0: operation not permitted',
  ].map((end): Relative => ({
    name: `a layer that this machine does not unpack: ${end.slice(0, 24)}`,
    snapshot: pulled(`rpc error: code = Unknown desc = ${PULL}${LAYER}${end}`),
    id: "img.pull-failed",
    says: /could not unpack it/,
    never: /could not be downloaded|connection ends/,
  })),
  {
    name: "a token that could not be fetched because nothing answered is no refusal",
    snapshot: pulled(
      `${PULL}failed to resolve image: failed to authorize: failed to fetch anonymous token: Get "https://ghcr.io/token?scope=x": dial tcp 192.0.2.1:443: i/o timeout`,
    ),
    id: "net.egress",
    says: /ghcr\.io on port 443/,
  },
  {
    name: "a token server with trouble of its own is no refusal",
    snapshot: pulled(
      `${PULL}failed to resolve image: failed to authorize: failed to fetch oauth token: unexpected status from POST request to https://auth.docker.io/token: 503 Service Unavailable`,
    ),
    id: "reg.unavailable",
  },
  {
    name: "a token server of which nothing more is told did refuse",
    snapshot: pulled(`${PULL}failed to resolve image: failed to authorize: something else`),
    id: "reg.auth",
  },
  {
    name: "a web page in place of an image is no missing image",
    snapshot: pulled(
      `rpc error: code = NotFound desc = ${PULL}failed to unpack image on snapshotter overlayfs: unexpected media type text/html for sha256:0a1b2c3d0a1b2c3d0a1b2c3d0a1b2c3d0a1b2c3d0a1b2c3d0a1b2c3d0a1b2c3d: not found`,
    ),
    id: "net.web-page",
    says: /web page/,
    never: /does not exist|Nothing on this machine/,
  },
  {
    name: "a proxy that speaks no TLS is not called by the registry's name",
    snapshot: pulled(`${PULL}${HEAD}proxyconnect tcp: tls: first record does not look like a TLS handshake`),
    id: "net.proxy-down",
    never: /ghcr/,
  },
  ...["Bad Gateway", "Gateway Timeout", "Service Unavailable"].map((end): Relative => ({
    name: `a proxy that does not get through (${end}) is no fault of the registry`,
    snapshot: pulled(`${PULL}${HEAD}${end}`),
    id: "net.egress",
    says: /ghcr\.io cannot be reached/,
  })),
  ...["i/o timeout", "connect: no route to host"].map((end): Relative => ({
    name: `an IPv6 address that does not answer (${end}) says nothing of IPv4`,
    snapshot: pulled(`${PULL}${HEAD}dial tcp [2606:50c0:8000::154]:443: ${end}`),
    id: "net.ipv6",
  })),
  ...[
    'rpc error: code = Unavailable desc = connection error: desc = "transport: Error while dialing: dial unix /run/k3s/containerd/containerd.sock: connect: connection refused"',
    "rpc error: code = Unavailable desc = error reading from server: EOF",
  ].map((text): Relative => ({
    name: `a container runtime that is away is no download: ${text.slice(40, 70)}`,
    snapshot: pulled(text),
    id: "k3s.container-failed",
    never: /download|connection ends/,
  })),
];
