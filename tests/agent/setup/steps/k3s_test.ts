import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { AgentError } from "../../../../agent/error.ts";
import { k3sStep } from "../../../../agent/setup/steps/k3s.ts";
import { PATHS } from "../../../../agent/state/paths.ts";
import { KINDS } from "../../../../k8s/mod.ts";
import { startHttpProxy } from "../../net/http_proxy.ts";
import { inStepWorld, type StepWorld } from "./step_world.ts";

const BINARY = "the k3s binary";
const INSTALLER = "#!/bin/sh\n# the vendor's installer\n";
const UNIT = "/etc/systemd/system/k3s.service";
const sum = (text: string) => createHash("sha256").update(text).digest("hex");
const readyNode = { conditions: [{ type: "Ready", status: "True" }] };

/** An appliance with an image's payload; k3s "starts" when systemctl says so. */
async function onAppliance(body: (world: StepWorld) => Promise<void>): Promise<void> {
  await inStepWorld(async (world) => {
    const { host, api } = world;
    host.files.delete(PATHS.kubeconfig);
    host.put(PATHS.k3sPayload, BINARY);
    host.put(PATHS.k3sInstallerPayload, INSTALLER);
    host.put(PATHS.k3sPin, pin());
    host.put("/etc/resolv.conf", "nameserver 192.0.2.53\n");
    const links = [{
      ifname: "ens3",
      flags: ["LOWER_UP"],
      addr_info: [{ family: "inet", local: "192.0.2.8" }],
    }];
    host.commands.set("ip", { stdout: JSON.stringify(links) });
    const line = { __REALTIME_TIMESTAMP: "1795262400000000", MESSAGE: "k3s: cannot open database" };
    host.commands.set("journalctl", { stdout: JSON.stringify(line) });
    host.commands.set(PATHS.k3sInstaller, () => {
      host.put(UNIT, "[Service]\n");
      return {};
    });
    host.commands.set("systemctl", (args) => {
      if (args[0] === "restart" || args[0] === "start") host.put(PATHS.kubeconfig, "there");
      return {};
    });
    api.store.create(KINDS.Node, { metadata: { name: "appliance-01" }, status: readyNode }, "sim");
    await body(world);
  });
}

function pin(overrides: Record<string, unknown> = {}): string {
  const sums = { binarySha256: sum(BINARY), installerSha256: sum(INSTALLER) };
  return JSON.stringify({ version: "v1.36.5+k3s1", ...sums, ...overrides });
}

function fails(world: StepWorld, expected: { code: string; message: RegExp }, overrides = {}): Promise<void> {
  return assert.rejects(k3sStep.act(world.context(overrides)), (error) => {
    assert.ok(error instanceof AgentError, String(error));
    assert.equal(error.code, expected.code);
    assert.match(error.message, expected.message);
    return true;
  });
}

const ran = ({ host }: StepWorld, text: string) => host.record.filter((it) => it === `run ${text}`).length;

Deno.test("k3s: from nothing to a Ready node, settings first, then the service", async () => {
  await onAppliance(async (world) => {
    const { host } = world;
    assert.equal(await k3sStep.look(world.context()), false);
    await k3sStep.act(world.context());
    assert.equal(await k3sStep.look(world.context()), true);
    assert.equal(host.files.get(PATHS.k3sBinary)?.mode, 0o755);
    assert.equal(await host.readText(PATHS.k3sBinary), BINARY);
    assert.equal(await host.readText(PATHS.k3sResolvConf), "nameserver 192.0.2.53\n");
    const at = (prefix: string) => host.record.findIndex((it) => it.startsWith(prefix));
    assert.ok(at(`write ${PATHS.k3sConfig}`) < at(`run ${PATHS.k3sInstaller}`));
    assert.ok(at(`copy ${PATHS.k3sPayload} ${PATHS.k3sBinary}`) < at(`run ${PATHS.k3sInstaller}`));
    assert.ok(at(`run ${PATHS.k3sInstaller}`) < at("run systemctl restart"));
  });
});

