import assert from "node:assert/strict";
import { writeAt } from "../../iso/image/disk/file_pieces.ts";
import type { BuildInfo } from "../../iso/payload/build_info.ts";
import { INSTALLED_MARK } from "../../iso/payload/install_script.ts";
import { verifyImage } from "../../iso/verify_image.ts";
import { compiledProgram } from "../binary/program.ts";
import { missingPrograms } from "../cluster/missing_programs.ts";
import { missingForImages } from "../iso/stand_in_base.ts";
import { testUnless } from "../test_unless.ts";
import { missingForMachines } from "../vm/debian_tree.ts";
import { run } from "../vm/run.ts";
import type { Evidence } from "./acceptance/evidence.ts";
import { fillSheet, judge } from "./acceptance/sheet.ts";
import { copyMachine } from "./copied_machine.ts";
import { readDisk } from "./disk_facts.ts";
import { changeFile, type InstalledDisk, problemsOf } from "./installed_disk.ts";
import { isWhole, logsIn, LONG_SEC, STAND_IN } from "./stand_in.ts";
import { choosesSerialEntry, walkMachine } from "./steps.ts";
import { type Firmware, isUntouched, makeImage, makeStation, OVMF, start, type Station } from "./station.ts";

const program = await compiledProgram();
const missing = await missingForImages() ?? await missingForMachines() ?? await missingHere() ??
  (program.ok ? undefined : program.reason);

async function missingHere(): Promise<string | undefined> {
  const needed = { "qemu-img": "qemu-utils", mksquashfs: "squashfs-tools", debugfs: "e2fsprogs" };
  const [missing] = await missingPrograms(needed);
  if (missing !== undefined) return missing;
  const hasFirmware = await Deno.stat(OVMF.code).then(() => true, () => false);
  return hasFirmware ? undefined : "no firmware for UEFI (package ovmf)";
}

const dir = await Deno.makeTempDir({ prefix: "alga-installation-" });
globalThis.addEventListener("unload", () => Deno.removeSync(dir, { recursive: true }));

let image: Promise<string> | undefined;
/** The one image that every machine here gets. */
const theImage = () => image ??= makeImage(dir, program.ok ? program.path : "");

function machineTest(name: string, fn: () => Promise<void>): void {
  testUnless(missing, name, fn);
}

const CHECKLIST = await Deno.readTextFile(new URL("../../docs/image-acceptance.md", import.meta.url));

/** Put on a disk as its SSH server would have done: a machine that was copied must not have it. */
const HOST_KEY = "/etc/ssh/ssh_host_ed25519_key";

/** What the two machines below have shown. */
let evidence: Evidence | undefined;

for (const firmware of ["BIOS", "UEFI"] as const) {
  machineTest(
    `${firmware}: the stand-in image installs by itself, starts from disk with the image in the drive, and the agent answers${
      firmware === "BIOS" ? "; two machines from one QCOW2 of that disk are two" : ""
    }`,
    () => installsAndStarts(firmware),
  );
}

async function installsAndStarts(firmware: Firmware): Promise<void> {
  const station = await makeStation(dir, { image: await theImage(), firmware, kind: STAND_IN });
  const { manifest: { build, image }, problems } = await verifyImage(station.image);
  assert.deepEqual(problems, []);
  const disk = { path: station.disk };
  const machine = await walkMachine(station, {
    // It installs with a plugged link and without.
    hasCable: firmware === "BIOS",
    async onInstalled() {
      assert.ok(await isUntouched(station.other), "the disk with data was touched");
      assert.deepEqual(await problemsOf(disk, build), []);
      if (firmware !== "BIOS") return;
      await judgesMutants(disk, build, station.dir);
      await noticesTheOther(station);
    },
    async onStarted(machine) {
      await logsIn(machine);
      await isWhole(machine);
      assert.ok((await machine.shell("alga-agent version")).includes(build.version));
      await machine.shell(`echo a key of ${firmware} >${HOST_KEY}`);
    },
  });
  evidence ??= { image: { build, problems, sha256: image.sha256 }, starts: {}, machines: {} };
  evidence.machines[firmware] = machine;
  if (firmware === "BIOS") {
    // The machine has been started and has a name of its own, so an image of it has to lose one.
    machine.images = await copyMachine(station, {
      formats: ["qcow2"],
      copies: 2,
      isOfCutDisk: true,
      onStarted: logsIn,
    });
    for (const { hostKeys } of machine.images.copies) assert.deepEqual(hostKeys, {}, "another machine's key");
  }
  await Deno.remove(station.dir, { recursive: true });
}

