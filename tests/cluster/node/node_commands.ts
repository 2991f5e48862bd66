import { parseArgs } from "node:util";
import { nodeRequirements } from "./node_requirements.ts";
import { NODE_FOLDER_PREFIX } from "./private_namespace.ts";
import { REGISTRY_URL, startNode } from "./real_node.ts";

export const NODE_USAGE = `deno task cluster up [--name NAME] [--by-agent] [--flux] [--json]
                                start a node that lives until "down"; --by-agent leaves Kubernetes to an agent's k3s step,
                                --flux loads the images of Flux's controllers
deno task cluster status [--json]                  nodes that run
deno task cluster down [--name NAME]               end one, or all of them`;

/** What is written down about a node that was started by hand. */
interface NodeNote {
  name: string;
  pid: number;
  kubeconfig: string;
  root: string;
  nodeAddress: string;
  registry: string;
  /** Registry as this machine reaches it. */
  pushUrl: string;
  agentArgs: string[];
  /** Process 1 inside: `nsenter --target PID --net --mount --pid` leads there. */
  namespacePid: number;
  timingsMs: Record<string, number>;
}

/** In the folder of the node itself, which goes with it: a killed keeper leaves no note. */
const NOTE = "by-hand.json";

const START_TIMEOUT_SEC = 180;

/** `up`, `status` and `down`; `keep` is what `up` leaves running. @returns the exit code */
export async function runNodeCommand(command: string, args: string[]): Promise<number> {
  const { values } = parseArgs({
    args,
    options: {
      name: { type: "string" },
      "by-agent": { type: "boolean", default: false },
      flux: { type: "boolean", default: false },
      json: { type: "boolean", default: false },
    },
  });
  if (values.name !== undefined && !/^[a-z0-9-]{1,32}$/.test(values.name)) {
    console.error("A name has small letters, digits and dashes");
    return 2;
  }
  switch (command) {
    case "up":
      return await up(args, values);
    case "keep":
      await keep(values.name ?? "", { byAgent: values["by-agent"], flux: values.flux });
      return 0;
    case "down":
      return await down(values.name);
    default: {
      const notes = await readNotes();
      if (values.json) console.log(JSON.stringify(notes));
      else if (notes.length === 0) console.log("No node runs");
      for (const note of values.json ? [] : notes) print(note);
      return 0;
    }
  }
}

async function up(args: string[], options: { name?: string | undefined; json: boolean }): Promise<number> {
  const requirements = await nodeRequirements();
  if (!requirements.ok) {
    console.error(`A node cannot run here: ${requirements.reason}`);
    return 1;
  }
  const taken = (await readNotes()).map((it) => it.name);
  const name = options.name ?? freeName(taken);
  if (taken.includes(name)) {
    console.error(`There is a node "${name}" already`);
    return 1;
  }
  const rest = args.filter((it, i) => it !== "--json" && it !== "--name" && args[i - 1] !== "--name");
  const keeper = new Deno.Command(Deno.execPath(), {
    args: [
      ...["run", "-A", "--quiet", new URL("../cluster.ts", import.meta.url).pathname],
      ...["keep", "--name", name, ...rest],
    ],
    stdin: "null",
    stdout: "null",
    stderr: "piped",
    detached: true,
  }).spawn();
  const said = new Response(keeper.stderr).text();
  let ended = false;
  void keeper.status.then(() => ended = true);
  for (let i = 0; i < START_TIMEOUT_SEC * 10 && !ended; i++) {
    const note = (await readNotes()).find((it) => it.name === name);
    if (note) {
      if (options.json) console.log(JSON.stringify(note));
      else print(note);
      Deno.exit(0); // the keeper goes on without us
    }
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  if (!ended) keeper.kill("SIGKILL");
  console.error(`The node did not start: ${await said}`);
  return 1;
}

async function keep(name: string, options: { byAgent: boolean; flux: boolean }): Promise<void> {
  const end = Promise.withResolvers<void>();
  for (const signal of ["SIGTERM", "SIGINT"] as const) Deno.addSignalListener(signal, () => end.resolve());
  const node = await startNode({ kubernetes: options.byAgent ? "by-agent" : "now", flux: options.flux });
  const note: NodeNote = {
    name,
    pid: Deno.pid,
    kubeconfig: node.kubeconfigPath,
    root: node.root,
    nodeAddress: node.nodeAddress,
    registry: REGISTRY_URL,
    pushUrl: node.registry.pushUrl,
    agentArgs: node.agentArgs,
    namespacePid: node.namespace.pid,
    timingsMs: node.timings,
  };
  const path = `${node.namespace.dir}/${NOTE}`;
  await Deno.writeTextFile(`${path}.new`, JSON.stringify(note), { mode: 0o600 });
  await Deno.rename(`${path}.new`, path);
  await end.promise;
  await node.stop();
  Deno.exit(0); // what a killed server left behind must not hold us
}

async function down(name: string | undefined): Promise<number> {
  const notes = (await readNotes()).filter((it) => name === undefined || it.name === name);
  if (notes.length === 0) {
    console.error(name === undefined ? "No node runs" : `There is no node "${name}"`);
    return name === undefined ? 0 : 1;
  }
  for (const note of notes) {
    Deno.kill(note.pid, "SIGTERM");
    for (let i = 0; i < 300 && await isKeeper(note.pid); i++) {
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
    console.log(`${note.name} is down`);
  }
  return 0;
}

async function readNotes(): Promise<NodeNote[]> {
  const notes: NodeNote[] = [];
  const temporary = Deno.env.get("TMPDIR") ?? "/tmp";
  for await (const { name } of Deno.readDir(temporary)) {
    if (!name.startsWith(NODE_FOLDER_PREFIX)) continue;
    // Anybody may make a folder of this name there.
    if ((await Deno.stat(`${temporary}/${name}`).catch(() => undefined))?.uid !== Deno.uid()) continue;
    const text = await Deno.readTextFile(`${temporary}/${name}/${NOTE}`).catch(() => undefined);
    if (text === undefined) continue;
    const note: NodeNote = JSON.parse(text);
    if (await isKeeper(note.pid)) notes.push(note);
  }
  return notes.sort((a, b) => a.name < b.name ? -1 : 1);
}

/** A number alone proves nothing: it may be another process's by now. */
async function isKeeper(pid: number): Promise<boolean> {
  const words = (await Deno.readTextFile(`/proc/${pid}/cmdline`).catch(() => "")).split("\0");
  return words.includes("keep") && words.some((it) => it.endsWith("cluster.ts"));
}

function freeName(taken: readonly string[]): string {
  for (let i = 1;; i++) if (!taken.includes(`node-${i}`)) return `node-${i}`;
}

function print(note: NodeNote): void {
  const times = Object.entries(note.timingsMs).map(([what, ms]) => `${what} ${(ms / 1000).toFixed(1)} s`);
  console.log(`${note.name}
  kubeconfig  ${note.kubeconfig}
  registry    ${note.registry} inside, ${note.pushUrl} from here
  root        ${note.root}
  node        ${note.nodeAddress}
  inside      nsenter --target ${note.namespacePid} --net --mount --pid
  agent       alga-agent serve ${note.agentArgs.join(" ")}
  times       ${times.join(", ")}`);
}
