import { DISK_FORMATS } from "../../../iso/image/build_images.ts";
import { firewallRules } from "../../../iso/payload/firewall.ts";
import type { DiskFacts } from "../disk_facts.ts";
import type { Evidence, ImagesEvidence, MachineEvidence, Start } from "./evidence.ts";

/** What is wrong of an item, each in a sentence: none means that it holds; `undefined` that nobody has tried it. */
export type Judgement = string[] | undefined;

/** Behind the file system lie a copy of the table, and what does not fill a whole group of blocks. */
const SPARE_BYTES = 512 * 1024 ** 2;

/** Those of docs/image-acceptance.md that a program can judge, by number. Every other one is judged by hand. */
export const ITEMS: Readonly<Record<string, (seen: Evidence) => Judgement>> = {
  "1.1": ({ image }) => image.isProven ? [] : undefined,
  "1.2": ({ image: { sha256, again } }) =>
    again === undefined ? undefined : when(again !== sha256, `The second image has the SHA-256 ${again}`),
  "1.4": ({ image }) => image.problems,

  "2.1": (it) => started(it, "BIOS, CD"),
  "2.2": (it) => started(it, "BIOS, USB"),
  "2.3": (it) => started(it, "UEFI, CD"),
  "2.4": (it) => started(it, "UEFI, USB"),
  "2.5": (it) => started(it, "UEFI, Secure Boot"),
  "2.6": (it) =>
    ofMachines(
      it,
      ({ menu }) =>
        when(!menu.includes("The same, with a serial console [s]"), "The menu is not on the line"),
    ),

  "3.1": ({ machines, broken = {} }) => {
    const ended = ofMachines(
      { machines },
      (it) => when(!it.installed.isMarked, "It did not come to its end"),
    );
    const stopped = Object.entries(broken).map(([name, why]) => `${name}: ${why}`);
    return stopped.length === 0 ? ended : [...ended ?? [], ...stopped];
  },
  "3.2": (it) => withCable(it, true),
  "3.3": (it) => withCable(it, false),
  "3.4": (it) =>
    ofMachines(it, ({ installed }) => when(installed.installerLogs.length === 0, "There is no log")),
  "3.7": ({ machines, image }) => {
    if (image.build.account === "none") return undefined;
    return ofMachines({ machines }, ({ installed }) => when(!installed.hasSshServer, "There is no sshd"));
  },
  "3.8": (it) =>
    ofMachines(it, ({ isOtherUntouched }) => when(!isOtherUntouched, "The disk with data was touched")),
  "3.9": ({ full }) =>
    full === undefined ? undefined : [
      ...when(
        !/data on each large one \(\w+ \w+\)\. Nothing was touched/.test(full.said),
        "It does not name both",
      ),
      ...when(!full.isUntouched, "A disk was touched"),
    ],

  "4.1": (it) => ofMachines(it, ({ installed }) => traces(installed)),
  "4.2": (it) =>
    ofMachines(
      it,
      ({ said }) =>
        when(!said.includes("Start the Alga appliance on this machine"), "The menu did not offer the disk"),
    ),
  "4.4": (it) =>
    ofMachines(it, ({ token, started }) => [
      ...when(token === "", "No token was shown"),
      ...when(token !== started.token, "The token that was shown is not the one on the disk"),
    ]),
  "4.6": ({ machines }) => {
    const answers = Object.entries(machines).flatMap(([name, { health }]) =>
      health === undefined ? [] : [[name, health] as const]
    );
    if (answers.length === 0) return undefined;
    return answers.filter(([, health]) => health !== "ok").map(([name, health]) =>
      `${name}: it said ${health}`
    );
  },
  "4.7": (it) => ofMachines(it, ({ started }) => fills(started)),
  "4.8": (it) => ofMachines(it, ({ started: { swap } }) => swap.map((line) => `There is swap: ${line}`)),
  "4.9": (it) =>
    ofMachines(
      it,
      ({ started: { timeZone } }) =>
        when(!["Etc/UTC", "UTC"].includes(timeZone), `The time zone is "${timeZone}"`),
    ),
  "4.10": ({ machines, image }) => {
    const account = image.build.account === "none"
      ? { kind: "none" } as const
      : { kind: "user", sshKeys: [] } as const;
    const wanted = firewallRules(account);
    return ofMachines({ machines }, ({ started: { firewall } }) => [
      ...firewall.filter((it) => !wanted.includes(it)).map((it) => `The firewall has "${it}"`),
      ...wanted.filter((it) => !firewall.includes(it)).map((it) => `The firewall lacks "${it}"`),
    ]);
  },
  "4.12": ({ machines, image }) =>
    ofMachines(
      { machines },
      ({ started }) =>
        when(started.buildInfo !== JSON.stringify(image.build, null, 2), "It names another image"),
    ),
  "4.13": (it) =>
    ofMachines(it, ({ started: { accounts } }) => [
      ...when(!accounts.includes("alga"), "There is no alga"),
      ...when(accounts.includes("ubuntu"), "There is ubuntu"),
    ]),
  "4.15": ({ machines }) => {
    const all = Object.values(machines).map((it) => it.started);
    return all.length < 2 ? undefined : shared(all);
  },

  "5.1": ({ machines }) => {
    const asked = new Set(Object.values(machines).flatMap((it) => it.images?.asked ?? []));
    if (asked.size < DISK_FORMATS.length) return undefined;
    return ofImages(
      { machines },
      ({ names, asked }) =>
        asked.filter((format) => !names.some((name) => name.endsWith(`.${format}`)))
          .map((format) => `There is no ${format}`),
    );
  },
  "5.3": ({ machines }) => {
    const cut = Object.values(machines).filter((it) => it.images?.isOfCutDisk);
    return cut.length === 0
      ? undefined
      : cut.flatMap((it) => when(it.images?.names.length === 0, "No image"));
  },
  "5.4": (it) => ofImages(it, ({ problems }) => problems),
  "5.8": ({ machines: { UEFI } }) =>
    UEFI?.images === undefined ? undefined : when(UEFI.images.copies.length === 0, "None has started"),
  "5.9": (it) => ofImages(it, ({ copies }, machine) => shared([machine.started, ...copies])),
  "5.10": (it) => ofImages(it, ({ copies }) => copies.flatMap(fills)),
  "5.11": ({ machines, image }) => {
    if (image.build.account === "none") return undefined;
    return ofImages({ machines }, ({ copies }) =>
      copies.flatMap(({ accounts, hostKeys }) => [
        ...when(!accounts.includes("alga"), "There is no alga"),
        ...when(Object.keys(hostKeys).length === 0, "SSH has no host keys"),
      ]));
  },
};

