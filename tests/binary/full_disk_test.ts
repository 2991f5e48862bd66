import assert from "node:assert/strict";
import { PATHS } from "../../agent/state/paths.ts";
import { readJournal } from "../../agent/state/journal.ts";
import { sampleInputs } from "../simulator/agent_process.ts";
import { startWorld, type World } from "../simulator/world.ts";
import { signIn } from "../simulator/sign_in.ts";
import { binaryTest } from "./binary_case.ts";
import { run } from "./program.ts";
import { type RunningAgent, startProgram } from "./running_agent.ts";
import { until } from "../until.ts";

/** Why no disk of our own can be made here. */
async function missing(): Promise<string | undefined> {
  if (Deno.uid() !== 0) return "mounting needs root";
  const dir = await Deno.makeTempDir({ prefix: "alga-mount-" });
  const isMounted = await mount(dir, "64k").then(() => true, () => false);
  if (isMounted) await unmount(dir);
  await Deno.remove(dir, { recursive: true });
  return isMounted ? undefined : "mounting a tmpfs is not allowed here";
}

async function mount(dir: string, size: string): Promise<void> {
  const { success } = await new Deno.Command("mount", {
    args: ["-t", "tmpfs", "-o", `size=${size}`, "alga-test", dir],
    stderr: "null",
  }).output();
  if (!success) throw new Error(`Cannot mount a tmpfs at ${dir}`);
}

async function unmount(dir: string): Promise<void> {
  // Lazily: a process that is just ending may still hold a file.
  await new Deno.Command("umount", { args: ["--lazy", dir], stderr: "null" }).output();
}

/** A world whose state lies on a small disk of its own. */
async function onSmallDisk(
  body: (
    world: World,
    disk: { fill(): Promise<void>; free(): Promise<void>; makeReadOnly(isOn: boolean): Promise<void> },
  ) => Promise<void>,
  folder: string = PATHS.stateDir,
) {
  const root = await Deno.makeTempDir({ prefix: "alga-full-" });
  const folderOnDisk = root + folder;
  await Deno.mkdir(folderOnDisk, { recursive: true });
  await mount(folderOnDisk, "1m");
  const world = await startWorld({ root, timeline: "healthy", speed: 10 });
  const ballast = `${folderOnDisk}/ballast`;
  try {
    await body(world, {
      async fill() {
        using file = await Deno.open(ballast, { write: true, create: true, append: true });
        const block = new Uint8Array(4096);
        try {
          for (;;) await file.write(block);
        } catch (error) {
          assert.match(String(error), /No space left/);
        }
      },
      free: () => Deno.remove(ballast),
      async makeReadOnly(isOn) {
        const args = ["-o", `remount,${isOn ? "ro" : "rw"}`, folderOnDisk];
        // Busy while a file on it is being written.
        await until(
          `mount ${args.join(" ")}`,
          async () => await new Deno.Command("mount", { args }).output(),
          (it) => it.success,
        );
      },
    });
  } finally {
    await world.stop();
    await unmount(folderOnDisk);
    await Deno.remove(root, { recursive: true });
  }
}

async function assertStateWhole(world: World): Promise<void> {
  const dir = `${world.root}/var/lib/alga-appliance`;
  const { problem } = readJournal(await Deno.readTextFile(`${dir}/journal.jsonl`));
  assert.equal(problem, undefined);
  for (const { name } of Deno.readDirSync(dir)) {
    if (name.endsWith(".json")) JSON.parse(await Deno.readTextFile(`${dir}/${name}`));
  }
  const names = () => [...Deno.readDirSync(dir)].map((it) => it.name);
  assert.ok(!names().includes("damaged"));
  await until("no half-written file is left", names, (all) => !all.some((it) => it.endsWith(".tmp")));
}

const setupOf = async (agent: RunningAgent) => (await agent.request("GET", "/api/v1/setup")).body;
const why = await missing();

for (const moment of ["k3s", "values"]) {
  await binaryTest(
    `a disk that fills up at the step ${moment} stops setup with a clear word; freed, it goes on`,
    (program) =>
      onSmallDisk(async (world, disk) => {
        const agent = await startProgram(program, { root: world.root, args: world.agentArgs });
        try {
          const token = await agent.token();
          assert.equal((await agent.request("POST", "/api/v1/setup", sampleInputs(world))).status, 202);
          const journal = `${world.root}/var/lib/alga-appliance/journal.jsonl`;
          await until(`the step ${moment}`, () =>
            Deno.readTextFile(journal), (it) =>
            it.includes(`"stepId":"${moment}"`));
          await disk.fill();
          const view = await until(
            "it says that the disk is full",
            () =>
              setupOf(agent),
            (it) => /disk is full/.test(JSON.stringify([it.state, it.steps])),
          );
          assert.match(JSON.stringify(view.state), /Free disk space|disk is full/);
          assert.equal((await agent.request("GET", "/?live=off")).status, 200);
          await assertStateWhole(world);

          await disk.free();
          // It would go on by itself after a minute; somebody who has made space need not wait.
          assert.equal((await agent.request("POST", "/api/v1/setup/retry", {})).status, 202);
          await until("setup is done", () => setupOf(agent), (it) => it.state.status === "done", 180);
          await assertStateWhole(world);
          assert.equal(await agent.token(), token);
        } finally {
          await agent.stop();
        }
      }),
    why,
  );
}

