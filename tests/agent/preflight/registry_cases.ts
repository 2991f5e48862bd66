import { type HelmReleaseName, valuesKey } from "../../../agent/product/helm_releases.ts";
import type { CheckCase } from "./check_case.ts";
import type { FakeRegistry } from "./fake_registry.ts";

const NAMES = { mirrors: {} };

/** Every way the checks of the registries and of the release can end, by the words of the registry client. */
export const REGISTRY_CASES: readonly CheckCase[] = [
  { id: "proxy.syntax", when: "none was entered", status: "skipped", found: "no proxy was entered" },
  {
    id: "proxy.syntax",
    when: "the address is whole",
    status: "pass",
    found: "proxy.example.com:3128",
    inputs: { proxyUrl: "http://user:p%40ss@proxy.example.com:3128" },
  },
  ...["127.0.0.1:3128", "localhost:3128", "[::1]:3128"].map((host) => ({
    id: "proxy.syntax",
    when: `it is ${host}`,
    status: "warn" as const,
    found: `${host} is this machine itself: pods, and Flux among them, do not reach it`,
    advice: /^Have the proxy listen on \d+\.\S+ too, and enter that in the field "Proxy"$/,
    inputs: { proxyUrl: `http://user:pw@${host}` },
  })),
  {
    id: "proxy.syntax",
    when: "it is another scheme",
    status: "fail",
    found: "it is not such a URL",
    inputs: { proxyUrl: "socks5://proxy.example.com" },
  },
  {
    id: "proxy.syntax",
    when: "the password holds a bare %",
    status: "fail",
    found: "its user name or password has a % that is not followed by two hex digits",
    advice: /%XX/,
    inputs: { proxyUrl: "http://user:50%off@proxy.example.com" },
  },
  { id: "proxy.connect", when: "none was entered", status: "skipped", found: "no proxy was entered" },
  {
    id: "proxy.connect",
    when: "the address is wrong",
    status: "skipped",
    found: "the proxy address is wrong (see Proxy address)",
    inputs: { proxyUrl: "nonsense" },
  },
  {
    id: "proxy.connect",
    when: "no registry is asked through it",
    status: "skipped",
    found: "the registries are reached without the proxy",
    inputs: { proxyUrl: "http://proxy.example.com:3128" },
  },
  {
    id: "reg.mirrors",
    when: "there is none",
    status: "skipped",
    found: "there is no mirror",
    context: NAMES,
  },
  {
    id: "reg.mirrors",
    when: "both registries have one",
    status: "pass",
    found: "ghcr.io from 192.0.2.9:5000, docker.io from 192.0.2.9:5001",
    context: { mirrors: { "ghcr.io": "http://192.0.2.9:5000", "docker.io": "http://192.0.2.9:5001" } },
  },
  {
    id: "reg.mirrors",
    when: "only docker.io has one, and ghcr.io is asked itself",
    status: "pass",
    found: "docker.io from 192.0.2.9:5001",
    context: { mirrors: { "docker.io": "http://192.0.2.9:5001" } },
  },
  {
    id: "reg.mirrors",
    when: "docker.io has none beside one of ghcr.io, and is therefore not asked",
    status: "warn",
    found: "ghcr.io from 192.0.2.9:5000; none for docker.io, which was not asked",
    advice: /--registry-mirror docker\.io=URL too\. Without it the images/,
    context: { mirrors: { "ghcr.io": "http://192.0.2.9:5000" } },
  },
  {
    id: "reg.dns",
    when: "names are known",
    status: "pass",
    found: "ghcr.io, registry-1.docker.io",
    context: NAMES,
  },
  {
    id: "reg.dns",
    when: "a name is not known",
    status: "fail",
    found: "docker.io: dns",
    advice: /registry-1\.docker\.io/,
    context: NAMES,
    registry: ping("docker.io", "dns"),
  },
  {
    id: "reg.dns",
    when: "mirrors are addresses",
    status: "skipped",
    found: "the registry mirrors are addresses, not names",
  },
  {
    id: "reg.dns",
    when: "a proxy looks the names up",
    status: "skipped",
    found: "the proxy looks them up",
    context: NAMES,
    inputs: { proxyUrl: "http://proxy.example.com:3128" },
  },
  {
    id: "reg.dns",
    when: "the client breaks",
    status: "error",
    found: "boom",
    context: NAMES,
    registry: (it) => void (it.ping = () => Promise.reject(new TypeError("boom"))),
  },
  { id: "reg.tcp", when: "they answer", status: "pass", found: "127.0.0.1" },
  {
    id: "reg.tcp",
    when: "one mirror stands for several registries",
    status: "pass",
    found: "127.0.0.1",
    context: { mirrors: { "ghcr.io": "http://127.0.0.1:5000", "docker.io": "http://127.0.0.1:5001" } },
  },
  {
    id: "reg.tcp",
    when: "the port is closed",
    status: "fail",
    found: "ghcr.io: tcp",
    advice: /port 5000/,
    registry: ping("ghcr.io", "tcp"),
  },
  {
    id: "reg.tcp",
    when: "nobody answers in time",
    status: "fail",
    found: "ghcr.io: timeout",
    registry: ping("ghcr.io", "timeout"),
  },
  {
    id: "reg.tcp",
    when: "the proxy refuses",
    status: "fail",
    found: "ghcr.io: proxy",
    registry: ping("ghcr.io", "proxy"),
  },
  {
    id: "reg.tcp",
    when: "the name is not known",
    status: "skipped",
    found: "ghcr.io cannot be reached that far",
    context: NAMES,
    registry: ping("ghcr.io", "dns"),
  },
  {
    id: "reg.tls",
    when: "mirrors are not encrypted",
    status: "skipped",
    found: "the registry mirrors are not encrypted",
  },
  {
    id: "reg.tls",
    when: "the certificates are trusted",
    status: "pass",
    found: "ghcr.io, registry-1.docker.io",
    context: NAMES,
  },
  {
    id: "reg.tls",
    when: "HTTPS is intercepted",
    status: "fail",
    found: "ghcr.io: tls",
    advice: /certificate authority/,
    context: NAMES,
    registry: ping("ghcr.io", "tls"),
  },
  {
    id: "reg.tls",
    when: "the port is closed",
    status: "skipped",
    found: "registry-1.docker.io cannot be reached that far",
    context: NAMES,
    registry: ping("docker.io", "tcp"),
  },
  {
    id: "reg.auth",
    when: "a release can be read",
    status: "pass",
    found: "the registries let this machine read",
  },
  {
    id: "reg.auth",
    when: "only the release is missing",
    status: "pass",
    found: "the registries let this machine read",
    registry: read("not-found"),
  },
  {
    id: "reg.auth",
    when: "an account is wanted",
    status: "fail",
    found: /unauthorized/,
    advice: /support/,
    registry: read("unauthorized"),
  },
  { id: "reg.auth", when: "access is denied", status: "fail", found: /denied/, registry: read("denied") },
  {
    id: "reg.auth",
    when: "this site asked too often",
    status: "fail",
    found: /rate-limited/,
    advice: /Wait/,
    registry: read("rate-limited"),
  },
  {
    id: "reg.auth",
    when: "the other registry answers with an error",
    status: "fail",
    found: "docker.io: server-error",
    advice: /firewall/,
    context: NAMES,
    registry: ping("docker.io", "server-error"),
  },
  {
    id: "reg.auth",
    when: "the registry cannot be reached",
    status: "skipped",
    found: "ghcr.io cannot be reached (see the checks of the way to it)",
    registry: (it) => {
      it.pingFailures.set("ghcr.io", "tcp");
      it.readFailure = "tcp";
    },
  },
  {
    id: "reg.auth",
    when: "the client breaks",
    status: "error",
    found: "boom",
    registry: (it) => void (it.readFailure = new TypeError("boom")),
  },
  { id: "time.skew", when: "the clock is right", status: "pass", found: "0 s off" },
  {
    id: "time.skew",
    when: "it is 60 s behind",
    status: "warn",
    found: /^(59|60) s off$/,
    registry: ahead(60),
  },
  {
    id: "time.skew",
    when: "it is 10 min ahead",
    status: "fail",
    found: /^60[01] s off$/,
    advice: /NTP/,
    registry: ahead(-600),
  },
  {
    id: "time.skew",
    when: "the registry tells no time, and the clock follows a time server",
    status: "pass",
    found: "it follows a time server; the registries told no time",
    registry: ahead(undefined),
    host: (it) => void it.commands.set("timedatectl", { stdout: "NTPSynchronized=yes\n" }),
  },
  {
    id: "time.skew",
    when: "the registry tells no time, and the clock follows nobody",
    status: "warn",
    found: "the registries told no time, and the clock follows no time server",
    advice: /NTP/,
    registry: ahead(undefined),
    host: (it) => void it.commands.set("timedatectl", { stdout: "NTPSynchronized=no\n" }),
  },
  {
    id: "time.skew",
    when: "nobody tells anything",
    status: "warn",
    found: "the registries told no time, and it is not known whether the clock follows a time server",
    registry: ahead(undefined),
    host: (it) => void it.commands.delete("timedatectl"),
  },
  {
    id: "time.skew",
    when: "the certificate is refused, perhaps because of the clock",
    status: "error",
    found: "ghcr.io: tls",
    registry: ping("ghcr.io", "tls"),
  },
  {
    id: "time.skew",
    when: "the registry cannot be reached",
    status: "skipped",
    found: "ghcr.io told no time (see the checks of the registries)",
    registry: ping("ghcr.io", "tcp"),
  },
  { id: "rel.channel", when: "stable leads to a release", status: "pass", found: "release 1.4.0" },
  {
    id: "rel.channel",
    when: "nightly was chosen",
    status: "warn",
    found: "release 1.4.0 of the testing channel",
    inputs: { channel: "nightly" },
  },
  {
    id: "rel.channel",
    when: "there is no such release",
    status: "fail",
    found: /not-found for nine-minds\/alga-appliance-release:9\.9\.9/,
    advice: /^Correct the field "Release override", or leave it empty/,
    inputs: { releaseRef: "9.9.9" },
    registry: (it) => void (it.release = undefined),
  },
  {
    id: "rel.channel",
    when: "stable leads nowhere",
    status: "fail",
    found: /not-found/,
    advice: /^Ask Alga support why the channel has no release$/,
    registry: (it) => void (it.release = undefined),
  },
  {
    id: "rel.channel",
    when: "the testing channel leads nowhere",
    status: "fail",
    found: /not-found/,
    advice: /^Choose stable in the field "Channel"$/,
    inputs: { channel: "nightly" },
    registry: (it) => void (it.release = undefined),
  },
  {
    id: "rel.channel",
    when: "the way breaks",
    status: "fail",
    found: /ghcr\.io: timeout/,
    advice: /way to the registry/,
    registry: read("timeout"),
  },
  {
    id: "rel.channel",
    when: "the release cannot be used",
    status: "pass",
    found: "something is there (see Release content)",
    registry: (it) => void (it.releaseText = "{}"),
  },
  {
    id: "rel.channel",
    when: "the client breaks",
    status: "error",
    found: "boom",
    registry: (it) => void (it.readFailure = new TypeError("boom")),
  },
  { id: "rel.schema", when: "the release is whole", status: "pass", found: "complete" },
  {
    id: "rel.schema",
    when: "fields are missing",
    status: "fail",
    found: /Release "stable" cannot be used/,
    advice: /support/,
    registry: (it) => void (it.releaseText = '{"schema":"alga.appliance.release/v1"}'),
  },
  {
    id: "rel.schema",
    when: "its schema is newer",
    status: "fail",
    found: /needs a newer agent: it has format 9, and this agent knows format 1/,
    advice: /older release|newest image/,
    registry: (it) =>
      void (it.releaseText = JSON.stringify({
        // Fields of a later format mean nothing to us.
        images: 7,
        schema: "alga.appliance.release/v9",
      })),
  },
  {
    id: "rel.schema",
    when: "it was changed on the way",
    status: "fail",
    found: /wrong-digest/,
    registry: read("wrong-digest"),
  },
  {
    id: "rel.schema",
    when: "no release could be read",
    status: "skipped",
    found: "no release could be read (see Release)",
    registry: read("tcp"),
  },
  { id: "rel.images", when: "all exist", status: "pass", found: "all 4" },
  {
    id: "rel.images",
    when: "one for logging in is missing",
    status: "fail",
    found: "missing: nine-minds/alga-psa-ee:4f2c91d",
    advice: /report 1\.4\.0/,
    registry: (it) => void it.missingImages.add("nine-minds/alga-psa-ee"),
  },
  {
    id: "rel.images",
    when: "one for the background is missing",
    status: "warn",
    found: "missing, for background services only: nine-minds/email-service:2222bbb",
    advice: /people can log in/,
    registry: (it) => void it.missingImages.add("nine-minds/email-service"),
  },
  {
    id: "rel.images",
    when: "the database's, which the values name, is missing",
    status: "fail",
    found: "missing: pgvector/pgvector:0.8.7",
    advice: /report 1\.4\.0/,
    context: { mirrors: {} },
    registry: (it) => {
      withValues(
        it,
        "alga-core",
        "setup:\n  waitForBootstrap:\n    image: {name: pgvector/pgvector, tag: 0.8.7}\n",
      );
      it.missingImages.add("pgvector/pgvector");
    },
  },
  {
    id: "rel.images",
    when: "one that the values name lies on a registry that has no mirror, unlike the others",
    status: "pass",
    found: "all 4",
    registry: (it) => {
      withValues(it, "temporal", "ui: {image: temporalio/ui:2}\n");
      it.missingImages.add("temporalio/ui");
    },
  },
  {
    id: "rel.images",
    when: "one cannot be asked for",
    status: "error",
    found: "could not be asked for: nine-minds/workflow-worker:9be1f02",
    registry: (it) => {
      it.brokenImages.add("nine-minds/workflow-worker");
      it.missingImages.add("nine-minds/email-service");
    },
  },
  {
    id: "rel.images",
    when: "one is missing while another cannot be asked for",
    status: "fail",
    found: "missing: nine-minds/alga-psa-ee:4f2c91d",
    registry: (it) => {
      it.brokenImages.add("nine-minds/workflow-worker");
      it.missingImages.add("nine-minds/alga-psa-ee");
    },
  },
  {
    id: "rel.images",
    when: "no release could be read",
    status: "skipped",
    found: "no release could be read (see Release)",
    registry: read("not-found"),
  },
];

/** The release with these values of one of its parts. */
function withValues(registry: FakeRegistry, part: HelmReleaseName, text: string): void {
  if (!registry.release) return;
  const { profileValues, valuesProfile } = registry.release;
  registry.release.profileValues = { ...profileValues, [valuesKey(part, valuesProfile)]: text };
}

function ping(
  host: string,
  failure: Parameters<FakeRegistry["pingFailures"]["set"]>[1],
): (it: FakeRegistry) => void {
  return (it) => void it.pingFailures.set(host, failure);
}

function read(failure: NonNullable<FakeRegistry["readFailure"]>): (it: FakeRegistry) => void {
  return (it) => void (it.readFailure = failure);
}

function ahead(sec: number | undefined): (it: FakeRegistry) => void {
  return (it) => void (it.aheadSec = sec);
}
