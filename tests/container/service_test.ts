import assert from "node:assert/strict";
import { until } from "../until.ts";
import { type Container, FIRST_ADDRESS } from "./container.ts";
import { answers, containerTest, install, PROGRAM } from "./container_case.ts";

const SERVICE = "alga-appliance.service";
const show = async ({ sh }: Container, property: string) =>
  await sh(`systemctl show ${SERVICE} --value --property ${property}`);
/** What the agent's unit has told, as the journal keeps it. */
const told = async ({ sh }: Container): Promise<Record<string, string>[]> =>
  (await sh(`journalctl --unit ${SERVICE} --output json`)).split("\n").map((it) => JSON.parse(it));

containerTest(
  "installed on a running systemd it is a service that a crash, a hang and a reboot do not end",
  async (it) => {
    const token = await install(it);
    assert.deepEqual(await Promise.all(["ActiveState", "UnitFileState"].map((name) => show(it, name))), [
      "active",
      "enabled",
    ]);
    await until(
      "DHCP has given an address",
      () => it.sh("ip -4 address show host0"),
      (text) => text.includes(FIRST_ADDRESS),
    );
    await answers(it, "/healthz");
    assert.match(await it.sh(`${PROGRAM} install --any-system 2>&1`), /Nothing has changed[^]*Setup token/);
    const sameToken = async () => assert.equal(await it.sh("alga-agent token show 2>/dev/null"), token);

    await isShutIn(it);
    await it.sh(`systemctl kill --signal KILL ${SERVICE}`);
    await until("systemd starts it again", () => show(it, "NRestarts"), (count) => count === "1");
    await answers(it, "/healthz");
    await sameToken();

    // A minute in the unit, of which tests/systemd knows.
    await it.sh(`mkdir -p /run/systemd/system/${SERVICE}.d`);
    await it.sh(`printf '[Service]\\nWatchdogSec=6\\n' >/run/systemd/system/${SERVICE}.d/short.conf`);
    await it.sh(`systemctl daemon-reload && systemctl restart ${SERVICE}`);
    await it.sh(`systemctl kill --signal STOP --kill-who main ${SERVICE}`);
    await until(
      "the watchdog has seen it",
      () => told(it),
      (lines) => lines.some((line) => /Watchdog timeout/.test(line.MESSAGE ?? "")),
    );
    await answers(it, "/healthz");
    await sameToken();

    await it.rebootedBy(() => it.sh("systemctl reboot"));
    await answers(it, "/healthz");
    await sameToken();
    await it.cut();
    await answers(it, "/healthz");
    await sameToken();
    assert.match(await it.sh("alga-agent doctor"), /ok +Service +runs \(running\)/);
    for (const line of await told(it)) {
      assert.match(line.PRIORITY ?? "", /^[0-7]$/);
      assert.doesNotMatch(line.MESSAGE ?? "", /\n|^<\d>/);
    }
  },
  { expected: [/^systemd: alga-appliance\.service: (Failed with result|Watchdog timeout)/] },
);

/** What the unit closes is closed in the process that runs. */
async function isShutIn(it: Container): Promise<void> {
  const pid = await show(it, "MainPID");
  const status = await it.sh(`cat /proc/${pid}/status`);
  const value = (key: string) => new RegExp(`^${key}:\\s+(\\S+)$`, "m").exec(status)?.[1];
  assert.deepEqual([value("NoNewPrivs"), value("Seccomp")], ["1", "2"]);
  assert.equal(value("CapEff"), value("CapBnd"));
  const there = (line: string) => it.run("nsenter", "--target", pid, "--mount", "sh", "-c", line);
  for (const path of ["/usr/x", "/boot/x", "/proc/sys/kernel/x", "/sys/fs/cgroup/x"]) {
    assert.notEqual((await there(`touch ${path}`)).code, 0, path);
  }
  for (const path of ["/etc", "/var/lib", "/opt", "/usr/local/bin"]) {
    assert.equal((await there(`touch ${path}/x && rm ${path}/x`)).code, 0, path);
  }
  await it.sh("touch /root/seen /tmp/seen");
  assert.equal((await there("ls /root /tmp")).stdout.includes("seen"), false);
}
