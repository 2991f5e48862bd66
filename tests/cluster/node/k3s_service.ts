import { createKubeClient, type KubeClient, parseKubeconfig } from "../../../k8s/mod.ts";
import { PATHS } from "../../../agent/state/paths.ts";
import { COMMAND_LOG } from "../../simulator/sim_host.ts";
import { endInside } from "../child_process.ts";
import { k3sAddons } from "./k3s_addons.ts";
import { createK3sJournal } from "./k3s_journal.ts";
import { fatal, type NodeSettings, readK3sSettings } from "./k3s_settings.ts";
import {
  DATABASE_FOLDER,
  ENCRYPTION_CONFIG,
  type NodeFolders,
  type Part,
  PARTS,
  renderParts,
} from "./node_programs.ts";
import { type PrivateNamespace, SEARCH_PATH } from "./private_namespace.ts";

const UNIT = "/etc/systemd/system/k3s.service";

/** The service `k3s` of an appliance: its parts are Kubernetes' own programs. */
export interface K3sService {
  /** What `systemctl restart k3s` does: pods go on, everything else starts again with the configuration as it is. */
  restart(): Promise<void>;
  stop(): Promise<void>;
  /** `flags`: beside those that it has, until it ends. */
  startPart(part: Part, flags?: readonly string[]): Promise<void>;
  stopPart(part: Part): Promise<void>;
  /** Parts that ended without being told to. */
  lost: Part[];
  /** Parts that run at this moment. */
  running(): Part[];
  log(part: Part): Promise<string>;
  /** Kept when the API answers for the first time. */
  firstReady: Promise<void>;
  /** Milliseconds from the last start to each event. */
  timings: Record<string, number>;
  /** Ends listening to systemctl; the parts end with the namespace. */
  close(): Promise<void>;
}

export interface K3sOptions {
  namespace: PrivateNamespace;
  root: string;
  folders: NodeFolders;
  logFolder: string;
  /** What k3s carries within itself, and what a test loads in advance. */
  imageArchive: string;
  /** Administrator's kubeconfig for a server address. */
  kubeconfigFor: (server: string) => string;
}

const RESTART_MS = 1_000;

