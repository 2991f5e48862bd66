import assert from "node:assert/strict";
import { createKubeClient, KINDS, parseKubeconfig } from "../../k8s/mod.ts";
import { PATHS, SECRET_FILES, STATE_PATHS } from "../../agent/state/paths.ts";
import { signIn } from "../simulator/sign_in.ts";
import { sampleInputs } from "../simulator/agent_process.ts";
import { startWorld, type World } from "../simulator/world.ts";
import { binaryTest } from "./binary_case.ts";
import { run } from "./program.ts";
import { type RunningAgent, startProgram, withAgent } from "./running_agent.ts";
import { until } from "../until.ts";

/** Every file of the state that is read again after a restart. */
const FILES = {
  journal: PATHS.journal,
  installState: PATHS.installState,
  setupInputs: PATHS.setupInputs,
  releaseSelection: PATHS.releaseSelection,
  generatedSecrets: PATHS.generatedSecrets,
  setupToken: PATHS.setupToken,
  sessions: PATHS.sessions,
  statusMemory: PATHS.statusMemory,
} as const;
type FileName = keyof typeof FILES;

/** How a file is spoilt. */
const SPOIL: Readonly<Record<string, (bytes: Uint8Array, other: Uint8Array) => Uint8Array>> = {
  truncated: (bytes) => bytes.subarray(0, Math.floor(bytes.length / 2)),
  empty: () => new Uint8Array(),
  garbage: (bytes) => Uint8Array.from(bytes, (_, i) => (i * 151 + 7) & 0xff),
  swapped: (_, other) => other,
};

const journalKinds = async (root: string) =>
  (await Deno.readTextFile(root + PATHS.journal)).trim().split("\n").map((it) =>
    JSON.parse(it).type as string
  );

/** A finished appliance, kept as a folder to copy. */
async function finishedAppliance(program: string, world: World): Promise<{ cookie: string; token: string }> {
  const agent = await startProgram(program, { root: world.root, args: world.agentArgs });
  try {
    await agent.request("POST", "/api/v1/setup", sampleInputs(world));
    await until(
      "setup is done",
      async () => (await agent.request("GET", "/api/status")).body,
      (it) => it.rollup.state === "fully_healthy",
      90,
    );
    const cookie = await signIn(agent.url, agent.token);
    const token = await agent.token();
    await until(
      "the memory is kept",
      () => Deno.stat(world.root + PATHS.statusMemory).then(() => true),
      Boolean,
    );
    await agent.stop("SIGTERM");
    return { cookie, token };
  } finally {
    await agent.stop();
  }
}

/** What the status says of damaged state; `undefined` when it says nothing. */
async function damageShown(agent: RunningAgent): Promise<string | undefined> {
  const { topBlockers } = (await agent.request("GET", "/api/status")).body;
  const found = topBlockers.find((it: { id: string }) => it.id === "agent.state-damaged");
  return found && JSON.stringify(found);
}

async function isSignedIn(agent: RunningAgent, cookie: string): Promise<boolean> {
  const response = await fetch(`${agent.url}/api/status`, { headers: { cookie } });
  await response.body?.cancel();
  return response.status === 200;
}

