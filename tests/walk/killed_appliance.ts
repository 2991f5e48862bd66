import assert from "node:assert/strict";
import { KINDS, type KubeObject, type ResourceKind } from "../../k8s/mod.ts";
import type { SetupView } from "../../agent/setup/setup_state.ts";
import type { StatusDocument } from "../../agent/status/document.ts";
import { agentCommand, sampleInputs } from "../simulator/agent_process.ts";
import { keptPort } from "../simulator/free_port.ts";
import { startWorld, type World } from "../simulator/world.ts";
import { until } from "../until.ts";

const STATE_DIR = "/var/lib/alga-appliance";
/** Objects of the agent; all of them are made once. */
const MADE_ONCE: readonly [ResourceKind, string][] = [
  [KINDS.Secret, "msp"],
  [KINDS.Secret, "appliance-system"],
  [KINDS.ConfigMap, "alga-system"],
  [KINDS.Namespace, ""],
  [KINDS.PersistentVolumeClaim, "msp"],
  [KINDS.OCIRepository, "alga-system"],
  [KINDS.Kustomization, "alga-system"],
  [KINDS.HelmRelease, "alga-system"],
  [KINDS.StorageClass, ""],
];

/** When at a write: nothing of it on disk, half of it, all of it. */
export type Moment = "before" | "torn" | "after";

/** What must be the same however often the agent was killed. */
export interface EndState {
  rollup: string;
  steps: string[];
  installState: unknown;
  /** Names of the objects of `MADE_ONCE`. */
  objects: string[];
  namespaces: string[];
  configMaps: Record<string, string>;
  files: Record<string, string>;
  stateFiles: string[];
  installerRuns: number;
  storageProofs: number;
}

/** An appliance whose agent is killed again and again. Dies with the test process. */
export class KilledAppliance {
  /** Where the last kill struck, for messages. */
  where = "before the first kill";
  isRunning = false;
  #port = keptPort();
  #child: Deno.ChildProcess | undefined;
  #ended = Promise.resolve<{ signal: string | null; said: string }>({ signal: null, said: "" });
  /** "Secret msp/x" → what may never change. */
  #kept = new Map<string, string>();

  constructor(readonly world: World) {}

  /** Runs a body with an appliance in a folder of its own. */
  static async with<T>(speed: number, body: (it: KilledAppliance) => Promise<T>): Promise<T> {
    const root = await Deno.makeTempDir({ prefix: "alga-kill-" });
    const world = await startWorld({ root, timeline: "healthy", speed });
    const appliance = new KilledAppliance(world);
    try {
      return await body(appliance);
    } catch (error) {
      throw new Error(`${appliance.where}: ${error instanceof Error ? error.message : error}`, {
        cause: error,
      });
    } finally {
      await appliance.kill();
      await world.stop();
      await Deno.remove(root, { recursive: true });
    }
  }

