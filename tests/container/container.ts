import assert from "node:assert/strict";
import { type Run, run as runToEnd } from "../binary/program.ts";
import { mortalCommand } from "../mortal_command.ts";
import { until } from "../until.ts";
import { debianTree } from "../vm/debian_tree.ts";
import { run as runHere } from "../vm/run.ts";
import type { Answer } from "./ask.ts";
import { leaderOf, removeGroup } from "./leader.ts";
import { dhcpTells, layOut, pullCable } from "./surroundings.ts";

/** The network that the container stands in; its switch has number 1. */
export const LAN = "10.77.0";
/** What DHCP gives until {@link Container.giveOut}. */
export const FIRST_ADDRESS = `${LAN}.100`;
/** A boot takes two seconds on a machine that does nothing else. */
const BOOT_SEC = 120;
const folder = new URL(".", import.meta.url).pathname;
const PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";
const ENV = [`PATH=${PATH}`, "HOME=/root", "LANG=C.UTF-8", "TERM=xterm", "SYSTEMD_PAGER=cat", "NO_COLOR=1"];

/** A small Debian under its own systemd: what is done in it, and what is done to it. */
export interface Container {
  /** Runs a program inside, however it ends. */
  run(...words: string[]): Promise<Run>;
  /** Runs a line of shell that must succeed, and gives its output without the white space around it. */
  sh(line: string): Promise<string>;
  /** The words that run a program inside, for whoever starts it himself. */
  inside(...words: string[]): [string, ...string[]];
  /** A request from another machine of its network. */
  ask(request: Request): Promise<Answer>;
  /** From now on DHCP gives this address; the cable is pulled and put in again. */
  giveOut(address: string): Promise<void>;
  /** Does what makes it boot again, and waits for the end of that boot. */
  rebootedBy(act: () => Promise<unknown>): Promise<void>;
  /** All of it is gone in one moment, and starts again from its disk. */
  cut(): Promise<void>;
  /** Ends when the container has ended by itself. */
  ended(): Promise<void>;
}

/** What is asked. */
export interface Request {
  url: string;
  method?: string;
  headers?: Record<string, string>;
  body?: string;
}

let base: Promise<string> | undefined;

/** Debian without a kernel, unpacked once; what containers change lies above it. */
async function unpacked(): Promise<string> {
  const dir = await Deno.makeTempDir({ prefix: "alga-tree-" });
  globalThis.addEventListener("unload", () => Deno.removeSync(dir, { recursive: true }));
  const without = ["./boot", "./lib/modules", "./usr/lib/modules"].map((it) => `--exclude=${it}`);
  await runHere("tar", ["-xf", await debianTree(), "-C", dir, ...without]);
  await Deno.mkdir(`${dir}/var/log/journal`, { recursive: true });
  await Deno.writeTextFile(`${dir}/etc/machine-id`, "");
  await Deno.remove(`${dir}/etc/resolv.conf`).catch(() => {}); // as the tree has it
  await Deno.symlink("../run/systemd/resolve/stub-resolv.conf", `${dir}/etc/resolv.conf`);
  const links = ["systemd-networkd", "systemd-resolved"];
  await runHere("systemctl", ["--root", dir, "--quiet", "enable", ...links]);
  await runHere("systemctl", ["--root", dir, "--quiet", "disable", "systemd-networkd-wait-online"]);
  return dir;
}

/** Boots a container for the time of one test. `files` are there from the beginning: path inside → path here. */
export async function withContainer(
  files: Readonly<Record<string, string>>,
  body: (container: Container) => Promise<void>,
): Promise<void> {
  const tree = await (base ??= unpacked());
  const dir = await Deno.makeTempDir({ prefix: "alga-container-" });
  const name = `alga-${crypto.randomUUID().slice(0, 6)}`; // its links have names of 15 letters at most
  await layOut(`${dir}/changes`, files);
  await dhcpTells(dir, LAN, FIRST_ADDRESS);
  const start = () =>
    mortalCommand("unshare", [
      ...["--mount", "--net", "--pid", "--fork", "--kill-child", "--mount-proc", "--propagation", "private"],
      ...["sh", `${folder}start.sh`, dir, name, tree, LAN],
    ], { stdout: "null", stderr: "inherit" }).spawn();
  let child = start();
  const end = async () => {
    try {
      child.kill("SIGKILL");
    } catch { /* it has ended by itself */ }
    await child.status;
    await removeGroup(name);
  };
  const restart = async () => {
    await end();
    child = start();
  };
  try {
    const outer = () => child.pid;
    const container = containerOn({ name, dir, outer, ended: async () => void await child.status, restart });
    await container.rebootedBy(() => Promise.resolve());
    await body(container);
  } finally {
    await end();
    await Deno.remove(dir, { recursive: true });
  }
}

interface Started {
  name: string;
  dir: string;
  /** Who made the name spaces; its only child is the first process in them. */
  outer(): number;
  ended(): Promise<void>;
  restart(): Promise<void>;
}

function containerOn({ name, dir, outer, ended, restart }: Started): Container {
  let leader: number | undefined;
  const there = async (): Promise<[string, ...string[]]> => {
    const children = await Deno.readTextFile(`/proc/${outer()}/task/${outer()}/children`);
    return ["nsenter", "--target", children.trim(), "--net", "--mount", "--pid"];
  };
  const inside = (...words: string[]): [string, ...string[]] => {
    if (leader === undefined) throw new Error("The container has not booted yet");
    return ["nsenter", "--target", `${leader}`, "--all", "env", "-i", ...ENV, ...words];
  };
  const run = async (...words: string[]) => {
    const [program, ...args] = inside(...words);
    return await runToEnd(program, args);
  };
  const rebootedBy = async (act: () => Promise<unknown>) => {
    const before = leader;
    await act();
    const isNew = (it: number | undefined) => it !== undefined && it !== before;
    leader = await until("it boots", () => leaderOf(name), isNew, BOOT_SEC);
    const state = async () => (await run("systemctl", "is-system-running")).stdout.trim();
    const said = await until("it has booted", state, (it) => /^(running|degraded)$/.test(it), BOOT_SEC);
    assert.equal(said, "running", (await run("systemctl", "--failed")).stdout);
  };
  return {
    run,
    inside,
    ended,
    rebootedBy,
    async sh(line) {
      const { code, stdout, stderr } = await run("sh", "-c", line);
      assert.equal(code, 0, `${line}: ${stdout}${stderr}`);
      return stdout.trim();
    },
    async ask(request) {
      const [program, ...args] = await there();
      const asker = [Deno.execPath(), "run", "-A", "--quiet", `${folder}ask.ts`];
      const stdin = JSON.stringify(request);
      const { code, stdout, stderr } = await runToEnd(program, [...args, ...asker], { stdin });
      assert.equal(code, 0, `${request.url}: ${stderr}`);
      return JSON.parse(stdout);
    },
    async giveOut(address) {
      await dhcpTells(dir, LAN, address);
      const state = async () => (await run("networkctl", "--no-legend", "list", "host0")).stdout;
      const noticed = () => until("the cable is out", state, (it) => it.includes("no-carrier"));
      await pullCable(await there(), { dir, name, noticed });
    },
    cut: () => rebootedBy(restart),
  };
}