await binaryTest(
  "each state file, truncated, empty, garbage or swapped, is said and kept aside; nothing else is lost",
  async (program) => {
    const root = await Deno.makeTempDir({ prefix: "alga-damage-" });
    const world = await startWorld({ root, timeline: "healthy", speed: 60 });
    try {
      const { cookie, token } = await finishedAppliance(program, world);
      const stateDir = `${root}${PATHS.stateDir}`;
      const good = `${root}/good`;
      await new Deno.Command("cp", { args: ["-a", stateDir, good] }).output();
      const kindsBefore = await journalKinds(root);
      const names = Object.keys(FILES) as FileName[];

      for (const [i, name] of names.entries()) {
        for (const [how, spoil] of Object.entries(SPOIL)) {
          const what = `${name}, ${how}`;
          await Deno.remove(stateDir, { recursive: true });
          await new Deno.Command("cp", { args: ["-a", good, stateDir] }).output();
          const bytes = await Deno.readFile(root + FILES[name]);
          const other = await Deno.readFile(root + FILES[names[(i + 3) % names.length] as FileName]);
          const spoilt = spoil(bytes, other);
          await Deno.writeFile(root + FILES[name], spoilt);

          const agent = await startProgram(program, { root, args: world.agentArgs });
          try {
            const aside = [
              ...await Array.fromAsync(Deno.readDir(`${root}${PATHS.damagedDir}`)).catch(() => []),
            ];
            assert.match(agent.output(), /damaged/, `${what}: it does not say so: ${agent.output()}`);
            assert.equal(aside.length, 1, `${what}: ${aside.map((it) => it.name)}`);
            const kept = await Deno.readFile(`${root}${PATHS.damagedDir}/${aside[0]?.name}`);
            if (SECRET_FILES.includes(FILES[name])) {
              assert.match(aside[0]?.name ?? "", /\.note\.json$/, `${what}: a copy with secrets is kept`);
              assert.equal(JSON.parse(new TextDecoder().decode(kept)).sizeBytes, spoilt.length, what);
            } else assert.deepEqual(kept, spoilt, `${what}: the damaged file was changed`);
            for (const secret of [token, "Correct-Horse7!"]) {
              assert.ok(!agent.output().includes(secret), what);
            }

            assert.equal(await agent.token() === token, name !== "setupToken", what);
            assert.equal(
              await isSignedIn(agent, cookie),
              !["sessions", "setupToken", "credential"].includes(name),
              what,
            );
            if (name !== "journal") {
              const kinds = await journalKinds(root);
              assert.deepEqual(
                kinds.slice(0, kindsBefore.length),
                kindsBefore,
                `${what}: the journal lost something`,
              );
              const view = (await agent.request("GET", "/api/v1/setup")).body;
              assert.equal(view.state.status, "done", what);
            }
            assert.equal((await agent.request("GET", "/?live=off")).status, 200, what);
            const damage = await damageShown(agent);
            const named = name === "journal" ? /journal|record of this appliance/ : new RegExp(
              FILES[name].split("/").at(-1) ?? "no name",
            );
            const isShown = damage !== undefined && named.test(damage);
            assert.equal(isShown, true, `${what}: the status says ${damage}`);
          } finally {
            await agent.stop();
          }
        }
      }
    } finally {
      await world.stop();
      await Deno.remove(root, { recursive: true });
    }
  },
);

for (
  const [kind, put] of [
    ["a pipe, socket or device", (path) => new Deno.Command("mkfifo", { args: [path] }).output()],
    ["a folder", (path) => Deno.mkdir(`${path}/inside`, { recursive: true })],
    ["a link", (path) => Deno.symlink("/dev/zero", path)],
  ] as readonly [string, (path: string) => Promise<unknown>][]
) {
  await binaryTest(
    `${kind} where each state file should be is moved aside and told; the agent starts and can be used`,
    (program) =>
      withAgent(program, async (agent) => {
        for (const path of [...STATE_PATHS, PATHS.agentLock]) {
          assert.ok(
            agent.output().includes(`"${path}" was ${kind}, not a file`),
            `${path}: ${agent.output()}`,
          );
          const [folder, name] = [
            path.slice(0, path.lastIndexOf("/")),
            path.slice(path.lastIndexOf("/") + 1),
          ];
          const kept = await Array.fromAsync(Deno.readDir(`${agent.root}${folder}/damaged`), (it) => it.name);
          assert.equal(kept.filter((it) => it.endsWith(`Z-${name}`)).length, 1, `${path}: ${kept}`);
        }
        assert.match(await agent.token(), /^.{35}$/);
        assert.match(
          await damageShown(agent) ?? "",
          /Damaged: journal\.jsonl, [^;]* and \d+ more; what is left/,
        );
        assert.equal((await agent.request("GET", "/?live=off")).status, 200);
        assert.equal((await run(program, ["status", "--root", agent.root])).code, 5);
      }, {
        async prepare(root) {
          for (const path of [...STATE_PATHS, PATHS.agentLock]) {
            await Deno.mkdir(root + path.slice(0, path.lastIndexOf("/")), { recursive: true, mode: 0o750 });
            await put(root + path);
          }
        },
      }),
  );
}

await binaryTest(
  "a state file of a newer agent is left alone, and the start says what to do",
  async (program) => {
    const root = await Deno.makeTempDir({ prefix: "alga-newer-" });
    try {
      await Deno.mkdir(`${root}${PATHS.stateDir}`, { recursive: true });
      const text = '{"schemaVersion":99,"sessions":[]}';
      await Deno.writeTextFile(root + PATHS.sessions, text);
      const { code, stderr } = await run(program, ["serve", "--root", root, "--listen", "127.0.0.1:0"]);
      assert.equal(code, 1);
      assert.match(stderr, /was written by a newer agent/);
      assert.match(stderr, /What to do: Install the newer agent again/);
      assert.equal(await Deno.readTextFile(root + PATHS.sessions), text);
    } finally {
      await Deno.remove(root, { recursive: true });
    }
  },
);

