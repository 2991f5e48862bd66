import assert from "node:assert/strict";
import { FAILED_SCRIPT } from "../../iso/payload/failed_script.ts";
import { firewallRules } from "../../iso/payload/firewall.ts";
import { INSTALL_SCRIPT } from "../../iso/payload/install_script.ts";
import { findProgram } from "../cluster/find_program.ts";
import { testUnless } from "../test_unless.ts";
import { run } from "../vm/run.ts";
import { ScriptWorld } from "./script_world.ts";

const WANTS = "target/etc/systemd/system/multi-user.target.wants";

/** Says what it was asked, and does what a package would. */
const CURTIN = `#!/bin/sh
echo "$*" >>"$ALGA_ROOT/calls"
case "$*" in
    *"$(cat "$ALGA_ROOT/refused" 2>/dev/null || echo no-such-call)"*) exit 1 ;;
    *"-- dpkg --install "*)
        mkdir -p "$ALGA_ROOT/target/usr/bin" "$ALGA_ROOT/${WANTS}"
        printf '#!/bin/sh\\n' >"$ALGA_ROOT/target/usr/bin/alga-agent"
        chmod 755 "$ALGA_ROOT/target/usr/bin/alga-agent"
        ln -s /lib/systemd/system/alga-appliance.service "$ALGA_ROOT/${WANTS}/alga-appliance.service" ;;
esac
`;

async function installed(
  shell: readonly string[],
  prepare: (world: ScriptWorld) => Promise<void> = async () => {},
) {
  const world = await ScriptWorld.make({});
  const texts = {
    "cdrom/alga/install.sh": INSTALL_SCRIPT,
    "cdrom/alga/alga-agent.deb": "a package",
    "cdrom/alga/build-info.json": "{}\n",
    "cdrom/alga/firewall-rules": "default deny incoming\nallow 8080/tcp\n",
    "cdrom/alga/opt/bin/k3s": "k3s",
    "cdrom/alga/opt/images/all.tar.zst": "images",
    "target/etc/fstab": "# swap none swap\nUUID=1 / ext4 defaults 0 1\n/swap.img\tnone\tswap\tsw\t0\t0\n",
    "target/etc/ssh/ssh_host_ed25519_key": "a secret",
    "target/etc/ufw/ufw.conf": "# ufw\nENABLED=no\nLOGLEVEL=low\n",
    "target/etc/machine-id": "c0ffee\n",
    "target/swap.img": "swap",
  };
  for (const [path, text] of Object.entries(texts)) await world.write(path, text);
  await world.program("curtin", CURTIN);
  await prepare(world);
  return { world, result: await world.run("install.sh", shell) };
}

for (const shell of [["dash"], ["busybox", "sh"]]) {
  Deno.test(`install.sh (${shell.join(" ")}) puts everything on the disk and nothing of another machine`, async () => {
    const { world, result } = await installed(shell);
    await using _ = world;
    assert.equal(result.code, 0, result.output);
    const calls = (await world.read("calls")).replaceAll(`--target=${world.root}/target`, "T").trim().split(
      "\n",
    );
    assert.deepEqual(calls, [
      "in-target T -- dpkg --install /opt/alga-appliance/alga-agent.deb",
      "in-target T -- ufw default deny incoming",
      "in-target T -- ufw allow 8080/tcp",
      "in-target T -- systemctl --quiet enable ufw.service",
    ]);
    assert.equal(await world.read("target/etc/fstab"), "# swap none swap\nUUID=1 / ext4 defaults 0 1\n");
    assert.equal(await world.read("target/etc/ufw/ufw.conf"), "# ufw\nENABLED=yes\nLOGLEVEL=low\n");
    assert.equal(await world.read("target/etc/machine-id"), "");
    assert.equal(await world.read("target/opt/alga-appliance/images/all.tar.zst"), "images");
    assert.equal(await world.read("target/etc/alga-appliance/build-info.json"), "{}\n");
    const mode = async (path: string) =>
      ((await Deno.stat(`${world.root}/target/${path}`)).mode ?? 0) & 0o777;
    assert.equal(await mode("opt/alga-appliance/bin/k3s"), 0o755);
    assert.equal(await mode("opt/alga-appliance"), 0o755);
    assert.equal(await mode("var/lib/alga-appliance"), 0o750);
    for (const path of ["swap.img", "etc/ssh/ssh_host_ed25519_key", "opt/alga-appliance/alga-agent.deb"]) {
      assert.equal(await Deno.stat(`${world.root}/target/${path}`).catch(() => undefined), undefined, path);
    }
    const links = await Array.fromAsync(
      Deno.readDir(`${world.root}/target/etc/systemd/system/getty.target.wants`),
    );
    assert.deepEqual(links.map((it) => it.name), ["alga-appliance-console@ttyS0.service"]);
    assert.equal(await world.read("target/etc/alga-appliance/booted-from-disk"), "");
  });
}