  /** Starts the agent and comes back before it listens. `at`: it kills itself at the first of these writes. */
  start(program: string | undefined, at?: { writes: readonly string[]; moment: Moment }): void {
    const victim = new URL("./victim.ts", import.meta.url).pathname;
    const [file, args] = at === undefined
      ? agentCommand(program)
      : [Deno.execPath(), ["run", "-A", "--quiet", "--no-check", victim, at.writes.join(), at.moment]];
    const serve = ["serve", "--listen", `127.0.0.1:${this.#port}`, ...this.world.agentArgs];
    const child = new Deno.Command("setpriv", {
      args: ["--pdeathsig", "KILL", "--", file, ...args, ...serve],
      stdin: "null",
      stdout: "null",
      stderr: "piped",
    }).spawn();
    const said = new Response(child.stderr).text();
    this.isRunning = true;
    this.#ended = child.status.then(async ({ signal }) => {
      this.isRunning = false;
      return { signal, said: await said };
    });
    this.#child = child;
  }

  /** Ends the agent, if it still runs, and gives its last words. */
  async kill(): Promise<{ signal: string | null; said: string }> {
    try {
      this.#child?.kill("SIGKILL");
    } catch {
      // It has ended already.
    }
    return await this.#ended;
  }

  /** Sends the answers until they are in the journal or the agent has ended. */
  async submit(): Promise<void> {
    await until(
      "the answers are in the journal, or the agent has ended",
      async () => {
        if (!this.isRunning || (await this.writes()).includes("setup.requested")) return true;
        await this.#ask("POST", "/api/v1/setup", sampleInputs(this.world)).catch(() => {});
        return false;
      },
      (it) => it,
      120,
    );
  }

  /** Sends other answers until the agent has ended, and asks no more than that. */
  async submitUntilKilled(answers: Record<string, unknown>): Promise<void> {
    await until(
      "the agent has ended",
      async () => {
        await this.#ask("POST", "/api/v1/setup", answers).catch(() => {});
        return this.isRunning;
      },
      (isRunning) => !isRunning,
      120,
    );
  }

  /** Has a failed step tried again now; `false` while that is refused. */
  async retry(): Promise<boolean> {
    return await this.#ask("POST", "/api/v1/setup/retry", {}).then((it) => it.status === 202, () => false);
  }

  /** The company as the page shows it, as the form would be filled, and as the cluster was told. */
  async companies(): Promise<{ shown: string | undefined; kept: string; told: string }> {
    const view = (await this.#ask("GET", "/api/v1/setup")).body as SetupView;
    const file = await Deno.readTextFile(`${this.world.root}${STATE_DIR}/setup-inputs.json`);
    const secrets = await this.#list(KINDS.Secret, "msp");
    const data = secrets.find((it) => it.metadata.name === "appliance-initial-tenant")?.data as
      | Record<string, string>
      | undefined;
    return {
      shown: view.answers.find((it) => it.field === "tenantName")?.value,
      kept: JSON.parse(file).inputs.tenantName,
      told: atob(data?.INITIAL_TENANT_NAME ?? ""),
    };
  }

  /** "type/step" of every whole line of the journal. */
  async writes(): Promise<string[]> {
    const text = await Deno.readTextFile(`${this.world.root}${STATE_DIR}/journal.jsonl`).catch(() => "");
    return text.split("\n").slice(0, -1).map((line) => {
      const { type, data } = JSON.parse(line);
      return data.stepId === undefined ? type : `${type}/${data.stepId}`;
    });
  }

  /** Whether the derived file tells the end. */
  async saysDone(): Promise<boolean> {
    const path = `${this.world.root}${STATE_DIR}/install-state.json`;
    return (await Deno.readTextFile(path).catch(() => "")).includes('"terminalSuccess": true');
  }

  /** Looks at everything that is made once: what was there at the look before must be the same thing now. */
  async assertKept(): Promise<void> {
    const now = new Map<string, string>();
    for (const [kind, namespace] of MADE_ONCE) {
      for (const it of await this.#list(kind, namespace)) {
        const name = `${kind.kind} ${it.metadata.namespace ?? ""}/${it.metadata.name}`;
        // The first password goes once it has been used, whenever that is.
        const { INITIAL_ADMIN_PASSWORD: _, ...kept } = it.data ?? {};
        const content = kind === KINDS.Secret ? JSON.stringify(kept) : "";
        if (it.metadata.name !== "storage-smoke") now.set(name, `${it.metadata.uid} ${content}`);
      }
    }
    const path = `${this.world.root}${STATE_DIR}/generated-secrets.json`;
    const generated = await Deno.readTextFile(path).catch(() => undefined);
    if (generated !== undefined) now.set("generated-secrets.json", generated);
    for (const [name, before] of this.#kept) {
      assert.equal(now.get(name), before, `${name} is not what it was`);
    }
    this.#kept = now;
  }

  /** Waits for the end and looks at everything. */
  async endState(): Promise<EndState> {
    const setup = await until(
      "setup is done",
      async () => {
        if (!this.isRunning) return { ended: (await this.#ended).said } as unknown as SetupView;
        return (await this.#ask("GET", "/api/v1/setup")).body as SetupView;
      },
      (it) => it.state?.status === "done",
      120,
    );
    const status = await until(
      "all is healthy",
      async () => (await this.#ask("GET", "/api/status")).body as StatusDocument,
      (it) => it.rollup.state === "fully_healthy",
      120,
    );
    await this.assertKept();
    const read = async (path: string) => neutral(await Deno.readTextFile(this.world.root + path));
    const maps = await this.#list(KINDS.ConfigMap, "alga-system");
    // Derived from the journal a moment after its last line.
    const installState = await until(
      "install-state.json tells the end",
      async () => JSON.parse(await read(`${STATE_DIR}/install-state.json`)),
      (it) => it.terminalSuccess === true,
    );
    const { inputs } = JSON.parse(await read(`${STATE_DIR}/setup-inputs.json`));
    return {
      rollup: status.rollup.state,
      steps: setup.steps.map((it) => `${it.id} ${it.status}`),
      installState: { status: installState.status, phase: installState.phase },
      objects: [...this.#kept.keys()].sort(),
      namespaces: (await this.#list(KINDS.Namespace, "")).map((it) => it.metadata.name).sort(),
      configMaps: Object.fromEntries(maps.map((it) => [it.metadata.name, neutral(JSON.stringify(it.data))])),
      files: {
        config: await read("/etc/rancher/k3s/config.yaml"),
        registries: await read("/etc/rancher/k3s/registries.yaml"),
        resolv: await read("/etc/rancher/k3s/resolv.conf"),
        inputs: JSON.stringify(Object.entries(inputs).sort()), // order of keys does not matter
      },
      stateFiles: await this.#stateFiles(),
      installerRuns: (await this.world.commands()).filter((it) => it === "k3s-install.sh").length,
      storageProofs: (await this.writes()).filter((it) => it === "storage.smoke-passed").length,
    };
  }

  async #stateFiles(): Promise<string[]> {
    const names = await Array.fromAsync(Deno.readDir(this.world.root + STATE_DIR), (it) => it.name);
    // Written now and then, not by setup.
    const others = ["status-memory.json", "operation.lock", "audit-head.json"];
    return names.filter((it) => !others.includes(it)).sort();
  }

  async #list(kind: ResourceKind, namespace: string): Promise<KubeObject[]> {
    const kube = this.world.client();
    try {
      const { items } = await kube.list(kind, namespace === "" ? {} : { namespace });
      return [...items];
    } catch {
      return []; // its definition has not been applied yet
    } finally {
      kube.close();
    }
  }

  async #ask(method: string, path: string, body?: unknown): Promise<{ status: number; body: unknown }> {
    const token = (await Deno.readTextFile(`${this.world.root}${STATE_DIR}/setup-token`)).trim();
    const response = await fetch(`http://127.0.0.1:${this.#port}${path}`, {
      method,
      headers: { authorization: `Bearer ${token}`, "content-type": "application/json" },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      signal: AbortSignal.timeout(20_000),
    });
    return { status: response.status, body: await response.json() };
  }
}

/** Without what differs from world to world. */
function neutral(text: string): string {
  return text.replaceAll(/127\.0\.0\.1:\d+|sha256:[0-9a-f]{64}/g, "x");
}
