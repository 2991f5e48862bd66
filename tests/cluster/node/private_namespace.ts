import { endProgram, startProgram } from "../child_process.ts";
import { startCleaner } from "../scratch_folder.ts";

/** What a program inside gave back. */
export interface RunResult {
  code: number;
  stdout: string;
  stderr: string;
}

export interface RunOptions {
  /** Nothing of ours is handed on but PATH, HOME and LANG. */
  env?: Record<string, string>;
  stdin?: string;
}

/**
 * A machine of its own for the programs of a node: network, mounts and process numbers are private, the rest is this machine's.
 * - ends with the process that made it, however that ends;
 * - `/etc` and `/var` are copies on write, `/run` is new;
 * - one link leads out, to {@link hostAddress}, behind which nothing answers but what a test puts there.
 */
export interface PrivateNamespace {
  /** Everything that is written, below the folder for temporary files; it goes with the namespace. */
  dir: string;
  /** Names the folder and the control groups. */
  name: string;
  /** Reached from outside too. */
  nodeAddress: string;
  /** The way out as seen from inside: gateway, name server and registry. Only this machine has it. */
  hostAddress: string;
  /** A second address of the same machine, for a second name server. */
  secondHostAddress: string;
  /** Process 1 inside, as this machine numbers it. */
  pid: number;
  start(argv: readonly [string, ...string[]], options?: RunOptions & { logPath?: string }): Deno.ChildProcess;
  run(argv: readonly [string, ...string[]], options?: RunOptions): Promise<RunResult>;
  /** Like {@link run}. @throws {Error} If it ends with another code than 0. */
  must(argv: readonly [string, ...string[]], options?: RunOptions): Promise<string>;
  close(): Promise<void>;
}

export const NODE_FOLDER_PREFIX = "alga-node-";
/** PATH of what runs inside. */
export const SEARCH_PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";
/** Folders that programs have built in and that need a real disk below them. */
const OWN_FOLDERS = [
  "/var/lib/containerd",
  "/var/lib/kubelet",
  "/var/lib/cni",
  "/var/lib/rancher",
  "/var/log/pods",
  "/var/log/containers",
  "/var/mnt",
];

/** Makes one; `init` is a static program that buries the dead as process 1. Needs root. */
export async function createPrivateNamespace(options: { init: string }): Promise<PrivateNamespace> {
  const temporary = Deno.env.get("TMPDIR") ?? "/tmp";
  const name = `${NODE_FOLDER_PREFIX}${crypto.randomUUID().slice(0, 8)}`;
  const dir = `${temporary}/${name}`;
  const cleaner = await startCleaner(dir);
  let unshare: Deno.ChildProcess | undefined;
  const cleanerHears = cleaner.stdin.getWriter();
  const close = async () => {
    await endProgram(unshare);
    await cleanerHears.close().catch(() => {});
    await cleaner.status;
  };
  try {
    unshare = startProgram("unshare", [
      ...["--net", "--mount", "--pid", "--fork", "--kill-child", "--mount-proc"],
      options.init,
    ]);
    const pid = await childOf(unshare.pid, options.init);
    const number = await linkToHost(pid);
    const link = `alga${number}`;
    await cleanerHears.write(new TextEncoder().encode(link));
    const namespace = inside(pid, { dir, name, number, close });
    await setUpNetwork(namespace, link);
    await setUpMounts(namespace);
    return namespace;
  } catch (error) {
    await close();
    throw error;
  }
}

function inside(
  pid: number,
  { dir, name, number, close }: { dir: string; name: string; number: number; close: () => Promise<void> },
): PrivateNamespace {
  const environment = (env: Record<string, string> = {}) =>
    Object.entries({ PATH: SEARCH_PATH, HOME: "/root", LANG: "C.UTF-8", ...env }).map(([key, value]) =>
      `${key}=${value}`
    );
  const enter = (argv: readonly string[], env?: Record<string, string>) => [
    ...["--target", String(pid), "--net", "--mount", "--pid", "--"],
    // The number of the process that we hold is nsenter's: what it starts must end with it.
    ...["setpriv", "--pdeathsig", "KILL", "env", "-i", ...environment(env), ...argv],
  ];
  const run: PrivateNamespace["run"] = async (argv, { env, stdin } = {}) => {
    const child = new Deno.Command("nsenter", {
      args: enter(argv, env),
      stdin: stdin === undefined ? "null" : "piped",
      stdout: "piped",
      stderr: "piped",
    }).spawn();
    if (stdin !== undefined) {
      const writer = child.stdin.getWriter();
      await writer.write(new TextEncoder().encode(stdin));
      await writer.close();
    }
    const { code, stdout, stderr } = await child.output();
    return { code, stdout: new TextDecoder().decode(stdout), stderr: new TextDecoder().decode(stderr) };
  };
  return {
    dir,
    name,
    pid,
    nodeAddress: `10.41.${number}.1`,
    hostAddress: `10.41.${number}.254`,
    secondHostAddress: `10.41.${number}.253`,
    start: (argv, { env, logPath } = {}) =>
      startProgram("nsenter", enter(argv, env), logPath === undefined ? {} : { logPath }),
    run,
    async must(argv, options) {
      const { code, stdout, stderr } = await run(argv, options);
      if (code !== 0) throw new Error(`"${argv.join(" ")}" ended with ${code}: ${(stderr || stdout).trim()}`);
      return stdout;
    },
    close,
  };
}