/** Each fault of a disk is named, so the check of the whole disk means something. */
async function judgesMutants(disk: InstalledDisk, build: BuildInfo, dir: string): Promise<void> {
  const mutant = { path: `${dir}/mutant.raw` };
  await run("cp", ["--sparse=always", disk.path, mutant.path]);
  await Deno.writeTextFile(`${dir}/text`, "/swap.img none swap sw 0 0\n");
  for (const path of ["/etc/fstab", "/etc/timezone", "/etc/ufw/ufw.conf"]) {
    await changeFile(mutant, path, `${dir}/text`);
  }
  const { swap, timeZone, firewall } = await readDisk(mutant.path, STAND_IN.firewall);
  assert.deepEqual(swap, ["/swap.img none swap sw 0 0"]);
  assert.equal(timeZone, swap[0]);
  assert.deepEqual(firewall, ["the firewall is off"]);
  await Deno.writeTextFile(`${dir}/text`, "0123456789abcdef0123456789abcdef\n");
  const faults = [
    ["/etc/machine-id", "The machine's id is there already"],
    ["/etc/ssh/ssh_host_ed25519_key", "There are host keys already: ssh_host_ed25519_key"],
    ["/var/lib/alga-appliance/token", "The agent has a state already: token"],
    ["/etc/alga-appliance/build-info.json", "The disk does not name its image"],
  ] as const;
  const expected: string[] = [];
  for (const [path, problem] of faults) {
    await changeFile(mutant, path, `${dir}/text`);
    expected.push(problem);
    assert.deepEqual(await problemsOf(mutant, build), expected);
  }
  await changeFile(mutant, INSTALLED_MARK);
  expected.splice(3, 0, "The disk is not marked as installed");
  await run("sfdisk", ["-q", "--delete", mutant.path, "2"]);
  await run("truncate", ["--size", "+1G", mutant.path]);
  const noUefi = "The partition for UEFI is missing";
  assert.deepEqual(await problemsOf(mutant, build), [
    noUefi,
    "The partition of the system does not reach the end of the disk",
    ...expected,
  ]);
  await run("sh", ["-c", 'echo ", +" | sfdisk -q -N 3 "$1"', "sh", mutant.path]);
  assert.deepEqual(await problemsOf(mutant, build), [
    noUefi,
    "The file system does not fill its partition",
    ...expected,
  ]);
  await run("sfdisk", ["-q", "--delete", mutant.path, "3"]);
  assert.deepEqual(await problemsOf(mutant, build), [noUefi, "The partition of the system is missing"]);
  await Deno.remove(mutant.path);
}

/** One byte on the disk with data is noticed, so the look at the whole of it means something. */
async function noticesTheOther(station: Station): Promise<void> {
  using file = await Deno.open(station.other, { write: true });
  const last = (await file.stat()).size - 1;
  for (const [byte, isSame] of [[7, false], [0, true]] as const) {
    await writeAt(file, last, new Uint8Array([byte]));
    assert.equal(await isUntouched(station.other), isSame);
  }
}

/** The items of the checklist that the stand-in and these machines can show. */
const SHOWN = [
  ...[
    "1.4",
    "2.6",
    "3.1",
    "3.2",
    "3.3",
    "3.4",
    "3.8",
    "4.1",
    "4.2",
    "4.4",
    "4.6",
    "4.7",
    "4.8",
    "4.9",
    "4.10",
  ],
  ...["4.12", "4.13", "4.15", "5.3", "5.4", "5.9", "5.10"],
];

machineTest(
  "the sheet of these machines passes each item that they can show, and names one that fails",
  () => {
    assert.ok(evidence, "the machines have shown nothing");
    const sheet = (seen: Evidence) =>
      fillSheet(CHECKLIST, seen, { at: "", machine: "", minutes: {}, sums: {} });
    assert.deepEqual(judge(CHECKLIST, evidence).failed, [], sheet(evidence));
    assert.deepEqual(judge(CHECKLIST, evidence).passed, SHOWN);
    for (const { token } of Object.values(evidence.machines)) assert.ok(!sheet(evidence).includes(token));
    const { BIOS } = evidence.machines;
    assert.ok(BIOS);
    // The disk before its first start is not the one after it: whoever mixes them up is told.
    const mixed = {
      ...evidence,
      machines: { ...evidence.machines, BIOS: { ...BIOS, installed: BIOS.started } },
    };
    assert.deepEqual(judge(CHECKLIST, mixed).failed, ["4.1"]);
    assert.match(
      sheet(mixed),
      /^- \[ \] FAILED: \*\*4\.1\*\* [^]*?\n {2}- BIOS: The machine's id is there already$/m,
    );
    return Promise.resolve();
  },
);

machineTest(
  "a damaged image stops before any disk is touched, and the console says why and where the log is",
  async () => {
    const good = await theImage();
    const damaged = `${dir}/damaged.iso`;
    await run("cp", [good, damaged]);
    await Deno.copyFile(`${good}.manifest.json`, `${damaged}.manifest.json`);
    const where = await run("xorriso", [
      ...["-indev", damaged, "-find", "/alga/alga-agent.deb", "-exec", "report_lba", "--"],
    ]);
    const block = Number(/^File data lba: +\d+ , +(\d+) ,/m.exec(where)?.[1]);
    {
      using file = await Deno.open(damaged, { write: true });
      await file.seek(block * 2048 + 1_000_000, Deno.SeekMode.Start);
      await file.write(new TextEncoder().encode("not what was here"));
    }
    const { problems } = await verifyImage(damaged);
    assert.ok(problems.includes("changed: /alga/alga-agent.deb"), problems.join("\n"));

    const station = await makeStation(dir, { image: damaged, firmware: "BIOS", kind: STAND_IN });
    await start(station, async (machine) => {
      await choosesSerialEntry(machine, STAND_IN);
      const whole = await machine.says("the end of the installation", /STAND-IN: stopped/, LONG_SEC);
      const said = whole.replaceAll("\r", "");
      const reason =
        "The installation medium is damaged (/alga): alga-agent.deb: FAILED. Write the image to it again";
      assert.ok(said.includes(`Reason: ${reason}.\n`), said.slice(-2_000));
      assert.ok(said.includes("Log: /var/log/installer of this running system.\n"), said.slice(-2_000));
      assert.doesNotMatch(said, /STAND-IN: installs on/);
      // What was typed for the menu stands before what is typed now.
      await machine.type("\r");
      await machine.shows("a shell", /# ?$/m);
      assert.ok((await machine.shell("cat /var/log/installer/*")).includes(reason));
    });
    assert.ok(await isUntouched(station.other), "the disk with data was touched");
    const { blocks } = await Deno.stat(station.disk);
    assert.equal(blocks, 0, "the empty disk was written to");
    await Deno.remove(station.dir, { recursive: true });
  },
);
