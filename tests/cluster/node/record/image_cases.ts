import { buildImage, busyboxImage, pushImage } from "../node_images.ts";
import type { DnsAnswer } from "../outside_dns.ts";
import type { RegistryFault } from "../outside_registry.ts";
import { REGISTRY_HOST, UNDECLARED_REGISTRY_HOST, UNTRUSTED_REGISTRY_HOST } from "../real_node.ts";
import { app, type RecordCase, SHELL } from "./record_case.ts";

const ZERO_DIGEST = `sha256:${"0".repeat(64)}`;

/** Both halves of the back-off of what cannot be pulled. */
const NO_PULL = ["ErrImagePull", "ImagePullBackOff"];

/** Images that cannot be had, each for a reason of its own. */
export function imageCases(): RecordCase[] {
  const cases: RecordCase[] = [
    { name: "image-tag", expected: "img.not-found", objects: [app({ image: SHELL.replace(/1$/, "nope") })] },
    {
      name: "image-repository",
      expected: "img.not-found",
      objects: [app({ image: `${REGISTRY_HOST}/record/absent:1` })],
    },
    {
      name: "image-digest",
      expected: "img.not-found",
      objects: [app({ image: `${REGISTRY_HOST}/record/busybox@${ZERO_DIGEST}` })],
    },
    refusing("image-401", "reg.auth", { kind: "status", status: 401 }),
    refusing("image-403", "reg.auth", { kind: "status", status: 403 }),
    refusing("image-no-token", "reg.auth", { kind: "no-token" }),
    refusing("image-429", "reg.ratelimit", { kind: "status", status: 429 }),
    refusing("image-500", "reg.unavailable", { kind: "status", status: 500 }),
    refusing("image-503", "reg.unavailable", { kind: "status", status: 503 }),
    refusing("image-cut-off", "img.interrupted", { kind: "cut" }),
    {
      ...refusing("image-slow", "img.slow", { kind: "slow", bytesPerSec: 20_000 }),
      states: [],
      laterSec: 360,
    },
    { ...refusing("image-silent", "reg.unavailable", { kind: "silent" }), watchSec: 120 },
    {
      ...refusing("image-stalled", "img.stalled", { kind: "slow", bytesPerSec: 50 }),
      states: [],
      laterSec: 2_700,
    },
    {
      name: "image-tls",
      expected: "net.tls-intercept",
      objects: [app({ image: `${UNTRUSTED_REGISTRY_HOST}/record/busybox:1` })],
    },
    {
      name: "image-plain-http",
      expected: "net.tls-intercept",
      objects: [app({ image: `${UNDECLARED_REGISTRY_HOST}/record/busybox:1` })],
    },
    unresolved("image-dns-nxdomain", "dns.nxdomain", "nxdomain"),
    unresolved("image-dns-servfail", "dns.servfail", "servfail"),
    { ...unresolved("image-dns-silent", "dns.timeout", "silent"), watchSec: 120 },
    {
      name: "image-dns-refused",
      expected: "dns.refused",
      wholeNode: true,
      watchSec: 40,
      objects: [app({ image: "image-dns-refused.test/record/busybox:1" })],
      async arrange({ namespace: { must } }) {
        const before = await must(["cat", "/etc/resolv.conf"]);
        const write = async (text: string) => {
          await must(["tee", "/etc/resolv.conf"], { stdin: text });
          // The runtime looks at the file every 5 s.
          await new Promise((resolve) => setTimeout(resolve, 6_000));
        };
        await write("nameserver 127.0.0.9\n");
        return () => write(before);
      },
    },
    {
      name: "image-refused",
      expected: "net.egress",
      objects: [app({ image: "registry.test:5998/record/busybox:1" })],
    },
    elsewhere("image-timeout", "net.egress", () => "192.0.2.7", "drop"),
    elsewhere("image-no-route", "net.egress", (own) => own.replace(/\d+$/, "77")),
    elsewhere("image-unreachable", "net.no-route", () => "198.51.100.7", "throw"),
    {
      name: "image-architecture",
      expected: "img.arch",
      objects: [app({ image: `${REGISTRY_HOST}/record/other-arch:1` })],
      async arrange(node) {
        await pushOtherArchitecture(node.registry.pushUrl);
      },
    },
    {
      name: "image-name",
      states: ["InvalidImageName"],
      expected: "img.invalid",
      objects: [app({ image: `${REGISTRY_HOST}/Record/UPPER:1` })],
    },
    {
      name: "image-never-pull",
      expected: "img.invalid",
      states: ["ErrImageNeverPull"],
      objects: [app({ image: `${REGISTRY_HOST}/record/never:1`, imagePullPolicy: "Never" })],
    },
  ];
  return cases.map((it) => ({ states: NO_PULL, ...it }));
}