Deno.test("k3s: a second run on a running node installs and restarts nothing", async () => {
  await onAppliance(async (world) => {
    await k3sStep.act(world.context());
    world.host.record.length = 0;
    await k3sStep.act(world.context());
    assert.equal(ran(world, PATHS.k3sInstaller), 0);
    assert.ok(!world.host.record.some((it) => it.startsWith("run systemctl restart")));
    assert.ok(!world.host.record.some((it) => it.startsWith("write")), world.host.record.join("\n"));
  });
});

const encrypts = async ({ host }: StepWorld) =>
  /^secrets-encryption: true$/m.test(await host.readText(PATHS.k3sConfig) ?? "");
/** As the first start of k3s leaves its datastore. */
const startK3s = ({ host }: StepWorld) => host.put("/var/lib/rancher/k3s/server/db/state.db", "SQLite");

Deno.test("k3s: a new cluster encrypts Secrets, and keeps on once it has data", async () => {
  await onAppliance(async (world) => {
    await k3sStep.act(world.context());
    assert.equal(await encrypts(world), true);
    startK3s(world);
    assert.equal(await k3sStep.look(world.context()), true);
    const other = world.context({}, { dnsMode: "custom", dnsServers: ["198.51.100.1"] });
    await k3sStep.act(other);
    assert.equal(await encrypts(world), true);
  });
});

Deno.test("k3s: a cluster that began without encryption goes on without, and is not restarted for it", async () => {
  await onAppliance(async (world) => {
    await k3sStep.act(world.context());
    startK3s(world);
    // As an agent left it that did not know of encryption.
    const plain = (await world.host.readText(PATHS.k3sConfig) ?? "").replace(
      "secrets-encryption: true\n",
      "",
    );
    world.host.put(PATHS.k3sConfig, plain);
    await k3sStep.act(world.context());
    world.host.record.length = 0;
    assert.equal(await k3sStep.look(world.context()), true);
    await k3sStep.act(world.context());
    assert.equal(await encrypts(world), false);
    assert.deepEqual(world.host.record.filter((it) => it.startsWith("run systemctl restart")), []);
  });
});

Deno.test("k3s: other DNS servers are read only at a start, so the service starts again", async () => {
  await onAppliance(async (world) => {
    await k3sStep.act(world.context());
    const other = world.context({}, { dnsMode: "custom", dnsServers: ["198.51.100.1"] });
    assert.equal(await k3sStep.look(other), false);
    world.host.record.length = 0;
    await k3sStep.act(other);
    assert.equal(ran(world, "systemctl restart --no-block k3s"), 1);
    assert.equal(await k3sStep.look(other), true);
  });
});

Deno.test("k3s: a damaged binary, a lost unit and a kill before the restart are not done and are fixed", async () => {
  const startedWith = "/var/lib/alga-appliance/k3s-started-with";
  for (
    const [damage, isRestarted] of [
      [({ host }: StepWorld) => host.put(PATHS.k3sBinary, "half a bin"), false],
      [({ host }: StepWorld) => host.files.delete(UNIT), true],
      [({ host }: StepWorld) => host.put(startedWith, "other settings"), true],
      [({ host }: StepWorld) => host.files.delete(startedWith), true],
    ] as const
  ) {
    await onAppliance(async (world) => {
      await k3sStep.act(world.context());
      damage(world);
      assert.equal(await k3sStep.look(world.context()), false);
      world.host.record.length = 0;
      await k3sStep.act(world.context());
      assert.equal(await k3sStep.look(world.context()), true);
      assert.equal(ran(world, "systemctl restart --no-block k3s"), isRestarted ? 1 : 0);
    });
  }
});