function when(isWrong: boolean, sentence: string): string[] {
  return isWrong ? [sentence] : [];
}

function started({ starts }: Evidence, start: Start): Judgement {
  const wrong = starts[start];
  return wrong === undefined ? undefined : when(wrong !== "", wrong);
}

function withCable({ machines }: Evidence, hasCable: boolean): Judgement {
  const these = Object.entries(machines).filter(([, it]) => it.hasCable === hasCable);
  if (these.length === 0) return undefined;
  return these.flatMap(([name, it]) => when(!it.installed.isMarked, `${name}: it did not come to its end`));
}

function ofMachines(
  { machines }: Pick<Evidence, "machines">,
  judge: (it: MachineEvidence) => string[],
): Judgement {
  const all = Object.entries(machines);
  if (all.length === 0) return undefined;
  return all.flatMap(([name, it]) => judge(it).map((wrong) => `${name}: ${wrong}`));
}

function ofImages(
  { machines }: Pick<Evidence, "machines">,
  judge: (it: ImagesEvidence, machine: MachineEvidence) => string[],
): Judgement {
  const all = Object.entries(machines).flatMap(([name, machine]) =>
    machine.images === undefined ? [] : [{ name, machine, images: machine.images }]
  );
  if (all.length === 0) return undefined;
  return all.flatMap(({ name, machine, images }) =>
    judge(images, machine).map((wrong) => `${name}: ${wrong}`)
  );
}

function fills({ bytes, systemBytes }: DiskFacts): string[] {
  return when(
    systemBytes < bytes - SPARE_BYTES,
    `Its file system has ${systemBytes} of the disk's ${bytes} bytes`,
  );
}

/** What a machine has that must come with its first start only. */
function traces({ machineId, hostKeys, state }: DiskFacts): string[] {
  return [
    ...when(machineId !== "", "The machine's id is there already"),
    ...Object.keys(hostKeys).map((it) => `There is a host key already: ${it}`),
    ...state.map((it) => `The agent has a state already: ${it}`),
  ];
}

/** What two machines have in common that only one may have; and what each must have of its own. */
function shared(machines: readonly DiskFacts[]): string[] {
  const wrong: string[] = [];
  const seen = new Map<string, string>();
  for (const { machineId, token, hostKeys, hasSshServer } of machines) {
    const own = { "/etc/machine-id": machineId, "the token": token };
    if (hasSshServer) {
      wrong.push(...when(Object.keys(hostKeys).length === 0, "A machine has no SSH host keys"));
    }
    for (const [what, value] of Object.entries({ ...own, ...hostKeys })) {
      if (value === "") wrong.push(`A machine has nothing in ${what}`);
      else if (seen.has(value)) wrong.push(`Two machines share ${what}`);
      seen.set(value, what);
    }
  }
  return wrong;
}