await binaryTest(
  "folders, files and a stale socket with wrong modes are fixed and named",
  (program) =>
    withAgent(program, async (agent) => {
      const mode = async (path: string) => ((await Deno.lstat(agent.root + path)).mode ?? 0) & 0o7777;
      for (const folder of [PATHS.stateDir, PATHS.configDir, PATHS.logDir, PATHS.runDir]) {
        assert.equal(await mode(folder), 0o750, folder);
        assert.match(agent.output(), new RegExp(`"${folder}" had the mode 0777; it is private again`));
      }
      assert.equal(await mode(PATHS.setupToken), 0o600);
      assert.match(
        agent.output(),
        /"\/var\/lib\/alga-appliance\/setup-token" had the mode 0644; it is private again/,
      );
      assert.equal(await agent.token(), TOKEN, "the token itself is good and stays");
      assert.equal(await mode(PATHS.socket), 0o600);
      assert.equal((await run(program, ["status", "--root", agent.root])).code, 5);
    }, {
      async prepare(root) {
        for (const folder of [PATHS.stateDir, PATHS.configDir, PATHS.logDir, PATHS.runDir]) {
          await Deno.mkdir(root + folder, { recursive: true });
          await Deno.chmod(root + folder, 0o777);
        }
        await Deno.writeTextFile(root + PATHS.setupToken, `${TOKEN}\n`, { mode: 0o644 });
        await Deno.writeTextFile(root + PATHS.socket, "left by a crash", { mode: 0o777 });
      },
    }),
);

const TOKEN = "7Q4MX-00000-11111-22222-33333-ABCDE";

await binaryTest(
  "of two agents on one root the second says who is there, and changes nothing",
  (program) =>
    withAgent(program, async (agent) => {
      const before = await Deno.readTextFile(agent.root + PATHS.setupToken);
      const second = await run(program, ["serve", "--root", agent.root, "--listen", "127.0.0.1:0"]);
      assert.equal(second.code, 6);
      assert.match(
        second.stderr,
        new RegExp(
          `^Another agent serves this appliance: process ${agent.pid} on 127\\.0\\.0\\.1:${agent.port}, since `,
        ),
      );
      assert.match(second.stderr, /\nWhat to do: /);
      assert.equal(
        (await run(program, ["status", "--root", agent.root])).code,
        5,
        "the first one's socket is gone",
      );
      assert.equal(await Deno.readTextFile(agent.root + PATHS.setupToken), before);

      const elsewhere = await Deno.makeTempDir({ prefix: "alga-second-" });
      const third = await run(program, ["serve", "--root", elsewhere, "--listen", `127.0.0.1:${agent.port}`]);
      await Deno.remove(elsewhere, { recursive: true });
      assert.equal(third.code, 1);
      assert.match(
        third.stderr,
        /^Cannot listen on 127\.0\.0\.1:\d+: another program uses this port\nWhat to do: Stop it/,
      );

      // A killed one holds nothing.
      await agent.stop("SIGKILL");
      const next = await startProgram(program, { root: agent.root });
      assert.equal((await next.stop("SIGTERM")).code, 0);
    }),
);

await binaryTest(
  "a held operation lock is told by name, a lock file that nobody holds is in nobody's way",
  async (program) => {
    const root = await Deno.makeTempDir({ prefix: "alga-lock-" });
    const world = await startWorld({ root, timeline: "healthy", speed: 60 });
    const agent = await startProgram(program, { root, args: world.agentArgs });
    try {
      await Deno.writeTextFile(root + PATHS.operationLock, "garbage");
      assert.equal((await agent.request("POST", "/api/v1/setup", sampleInputs(world))).status, 202);
      const again = await agent.request("POST", "/api/v1/setup", sampleInputs(world));
      assert.equal(again.status, 409);
      assert.match(again.body.detail, /API 127\.0\.0\.1|company and administrator/);
    } finally {
      await agent.stop();
      await world.stop();
      await Deno.remove(root, { recursive: true });
    }
  },
);

