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
  type(text: string): Promise<void>;
  /** Bytes that have come over the line so far. */
  received(): number;
  /** A command in the shell of a login on the serial line; gives what it printed. */
  shell(command: string): Promise<string>;
}

/** Boots an image for the time of one test; the disk is left as it was. */
export async function withMachine(
  { kernel, initrd, disk }: Image,
  dir: string,
  body: (machine: Machine) => Promise<void>,
): Promise<void> {
  const socket = `${dir}/serial`;
  const child = mortalCommand("qemu-system-x86_64", [
    ...["-nodefaults", "-display", "none", "-machine", "q35", "-accel", "tcg,thread=multi,tb-size=256"],
    ...["-cpu", "max", "-smp", "2", "-m", "1G", "-vga", "std", "-kernel", kernel, "-initrd", initrd],
    ...["-append", "root=/dev/vda rw console=tty0 console=ttyS0"],
    ...[
      "-drive",
      `id=d,if=none,file=${disk},format=raw,snapshot=on,cache=unsafe`,
      "-device",
      "virtio-blk-pci,drive=d",
    ],
    // No way out: what the checks find is the same everywhere.
    ...["-netdev", "user,id=n,restrict=on", "-device", "virtio-net-pci,netdev=n,romfile="],
    ...[
      "-device",
      "virtio-rng-pci",
      "-chardev",
      `socket,id=s,path=${socket},server=on,wait=off`,
      "-serial",
      "chardev:s",
    ],
  ], { stdout: "null", stderr: "inherit" }).spawn();
  let line: Deno.UnixConn | undefined;
  try {
    line = await until("QEMU listens", () => Deno.connect({ transport: "unix", path: socket }), () => true);
    await body(machineOn(line));
  } finally {
    line?.close();
    child.kill("SIGKILL");
    await child.status;
  }
}

function machineOn(line: Deno.UnixConn): Machine {
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
    shows: (what, pattern, timeoutSec = STEP_SEC) =>
      until(what, screen, (it) => pattern.test(it), timeoutSec),
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
