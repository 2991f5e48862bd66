import assert from "node:assert/strict";

const folder = new URL("../../systemd/", import.meta.url).pathname;
const NAMES = ["alga-appliance-console@", "alga-appliance-login@"] as const;
const [consoleUnit = "", loginUnit = ""] = await Promise.all(
  NAMES.map((it) => Deno.readTextFile(`${folder}${it}.service`)),
);

function values(unit: string, key: string): string[] {
  return [...unit.matchAll(new RegExp(`^${key}=(.*)$`, "gm"))].map((it) => it[1] ?? "");
}

const hasAnalyze = await Deno.stat("/usr/bin/systemd-analyze").then(() => true, () => false);
const skipped = hasAnalyze ? "" : " (skipped: the Debian package systemd is not installed)";

/** What systemd says of both units on this line, with a program that is on this machine. */
async function verify(line: string, change = (text: string) => text): Promise<string> {
  const dir = await Deno.makeTempDir({ prefix: "alga-unit-" });
  try {
    const paths = [];
    for (const [i, text] of [consoleUnit, loginUnit].entries()) {
      const here = text.replace(/^ExecStart=-?\S+/m, "ExecStart=/bin/true");
      await Deno.writeTextFile(`${dir}/${NAMES[i]}.service`, change(here));
      const path = `${dir}/${NAMES[i]}${line}.service`;
      await Deno.symlink(`${NAMES[i]}.service`, path);
      paths.push(path);
    }
    const { stderr } = await new Deno.Command("systemd-analyze", {
      args: ["verify", "--man=no", "--recursive-errors=no", ...paths],
      stderr: "piped",
    }).output();
    return new TextDecoder().decode(stderr).trim();
  } finally {
    await Deno.remove(dir, { recursive: true });
  }
}

for (const line of ["tty1", "ttyS0"]) {
  Deno.test({
    name: `console and login on ${line} pass systemd-analyze verify${skipped}`,
    ignore: !hasAnalyze,
    async fn() {
      assert.equal(await verify(line), "");
      assert.match(await verify(line, (it) => it.replace("TTYReset=", "TTYResets=")), /TTYResets/);
    },
  });
}

Deno.test("the console takes its line from the login that systemd would put there, and starts without the agent", () => {
  assert.deepEqual(values(consoleUnit, "Conflicts"), [
    "getty@%i.service serial-getty@%i.service",
    "rescue.service",
  ]);
  assert.ok(!values(consoleUnit, "After").join().includes("alga-appliance.service"));
  assert.ok(!/^(Requires|BindsTo|PartOf)=/m.test(consoleUnit));
  assert.deepEqual(values(consoleUnit, "Restart"), ["always"]);
  assert.deepEqual(values(consoleUnit, "WantedBy"), ["getty.target"]);
});

Deno.test("the terminal is reset and hung up on both ends, and no other device is open", () => {
  for (const unit of [consoleUnit, loginUnit]) {
    for (const key of ["TTYReset", "TTYVHangup"]) assert.deepEqual(values(unit, key), ["yes"]);
    assert.deepEqual(values(unit, "TTYPath"), ["/dev/%I"]);
    assert.deepEqual(values(unit, "StandardInput"), ["tty"]);
  }
  assert.deepEqual(values(consoleUnit, "DevicePolicy"), ["closed"]);
  assert.deepEqual(values(consoleUnit, "DeviceAllow"), ["/dev/%I rw"]);
  assert.deepEqual(values(consoleUnit, "CapabilityBoundingSet"), [""]);
  // SIGHUP right behind SIGTERM would end it before it has left an empty screen.
  assert.deepEqual(values(consoleUnit, "SendSIGHUP"), []);
});

Deno.test("a login runs once through agetty and brings the console back, as a console that cannot run brings it", () => {
  assert.match(values(loginUnit, "ExecStart").join(), /^-\/sbin\/agetty .*--timeout \d+/);
  assert.deepEqual(values(loginUnit, "Restart"), []);
  assert.deepEqual(values(loginUnit, "OnSuccess"), ["alga-appliance-console@%i.service"]);
  assert.deepEqual(values(consoleUnit, "OnFailure"), ["alga-appliance-login@%i.service"]);
  assert.deepEqual(values(consoleUnit, "StartLimitBurst"), ["10"]);
});
