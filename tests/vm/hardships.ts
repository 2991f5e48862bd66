import assert from "node:assert/strict";
import { basename, dirname } from "node:path";
import { LOCAL_PLACES, PREVIOUS_PROGRAM, UPDATE_UNIT } from "../../agent/install/places.ts";
import { PATHS } from "../../agent/state/paths.ts";
import { DEAF_AGENT } from "../deaf_agent.ts";
import { mortalCommand } from "../mortal_command.ts";
import type { Image } from "./image.ts";
import { BOOT_SEC, type Machine, withMachine } from "./machine.ts";
import { run } from "./run.ts";

const AGENT = "alga-appliance";
const DOCTOR = "alga-agent doctor";

/** The very first boot ends amid the first start of the agent, without a word to the disk. */
export async function cutAtFirstStart(image: Image, dir: string): Promise<void> {
  await withMachine(image, dir, async ({ says }) => {
    await says("the agent begins", /Starting [^\n]*[Aa]lga.appliance/, BOOT_SEC);
  }, { keepsDisk: true });
  await isWhole(image.disk);
}

/** A file system that a cut has left: its journal repairs it, and then nothing is wrong with it. */
export async function isWhole(disk: string): Promise<void> {
  const { code, stdout } = await mortalCommand("e2fsck", ["-p", disk], { stdout: "piped", stderr: "inherit" })
    .output();
  assert.ok(code === 0 || code === 1, `e2fsck -p ended with ${code}: ${new TextDecoder().decode(stdout)}`);
  await run("e2fsck", ["-f", "-n", disk]);
}

/** The time of day jumps ahead and back by a day: the agent goes on as the same process, and answers. */
export async function clockJumps({ shell }: Machine): Promise<void> {
  const same = await asBefore(shell);
  for (const jump of ["1 day", "2 days ago", "1 day"]) {
    await shell(`date --set "${jump}" >/dev/null`);
    assert.match(await shell(DOCTOR), /ok +Service[^]*ok +Answer/);
    await same();
  }
}

/** Not a block is left for anybody: the agent goes on, says so, and is well once there is room again. */
export async function fullDisk({ shell }: Machine): Promise<void> {
  const same = await asBefore(shell);
  await shell(
    'sync; fallocate -l "$(df -B1 --output=size,used / | tail -1 | { read s u; echo $((s - u - 1048576)); })" /fill',
  );
  await shell("cat /dev/zero >/fill.rest 2>/dev/null");
  const said = await shell(DOCTOR);
  assert.match(said, /x +Disk +\d+ MB free on \/[^]*ok +Answer/);
  await shell("rm /fill /fill.rest; sync");
  assert.match(await shell(DOCTOR), /ok +Disk[^]*ok +Answer/);
  await same();
}

/** Whoever is in the service's control group may not even read the disk as a device; root elsewhere may. */
export async function devicesAreClosed({ shell }: Machine): Promise<void> {
  const read = "head -c 1 /dev/vda >/dev/null && echo could be read";
  assert.match(await shell(read), /could be read/);
  const group = `/sys/fs/cgroup/system.slice/${AGENT}.service/cgroup.procs`;
  assert.match(await shell(`(sh -c 'echo $$ >${group}; ${read}')`), /Operation not permitted/);
}

const CONSOLE = "alga-appliance-console@tty1";
const READ_ONLY = "The disk can only be read";

/**
 * The whole disk becomes read-only, as Linux has it after errors: the agent goes on and says so at every face, also one that is
 * started only then, and is well without a word from anybody once the disk can be written.
 */
