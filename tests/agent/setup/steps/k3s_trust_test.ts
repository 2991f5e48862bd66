import assert from "node:assert/strict";
import { basename } from "node:path";
import { RealHost } from "../../../../agent/host/real_host.ts";
import { classifyFailure } from "../../../../agent/operation/classify_failure.ts";
import { hostFilesStep } from "../../../../agent/settings/steps/host_files.ts";
import { k3sStep } from "../../../../agent/setup/steps/k3s.ts";
import { PATHS } from "../../../../agent/state/paths.ts";
import { KINDS } from "../../../../k8s/mod.ts";
import { makeCertificates } from "../../../cluster/certificates.ts";
import { createSimHost } from "../../../simulator/sim_host.ts";
import { type HttpProxy, startHttpProxy } from "../../net/http_proxy.ts";
import { SETTINGS } from "../../settings/settings_world.ts";
import { inStepWorld } from "./step_world.ts";

/** Where k3s and its installer come from by default, and a mirror that only the proxy knows. */
const OPENED = ["github.com", "raw.githubusercontent.com", "mirror.example.test"];

interface Way {
  downloadUrl?: string;
  proxyUrl?: string;
}

interface Site {
  host: RealHost;
  caPem: string;
  /** Serves k3s and its installer with a certificate of this site. */
  port: number;
  /** "name path" of everything that was asked for. */
  asked: string[];
  /** Opens the HTTPS that goes through it: every tunnel ends at the server of this site. */
  inspector: HttpProxy;
  act(way: Way): Promise<void>;
  /** Has the authority among the settings, as a change of them does. */
  trust(): Promise<void>;
}

/** A machine without a payload, at a site that signs certificates itself. */
async function atSite(body: (site: Site) => Promise<void>): Promise<void> {
  await inStepWorld(async (world) => {
    await using stack = new AsyncDisposableStack();
    const dir = await Deno.makeTempDir({ prefix: "alga-trust-" });
    stack.defer(() => Deno.remove(dir, { recursive: true }));
    const [root, pki, payload] = ["root", "pki", "payload"].map((it) => `${dir}/${it}`) as [
      string,
      string,
      string,
    ];
    for (const it of [root, pki]) await Deno.mkdir(it);
    await createSimHost(root);
    await Deno.rename(`${root}/opt/alga-appliance/bin`, payload);
    const { caPem } = await makeCertificates(pki, { serverNames: OPENED.map((it) => `DNS:${it}`) });
    const [cert, key] = await Promise.all(
      ["crt", "key"].map((it) => Deno.readTextFile(`${pki}/server.${it}`)),
    );
    const asked: string[] = [];
    const server = Deno.serve(
      { hostname: "127.0.0.1", port: 0, cert: cert ?? "", key: key ?? "", onListen() {} },
      async (request) => {
        const { hostname, pathname } = new URL(request.url);
        asked.push(`${hostname} ${basename(pathname)}`);
        const name = basename(pathname) === "k3s" ? "k3s" : "k3s-install.sh";
        return new Response(await Deno.readFile(`${payload}/${name}`));
      },
    );
    stack.defer(() => server.shutdown());
    const inspector = startHttpProxy({ leadsTo: server.addr.port });
    stack.defer(() => inspector.close());
    const status = { conditions: [{ type: "Ready", status: "True" }] };
    world.api.store.create(KINDS.Node, { metadata: { name: "appliance-01" }, status }, "sim");
    const host = new RealHost(root);
    const connectKube = () => Promise.resolve(world.kube);
    await body({
      host,
      caPem,
      port: server.addr.port,
      asked,
      inspector,
      act: ({ downloadUrl, proxyUrl = "" }) =>
        k3sStep.act(world.context({ host, connectKube, downloadUrl }, { proxyUrl })),
      async trust() {
        const settings = { ...SETTINGS, caCerts: caPem };
        const context = world.context({ host, connectKube });
        await hostFilesStep.act({
          ...context,
          settings,
          by: "test",
          current: () => Promise.reject(new Error("it needs none")),
          release: () => Promise.resolve(undefined),
        });
      },
    });
  });
}

/** What a person is told of a step that failed. */
async function told(run: Promise<void>) {
  const error = await run.then(() => assert.fail("it trusts anybody"), (it) => it);
  const { message, suggestedNextStep } = classifyFailure(k3sStep, error, {
    clock: { nowMs: () => 0, sleep: () => Promise.reject(new Error("nobody waits")) },
  });
  return { message, suggestedNextStep };
}

const WAYS: readonly [words: string, names: readonly [string, string], way: (site: Site) => Way][] = [
  [
    "through a proxy that opens HTTPS",
    ["github.com", "raw.githubusercontent.com"],
    ({ inspector }) => ({ proxyUrl: inspector.url }),
  ],
  [
    "from a mirror of the site",
    ["localhost", "localhost"],
    ({ port }) => ({ downloadUrl: `https://localhost:${port}` }),
  ],
  [
    "from a mirror behind such a proxy",
    ["mirror.example.test", "mirror.example.test"],
    ({ inspector }) => ({ downloadUrl: "https://mirror.example.test/k3s", proxyUrl: inspector.url }),
  ],
];
for (const [words, names, way] of WAYS) {
  Deno.test(`k3s: ${words} it comes once the site's authority is among the settings, and not before`, () =>
    atSite(async (site) => {
      const { host, asked } = site;
      const { message, suggestedNextStep } = await told(site.act(way(site)));
      const refused = `k3s v1\\.36\\.5\\+k3s1 could not be downloaded from ${
        names[0]
      }(:\\d+)?: the encrypted connection`;
      assert.match(message, new RegExp(`^${refused}`));
      assert.match(
        suggestedNextStep,
        new RegExp(`^Install the certificate authority that signs for ${names[0]}`),
      );
      assert.deepEqual(asked, []);
      assert.equal(await host.info(PATHS.k3sBinary), undefined);

      await site.trust();
      await site.act(way(site));
      assert.deepEqual(asked, [`${names[0]} k3s`, `${names[1]} install.sh`]);
      assert.equal((await host.info(PATHS.k3sBinary))?.mode, 0o755);
    }));
}
