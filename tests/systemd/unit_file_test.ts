import assert from "node:assert/strict";
import { PATHS } from "../../agent/state/paths.ts";

const path = new URL("../../systemd/alga-appliance.service", import.meta.url).pathname;
const unit = await Deno.readTextFile(path);

function values(key: string): string[] {
  return [...unit.matchAll(new RegExp(`^${key}=(.*)$`, "gm"))].map((it) => it[1] ?? "");
}

const hasAnalyze = await Deno.stat("/usr/bin/systemd-analyze").then(() => true, () => false);

Deno.test({
  name: `the unit file passes systemd-analyze verify${
    hasAnalyze ? "" : " (skipped: the Debian package systemd is not installed)"
  }`,
  ignore: !hasAnalyze,
  async fn() {
    // The program itself need not be on this machine.
    const dir = await Deno.makeTempDir({ prefix: "alga-unit-" });
    try {
      const verify = async (text: string) => {
        await Deno.writeTextFile(
          `${dir}/alga-appliance.service`,
          text.replace(/^ExecStart=\S+/m, "ExecStart=/bin/true"),
        );
        const { code, stderr } = await new Deno.Command("systemd-analyze", {
          args: ["verify", "--man=no", "--recursive-errors=no", `${dir}/alga-appliance.service`],
          stderr: "piped",
        }).output();
        return { code, said: new TextDecoder().decode(stderr).trim() };
      };
      assert.deepEqual(await verify(unit), { code: 0, said: "" });
      assert.match((await verify(unit.replace("WatchdogSec=", "WatchdogSecs="))).said, /WatchdogSecs/);
    } finally {
      await Deno.remove(dir, { recursive: true });
    }
  },
});

Deno.test("the unit runs the agent on port 8080, from the first second and for ever", () => {
  assert.deepEqual(values("ExecStart"), ["/usr/local/bin/alga-agent serve --listen 0.0.0.0:8080"]);
  assert.deepEqual(values("Type"), ["notify"]);
  assert.deepEqual(values("NotifyAccess"), ["main"]);
  assert.deepEqual(values("Restart"), ["always"]);
  assert.deepEqual(values("StartLimitIntervalSec"), ["0"]);
  assert.deepEqual(values("WantedBy"), ["multi-user.target"]);
  // Neither for a network that may be the trouble, nor for what the login prompt waits for.
  assert.deepEqual(values("DefaultDependencies"), ["no"]);
  assert.deepEqual(values("After"), ["local-fs.target systemd-tmpfiles-setup.service"]);
  assert.deepEqual([values("Conflicts"), values("Before")], [["shutdown.target"], ["shutdown.target"]]);
  // A newer agent that is deaf must not hold the boot up; one that runs asks for more.
  assert.deepEqual(values("TimeoutStartSec"), ["60"]);
});

Deno.test("a loop that hangs is noticed, and a stop has longer than the agent needs", () => {
  assert.ok(Number(values("WatchdogSec")[0]) >= 30);
  assert.ok(Number(values("TimeoutStopSec")[0]) > 3);
  assert.ok(Number(values("LimitNOFILE")[0]) >= 4096);
});

Deno.test("its folders are the agent's and private", () => {
  const folders: [string, string, string][] = [
    ["RuntimeDirectory", "/run/", PATHS.runDir],
    ["StateDirectory", "/var/lib/", PATHS.stateDir],
    ["ConfigurationDirectory", "/etc/", PATHS.configDir],
    ["LogsDirectory", "/var/log/", PATHS.logDir],
  ];
  for (const [key, base, wanted] of folders) {
    assert.deepEqual(values(key).map((it) => base + it), [wanted]);
    assert.deepEqual(values(`${key}Mode`), ["0750"]);
  }
  assert.deepEqual(values("UMask"), ["0077"]);
});

Deno.test("no secret and no wide environment comes with the unit", () => {
  assert.deepEqual(values("Environment"), [
    "DENO_TLS_CA_STORE=system,mozilla",
    "MALLOC_MMAP_THRESHOLD_=1048576",
  ]);
  assert.deepEqual(values("EnvironmentFile"), []);
  assert.ok(!/token|password/i.test(unit));
});

/** What systemd-analyze calls OK; 10 is a service that closes nothing. */
const MAX_EXPOSURE = 5.0;

Deno.test({
  name: `the sandbox scores at most ${MAX_EXPOSURE.toFixed(1)}${
    hasAnalyze ? "" : " (skipped: the Debian package systemd is not installed)"
  }`,
  ignore: !hasAnalyze,
  async fn() {
    const dir = await Deno.makeTempDir({ prefix: "alga-unit-" });
    try {
      const exposure = async (text: string) => {
        const file = `${dir}/alga-appliance.service`;
        await Deno.writeTextFile(file, text);
        const { stdout, stderr } = await new Deno.Command("systemd-analyze", {
          args: ["security", "--offline=yes", "--no-pager", file],
          env: { LANG: "C.UTF-8", SYSTEMD_COLORS: "0" },
        }).output();
        const said = new TextDecoder().decode(stdout);
        const [, score] = /Overall exposure level for \S+: (\d+\.\d)/.exec(said) ?? [];
        assert.ok(score, said + new TextDecoder().decode(stderr));
        return Number(score);
      };
      assert.ok(await exposure(unit) <= MAX_EXPOSURE, `${await exposure(unit)}`);
      const open = unit.replaceAll(
        /^(Protect|Private|Restrict|SystemCallFilter|CapabilityBoundingSet).*$/gm,
        "",
      );
      assert.ok(await exposure(open) > MAX_EXPOSURE);
    } finally {
      await Deno.remove(dir, { recursive: true });
    }
  },
});

Deno.test("the sandbox leaves what setup needs: host name as it changes, /usr/local, sockets, W+X memory of V8, a start on a read-only disk", () => {
  assert.deepEqual(values("ProtectHostname"), [], "its name space would hide a changed host name");
  assert.deepEqual(values("MemoryDenyWriteExecute"), []);
  assert.deepEqual(values("PrivateDevices"), [], "systemd would need a /tmp that can be written");
  assert.deepEqual(values("DevicePolicy"), ["closed"]);
  assert.deepEqual(values("ReadWritePaths"), ["/usr/local"]);
  assert.deepEqual(values("ProtectSystem"), ["yes"], "k3s' unit and settings go to /etc");
  assert.deepEqual(values("RestrictAddressFamilies"), ["AF_UNIX AF_INET AF_INET6 AF_NETLINK AF_PACKET"]);
  assert.deepEqual(values("SystemCallErrorNumber"), ["EPERM"]);
  assert.ok(!values("CapabilityBoundingSet").join().includes("CAP_SYS_ADMIN"));
});