for (
  const [call, reason] of [
    ["dpkg --install", /The agent's package cannot be installed/],
    ["ufw allow 8080/tcp", /does not take the rule "ufw allow 8080\/tcp"/],
    ["enable ufw.service", /firewall's service cannot be enabled/],
  ] as const
) {
  Deno.test(`install.sh stops where "${call}" fails, says so, and marks nothing as installed`, async () => {
    const { world, result } = await installed(["dash"], (it) => it.write("refused", call));
    await using _ = world;
    assert.notEqual(result.code, 0);
    assert.match(result.reason, reason);
    assert.equal(
      await Deno.stat(`${world.root}/target/etc/alga-appliance/booted-from-disk`).catch(() => undefined),
      undefined,
    );
  });
}

Deno.test("failed.sh tells the reason and the log's place on every console, and leaves the log on the disk", async () => {
  await using world = await ScriptWorld.make({});
  await world.write("cdrom/alga/failed.sh", FAILED_SCRIPT);
  await world.write("run/alga-install-reason", "The firewall cannot be switched on\n");
  await world.write("var/log/installer/subiquity.log", "lines");
  for (const it of ["tty1", "ttyS0"]) await world.write(`dev/${it}`, "");
  assert.equal((await world.run("failed.sh")).code, 0);
  // Before a disk is chosen, no disk has the log.
  assert.match(await world.read("dev/tty1"), /\r\nLog: \/var\/log\/installer of this running system\.\r\n/);
  assert.deepEqual(await Array.fromAsync(Deno.readDir(`${world.root}/target`)), []);
  await world.write("proc/mounts", "/dev/sr0 /cdrom iso9660 ro 0 0\n/dev/vda2 /target ext4 rw 0 0\n");
  assert.equal((await world.run("failed.sh")).code, 0);
  for (const it of ["tty1", "ttyS0"]) {
    assert.match(
      await world.read(`dev/${it}`),
      /has failed\.\r\nReason: The firewall cannot be switched on\.\r\nLog: \/var\/log\/installer /,
    );
  }
  assert.equal(await world.read("target/var/log/installer/subiquity.log"), "lines");
  assert.equal(
    (await world.read("target/var/log/installer/alga-reason")).trim(),
    "The firewall cannot be switched on",
  );
});

Deno.test("from outside come the agent, the application and, with an account, SSH; nothing else", () => {
  const ports = (kind: "none" | "user") =>
    firewallRules(kind === "none" ? { kind } : { kind, sshKeys: [] }).filter((it) => /^allow \d/.test(it));
  assert.deepEqual(ports("none"), ["allow 8080/tcp", "allow 3000/tcp"]);
  assert.deepEqual(ports("user"), ["allow 8080/tcp", "allow 3000/tcp", "allow 22/tcp"]);
  const rest = firewallRules({ kind: "none" }).filter((it) => !/^allow \d/.test(it));
  assert.deepEqual(rest, [
    "default deny incoming",
    "default allow outgoing",
    "default deny routed",
    "allow from 10.42.0.0/16",
    "allow from 10.43.0.0/16",
    "route allow from 10.42.0.0/16",
    "route allow to 10.42.0.0/16",
  ]);
});

const noUfw = Deno.uid() !== 0
  ? "only root runs ufw"
  : await findProgram("ufw") === undefined
  ? "no ufw"
  : undefined;
testUnless(noUfw, "ufw itself reads every rule", async () => {
  for (const rule of firewallRules({ kind: "user", sshKeys: [] })) {
    await run("ufw", ["--dry-run", ...rule.split(" ")]);
  }
  await assert.rejects(run("ufw", ["--dry-run", "allow", "from", "10.42.0.0/99"]));
});