Deno.test("k3s: a service that was stopped is started, not installed again", async () => {
  await onAppliance(async (world) => {
    await k3sStep.act(world.context());
    world.host.files.delete(PATHS.kubeconfig);
    assert.equal(await k3sStep.look(world.context()), false);
    world.host.record.length = 0;
    await k3sStep.act(world.context());
    assert.equal(ran(world, "systemctl start --no-block k3s"), 1);
    assert.equal(ran(world, PATHS.k3sInstaller), 0);
  });
});

Deno.test("k3s: a stop of the agent while it waits is not a failure of k3s", async () => {
  await onAppliance(async (world) => {
    world.host.commands.set("systemctl", {});
    const stop = new AbortController();
    const run = k3sStep.act(world.context({
      signal: stop.signal,
      say(text) {
        if (text === "Waiting for the Kubernetes API") stop.abort(new AgentError("CANCELLED", "Stopping"));
      },
    }));
    await assert.rejects(run, { code: "CANCELLED" });
    assert.equal(ran(world, "journalctl"), 0);
  });
});

Deno.test("k3s: the proxy's password stands in one file, 0600, and nowhere else", async () => {
  await onAppliance(async (world) => {
    await k3sStep.act(world.context({}, { proxyUrl: "http://user:Geheim-77@proxy.example:3128" }));
    const holders = [...world.host.files].filter(([, it]) =>
      new TextDecoder().decode(it.bytes).includes("Geheim-77")
    );
    assert.deepEqual(holders.map(([path, it]) => [path, it.mode]), [["/etc/default/k3s", 0o600]]);
    assert.ok(![...world.host.record, ...world.said].some((it) => it.includes("Geheim-77")));
  });
});

Deno.test("k3s: the installer downloads nothing, starts nothing and gets no proxy", async () => {
  await onAppliance(async (world) => {
    let given: Record<string, string> = {};
    world.host.commands.set(PATHS.k3sInstaller, (_, { env }) => {
      given = env ?? {};
      world.host.put(UNIT, "[Service]\n");
      return {};
    });
    await k3sStep.act(world.context({}, { proxyUrl: "http://proxy.example:3128" }));
    assert.equal(given.INSTALL_K3S_SKIP_DOWNLOAD, "true");
    assert.equal(given.INSTALL_K3S_SKIP_START, "true");
    assert.equal(given.INSTALL_K3S_VERSION, "v1.36.5+k3s1");
    assert.ok(!JSON.stringify(given).includes("proxy.example"));
  });
});

Deno.test("k3s: without a payload the pinned binary is downloaded", async () => {
  await onAppliance(async (world) => {
    world.host.files.delete(PATHS.k3sPayload);
    const paths: string[] = [];
    await using server = serve((request) => {
      paths.push(new URL(request.url).pathname);
      return new Response(BINARY);
    });
    await k3sStep.act(world.context({ downloadUrl: server.url }));
    assert.deepEqual(paths, ["/v1.36.5%2Bk3s1/k3s"]);
    assert.equal(await k3sStep.look(world.context()), true);
  });
});

Deno.test("k3s: the download goes through the proxy that was entered, but for its exceptions", async () => {
  await onAppliance(async (world) => {
    world.host.files.delete(PATHS.k3sPayload);
    const proxy = startHttpProxy();
    await using server = serve(() => new Response(BINARY));
    const downloadUrl = `http://files.example.test:${server.port}`;
    const proxyUrl = proxy.url.replace("//", "//user:p%40ss@");
    try {
      const inputs = { proxyUrl, noProxy: "files.example.test" };
      const direct = k3sStep.act(world.context({ downloadUrl }, inputs));
      await assert.rejects(direct, (error: Error) => {
        assert.match(error.message, /could not be downloaded from files\.example\.test:\d+: its name/);
        return !error.message.includes("p@ss");
      });
      assert.deepEqual(proxy.asked, []);
      await k3sStep.act(world.context({ downloadUrl }, { proxyUrl }));
      assert.deepEqual(proxy.asked, [{
        line: `GET ${downloadUrl}/v1.36.5%2Bk3s1/k3s`,
        credentials: "user:p@ss",
      }]);
      assert.equal(await world.host.readText(PATHS.k3sBinary), BINARY);
    } finally {
      await proxy.close();
    }
  });
});

