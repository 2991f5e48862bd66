import assert from "node:assert/strict";
import { AgentError } from "../../../agent/error.ts";
import { installAgent, type Installation } from "../../../agent/install/install_agent.ts";
import { LOCAL_PLACES, PACKAGE_PLACES } from "../../../agent/install/places.ts";
import { PATHS } from "../../../agent/state/paths.ts";
import type { BuildInfo } from "../../../agent/version.ts";
import { FakeHost } from "../../fakes/fake_host.ts";

const DOWNLOADED = "/home/maria/alga-agent";
const TEXTS = {
  unit: "[Service]\n",
  consoleUnit: "[Service]\nTTYPath=/dev/%I\n",
  loginUnit: "[Service]\nTTYPath=/dev/%i\n",
  updateUnit: "[Service]\nType=exec\n",
  manPage: ".TH ALGA-AGENT 8\n",
  completion: "complete\n",
};
const NEWER: BuildInfo = { version: "1.10.0", commit: "b", builtAt: "2026-02-01T00:00:00.000Z" };
const OLDER: BuildInfo = { version: "1.9.0", commit: "a", builtAt: "2026-01-01T00:00:00.000Z" };

/** A machine on which systemd shows what `show` says, and what was asked of it. */
function machine(show = "ActiveState=inactive\nMainPID=0\nNeedDaemonReload=no\n") {
  const state = { show };
  const host = new FakeHost({ [DOWNLOADED]: "program 1.10.0" }, {
    systemctl: ([verb]) => {
      if (verb === "start") state.show = "ActiveState=active\nMainPID=7\nNeedDaemonReload=no\n";
      return { stdout: verb === "show" ? state.show : "" };
    },
  });
  const asked = () => host.record.filter((it) => it.startsWith("run systemctl") && !it.includes(" show "));
  return { host, state, asked };
}

function installation(host: FakeHost, other: Partial<Installation> = {}): Installation {
  return {
    host,
    machine: host,
    program: DOWNLOADED,
    build: NEWER,
    places: LOCAL_PLACES,
    texts: TEXTS,
    allowDowngrade: false,
    withService: true,
    ...other,
  };
}

/** Makes an installed program that tells its build. */
function installedBuild(host: FakeHost, build: BuildInfo | string): void {
  host.put(LOCAL_PLACES.program, "program that is there");
  host.commands.set(LOCAL_PLACES.program, {
    stdout: typeof build === "string" ? build : JSON.stringify(build),
  });
}

Deno.test("a first installation puts everything in place and starts the service", async () => {
  const { host, asked } = machine();
  const { changed, service } = await installAgent(installation(host));
  assert.equal(service, "started");
  assert.deepEqual(
    changed.toSorted(),
    [
      PATHS.configDir,
      PATHS.stateDir,
      PATHS.logDir,
      ...Object.values(LOCAL_PLACES),
    ].toSorted(),
  );
  assert.deepEqual(asked(), [
    "run systemctl daemon-reload",
    "run systemctl enable alga-appliance.service alga-appliance-update.service alga-appliance-console@tty1.service",
    "run systemctl start alga-appliance.service",
  ]);
  assert.equal(await host.readText(LOCAL_PLACES.program), "program 1.10.0");
  assert.equal((await host.info(LOCAL_PLACES.program))?.mode, 0o755);
  assert.equal((await host.info(LOCAL_PLACES.unit))?.mode, 0o644);
  assert.equal((await host.info(PATHS.stateDir))?.mode, 0o750);
});

Deno.test("done twice it writes nothing and leaves the service alone", async () => {
  const { host } = machine();
  await installAgent(installation(host));
  host.record.length = 0;
  const again = await installAgent(installation(host));
  assert.deepEqual(again, { changed: [], service: "untouched", consoleLines: ["tty1"] });
  assert.deepEqual(host.record.filter((it) => !it.startsWith("run ")), []);
});

