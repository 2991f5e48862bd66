import { dirname } from "node:path";
import { run } from "./run.ts";

/** What goes into a small initial file system. */
export interface InitrdInput {
  /** Tree of Debian with the kernel's modules. */
  tree: string;
  modules: readonly string[];
  /** Path → text; an executable when it begins with "#!". */
  texts: Readonly<Record<string, string>>;
  /** Path → file of this machine. */
  files?: Readonly<Record<string, string>>;
  /** Programs of this machine, with their libraries. */
  programs?: readonly string[];
  folders: readonly string[];
}

/** Makes one from busybox, modules and what is named. */
export async function makeInitrd(output: string, it: InitrdInput): Promise<void> {
  const dir = await Deno.makeTempDir({ prefix: "alga-initrd-" });
  try {
    for (const name of ["bin", "m", "lib64", ...it.folders]) {
      await Deno.mkdir(`${dir}/${name}`, { recursive: true });
    }
    await Deno.copyFile("/bin/busybox", `${dir}/bin/busybox`);
    for (const name of (await run("busybox", ["--list"])).split("\n")) {
      if (name !== "" && name !== "busybox") await Deno.symlink("busybox", `${dir}/bin/${name}`);
    }
    const put = async (from: string, to: string) => {
      await Deno.mkdir(dirname(`${dir}/${to}`), { recursive: true });
      await Deno.remove(`${dir}/${to}`).catch(() => {}); // an applet of busybox
      await Deno.copyFile(from, `${dir}/${to}`);
    };
    for (const path of it.programs ?? []) {
      await put(path, `bin/${path.slice(path.lastIndexOf("/") + 1)}`);
      for (const [library] of (await run("ldd", [path])).matchAll(/\/\S+/g)) await put(library, library);
    }
    for (const [to, from] of Object.entries(it.files ?? {})) await put(from, to);
    for (const [i, path] of (await modulesOf(it.tree, it.modules)).entries()) {
      await put(path, `m/${String(i).padStart(2, "0")}.ko`);
    }
    for (const [path, text] of Object.entries(it.texts)) {
      await Deno.writeTextFile(`${dir}/${path}`, text);
      if (text.startsWith("#!")) await Deno.chmod(`${dir}/${path}`, 0o755);
    }
    const script = 'cd "$1" && find . | cpio --create --format=newc --quiet | gzip -1 >"$2"';
    await run("sh", ["-c", script, "sh", dir, output]);
  } finally {
    await Deno.remove(dir, { recursive: true });
  }
}

/** Files of modules with what they need, in the order in which they can be loaded. */
async function modulesOf(tree: string, names: readonly string[]): Promise<string[]> {
  const [version = ""] = [...Deno.readDirSync(`${tree}/lib/modules`)].map((it) => it.name);
  const args = ["-d", tree, "-S", version, "--show-depends", "-a", ...names];
  const lines = (await run("modprobe", args)).split("\n");
  return [...new Set(lines.flatMap((it) => it.startsWith("insmod ") ? [it.split(/\s+/)[1] ?? ""] : []))];
}