export async function readOnlyRoot({ shell }: Machine): Promise<void> {
  const ran = await asBefore(shell);
  // The journal holds files open, so nothing gentler makes it read-only.
  await shell(
    "sync; echo u >/proc/sysrq-trigger; until findmnt -no OPTIONS / | grep -q ^ro; do sleep 1; done",
  );
  assert.match(await shell("touch /x"), /Read-only file system/);
  await saysReadOnly(shell);
  await ran();
  await shell(`systemctl restart ${AGENT} ${CONSOLE}`);
  const started = await asBefore(shell);
  await saysReadOnly(shell);
  await shell("mount -o remount,rw /");
  await shell(`while alga-agent status | grep -q "${READ_ONLY}"; do sleep 1; done`);
  assert.match(await shell(DOCTOR), /ok +Disk[^]*ok +Service[^]*ok +Answer/);
  await started();
}

async function saysReadOnly(shell: Machine["shell"]): Promise<void> {
  const on = (face: string) => shell(`until ${face} | grep -a "${READ_ONLY}"; do sleep 1; done`);
  await on("alga-agent status");
  await on("fold -w 160 /dev/vcs1");
  assert.match(await shell("alga-agent status"), /\[disk\.readonly\][^]*What to do: Check the storage/);
  const screen = await shell("fold -w 160 /dev/vcs1 | grep -a .");
  assert.match(screen, /What to do: Check the storage/);
  const ask = 'printf "GET /login HTTP/1.0\\r\\nHost: localhost\\r\\n\\r\\n" >&3; cat <&3';
  const page = await shell(`bash -c 'exec 3<>/dev/tcp/127.0.0.1/8080; ${ask}'`);
  assert.match(page, / 200 [^]*The disk can only be read[^]*may not be kept\. Check the storage/);
  const doctor = await shell(DOCTOR);
  assert.match(doctor, /x +Disk +\/ cannot be written[^]*What to do: [^]*ok +Service[^]*ok +Answer/);
}

const PROGRAM = LOCAL_PLACES.program;

/** A newer agent was ordered, and is in place: one that never answers. */
export async function putDeafAgent({ shell }: Machine): Promise<void> {
  const { agentNext, agentOrder } = PATHS;
  await shell(
    `mkdir -p ${dirname(agentNext)}; printf '${
      DEAF_AGENT.replaceAll("\n", "\\n")
    }' >${agentNext}; chmod 755 ${agentNext}`,
  );
  await shell(`cp ${PROGRAM} ${PREVIOUS_PROGRAM}; sum() { sha256sum $1 | cut -d" " -f1; }`);
  const order = JSON.stringify({ schemaVersion: 1, id: "deaf", from: "1", to: "2", port: 8080 }).slice(1);
  await shell(
    `echo '{"sha256":"'$(sum ${agentNext})'","previousSha256":"'$(sum ${PROGRAM})'",${order}' >${agentOrder}; sync`,
  );
  await shell(`systemctl start --no-block ${UPDATE_UNIT}`);
  await shell(`until head -c 2 ${PROGRAM} | grep -q "#!"; do sleep 1; done; sync`);
}

/** After the power was cut then: the agent from before is back, and both consoles are its own. */
export async function agentComesBack(image: Image, { dir, program }: { dir: string; program: string }) {
  await withMachine(image, dir, async ({ shows }) => {
    await shows("the console of the agent from before", /Setup token:[^]*7 Shell/, BOOT_SEC);
  }, { keepsDisk: true });
  await isWhole(image.disk);
  const left = await run("debugfs", ["-R", `ls -p ${dirname(PATHS.agentOrder)}`, image.disk]);
  assert.ok(!left.includes(basename(PATHS.agentOrder)), left);
  await run("debugfs", ["-R", `dump ${PROGRAM} ${dir}/in-place`, image.disk]);
  await run("cmp", [`${dir}/in-place`, program]);
}

/** Whether it is still the same process of the agent, and the same token. */
async function asBefore(shell: Machine["shell"]): Promise<() => Promise<void>> {
  const now = () =>
    shell(
      `systemctl show ${AGENT} --value --property MainPID --property NRestarts; alga-agent token show 2>/dev/null`,
    );
  const before = await now();
  return async () => assert.equal(await now(), before);
}
