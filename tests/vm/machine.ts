import xterm from "@xterm/headless";
import { mortalCommand } from "../mortal_command.ts";
import { until } from "../until.ts";
import type { Image } from "./image.ts";

/** Translated instruction by instruction, on a machine that others use, too. */
const BOOT_SEC = 400;
const STEP_SEC = 90;

/** A virtual machine, seen over its serial line through a terminal of 80×24. */
export interface Machine {
  /** What stands on the terminal once it is good. */
  shows(what: string, pattern: RegExp, timeoutSec?: number): Promise<string>;
  /** What came over the line once it has this; beyond what still stands on the terminal. */
  says(what: string, pattern: RegExp, timeoutSec?: number): Promise<string>;
  type(text: string): Promise<void>;
  /** Bytes that have come over the line so far. */
  received(): number;
  /** A command in the shell of a login on the serial line; gives what it printed. */
  shell(command: string): Promise<string>;
  /** Waits until the machine has stopped by itself. */
  ends(timeoutSec?: number): Promise<void>;
  /** All that came over the line so far. */
  said(): string;
  isOver(): boolean;
}

/** What a machine is made of, where that matters. */
export interface Hardware {
  /** Chipset, accelerator, processors and memory. */
  power: readonly string[];
  /** Port of this machine's loopback → port there. */
  forward?: { from: number; to: number };
}

/** Small, and translated instruction by instruction: the same on every machine. */
export const TRANSLATED: Hardware = {
  power: [
    ...["-machine", "q35", "-accel", "tcg,thread=multi,tb-size=256", "-cpu", "max", "-smp", "2", "-m", "1G"],
  ],
};

/** What every machine here has; the rest says what it starts from. No way out: what the checks find is the same everywhere. */
function hardwareOf({ power, forward }: Hardware): string[] {
  const hole = forward === undefined ? "" : `,hostfwd=tcp:127.0.0.1:${forward.from}-:${forward.to}`;
  return [
    ...["-nodefaults", "-display", "none", ...power, "-vga", "std", "-device", "virtio-rng-pci"],
    ...["-netdev", `user,id=n,restrict=on${hole}`, "-device", "virtio-net-pci,netdev=n,romfile="],
  ];
}

/** Boots an image for the time of one test, and cuts its power at the end. The disk is left as it was unless it `keepsDisk`. */
export async function withMachine(
  { kernel, initrd, disk }: Image,
  dir: string,
  body: (machine: Machine) => Promise<void>,
  { keepsDisk = false, parameters = "", hardware = TRANSLATED }: {
    keepsDisk?: boolean;
    /** More words for the kernel and systemd. */
    parameters?: string;
    hardware?: Hardware;
  } = {},
): Promise<void> {
  const drive = `id=d,if=none,file=${disk},format=raw,snapshot=${keepsDisk ? "off" : "on"},cache=unsafe`;
  const start = [
    "-kernel",
    kernel,
    "-initrd",
    initrd,
    "-append",
    `root=/dev/vda rw console=tty0 console=ttyS0 ${parameters}`,
  ];
  await withQemu([...start, "-drive", drive, "-device", "virtio-blk-pci,drive=d"], dir, body, hardware);
}

/** Runs a machine that starts from what these arguments say, for the time of one test. */
export async function withQemu(
  args: readonly string[],
  dir: string,
  body: (machine: Machine) => Promise<void>,
  hardware: Hardware = TRANSLATED,
): Promise<void> {
  const socket = `${dir}/serial`;
  await Deno.remove(socket).catch(() => {}); // of a machine before
  const serial = ["-chardev", `socket,id=s,path=${socket},server=on,wait=off`, "-serial", "chardev:s"];
  const child = mortalCommand("qemu-system-x86_64", [...hardwareOf(hardware), ...args, ...serial], {
    stdout: "null",
    stderr: "inherit",
  }).spawn();
  let isOver = false;
  const status = child.status.finally(() => isOver = true);
  let line: Deno.UnixConn | undefined;
  try {
    line = await until("QEMU listens", () => Deno.connect({ transport: "unix", path: socket }), () => true);
    await body(machineOn(line, () => isOver));
  } finally {
    close(line);
    if (!isOver) child.kill("SIGKILL");
    await status;
  }
}

function close(line: Deno.UnixConn | undefined): void {
  try {
    line?.close();
  } catch (error) {
    // It closes by itself when the machine stops.
    if (!(error instanceof Deno.errors.BadResource)) throw error;
  }
}

function machineOn(line: Deno.UnixConn, isOver: () => boolean): Machine {
  const terminal = new xterm.Terminal({ cols: 80, rows: 24, allowProposedApi: true, logLevel: "off" });
  let bytes = 0;
  let said = "";
  void (async () => {
    const decoder = new TextDecoder();
    for await (const chunk of line.readable) {
      bytes += chunk.length;
      said += decoder.decode(chunk, { stream: true });
      terminal.write(chunk);
    }
  })().catch(() => {}); // it ends with the machine
  const { active } = terminal.buffer;
  const screen = () =>
    Array.from({ length: 24 }, (_, i) => active.getLine(active.baseY + i)?.translateToString(true) ?? "")
      .join("\n");
  const type = async (text: string) => {
    // A serial line has a small buffer, and no hand signals here.
    for (const it of text) {
      await line.write(new TextEncoder().encode(it));
      await new Promise((resolve) => setTimeout(resolve, 15));
    }
  };
  let commands = 0;
  return {
    type,
    received: () => bytes,
    said: () => said,
    isOver,
    shows: (what, pattern, timeoutSec = STEP_SEC) =>
      until(what, screen, (it) => pattern.test(it), timeoutSec),
    async says(what, pattern, timeoutSec = STEP_SEC) {
      let found = false;
      // The last lines tell more than the first ones.
      const end = () => said.slice(-2_000);
      await until(what, () => (found ||= pattern.test(said), end()), () => found, timeoutSec);
      return said;
    },
    async ends(timeoutSec = STEP_SEC) {
      await until("the machine stops", isOver, (it) => it, timeoutSec);
    },
    async shell(command) {
      const from = said.length;
      const [begin, end] = [`<${++commands}>`, `@${commands}@`];
      // The marks stand in parts in what is typed, so that its echo is not taken for them.
      await type(`echo "<"${commands}">"; ${command}; echo "@"${commands}"@"\r`);
      const text = await until(
        `"${command}" ends`,
        () => said.slice(from),
        (it) => it.includes(end),
        STEP_SEC,
      );
      return text.slice(text.indexOf(begin) + begin.length, text.indexOf(end)).replaceAll("\r", "");
    },
  };
}

export { BOOT_SEC };