await binaryTest(
  "a journal that was emptied closes setup until somebody decides; another company's answers reach nothing",
  async (program) => {
    const root = await Deno.makeTempDir({ prefix: "alga-emptied-" });
    const world = await startWorld({ root, timeline: "healthy", speed: 60 });
    try {
      await finishedAppliance(program, world);
      await Deno.writeTextFile(root + PATHS.journal, "");
      const agent = await startProgram(program, { root, args: world.agentArgs });
      try {
        const others = { ...sampleInputs(world), tenantName: "Another company", releaseRef: "2.0.0" };
        const refused = await agent.request("POST", "/api/v1/setup", others);
        assert.deepEqual([refused.status, refused.body.reason], [409, "record-damaged"]);
        const record = (await agent.request("GET", "/api/v1/setup/record")).body;
        assert.match(record.facts[0].value, /an installation of Alga, release /);
        const opened = await agent.request("POST", "/api/v1/setup/record", { decision: "open" });
        assert.deepEqual([opened.status, opened.body.reason], [409, "installation-in-use"]);
        const shown = await run(program, ["setup", "--record", "show", "--root", root]);
        assert.equal(shown.code, 3, shown.stderr);
        const kept = await run(program, ["setup", "--record", "keep", "--root", root]);
        assert.equal(kept.code, 0, kept.stderr);
        assert.equal((await agent.request("GET", "/api/v1/setup")).body.state.status, "done");
        assert.equal((await agent.request("POST", "/api/v1/setup", others)).body.reason, "already-done");
      } finally {
        await agent.stop();
      }
    } finally {
      await world.stop();
      await Deno.remove(root, { recursive: true });
    }
  },
);

await binaryTest(
  "with everything of /var/lib/alga-appliance gone, a cluster that holds an installation takes no setup until somebody decides",
  async (program) => {
    const root = await Deno.makeTempDir({ prefix: "alga-gone-" });
    const world = await startWorld({ root, timeline: "healthy", speed: 60 });
    try {
      await finishedAppliance(program, world);
      const before = JSON.stringify(await installedRelease(world));
      for (const folder of [PATHS.stateDir, PATHS.configDir]) {
        await Deno.remove(root + folder, { recursive: true });
      }
      const agent = await startProgram(program, { root, args: world.agentArgs });
      try {
        const others = { ...sampleInputs(world), tenantName: "Another company", releaseRef: "2.0.0" };
        for (const [path, body] of [["/api/v1/setup", others], ["/api/v1/setup/retry", {}]] as const) {
          const refused = await agent.request("POST", path, body);
          assert.deepEqual([refused.status, refused.body.reason], [409, "record-damaged"], path);
        }
        const status = await until(
          "the status knows",
          async () => (await agent.request("GET", "/api/status")).body,
          (it) => it.topBlockers.some((b: { id: string }) => b.id === "agent.state-damaged"),
        );
        assert.notEqual(status.rollup.message, "Not set up yet");
        const page = (await agent.request("GET", "/setup?live=off")).body;
        assert.match(page, /an installation of Alga, release 1\.4\.0/);
        assert.ok(!page.includes('name="tenantName"'), "the form is open");
        assert.equal((await run(program, ["setup", "--record", "open", "--root", root])).code, 1);
        assert.equal((await run(program, ["setup", "--record", "keep", "--root", root])).code, 0);
        assert.equal((await agent.request("POST", "/api/v1/setup", others)).body.reason, "already-done");
        await until(
          "it is as healthy as before",
          async () => (await agent.request("GET", "/api/status")).body.rollup.state,
          (it) => it === "fully_healthy" || it === "ready_to_log_in",
        );
        assert.equal(JSON.stringify(await installedRelease(world)), before);

        const settings = async () => (await agent.request("GET", "/api/v1/settings")).body;
        assert.deepEqual([(await settings()).isSetUp, (await settings()).isLost], [true, true]);
        const set = ["settings", "set", "--root", root];
        const without = await run(program, [...set, "--channel", "stable"]);
        assert.deepEqual([without.code, /Enter the address/.test(without.stderr)], [2, true], without.stderr);
        const again = await run(program, [...set, "--app-url", String(sampleInputs(world).appUrl)]);
        assert.equal(again.code, 0, again.stderr);
        assert.equal((await settings()).isLost, false);
        assert.equal(JSON.stringify(await installedRelease(world)), before);
        assert.equal((await agent.request("GET", "/api/v1/updates")).body.installed.version, "1.4.0");
      } finally {
        await agent.stop();
      }
    } finally {
      await world.stop();
      await Deno.remove(root, { recursive: true });
    }
  },
);

/** What decides which release runs, and for whom. */
async function installedRelease(world: World): Promise<unknown> {
  const kube = createKubeClient(parseKubeconfig(world.api?.kubeconfig ?? ""));
  try {
    return await Promise.all([
      kube.get({ resource: KINDS.ConfigMap, namespace: "alga-system", name: "appliance-release-selection" }),
      kube.get({ resource: KINDS.Secret, namespace: "msp", name: "appliance-initial-tenant" }).then((it) =>
        it?.data?.INITIAL_TENANT_NAME
      ),
    ]);
  } finally {
    kube.close();
  }
}