async function setUpNetwork(namespace: PrivateNamespace, link: string): Promise<void> {
  const { nodeAddress, hostAddress, secondHostAddress, must } = namespace;
  for (const address of [hostAddress, secondHostAddress]) {
    await onHost("ip", "address", "add", `${address}/24`, "dev", link);
  }
  await onHost("ip", "link", "set", link, "up");
  for (
    const args of [
      ["link", "set", "lo", "up"],
      ["address", "add", `${nodeAddress}/24`, "dev", "eth0"],
      ["link", "set", "eth0", "up"],
      ["route", "add", "default", "via", hostAddress],
    ]
  ) await must(["ip", ...args]);
  await must(["tee", "/proc/sys/net/ipv4/ip_forward"], { stdin: "1" });
  // Pods leave with the node's address; nobody outside knows a way back to theirs.
  await must(["nft", "-f", "-"], {
    stdin: `table ip node {
  chain out {
    type nat hook postrouting priority srcnat;
    oifname "eth0" ip saddr 10.42.0.0/16 masquerade
  }
}
`,
  });
}

async function setUpMounts({ dir, hostAddress, secondHostAddress, must }: PrivateNamespace): Promise<void> {
  for (const path of ["/etc", "/var"]) {
    const layer = `${dir}/layers${path}`;
    await Deno.mkdir(`${layer}/upper`, { recursive: true });
    await Deno.mkdir(`${layer}/work`);
    const overlay = `lowerdir=${path},upperdir=${layer}/upper,workdir=${layer}/work`;
    await must(["mount", "-t", "overlay", "overlay", "-o", overlay, path]);
  }
  for (const path of ["/run", ...OWN_FOLDERS]) {
    await Deno.mkdir(`${dir}/own${path}`, { recursive: true });
    await must(["mkdir", "-p", path]);
    await must(["mount", "--bind", `${dir}/own${path}`, path]);
    // Mounts that the kubelet makes in a volume must be seen in the pods.
    await must(["mount", "--make-rshared", path]);
  }
  await must(["rm", "-f", "/etc/resolv.conf"]); // may lead into the /run that is not there any more
  await must(["tee", "/etc/resolv.conf"], {
    stdin: `nameserver ${hostAddress}\nnameserver ${secondHostAddress}\n`,
  });
}

/**
 * Makes a pair of links from inside, so that both go with the namespace. No other node has the number: the kernel says which
 * names are taken here.
 */
async function linkToHost(pid: number): Promise<number> {
  const start = Math.floor(Math.random() * 250);
  for (let i = 0; i < 250; i++) {
    const number = (start + i) % 250 + 1;
    const { code, stderr } = await new Deno.Command("nsenter", {
      args: [
        ...["--target", String(pid), "--net", "ip", "link", "add", "eth0", "type", "veth"],
        ...["peer", "name", `alga${number}`, "netns", String(Deno.pid)],
      ],
      stdout: "null",
      stderr: "piped",
    }).output();
    if (code === 0) return number;
    const text = new TextDecoder().decode(stderr);
    if (!text.includes("File exists")) throw new Error(`Cannot make a network link: ${text.trim()}`);
  }
  throw new Error("250 nodes run on this machine already");
}

async function onHost(program: string, ...args: string[]): Promise<void> {
  const { code, stderr } = await new Deno.Command(program, { args, stdout: "null", stderr: "piped" })
    .output();
  if (code !== 0) {
    throw new Error(
      `"${program} ${args.join(" ")}" ended with ${code}: ${new TextDecoder().decode(stderr).trim()}`,
    );
  }
}

/** The child of a process once it runs `program`: before that its mounts and its /proc are not yet its own. */
async function childOf(parent: number, program: string): Promise<number> {
  for (let i = 0; i < 500; i++) {
    const children = await Deno.readTextFile(`/proc/${parent}/task/${parent}/children`).catch(() => "");
    const pid = Number(children.trim().split(" ")[0] || 0);
    if (pid > 0 && (await Deno.readTextFile(`/proc/${pid}/cmdline`).catch(() => "")).startsWith(program)) {
      return pid;
    }
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
  throw new Error("The namespace did not come up within 5 s");
}