function refusing(name: string, expected: RecordCase["expected"], fault: RegistryFault): RecordCase {
  const repository = `record/${name}`;
  return {
    name,
    expected,
    objects: [app({ image: `${REGISTRY_HOST}/${repository}:1` })],
    async arrange(node) {
      const recipe = await busyboxImage(`${REGISTRY_HOST}/${repository}:1`);
      // A layer of its own: the runtime downloads equal ones once, and all their images wait for that.
      await node.push({ ...recipe, links: { ...recipe.links, [`/${name}`]: "bin" } });
      // A token is asked for at a path of its own.
      const paths = fault.kind === "no-token" ? [`/${repository}/`, "/token"] : [`/${repository}/`];
      const undos = paths.map((path) => node.registry.fail(path, fault));
      return () => Promise.resolve(undos.forEach((undo) => undo()));
    },
  };
}

function unresolved(name: string, expected: RecordCase["expected"], answer: DnsAnswer): RecordCase {
  const host = `${name}.test`;
  return {
    name,
    expected,
    objects: [app({ image: `${host}/record/busybox:1` })],
    arrange(node) {
      const undo = node.dns.answer(host, answer);
      return Promise.resolve(() => Promise.resolve(undo()));
    },
  };
}

/** The name leads to an address behind which nobody is. */
function elsewhere(
  name: string,
  expected: RecordCase["expected"],
  address: (own: string) => string,
  how?: "drop" | "throw",
): RecordCase {
  const host = `${name}.test`;
  return {
    name,
    expected,
    watchSec: 120,
    objects: [app({ image: `${host}/record/busybox:1` })],
    async arrange(node) {
      const target = address(node.nodeAddress);
      node.dns.answer(host, target);
      if (how === "throw") await node.namespace.must(["ip", "route", "add", "throw", `${target}/32`]);
      if (how === "drop") {
        await node.namespace.must(["nft", "-f", "-"], {
          stdin: `table ip record {
  chain out {
    type filter hook output priority 0;
    ip daddr ${target} drop
  }
}
`,
        });
      }
    },
  };
}

async function pushOtherArchitecture(registryUrl: string): Promise<void> {
  const name = `${REGISTRY_HOST}/record/other-arch:1`;
  const recipe = {
    ...await busyboxImage(name),
    architecture: Deno.build.arch === "x86_64" ? "arm64" : "amd64",
  };
  const image = await buildImage(recipe);
  await pushImage(registryUrl, image);
  const mediaType = "application/vnd.oci.image.index.v1+json";
  const manifests = [{
    mediaType: "application/vnd.oci.image.manifest.v1+json",
    ...{ digest: image.manifest.digest, size: image.manifest.size },
    platform: { os: "linux", architecture: recipe.architecture },
  }];
  const answer = await fetch(`${registryUrl}/v2/record/other-arch/manifests/1`, {
    method: "PUT",
    headers: { "content-type": mediaType },
    body: JSON.stringify({ schemaVersion: 2, mediaType, manifests }),
  });
  await answer.body?.cancel();
  if (answer.status !== 201) throw new Error(`The registry answered ${answer.status} to an image index`);
}
