import assert from "node:assert/strict";
import type { Evidence, MachineEvidence } from "./evidence.ts";
import { ITEMS } from "./items.ts";
import { goodEvidence } from "./made_up_evidence.ts";
import { fillSheet, itemsOf, judge } from "./sheet.ts";

const CHECKLIST = await Deno.readTextFile(new URL("../../../docs/image-acceptance.md", import.meta.url));

/** Other hardware, another hypervisor, or a person. */
const BY_HAND = [
  ...["1.3", "2.7", "3.5", "3.6", "4.3", "4.5", "4.11", "4.14"],
  ...["5.2", "5.5", "5.6", "5.7", "5.12", "5.13", "5.14"],
];

Deno.test("the document's checklist is the one that the command fills: each item is judged, or named as one for a person", () => {
  const ids = itemsOf(CHECKLIST).map((it) => it.id);
  assert.equal(ids.length, CHECKLIST.match(/^- \[/gm)?.length, "an item has no number");
  assert.deepEqual(ids.toSorted(), [...Object.keys(ITEMS), ...BY_HAND].toSorted());
  for (const section of ["1", "2", "3", "4", "5"]) {
    const numbers = ids.filter((it) => it.startsWith(`${section}.`)).map((it) => Number(it.slice(2)));
    assert.deepEqual(numbers, numbers.map((_, i) => i + 1), `section ${section}`);
  }
});

Deno.test("judge passes every item of a good run that a program can judge", () => {
  const { passed, failed, byHand } = judge(CHECKLIST, goodEvidence());
  assert.deepEqual(failed, []);
  assert.deepEqual(byHand, BY_HAND);
  assert.deepEqual(passed.toSorted(), Object.keys(ITEMS).toSorted());
});

Deno.test("judge leaves what nobody has tried to a person", () => {
  const { image } = goodEvidence();
  const seen = {
    image: { build: image.build, problems: [], sha256: image.sha256 },
    starts: {},
    machines: {},
  };
  assert.deepEqual(judge(CHECKLIST, seen).passed, ["1.4"]);
  assert.deepEqual(judge(CHECKLIST, seen).failed, []);
});

const bios = (change: (it: MachineEvidence) => void) => (it: Evidence) => {
  assert.ok(it.machines.BIOS?.images);
  change(it.machines.BIOS);
};
const uefi = (change: (it: MachineEvidence) => void) => (it: Evidence) => {
  assert.ok(it.machines.UEFI?.images);
  change(it.machines.UEFI);
};

/** Item → what turns it red, and it alone or with these others. */
const FAULTS: Readonly<Record<string, [change: (it: Evidence) => void, others?: string[]]>> = {
  "1.2": [(it) => it.image.again = "b".repeat(64)],
  "1.4": [(it) => it.image.problems = ["changed: /alga/alga-agent.deb"]],
  "2.1": [(it) => it.starts["BIOS, CD"] = "no menu"],
  "2.2": [(it) => it.starts["BIOS, USB"] = "no menu"],
  "2.3": [(it) => it.starts["UEFI, CD"] = "no menu"],
  "2.4": [(it) => it.starts["UEFI, USB"] = "no menu"],
  "2.5": [(it) => it.starts["UEFI, Secure Boot"] = "Security Violation"],
  "2.6": [bios((it) => it.menu = "GRUB")],
  "3.1": [(it) => it.broken = { UEFI: "Never came true: address and token" }],
  "3.2": [bios((it) => it.installed.isMarked = false), ["3.1"]],
  "3.3": [uefi((it) => it.installed.isMarked = false), ["3.1"]],
  "3.4": [bios((it) => it.installed.installerLogs = [])],
  "3.7": [bios((it) => it.installed.hasSshServer = false)],
  "3.8": [bios((it) => it.isOtherUntouched = false)],
  "3.9": [(it) => it.full = { said: "STAND-IN: installs on /dev/vda", isUntouched: false }],
  "4.1": [bios((it) => it.installed.machineId = "an id")],
  "4.2": [bios((it) => it.said = "Install the Alga appliance")],
  "4.4": [bios((it) => it.token = "another")],
  "4.6": [bios((it) => it.health = "not-ready")],
  "4.7": [bios((it) => it.started.systemBytes /= 2)],
  "4.8": [bios((it) => it.started.swap = ["/swap.img none swap sw 0 0"])],
  "4.9": [bios((it) => it.started.timeZone = "Europe/Berlin")],
  "4.10": [bios((it) => it.started.firewall.push("allow 6443/tcp"))],
  "4.12": [bios((it) => it.started.buildInfo = "{}")],
  "4.13": [bios((it) => it.started.accounts = ["root", "ubuntu"])],
  "4.15": [(it) => {
    assert.ok(it.machines.BIOS && it.machines.UEFI);
    it.machines.UEFI.started.hostKeys = it.machines.BIOS.started.hostKeys;
  }],
  "5.1": [bios((it) => it.images?.names.pop())],
  "5.3": [uefi((it) => it.images?.names.splice(0)), ["5.1"]],
  "5.4": [bios((it) => it.images?.problems.push("a.ova: The image is not the one of its manifest"))],
  "5.8": [uefi((it) => it.images?.copies.splice(0))],
  "5.9": [bios(({ images, started }) => {
    if (images?.copies[1]) images.copies[1].machineId = started.machineId;
  })],
  "5.10": [bios(({ images }) => {
    if (images?.copies[0]) images.copies[0].systemBytes /= 2;
  })],
  "5.11": [bios(({ images }) => {
    if (images?.copies[0]) images.copies[0].accounts = ["root"];
  })],
};

for (const [id, [change, others = []]] of Object.entries(FAULTS)) {
  Deno.test(`judge fails ${id} where it is not so, and says why on the sheet`, () => {
    const seen = goodEvidence();
    change(seen);
    const { failed } = judge(CHECKLIST, seen);
    assert.deepEqual(failed, [...others, id].toSorted());
    const sheet = fillSheet(CHECKLIST, seen, { at: "", machine: "", minutes: {}, sums: {} });
    assert.match(
      sheet,
      new RegExp(`^- \\[ \\] FAILED: \\*\\*${id.replace(".", "\\.")}\\*\\* .*\\n(?: {6}.*\\n)*  - `, "m"),
    );
    assert.match(sheet, /^- Result: FAILED: /m);
  });
}

Deno.test("every item that a program judges can fail, but the one that is proven or left to a person", () => {
  const faults = [...Object.keys(FAULTS), ...Object.values(FAULTS).flatMap(([, others = []]) => others)];
  assert.deepEqual(Object.keys(ITEMS).filter((it) => !faults.includes(it)), ["1.1"]);
});

Deno.test("a sheet ends with the checksums, shows no secret and nothing that moves a cursor", () => {
  const seen = goodEvidence();
  assert.ok(seen.machines.BIOS);
  seen.machines.BIOS.started.swap = ["/dev/x\u001b[2J\n## Result"];
  const sums = { "alga.iso": "c".repeat(64) };
  const sheet = fillSheet(CHECKLIST, seen, {
    at: "2026-11-27",
    machine: "KVM",
    minutes: { all: 31.25 },
    sums,
  });
  assert.ok(sheet.endsWith(`\`\`\`\n${"c".repeat(64)}  alga.iso\n\`\`\`\n`), sheet.slice(-300));
  // deno-lint-ignore no-control-regex
  assert.doesNotMatch(sheet, /[\u0000-\u0009\u000b-\u001f]/);
  assert.doesNotMatch(sheet, /^## Result/m);
  assert.ok(!sheet.includes(seen.machines.BIOS.token));
  assert.match(sheet, /^- Times: all 31\.3 min$/m);
});
