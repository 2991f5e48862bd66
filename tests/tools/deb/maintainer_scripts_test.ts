import assert from "node:assert/strict";
import { MAINTAINER_SCRIPTS } from "../../../tools/deb/maintainer_scripts.ts";

type Script = keyof typeof MAINTAINER_SCRIPTS;

/** Runs a script over a tree of its own, with helpers that only write down how they were called. */
async function runScript(name: Script, args: string[], files: string[] = []) {
  const dir = await Deno.makeTempDir({ prefix: "alga-deb-" });
  try {
    await Deno.mkdir(`${dir}/bin`);
    const helper = `#!/bin/sh\necho "$(basename "$0") $*" >> ${dir}/calls\n`;
    for (const it of ["deb-systemd-helper", "deb-systemd-invoke", "systemctl"]) {
      await Deno.writeTextFile(`${dir}/bin/${it}`, helper, { mode: 0o755 });
    }
    for (const path of files) {
      await Deno.mkdir(`${dir}/root${path.slice(0, path.lastIndexOf("/"))}`, { recursive: true });
      await Deno.writeTextFile(`${dir}/root${path}`, "#!/bin/sh\n", { mode: 0o755 });
    }
    await Deno.writeTextFile(`${dir}/script`, MAINTAINER_SCRIPTS[name], { mode: 0o755 });
    const { code, stdout, stderr } = await new Deno.Command(`${dir}/script`, {
      args,
      clearEnv: true,
      env: { PATH: `${dir}/bin:/usr/bin:/bin`, DPKG_ROOT: `${dir}/root` },
    }).output();
    const left: string[] = [];
    for (const path of files) {
      if (await Deno.stat(`${dir}/root${path}`).catch(() => undefined)) left.push(path);
    }
    return {
      code,
      said: new TextDecoder().decode(stdout) + new TextDecoder().decode(stderr),
      calls: (await Deno.readTextFile(`${dir}/calls`).catch(() => "")).trim().split("\n").filter((it) =>
        it !== ""
      ),
      left,
    };
  } finally {
    await Deno.remove(dir, { recursive: true });
  }
}

const DATA = ["/var/lib/alga-appliance/journal.jsonl", "/etc/alga-appliance/x", "/var/log/alga-appliance/x"];
const K3S = ["/usr/local/bin/k3s-uninstall.sh", "/var/lib/rancher/k3s/x", "/var/mnt/alga-data/x"];

Deno.test("preinst refuses beside a program that was installed by hand, and says how to remove that", async () => {
  const beside = await runScript("preinst", ["install"], ["/usr/local/bin/alga-agent"]);
  assert.equal(beside.code, 1);
  assert.match(beside.said, /sudo alga-agent uninstall/);
  assert.equal((await runScript("preinst", ["install"])).code, 0);
  assert.equal((await runScript("preinst", ["upgrade", "0.1.0"], ["/usr/local/bin/alga-agent"])).code, 0);
});

Deno.test("postinst enables the units and the console on tty1; below another root nothing is started", async () => {
  const { code, calls } = await runScript("postinst", ["configure", ""]);
  assert.equal(code, 0);
  assert.deepEqual(calls, [
    "deb-systemd-helper unmask alga-appliance.service",
    "deb-systemd-helper unmask alga-appliance-update.service",
    "deb-systemd-helper --quiet was-enabled alga-appliance-update.service",
    "deb-systemd-helper enable alga-appliance-update.service",
    "deb-systemd-helper --quiet was-enabled alga-appliance.service",
    "deb-systemd-helper enable alga-appliance.service",
    "deb-systemd-helper unmask alga-appliance-console@.service",
    "deb-systemd-helper --quiet was-enabled alga-appliance-console@.service",
    "deb-systemd-helper enable alga-appliance-console@.service",
  ]);
});

Deno.test("a removal keeps the data", async () => {
  const { code, left } = await runScript("postrm", ["remove"], [...DATA, ...K3S]);
  assert.deepEqual([code, left], [0, [...DATA, ...K3S]]);
});

Deno.test("a purge removes the data, never k3s, and says how to remove that", async () => {
  const { code, left, said } = await runScript("postrm", ["purge"], [...DATA, ...K3S]);
  assert.deepEqual([code, left], [0, K3S]);
  assert.match(said, /Kubernetes still runs .*sudo \/usr\/local\/bin\/k3s-uninstall\.sh$/m);
  assert.doesNotMatch((await runScript("postrm", ["purge"], DATA)).said, /Kubernetes/);
});

for (const name of Object.keys(MAINTAINER_SCRIPTS) as Script[]) {
  Deno.test(`${name} does nothing for what it does not know`, async () => {
    const { code, left } = await runScript(name, ["abort-something"], [...DATA, ...K3S]);
    assert.deepEqual([code, left], [0, [...DATA, ...K3S]]);
  });
}