/** Plays systemd for the one unit `k3s`, and k3s itself: obeys the unit, config.yaml and registries.yaml below the root. */
export function createK3sService(options: K3sOptions): K3sService {
  const { namespace, root, folders, logFolder, imageArchive, kubeconfigFor } = options;
  const children = new Map<Part, Deno.ChildProcess>();
  const timings: Record<string, number> = {};
  const lost: Part[] = [];
  /** Started and not stopped: one of these that ends is started again. */
  const wanted = new Set<Part>();
  const ended = new AbortController();
  const first = Promise.withResolvers<void>();
  first.promise.catch(() => {}); // nobody may be waiting
  let commands: Record<Part, [string, ...string[]]> | undefined;
  let queue = Promise.resolve();
  let imported = false;
  const journal = createK3sJournal(`${root}/var/log/simulator/journal.json`, `${logFolder}/kine.log`);

  async function startPart(part: Part, flags: readonly string[] = []): Promise<void> {
    wanted.add(part);
    if (children.has(part)) return;
    commands ??= await renderParts(namespace, folders, await readSettings());
    const child = namespace.start([...commands[part], ...flags], {
      logPath: `${logFolder}/${part}.log`,
      env: { PATH: `${folders.bin}:${SEARCH_PATH}` }, // containerd looks its shim up there
    });
    children.set(part, child);
    void child.status.then(() => {
      if (children.get(part) !== child) return;
      children.delete(part);
      if (ended.signal.aborted) return;
      lost.push(part);
      if (part === "kine") void tellEnd().catch(() => {});
      // As the unit says: Restart=always. Of those started together one may end because another was not there yet.
      setTimeout(() => {
        if (!ended.signal.aborted && wanted.has(part)) void startPart(part);
      }, RESTART_MS);
    });
  }
  /** What systemd says of a process that ends by itself. k3s is one; here only its datastore speaks for all. @see systemd src/core/service.c */
  async function tellEnd(): Promise<void> {
    await journal.follow();
    await writeEnd();
    const times = lost.filter((it) => it === "kine").length;
    await journal.write(`k3s.service: Scheduled restart job, restart counter is at ${times}.`);
    await journal.write("Starting Lightweight Kubernetes...");
  }
  async function stopPart(part: Part): Promise<void> {
    wanted.delete(part);
    const child = children.get(part);
    children.delete(part);
    await endInside(child);
  }
  async function stop(): Promise<void> {
    await Promise.all([...PARTS].reverse().map(stopPart));
  }
  async function restart(): Promise<void> {
    await stop();
    await checkUnit(root);
    await journal.write("Starting Lightweight Kubernetes...");
    const settings = await readSettings();
    const startedMs = Date.now();
    const mark = (what: string) => timings[what] = Date.now() - startedMs;
    if (settings.encryptSecrets) await makeEncryptionKey(namespace);
    commands = await renderParts(namespace, folders, settings);
    await namespace.must(["mkdir", "-p", DATABASE_FOLDER]);
    await startPart("kine");
    await startPart("containerd");
    await startPart("kube-apiserver");
    const images = importImages().then(() => mark("images imported"));
    images.catch(() => {}); // heard of below, when the API server is there
    const kube = createKubeClient(parseKubeconfig(kubeconfigFor(`https://${namespace.nodeAddress}:6443`)));
    try {
      await untilTrue(
        "the API server",
        120,
        () => kube.isReady({ timeoutMs: 2_000 }).catch(() => false),
        ended.signal,
      );
      mark("API ready");
      await writeKubeconfig(settings.kubeconfigMode);
      for (const part of PARTS) await startPart(part);
      await images;
      await untilTrue("k3s' own objects", 60, () => applyAddons(kube, settings), ended.signal);
    } finally {
      kube.close();
    }
    first.resolve();
  }

  /** As k3s reads them at its start, with what it says of them. @throws {Error} With its last word, where it does not go on. */
  async function readSettings(): Promise<NodeSettings> {
    const read = await readK3sSettings(root);
    if (!read.ok) {
      await (read.ends ? dies(read.says) : journal.write(read.says));
      throw new Error(read.says);
    }
    for (const it of read.warnings) await journal.write(it);
    const { stdout } = await namespace.run(["ip", "route", "show", "default"]);
    if (stdout.trim() === "") {
      const says = fatal('Error: no default routes found in "/proc/net/route" or "/proc/net/ipv6_route"');
      await dies(says);
      throw new Error(says);
    }
    return read.settings;
  }

  async function dies(says: string): Promise<void> {
    await journal.write(says);
    await writeEnd();
  }

  async function writeEnd(): Promise<void> {
    await journal.write("k3s.service: Main process exited, code=exited, status=1/FAILURE");
    await journal.write("k3s.service: Failed with result 'exit-code'.");
  }

  async function importImages(): Promise<void> {
    const ctr = `${folders.bin}/ctr`;
    await untilTrue(
      "containerd",
      60,
      async () => (await namespace.run([ctr, "version"])).code === 0,
      ended.signal,
    );
    if (imported) return;
    await namespace.must([
      ...[ctr, "--namespace", "k8s.io", "images", "import", "--local"] as const,
      ...["--label", "io.cri-containerd.image=managed", imageArchive],
    ]);
    imported = true;
    await Deno.remove(imageArchive);
  }

  async function writeKubeconfig(mode: number): Promise<void> {
    const path = `${root}${PATHS.kubeconfig}`;
    await Deno.writeTextFile(`${path}.new`, kubeconfigFor("https://127.0.0.1:6443"), { mode });
    await Deno.rename(`${path}.new`, path);
  }

  /** Calls come as lines that the stand-in for systemctl wrote. */
  async function obey(call: string): Promise<void> {
    const [verb, ...words] = call.split(" ").slice(1).filter((it) => !it.startsWith("-"));
    if (!words.includes("k3s") && !words.includes("k3s.service")) return;
    if (verb === "restart" || verb === "start" && children.size === 0) await restart();
    if (verb === "stop") await stop();
  }
  const listening = (async () => {
    let seen = 0;
    while (!ended.signal.aborted) {
      const lines = (await Deno.readTextFile(`${root}${COMMAND_LOG}`).catch(() => "")).split("\n").slice(
        0,
        -1,
      );
      for (const line of lines.slice(seen)) {
        if (!line.startsWith("systemctl ")) continue;
        queue = queue.then(() => obey(line)).catch((error) => {
          // systemd would try again for ever; the agent sees that nothing answers.
          void Deno.writeTextFile(`${logFolder}/k3s.log`, `${error}\n`, { append: true }).catch(() => {});
        });
      }
      seen = lines.length;
      await journal.follow().catch(() => {});
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
  })();

  return {
    restart,
    stop,
    startPart,
    stopPart,
    timings,
    lost,
    firstReady: first.promise,
    running: () => [...children.keys()],
    log: (part) => Deno.readTextFile(`${logFolder}/${part}.log`).catch(() => ""),
    async close() {
      ended.abort();
      first.reject(new Error("The node was stopped before Kubernetes was ready"));
      await listening;
      await Promise.all([...children.values()].map(endInside));
      await queue;
    },
  };
}

/** systemd starts what the unit says; a unit that the installer did not write starts nothing. */
async function checkUnit(root: string): Promise<void> {
  const unit = await Deno.readTextFile(`${root}${UNIT}`).catch(() => "");
  const [, program = "", verb] = /^ExecStart=(\S+) (\S+)/m.exec(unit) ?? [];
  if (program !== `${root}${PATHS.k3sBinary}` || verb !== "server") {
    throw new Error(`k3s.service does not start "k3s server": ${unit}`);
  }
  const { mode } = await Deno.stat(program);
  if (((mode ?? 0) & 0o111) === 0) throw new Error(`"${program}" may not be run`);
}

/** The key of Secrets, made at the first start that asks for it. @see components.md 1.7 */
async function makeEncryptionKey({ must }: PrivateNamespace): Promise<void> {
  const secret = btoa(String.fromCharCode(...crypto.getRandomValues(new Uint8Array(32))));
  const config = {
    kind: "EncryptionConfiguration",
    apiVersion: "apiserver.config.k8s.io/v1",
    resources: [{
      resources: ["secrets"],
      providers: [{ aescbc: { keys: [{ name: "aescbckey", secret }] } }, { identity: {} }],
    }],
  };
  const script = 'umask 077; mkdir -p "${0%/*}"; test -e "$0" || cat > "$0"';
  await must(["sh", "-euc", script, ENCRYPTION_CONFIG], { stdin: JSON.stringify(config) });
}

async function applyAddons(kube: KubeClient, { disabled }: NodeSettings): Promise<boolean> {
  try {
    for (const object of disabled.includes("coredns") ? [] : k3sAddons()) {
      await kube.apply(object, { fieldManager: "k3s", force: true });
    }
    return true;
  } catch {
    return false; // the namespace is not there yet
  }
}

async function untilTrue(
  what: string,
  timeoutSec: number,
  ask: () => Promise<boolean>,
  signal: AbortSignal,
): Promise<void> {
  const deadlineMs = Date.now() + timeoutSec * 1000;
  while (Date.now() < deadlineMs) {
    signal.throwIfAborted();
    if (await ask()) return;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  throw new Error(`Not ready within ${timeoutSec} s: ${what}`);
}
