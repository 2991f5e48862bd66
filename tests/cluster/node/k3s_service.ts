import { createKubeClient, type KubeClient, parseKubeconfig } from "../../../k8s/mod.ts";
import { PATHS } from "../../../agent/state/paths.ts";
import { COMMAND_LOG } from "../../simulator/sim_host.ts";
import { endInside } from "../child_process.ts";
import { k3sAddons } from "./k3s_addons.ts";
import { createK3sJournal } from "./k3s_journal.ts";
import { fatal, type NodeSettings, readK3sSettings } from "./k3s_settings.ts";
import { isListening, takenPort } from "./listening_ports.ts";
import {
  API_PORT,
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
  /** How long k3s does not heed the end that systemd asks for, where it waits for its list of registries. Default {@link DEAF_MS}. */
  deafMs?: number;
}

const RESTART_MS = 1_000;
/** RestartSec= of the unit. */
const UNIT_RESTART_MS = 5_000;
/** systemd's own limit, after which it kills. */
const DEAF_MS = 90_000;

/** k3s has said its last word, as systemd then sees: an exit by itself. */
class EndedByItself extends Error {
  override readonly name = "EndedByItself";
}

/** Plays systemd for the one unit `k3s`, and k3s itself: obeys the unit, config.yaml and registries.yaml below the root. */
export function createK3sService(options: K3sOptions): K3sService {
  const { namespace, root, folders, logFolder, imageArchive, kubeconfigFor, deafMs = DEAF_MS } = options;
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
  let isDeaf = false;
  /** Restarts by systemd since somebody asked for a start. */
  let restarts = 0;
  /** Orders to the unit so far: a newer one ends what systemd goes on with for the one before. */
  let orders = 0;
  const journal = createK3sJournal(`${root}/var/log/simulator/journal.json`, `${logFolder}/kine.log`);

  async function startPart(part: Part, flags: readonly string[] = []): Promise<void> {
    wanted.add(part);
    if (children.has(part)) return;
    commands ??= await renderParts(namespace, folders, await readSettings());
    const from = part === "kubelet" ? (await log(part)).length : 0;
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
      if (part === "kubelet") void endWithKubelet(from).catch(() => {});
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
  /** The kubelet that finds its port taken ends the process that it is a part of, and systemd starts that again. */
  async function endWithKubelet(from: number): Promise<void> {
    const says = takenPort((await log("kubelet")).slice(from));
    if (says === "") return;
    await dies(says);
    const order = orders;
    queue = queue.then(async () => {
      await endParts();
      await runAgain(order);
    });
  }
  const log = (part: Part) => Deno.readTextFile(`${logFolder}/${part}.log`).catch(() => "");
  async function stopPart(part: Part): Promise<void> {
    wanted.delete(part);
    const child = children.get(part);
    children.delete(part);
    await endInside(child);
  }
  async function endParts(): Promise<void> {
    await Promise.all([...PARTS].reverse().map(stopPart));
  }
  async function stop(): Promise<void> {
    if (isDeaf) {
      await new Promise((resolve) => setTimeout(resolve, deafMs));
      await journal.write("k3s.service: State 'stop-sigterm' timed out. Killing.");
      await journal.write("k3s.service: Main process exited, code=killed, status=9/KILL");
      await journal.write("k3s.service: Failed with result 'timeout'.");
    }
    isDeaf = false;
    await endParts();
  }
  /** Restart=always: what ended by itself is started again, until it stays or somebody orders something else. */
  async function runAgain(order: number): Promise<void> {
    while (order === orders && !ended.signal.aborted) {
      await new Promise((resolve) => setTimeout(resolve, UNIT_RESTART_MS));
      if (order !== orders || ended.signal.aborted) return;
      await journal.write(`k3s.service: Scheduled restart job, restart counter is at ${++restarts}.`);
      try {
        return await restart();
      } catch (error) {
        await note(error);
        if (!(error instanceof EndedByItself)) return;
      }
    }
  }
  /** The agent sees that nothing answers; people who look for why find it here. */
  async function note(error: unknown): Promise<void> {
    await Deno.writeTextFile(`${logFolder}/k3s.log`, `${error}\n`, { append: true }).catch(() => {});
  }
  async function restart(): Promise<void> {
    await stop();
    await checkUnit(root);
    await journal.write("Starting Lightweight Kubernetes...");
    const settings = await readSettings();
    // Nobody else's: ours have ended above.
    if (await isListening(namespace, API_PORT)) {
      throw await dies(
        fatal(`failed to start supervisor listener: listen tcp :${API_PORT}: bind: address already in use`),
      );
    }
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
      if (read.ends) throw await dies(read.says);
      await journal.write(read.says);
      isDeaf = true;
      throw new Error(read.says);
    }
    for (const it of read.warnings) await journal.write(it);
    const { stdout } = await namespace.run(["ip", "route", "show", "default"]);
    if (stdout.trim() === "") {
      throw await dies(
        fatal('Error: no default routes found in "/proc/net/route" or "/proc/net/ipv6_route"'),
      );
    }
    return read.settings;
  }

  async function dies(says: string): Promise<EndedByItself> {
    await journal.write(says);
    await writeEnd();
    return new EndedByItself(says);
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
  async function obey(verb: string, order: number): Promise<void> {
    const isUp = children.size > 0 || isDeaf;
    if (isUp && verb !== "start") await journal.write("Stopping Lightweight Kubernetes...");
    restarts = 0;
    try {
      if (verb === "stop") await stop();
      else if (verb === "restart" || !isUp) await restart();
    } catch (error) {
      await note(error);
      if (error instanceof EndedByItself) await runAgain(order);
    }
  }
  const listening = (async () => {
    let seen = 0;
    while (!ended.signal.aborted) {
      const lines = (await Deno.readTextFile(`${root}${COMMAND_LOG}`).catch(() => "")).split("\n").slice(
        0,
        -1,
      );
      for (const line of lines.slice(seen)) {
        const [, verb] =
          /^systemctl (?:-\S+ )*(start|stop|restart) (?:-\S+ )*k3s(?:\.service)?$/.exec(line) ?? [];
        if (verb === undefined) continue;
        const order = ++orders;
        queue = queue.then(() => obey(verb, order)).catch(note);
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
    log,
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

/** The key of Secrets, made at the first start that asks for it. */
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