Deno.test("over a running agent the program is replaced and the restart is asked for, not waited for", async () => {
  const { host, state, asked } = machine();
  installedBuild(host, OLDER);
  host.put(PATHS.journal, "what was running\n");
  host.folders.set(PATHS.stateDir, 0o700);
  state.show = "ActiveState=active\nMainPID=7\nNeedDaemonReload=no\n";
  assert.equal((await installAgent(installation(host))).service, "restarting");
  assert.deepEqual(asked().slice(-2), [
    "run systemctl restart --no-block alga-appliance.service",
    "run systemctl try-restart --no-block alga-appliance-console@*.service",
  ]);
  assert.equal(await host.readText(PATHS.journal), "what was running\n");
  assert.equal((await host.info(PATHS.stateDir))?.mode, 0o700, "what is there keeps its mode");
});

const STALE: readonly [what: string, exe: string, needsReload: string, service: string][] = [
  ["runs the program that lies there", LOCAL_PLACES.program, "no", "untouched"],
  ["still runs a program that was replaced", `${LOCAL_PLACES.program} (deleted)`, "no", "restarting"],
  ["still runs by a unit that was replaced", LOCAL_PLACES.program, "yes", "restarting"],
];
for (const [what, exe, needsReload, service] of STALE) {
  Deno.test(`after an installation that was cut off, an agent that ${what} is ${service}`, async () => {
    const { host, state } = machine();
    await installAgent(installation(host));
    host.links.set("/proc/7/exe", exe);
    state.show = `ActiveState=active\nMainPID=7\nNeedDaemonReload=${needsReload}\n`;
    const again = await installAgent(installation(host));
    assert.deepEqual([again.changed, again.service], [[], service]);
  });
}

Deno.test("it may be run from where it is installed", async () => {
  const { host } = machine();
  await installAgent(installation(host));
  const again = installation(host, { program: LOCAL_PLACES.program });
  assert.deepEqual((await installAgent(again)).changed, []);
  assert.equal(await host.readText(LOCAL_PLACES.program), "program 1.10.0");
});

Deno.test("a downgrade is refused in words, with nothing changed, unless it is asked for", async () => {
  const { host, asked } = machine();
  installedBuild(host, NEWER);
  const older = installation(host, { build: OLDER });
  await assert.rejects(installAgent(older), (error: AgentError) => {
    assert.equal(error.code, "USAGE");
    assert.match(error.message, /Cannot install alga-agent 1\.9\.0 of .*: 1\.10\.0 of .* is installed/);
    assert.match(error.hint ?? "", /--allow-downgrade/);
    return true;
  });
  assert.deepEqual([...host.record.filter((it) => it.startsWith("write")), ...asked()], []);
  assert.equal((await installAgent({ ...older, allowDowngrade: true })).service, "started");
});

Deno.test("a program that does not run or tells nothing is replaced", async () => {
  for (const said of ["", "alga-agent 9", '{"version":9}']) {
    const { host } = machine();
    installedBuild(host, said);
    assert.ok((await installAgent(installation(host))).changed.includes(LOCAL_PLACES.program));
  }
});

Deno.test("for a package there are no folders and no service: dpkg and systemd make them", async () => {
  const { host, asked } = machine();
  const { changed, service } = await installAgent(
    installation(host, { places: PACKAGE_PLACES, withService: false }),
  );
  assert.deepEqual(changed.toSorted(), Object.values(PACKAGE_PLACES).toSorted());
  assert.deepEqual([service, asked()], ["untouched", []]);
});

Deno.test("a systemctl that fails is named with its words and where to look", async () => {
  const { host } = machine();
  host.commands.set("systemctl", ([verb]) => verb === "start" ? { code: 1, stderr: "Job failed.\n" } : {});
  await assert.rejects(installAgent(installation(host)), (error: AgentError) => {
    assert.equal(error.message, '"systemctl start alga-appliance.service" ended with 1: Job failed.');
    assert.match(error.hint ?? "", /journalctl -u alga-appliance/);
    return true;
  });
});
