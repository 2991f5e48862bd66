import { dirname } from "node:path";
import { mortalCommand } from "../mortal_command.ts";
import { prepareScript } from "../../iso/payload/prepare_script.ts";
import { NO_DISK } from "../../iso/autoinstall/autoinstall.ts";

/** A disk as lsblk(8) would list it; its content is a file. */
export interface StubDisk {
  gib: number;
  partitions?: number;
  content?: "zeros" | "bytes" | "ext4";
  readonly?: boolean;
}

/** What a run of a script came to. */
export interface ScriptResult {
  code: number;
  output: string;
  /** The reason that it left. */
  reason: string;
}

/** A live system below a root: its disks are files, lsblk is a stand-in, everything else is real. */
export class ScriptWorld implements AsyncDisposable {
  private constructor(readonly root: string) {}

  static async make(disks: Readonly<Record<string, StubDisk>>, medium = "/dev/sr0"): Promise<ScriptWorld> {
    const root = await Deno.makeTempDir({ prefix: "alga-script-" });
    const world = new ScriptWorld(root);
    for (
      const it of [
        "bin",
        "cdrom/alga",
        "dev",
        "proc",
        "run",
        "target",
        "sys/class/tty/console",
        "var/log/installer",
      ]
    ) {
      await Deno.mkdir(`${root}/${it}`, { recursive: true });
    }
    const list: string[] = ["sr0 rom 0 900000000", "loop0 loop 1 400000000"];
    for (const [name, it] of Object.entries(disks)) {
      list.push(`${name} disk ${it.readonly ? 1 : 0} ${it.gib * 1024 ** 3}`);
      await Deno.writeFile(`${root}/dev/${name}`, new Uint8Array(4 * 1024 ** 2));
      if (it.content === "bytes") await Deno.writeTextFile(`${root}/dev/${name}`, "some data");
      if (it.content === "ext4") await mortalCommand("mke2fs", ["-q", "-F", `${root}/dev/${name}`]).output();
      const parts = Array.from({ length: it.partitions ?? 0 }, (_, i) => `${name}${i + 1}`);
      await world.write(`stub/parts-${name}`, [name, ...parts].join("\n") + "\n");
    }
    await world.write("stub/disks", `${list.join("\n")}\n`);
    await world.write("proc/mounts", `${medium} /cdrom iso9660 ro 0 0\n`);
    await world.write("proc/cmdline", "autoinstall noprompt ---\n");
    await world.write("sys/class/tty/console/active", "tty0 ttyS0\n");
    await world.write("autoinstall.yaml", `storage:\n  path: ${NO_DISK}\n`);
    await world.program("lsblk", LSBLK);
    return world;
  }

  async write(path: string, text: string): Promise<void> {
    const place = `${this.root}/${path}`;
    await Deno.mkdir(dirname(place), { recursive: true });
    await Deno.writeTextFile(place, text);
  }

  async read(path: string): Promise<string> {
    return await Deno.readTextFile(`${this.root}/${path}`);
  }

  async program(name: string, text: string): Promise<void> {
    await this.write(`bin/${name}`, text);
    await Deno.chmod(`${this.root}/bin/${name}`, 0o755);
  }

  /** A payload of one file and the script of this choice, with the sums of both. */
  async payload(choice: Parameters<typeof prepareScript>[0]): Promise<void> {
    await this.write("cdrom/alga/prepare.sh", prepareScript(choice));
    await this.write("cdrom/alga/part", "a part");
    const script = 'cd "$1" && sha256sum prepare.sh part > SHA256SUMS';
    await mortalCommand("sh", ["-c", script, "sh", `${this.root}/cdrom/alga`]).output();
  }

  async run(name: string, shell: readonly string[] = ["dash"]): Promise<ScriptResult> {
    const [program = "", ...args] = shell;
    const { code, stdout, stderr } = await mortalCommand(program, [
      ...args,
      `${this.root}/cdrom/alga/${name}`,
    ], {
      env: { ALGA_ROOT: this.root, PATH: `${this.root}/bin:/usr/sbin:/usr/bin:/sbin:/bin`, LC_ALL: "C" },
      stdout: "piped",
      stderr: "piped",
    }).output();
    const decoder = new TextDecoder();
    const reason = await this.read("run/alga-install-reason").catch(() => "");
    return { code, output: decoder.decode(stdout) + decoder.decode(stderr), reason: reason.trim() };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Deno.remove(this.root, { recursive: true });
  }
}

/** As util-linux's for the three questions that the script asks. */
const LSBLK = `#!/bin/sh
stub=$ALGA_ROOT/stub
case "$*" in
    "-bdnro NAME,TYPE,RO,SIZE") cat "$stub/disks" ;;
    "-nro NAME /dev/"*) cat "$stub/parts-\${3#/dev/}" ;;
    "-nrso NAME /dev/"*) name=\${3#/dev/}; echo "$name"; [ "$name" = "\${name%[0-9]}" ] || echo "\${name%[0-9]}" ;;
    *) echo "lsblk: not known here: $*" >&2; exit 1 ;;
esac
`;
