import assert from "node:assert/strict";
import { compiledProgram } from "../binary/program.ts";
import { testUnless } from "../test_unless.ts";
import { missingForMachines } from "./debian_tree.ts";
import {
  agentComesBack,
  clockJumps,
  cutAtFirstStart,
  devicesAreClosed,
  fullDisk,
  isWhole,
  putDeafAgent,
  readOnlyRoot,
} from "./hardships.ts";
import { makeImage } from "./image.ts";
import { BOOT_SEC, type Machine, withMachine } from "./machine.ts";

const program = await compiledProgram();
const missing = await missingForMachines() ?? (program.ok ? undefined : program.reason);
const name =
  "cut amid its first start the machine boots, the console on tty1 and on the serial line sets up as far as the checks, and a deaf agent is taken back over a cut";

testUnless(missing, name, async () => {
  const dir = await Deno.makeTempDir({ prefix: "alga-vm-" });
  try {
    const path = program.ok ? program.path : "";
    const image = await makeImage(path, dir);
    await cutAtFirstStart(image, dir);
    await withMachine(image, dir, async (machine) => {
      const first = await machine.shows(
        "address and token",
        /Setup token:[^]*10\.0\.2\.15\/24 {2}DHCP/,
        BOOT_SEC,
      );
      assert.match(first, /http:\/\/10\.0\.2\.15:8080\//);
      assert.match(first, /^Alga appliance {2}appliance-01\n/, "nothing else was written over it");
      await idleLineIsSilent(machine);
      await typeSetup(machine);
      await loginAndBack(machine);
      await login(machine);
      await putDeafAgent(machine);
    }, { keepsDisk: true });
    await isWhole(image.disk);
    await agentComesBack(image, { dir, program: path });
  } finally {
    await Deno.remove(dir, { recursive: true });
  }
});

async function idleLineIsSilent({ received }: Machine): Promise<void> {
  await new Promise((resolve) => setTimeout(resolve, 5_000));
  const before = received();
  await new Promise((resolve) => setTimeout(resolve, 10_000));
  assert.equal(received(), before);
}

/** Everything typed over the serial line, up to what the checks find on a machine that is too small. */
async function typeSetup({ shows, type }: Machine): Promise<void> {
  const answers = [
    [/Company\n/, "Example Ltd"],
    [/First name\n/, "Maria"],
    [/Last name\n/, "Example"],
    [/E-mail\n/, "maria@example.com"],
    [/Password\n/, "Correct-Horse7!"],
    [/Password, once more\n/, "Correct-Horse7!"],
    [/Application address\n/, ""],
    [/DNS servers\n/, ""],
    [/Channel\n/, ""],
    [/Release override\n/, ""],
    [/Proxy\n/, ""],
    [/Signatures of releases\n/, ""],
  ] as const;
  await type("1");
  for (const [question, text] of answers) {
    const shown = await shows(`the question ${question}`, question);
    assert.ok(!shown.includes("Horse7"));
    await type(`${text}\r`);
  }
  await shows("all answers", /Check your answers[^]*maria@example\.com/);
  await type("s");
  await shows("who began it", /by console ttyS0/);
  await shows(
    "what stands in the way",
    /Nothing was changed\.[^]*x (Memory|Operating system)[^]*What to do: /,
    240,
  );
  await type("\x1b");
  await shows("the first screen", /7 Shell/);
}

/** A shell is a login on the same line; what it looks at is the rest of the machine. */
async function loginAndBack(machine: Machine): Promise<void> {
  const { shows, type, shell } = machine;
  await login(machine);
  const states = await shell(
    "systemctl is-active getty@tty1 serial-getty@ttyS0 alga-appliance-console@tty1 alga-appliance-console@ttyS0",
  );
  assert.deepEqual(states.trim().split("\n"), ["inactive", "inactive", "active", "inactive"]);
  assert.match(await shell("systemctl --no-legend --plain --failed"), /^\s*$/);
  const tty1 = await shell("fold -w 160 /dev/vcs1 | grep -a ."); // the width of KMS' first mode here
  for (const text of ["Alga appliance  appliance-01", "10.0.2.15/24", "1 Set up"]) {
    assert.ok(tty1.includes(text), tty1);
  }
  const token = (await shell("alga-agent token show 2>/dev/null")).trim();
  assert.ok(tty1.includes(token) && token.length > 30, tty1);
  assert.ok((await shell("cat /etc/issue.d/alga-appliance.issue")).includes(token));
  const motd = await shell("cat /etc/motd");
  assert.ok(motd.includes("http://10.0.2.15:8080/") && !motd.includes(token));
  assert.match(await shell("alga-agent doctor"), /ok +Service +runs \(running\)/);
  await addressOnTrial(shell);
  await expectNoErrors(shell);
  await devicesAreClosed(machine);
  await clockJumps(machine);
  await fullDisk(machine);
  await readOnlyRoot(machine);
  await expectNoErrors(shell, [/No space left on device/, /Read-only file system/]);
  await type("exit\r");
  await shows("the console again", /Alga appliance {2}appliance-01[^]*7 Shell/);
}

/** A shell on the same line, without an editor of lines, which would draw what is typed. */
async function login({ shows, type, shell }: Machine): Promise<void> {
  await type("7");
  const asks = await shows("a login", /login: ?$/m);
  assert.doesNotMatch(asks, /█|Sign-in help/, "the screen was left empty");
  await type("root\r");
  await shows("a shell", /# ?$/m);
  await type("exec env TERM=dumb PS1='# ' SYSTEMD_PAGER=cat SYSTEMD_COLORS=0 sh\r");
  await shell("stty -echo");
}

/** Whatever any unit has told the journal as an error, in all boots; the kernel complains of hardware that is made up, now and then. */
async function expectNoErrors(shell: Machine["shell"], expected: readonly RegExp[] = []): Promise<void> {
  const said = await shell(
    "journalctl -p err --no-pager -o cat _TRANSPORT=journal + _TRANSPORT=stdout + _TRANSPORT=syslog",
  );
  const lines = said.split("\n").map((it) => it.trim()).filter((it) =>
    !["", "-- No entries --"].includes(it)
  );
  assert.deepEqual(lines.filter((line) => !expected.some((it) => it.test(line))), []);
}

/** A fixed address that nobody keeps gives way to DHCP again; one that is kept stays. */
async function addressOnTrial(shell: Machine["shell"]): Promise<void> {
  const link = (await shell("ip -br link | grep -v LOOPBACK | cut -d' ' -f1")).trim();
  const set = `alga-agent network set ${link} --address 10.0.2.50/24 --gateway 10.0.2.2`;
  const addresses = () => shell(`ip -4 -br address show ${link}`);
  const told = await shell(set);
  const journal = await shell("journalctl -u alga-appliance --no-pager -o cat -n 5");
  assert.match(told, /Nobody kept the new settings in time/, journal);
  assert.match(await addresses(), /10\.0\.2\.15\/24/);
  await shell(`${set} --no-wait`);
  await shell(`while ! ip -4 -br address show ${link} | grep -q 10.0.2.50/24; do sleep 0.5; done`);
  assert.match(await shell("alga-agent network show"), /On trial +until [^]*network keep/);
  assert.match(await shell("alga-agent network keep"), /Kept\./);
  assert.match(await shell(`cat /etc/systemd/network/00-alga-${link}.network`), /Address=10\.0\.2\.50\/24/);
  assert.match(await addresses(), /10\.0\.2\.50\/24/);
  assert.doesNotMatch(await addresses(), /10\.0\.2\.15/);
}
