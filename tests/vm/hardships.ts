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
