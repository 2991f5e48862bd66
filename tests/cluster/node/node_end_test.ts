import { exists } from "../exists.ts";
import assert from "node:assert/strict";
import { endProgram, startProgram } from "../child_process.ts";
import { nodeRequirements } from "./node_requirements.ts";
import { startNode } from "./real_node.ts";
import { until } from "../../until.ts";

const CLUSTER = new URL("../cluster.ts", import.meta.url).pathname;
const RUN_CLUSTER = ["run", "-A", "--quiet", "--no-check", CLUSTER];

const requirements = await nodeRequirements();

function test(name: string, fn: () => Promise<void>): void {
  Deno.test({
    name: requirements.ok ? name : `${name} (skipped: ${requirements.reason})`,
    ignore: !requirements.ok,
    sanitizeOps: false,
    sanitizeResources: false,
    fn,
  });
}

test("of two nodes side by side one is killed with its process and leaves nothing; the other goes on, and ends as clean", async () => {
  const name = `killed-${Deno.pid}`;
  const keeper = startProgram(Deno.execPath(), [...RUN_CLUSTER, "keep", "--name", name]);
  const node = await startNode({ kubernetes: "now" });
  const kube = node.client();
  try {
    const note = await until(
      "the second node is up",
      async () => (await status()).find((it) => it.name === name),
      (it) => it !== undefined,
      120,
    );
    assert.ok(note);
    const dir = note.kubeconfig.slice(0, note.kubeconfig.lastIndexOf("/"));
    assert.equal((await leftovers(dir, note.nodeAddress)).length > 2, true, "there is something to leave");
    await endProgram(keeper);
    await until("nothing is left", () => leftovers(dir, note.nodeAddress), (it) => it.length === 0, 60);
    assert.deepEqual((await status()).filter((it) => it.name === name), []);
    assert.equal(await kube.isReady(), true);
    assert.deepEqual(node.k3s.lost, []);
  } finally {
    await endProgram(keeper);
    kube.close();
    await node.stop();
  }
  assert.deepEqual(await leftovers(node.namespace.dir, node.nodeAddress), []);
});

for (
  const [capability, named] of [["sys_admin", /namespaces/], ["net_admin", /veth devices/]] as const
) {
  test(`a machine on which ${capability} is not allowed is told what it lacks`, async () => {
    const without = ["--bounding-set", `-${capability}`, "--inh-caps", `-${capability}`];
    const args = [...without, Deno.execPath(), ...RUN_CLUSTER, "up"];
    const { code, stderr } = await new Deno.Command("setpriv", { args }).output();
    const text = new TextDecoder().decode(stderr);
    assert.match(text, named);
    assert.match(text, /^A node cannot run here: /);
    assert.equal(code, 1);
  });
}

test("a node that is killed while it starts leaves nothing, whenever that is", async () => {
  const temporary = await Deno.makeTempDir({ prefix: "alga-killed-" });
  try {
    for (const afterMs of [150, 400, 700, 1_200, 2_500, 4_000]) {
      const keeper = startProgram(Deno.execPath(), [...RUN_CLUSTER, "keep", "--name", "killed-early"], {
        env: { TMPDIR: temporary },
      });
      await new Promise((resolve) => setTimeout(resolve, afterMs)); // the moment is what is tested
      const names = [...Deno.readDirSync(temporary)].map((it) => it.name);
      await endProgram(keeper);
      await until(
        `nothing is left of a node that was killed after ${afterMs} ms`,
        async () => [
          ...[...Deno.readDirSync(temporary)].map((it) => it.name),
          ...(await Promise.all(names.map((it) => leftovers(`${temporary}/${it}`)))).flat(),
        ],
        (it) => it.length === 0,
        60,
      );
    }
  } finally {
    await Deno.remove(temporary, { recursive: true });
  }
});

/** What of a node is still there: its folder, control groups, link, and processes that name its folder. */
async function leftovers(dir: string, nodeAddress?: string): Promise<string[]> {
  const found: string[] = [];
  const name = dir.slice(dir.lastIndexOf("/") + 1);
  const there = async (path: string) => {
    if (await exists(path)) found.push(path);
  };
  await there(dir);
  if (nodeAddress) await there(`/sys/class/net/alga${nodeAddress.split(".")[2]}`);
  await there(`/sys/fs/cgroup/${name}`);
  for await (const entry of Deno.readDir("/sys/fs/cgroup")) {
    if (entry.isDirectory) await there(`/sys/fs/cgroup/${entry.name}/${name}`);
  }
  for await (const { name: pid } of Deno.readDir("/proc")) {
    if (!/^\d+$/.test(pid)) continue;
    const words = await Deno.readTextFile(`/proc/${pid}/cmdline`).catch(() => "");
    if (words.includes(dir)) found.push(`process ${pid}: ${words.replaceAll("\0", " ").slice(0, 200)}`);
  }
  if ((await Deno.readTextFile("/proc/self/mounts")).includes(dir)) found.push("a mount");
  return found;
}

async function status(): Promise<{ name: string; kubeconfig: string; nodeAddress: string }[]> {
  const { stdout } = await new Deno.Command(Deno.execPath(), {
    args: [...RUN_CLUSTER, "status", "--json"],
  }).output();
  return JSON.parse(new TextDecoder().decode(stdout));
}
