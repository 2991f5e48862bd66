import { NetworkError } from "../../../agent/net/errors.ts";
import { RegistryError } from "../../../agent/registry/errors.ts";
import { CLOSED_PORT } from "../../simulator/free_port.ts";
import type { FakeCommand, FakeHost } from "../../fakes/fake_host.ts";
import type { CheckCase } from "./check_case.ts";
import type { FakeRegistry } from "./fake_registry.ts";

const NAMES = { mirrors: {} };
/** As openssl 3.0.13 says it. */
const UNKNOWN_ISSUER =
  "depth=0 CN = ghcr.io\nverify error:num=20:unable to get local issuer certificate\n40:error:0A000086:SSL routines:tls_post_process_server_certificate:certificate verify failed\n";

/** Every way the checks of trust, portals and other hosts can end. */
export const TRUST_CASES: readonly CheckCase[] = [
  { id: "net.captive", when: "registries answer", status: "pass", found: "they do" },
  {
    id: "net.captive",
    when: "a portal answers by redirect",
    status: "fail",
    found: "ghcr.io is answered by a page of login.hotel.example, not by a registry",
    advice:
      /^Open http:\/\/login\.hotel\.example\/ in a browser of this network and sign in, or ask the network administrator to have ghcr\.io and not login\.hotel\.example answer/,
    context: NAMES,
    registry: portal("login.hotel.example"),
  },
  {
    id: "net.captive",
    when: "a portal answers in its name",
    status: "fail",
    found: "ghcr.io is answered by a page, not by a registry",
    advice: /Open http:\/\/ghcr\.io\/.* or to have ghcr\.io let through a filter of web pages$/,
    context: NAMES,
    registry: portal(undefined),
  },
  {
    id: "net.captive",
    when: "nothing answers",
    status: "skipped",
    found: "ghcr.io cannot be asked (see the checks of the registries)",
    registry: (it) => void it.pingFailures.set("ghcr.io", "tcp"),
  },
  { id: "net.captive", when: "the client breaks", status: "error", found: "boom", registry: boom },
  { id: "reg.tls-chain", when: "mirrors are plain", status: "skipped", found: /not encrypted/ },
  {
    id: "reg.tls-chain",
    when: "the machine's own file leads to all of them",
    status: "pass",
    found: "ghcr.io, registry-1.docker.io; pods of Alga are not given the authorities of this machine",
    context: NAMES,
  },
  {
    id: "reg.tls-chain",
    when: "only this agent trusts one",
    status: "fail",
    found:
      "this agent trusts 127.0.0.1, and /etc/ssl/certs/ca-certificates.crt does not: unable to get local issuer certificate",
    advice: /usr\/local\/share\/ca-certificates\/NAME\.crt.*update-ca-certificates/,
    // Nobody shows a certificate there, so its issuer cannot be named.
    context: { mirrors: { "ghcr.io": `https://127.0.0.1:${CLOSED_PORT}` } },
    host: openssl({ code: 1, stderr: UNKNOWN_ISSUER }),
  },
  {
    id: "reg.tls-chain",
    when: "the machine has no authorities",
    status: "fail",
    found: "/etc/ssl/certs/ca-certificates.crt does not exist: they trust nobody",
    advice: /apt install --reinstall ca-certificates/,
    context: NAMES,
    host: (it) => void it.files.delete("/etc/ssl/certs/ca-certificates.crt"),
  },
  {
    id: "reg.tls-chain",
    when: "this agent does not trust it either",
    status: "skipped",
    found: "ghcr.io cannot be reached that far (see the checks before)",
    context: NAMES,
    registry: (it) => void it.pingFailures.set("ghcr.io", "tls"),
  },
  {
    id: "reg.tls-chain",
    when: "a proxy stands between",
    status: "skipped",
    found: "the registries are asked through the proxy",
    context: NAMES,
    inputs: { proxyUrl: "http://proxy.example.com:3128" },
  },
  {
    id: "reg.tls-chain",
    when: "openssl fails for another reason",
    status: "error",
    found: "openssl does not tell whether ghcr.io is trusted",
    advice: /openssl s_client -connect ghcr\.io:443/,
    context: NAMES,
    host: openssl({ code: 1, stderr: "connect:errno=111\n" }),
  },
  {
    id: "reg.tls-chain",
    when: "openssl is missing",
    status: "error",
    found: /Cannot find the program "openssl"/,
    context: NAMES,
    host: (it) => void it.commands.delete("openssl"),
  },
  { id: "reg.blob-host", when: "content was read", status: "pass", found: "content of the release was read" },
  {
    id: "reg.blob-host",
    when: "a firewall stops where the registry sends on to",
    status: "fail",
    found: "ghcr.io sends on to another host; cdn.example: it cannot be reached",
    advice: /^Ask the network administrator to allow cdn\.example too, as ghcr\.io is allowed$/,
    registry: (it) => {
      it.readFailure = new NetworkError(
        "tcp",
        "cdn.example",
        "ghcr.io sends on to another host; cdn.example: it cannot be reached",
        { sentOnBy: "ghcr.io" },
      );
    },
  },
  {
    id: "reg.blob-host",
    when: "no release can be read",
    status: "skipped",
    found: "no release could be read (see Release)",
    registry: (it) => void (it.readFailure = "tcp"),
  },
  {
    id: "reg.blob-host",
    when: "the client breaks",
    status: "error",
    found: "boom",
    registry: (it) => void (it.readFailure = new TypeError("boom")),
  },
  { id: "mirror.complete", when: "all are there", status: "pass", found: "all 13", context: NAMES },
  {
    id: "mirror.complete",
    when: "only ghcr.io has a mirror, and the others are not asked",
    status: "pass",
    found: "all 4",
  },
  {
    id: "mirror.complete",
    when: "the mirror lacks some",
    status: "warn",
    found: "missing: ghcr.io/fluxcd/helm-controller:v1.6.5, redis:latest, rancher/mirrored-pause",
    advice: /skopeo copy --all/,
    context: NAMES,
    registry: (it) =>
      ["fluxcd/helm-controller", "rancher/mirrored-pause", "library/redis"].forEach((name) =>
        it.missingImages.add(name)
      ),
  },
  {
    id: "mirror.complete",
    when: "k3s has started, and names images that the mirror lacks",
    status: "warn",
    found: "missing: rancher/mirrored-pause:3.11, rancher/mirrored-coredns-coredns:1.15.0",
    context: NAMES,
    host: k3sNames,
    registry: (it) =>
      ["rancher/mirrored-pause", "rancher/mirrored-coredns-coredns"].forEach((name) =>
        it.missingImages.add(name)
      ),
  },
  {
    id: "mirror.complete",
    when: "content lies on a host that is not allowed",
    status: "fail",
    found: "registry-1.docker.io sends on to another host; cdn.example: it cannot be reached",
    advice: /^Ask the network administrator to allow cdn\.example too, as registry-1\.docker\.io is allowed$/,
    context: NAMES,
    registry: (it) =>
      void (it.fetchBlob = () =>
        Promise.reject(
          new NetworkError(
            "tcp",
            "cdn.example",
            "registry-1.docker.io sends on to another host; cdn.example: it cannot be reached",
            { sentOnBy: "registry-1.docker.io" },
          ),
        )),
  },
  ...([
    [
      "a filter keeps the content back",
      "denied",
      "fail",
      /what keeps back or changes the content of ghcr\.io/,
    ],
    ["the content is changed on the way", "wrong-digest", "fail", /what keeps back or changes the content/],
    ["the content is a page", "captive", "fail", /what keeps back or changes the content/],
    ["the content is limited for a while", "rate-limited", "error", /^Run the checks again/],
  ] as const).map(([when, failure, status, advice]) => ({
    id: "mirror.complete",
    when,
    status,
    found: failure,
    advice,
    context: NAMES,
    registry: (it: FakeRegistry) =>
      void (it.fetchBlob = () => Promise.reject(new RegistryError(failure, "ghcr.io", failure))),
  })),
  {
    id: "mirror.complete",
    when: "one cannot be asked for",
    status: "error",
    found: "docker.io answered 503",
    context: NAMES,
    registry: (it) => void it.brokenImages.add("library/busybox"),
  },
  {
    id: "mirror.complete",
    when: "the registry cannot be reached",
    status: "skipped",
    found: "ghcr.io cannot be reached (see the checks of the way to it)",
    context: NAMES,
    registry: (it) =>
      void (it.exists = () =>
        Promise.reject(new NetworkError("tcp", "ghcr.io", "ghcr.io: it cannot be reached"))),
  },
];

/** Files of a k3s that runs. */
function k3sNames(host: FakeHost): void {
  const folder = "/var/lib/rancher/k3s";
  host.put(
    `${folder}/agent/etc/containerd/config.toml`,
    '[plugins."io.containerd.cri.v1.images".pinned_images]\n  sandbox = "rancher/mirrored-pause:3.11"\n',
  );
  host.put(
    `${folder}/server/manifests/coredns.yaml`,
    'image: "rancher/mirrored-coredns-coredns:1.15.0"\n',
  );
}

function portal(by: string | undefined): (registry: FakeRegistry) => void {
  return (registry) => {
    const words = `ghcr.io is answered by a page${by === undefined ? "" : ` of ${by}`}, not by a registry`;
    registry.ping = () =>
      Promise.reject(
        new RegistryError("captive", "ghcr.io", words, by === undefined ? {} : { answeredBy: by }),
      );
  };
}

function boom(registry: FakeRegistry): void {
  registry.ping = () => Promise.reject(new TypeError("boom"));
}

function openssl(command: FakeCommand): (host: FakeHost) => void {
  return (host) => void host.commands.set("openssl", command);
}