Deno.test("k3s: a binary with another checksum is neither placed nor run", async () => {
  await onAppliance(async (world) => {
    world.host.files.delete(PATHS.k3sPayload);
    await using server = serve(() => new Response("something else"));
    await fails(world, {
      code: "CHECKSUM_MISMATCH",
      message: /downloaded k3s v1\.36\.5\+k3s1 is not the one/,
    }, {
      downloadUrl: server.url,
    });
    assert.equal(await world.host.info(PATHS.k3sBinary), undefined);
    assert.equal(ran(world, PATHS.k3sInstaller), 0);
  });
});

Deno.test("k3s: a download that is refused or answers no names the host", async () => {
  await onAppliance(async (world) => {
    world.host.files.delete(PATHS.k3sPayload);
    let port = 0;
    {
      await using server = serve(() => new Response("", { status: 404 }));
      port = server.port;
      const message = new RegExp(`127.0.0.1:${port} answered 404 for k3s v1.36.5`);
      await fails(world, { code: "DOWNLOAD_FAILED", message }, { downloadUrl: server.url });
    }
    const message = new RegExp(`could not be downloaded from 127.0.0.1:${port}`);
    await fails(world, { code: "DOWNLOAD_FAILED", message }, { downloadUrl: `http://127.0.0.1:${port}` });
  });
});

Deno.test("k3s: without a payload the pinned installer is downloaded from the same mirror, and run", async () => {
  await onAppliance(async (world) => {
    world.host.files.delete(PATHS.k3sInstallerPayload);
    const paths: string[] = [];
    await using server = serve((request) => {
      paths.push(new URL(request.url).pathname);
      return new Response(INSTALLER);
    });
    await k3sStep.act(world.context({ downloadUrl: server.url }));
    assert.deepEqual(paths, ["/v1.36.5%2Bk3s1/install.sh"]);
    assert.equal(ran(world, PATHS.k3sInstaller), 1);
    assert.equal((await world.host.info(PATHS.k3sInstaller))?.mode, 0o755);
  });
});

Deno.test("k3s: a damaged file of the payload is named and neither used nor replaced by a download", async () => {
  for (const path of [PATHS.k3sPayload, PATHS.k3sInstallerPayload]) {
    await onAppliance(async (world) => {
      world.host.put(path, "#!/bin/sh\nrm -rf /\n");
      await fails(world, { code: "CHECKSUM_MISMATCH", message: new RegExp(`"${path}" .* is damaged`) });
      assert.equal(ran(world, PATHS.k3sInstaller), 0);
    });
  }
});

Deno.test("k3s: archives of images that the pin names are linked to where k3s loads them from", async () => {
  await onAppliance(async (world) => {
    const { host } = world;
    const archive = "k3s-airgap-images-amd64.tar.zst";
    host.put(PATHS.k3sPin, pin({ airgapImages: { [archive]: sum("images") } }));
    const message = /images\/k3s-airgap-images-amd64\.tar\.zst" .* is damaged or missing/;
    await fails(world, { code: "CHECKSUM_MISMATCH", message });
    host.put(`${PATHS.imagesPayload}/${archive}`, "images");
    await k3sStep.act(world.context());
    const linked = `link ${PATHS.imagesPayload}/${archive} ${PATHS.k3sImages}/${archive}`;
    assert.equal(host.record.filter((it) => it === linked).length, 1);
    assert.ok(host.record.indexOf(linked) < host.record.indexOf(`run ${PATHS.k3sInstaller}`));
    await k3sStep.act(world.context());
    assert.equal(host.record.filter((it) => it === linked).length, 1, "and stay as they are");
  });
});