await binaryTest(
  "a start on a full disk gives a page, and what was under way goes on when there is space",
  (program) =>
    onSmallDisk(async (world, disk) => {
      let agent = await startProgram(program, { root: world.root, args: world.agentArgs });
      try {
        assert.equal((await agent.request("POST", "/api/v1/setup", sampleInputs(world))).status, 202);
        await until("it is under way", () => setupOf(agent), (it) => it.steps[1].status === "done");
        await agent.stop("SIGKILL");
        await disk.fill();
        agent = await startProgram(program, { root: world.root, args: world.agentArgs });
        assert.equal((await agent.request("GET", "/?live=off")).status, 200);
        // A full disk keeps nobody out.
        await signIn(agent.url, agent.token);
        const ready = async () => (await agent.request("GET", "/readyz")).status;
        await until("it says that it is not ready", ready, (it) => it === 503);
        assert.equal((await agent.request("GET", "/healthz")).status, 200, "it lives all the same");
        await assertStateWhole(world);
        await disk.free();
        await until("setup is done", () => setupOf(agent), (it) => it.state.status === "done", 180);
        assert.equal(await ready(), 200);
      } finally {
        await agent.stop();
      }
    }),
  why,
);

await binaryTest(
  "a disk that was full before the very first start gives a page and a token that signs in, kept once there is space",
  (program) =>
    onSmallDisk(async (world, disk) => {
      await disk.fill();
      const agent = await startProgram(program, { root: world.root, args: world.agentArgs });
      try {
        const shown = await run(program, ["token", "show", "--root", world.root]);
        const token = shown.stdout.trim();
        assert.match(token, /^([0-9A-Z]{5}-){5}[0-9A-Z]{5}$/, shown.stderr);
        const cookie = await signIn(agent.url, () => token);
        const page = await fetch(`${agent.url}/setup`, { headers: { cookie } });
        await page.body?.cancel();
        assert.equal(page.status, 200);
        await disk.free();
        const file = `${world.root}/var/lib/alga-appliance/setup-token`;
        const kept = () => Deno.readTextFile(file).then((it) => it.trim(), () => "");
        const later = await until("the token is kept", kept, (it) => it !== "", 60);
        assert.notEqual(later, token, "it turned over with the sign-in");
        assert.equal((await run(program, ["token", "show", "--root", world.root])).stdout.trim(), later);
      } finally {
        await agent.stop();
      }
    }),
  why,
);

await binaryTest(
  "a disk that can only be read stops the first start with its path said once, and keeps nobody out later",
  (program) =>
    onSmallDisk(async (world, disk) => {
      await disk.makeReadOnly(true);
      await assert.rejects(
        startProgram(program, { root: world.root, args: world.agentArgs }),
        ({ message }) => {
          assert.equal(message.match(/"\/var\/lib\/alga-appliance"/g)?.length, 1, message);
          assert.equal(message.match(/Read-only file system/g)?.length, 1, message);
          assert.match(message, /What to do: .*findmnt/);
          return true;
        },
      );
      await disk.makeReadOnly(false);
      const agent = await startProgram(program, { root: world.root, args: world.agentArgs });
      try {
        const token = await agent.token();
        await disk.makeReadOnly(true);
        await signIn(agent.url, () => token);
        assert.equal((await run(program, ["status", "--root", world.root])).code, 5);
      } finally {
        await agent.stop();
      }
    }),
  why,
);

await binaryTest(
  "a full disk is told on every page with what to free, and no longer once there is room",
  (program) =>
    onSmallDisk(async (world, disk) => {
      const agent = await startProgram(program, { root: world.root, args: world.agentArgs });
      try {
        const token = await agent.token();
        const signInPage = async () => await (await fetch(`${agent.url}/login`)).text();
        const problems = async (): Promise<string[]> =>
          (await agent.request("GET", "/api/status")).body.topBlockers.map((it: { id: string }) => it.id);
        assert.doesNotMatch(await signInPage(), /disk of this appliance is full/);
        await disk.fill();
        const cookie = await signIn(agent.url, () => token);
        await until("the status tells it", problems, (it) => it.includes("disk.full"));
        const page = await (await fetch(`${agent.url}/?live=off`, { headers: { cookie } })).text();
        for (const text of [page, await signInPage()]) {
          assert.match(text, /The disk of this appliance is full/);
          assert.match(text, /\/var\/log/);
        }
        await disk.free();
        await until("it is over by itself", problems, (it) => !it.includes("disk.full"));
        assert.doesNotMatch(await signInPage(), /disk of this appliance is full/);
        // What is being written in this moment has a name of its own.
        const left = () =>
          Array.fromAsync(Deno.readDir(`${world.root}/var/lib/alga-appliance`), (it) => it.name);
        await until("nothing lies about", left, (it) => !it.some((name) => /probe|tmp|damaged/.test(name)));
      } finally {
        await agent.stop();
      }
    }),
  why,
);

await binaryTest(
  "a full disk of logs keeps nobody from signing in, and what the audit log misses is told once there is room",
  (program) =>
    onSmallDisk(async (world, disk) => {
      await disk.fill();
      const agent = await startProgram(program, { root: world.root, args: world.agentArgs });
      try {
        await signIn(agent.url, agent.token);
        const told = async () => (await run(program, ["audit", "--root", world.root])).stdout;
        assert.equal(await told(), "");
        await disk.free();
        const said = await until("it tells what is missing", told, (it) => it !== "", 60);
        assert.match(said, /Entries could not be written: agent: 2 in all, since/);
        await signIn(agent.url, agent.token);
        assert.match(await told(), /Signed in/);
      } finally {
        await agent.stop();
      }
    }, PATHS.logDir),
  why,
);