Deno.test("k3s: an installer that ends with an error is named with its last line", async () => {
  await onAppliance(async (world) => {
    world.host.commands.set(PATHS.k3sInstaller, { code: 1, stderr: "[INFO] x\n[ERROR]  no systemd\n" });
    await fails(world, {
      code: "K3S_FAILED",
      message: /installer of k3s ended with 1: \[ERROR\] {2}no systemd/,
    });
    assert.ok(!world.host.record.some((it) => it.startsWith("run systemctl")));
  });
});

Deno.test("k3s: a systemctl that fails is named with its words", async () => {
  await onAppliance(async (world) => {
    world.host.commands.set("systemctl enable k3s", { code: 1, stderr: "Unit is masked\n" });
    await fails(world, {
      code: "K3S_FAILED",
      message: /"systemctl enable k3s" ended with 1: Unit is masked/,
    });
  });
});

Deno.test("k3s: an API that never answers fails after 180 s with the journal's last lines as the cause", async () => {
  await onAppliance(async (world) => {
    world.host.commands.set("systemctl", {});
    const startMs = world.clock.nowMs();
    await assert.rejects(k3sStep.act(world.context()), (error) => {
      assert.ok(error instanceof AgentError && error.code === "K3S_FAILED");
      assert.match(
        error.message,
        /Waited 180 s for the Kubernetes API: k3s has not written its kubeconfig yet/,
      );
      assert.match(String(error.cause), /cannot open database/);
      assert.ok(error.hint);
      return true;
    });
    assert.ok(world.clock.nowMs() - startMs >= 180_000);
  });
});

Deno.test("k3s: a node that is never Ready, takes no pods or never comes is told with its reason", async () => {
  for (
    const [node, message] of [
      [
        { status: { conditions: [{ type: "Ready", status: "False", message: "no CNI plugin" }] } },
        /node appliance-01 is not ready: no CNI plugin/,
      ],
      [{ status: readyNode, spec: { unschedulable: true } }, /node appliance-01 takes no pods/],
      [undefined, /no node has registered yet/],
    ] as const
  ) {
    await onAppliance(async (world) => {
      world.api.store.delete(KINDS.Node, undefined, "appliance-01");
      if (node) world.api.store.create(KINDS.Node, { metadata: { name: "appliance-01" }, ...node }, "sim");
      await fails(world, { code: "K3S_FAILED", message });
      assert.equal(await k3sStep.look(world.context()), false);
      assert.ok(world.said.some((it) => message.test(it)), "the page tells what it waits for");
    });
  }
});

Deno.test("k3s: a machine without DNS servers is told before anything is written", async () => {
  await onAppliance(async (world) => {
    world.host.put("/etc/resolv.conf", "nameserver 127.0.0.53\n");
    await fails(world, { code: "K3S_FAILED", message: /no DNS server/ });
    assert.deepEqual(world.host.record.filter((it) => it.startsWith("write")), []);
  });
});

Deno.test("k3s: a damaged pin is an error, not a download of something else", async () => {
  await onAppliance(async (world) => {
    for (
      const text of [
        "{",
        "[]",
        pin({ binarySha256: "abc" }),
        pin({ version: "../../x" }),
        pin({ airgapImages: { "../x.tar": sum("") } }),
      ]
    ) {
      world.host.put(PATHS.k3sPin, text);
      await fails(world, { code: "K3S_FAILED", message: /k3s-pin.json" is damaged/ });
    }
    assert.equal(await world.host.info(PATHS.k3sBinary), undefined);
  });
});

function serve(handler: (request: Request) => Response) {
  const server = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen: () => {} }, handler);
  const { port } = server.addr;
  return { port, url: `http://127.0.0.1:${port}`, [Symbol.asyncDispose]: () => server.shutdown() };
}
