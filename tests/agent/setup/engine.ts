import { AgentError } from "../../../agent/error.ts";
import type { CheckResult } from "../../../agent/preflight/mod.ts";
import { type RegistryClient } from "../../../agent/registry/registry.ts";
import { RegistryError } from "../../../agent/registry/errors.ts";
import { openConditions } from "../../../agent/operation/conditions.ts";
import { GateClosed } from "../../../agent/operation/gate.ts";
import { createEngine } from "../../../agent/operation/mod.ts";
import { foldSetup } from "../../../agent/setup/fold_setup.ts";
import { createSetupService } from "../../../agent/setup/mod.ts";
import type { SetupInputs } from "../../../agent/setup/inputs/schema.ts";
import type { SetupService } from "../../../agent/setup/setup_service.ts";
import { type SetupState, STEP_IDS, type StepId } from "../../../agent/setup/setup_state.ts";
import type { Step, StepContext } from "../../../agent/setup/step.ts";
import { preflightGate } from "../../../agent/setup/preflight_gate.ts";
import { preflightStep } from "../../../agent/setup/steps/preflight.ts";
import { SETUP_STEPS } from "../../../agent/setup/steps.ts";
import { type Journal, openJournal } from "../../../agent/state/journal.ts";
import { FakeClock } from "../../fakes/fake_clock.ts";
import { FakeHost } from "../../fakes/fake_host.ts";

export const INPUTS: SetupInputs = {
  channel: "stable",
  releaseRef: "",
  appUrl: "https://psa.example.com",
  dnsMode: "system",
  dnsServers: [],
  proxyUrl: "",
  noProxy: "",
  publicNames: "",
  signatures: "warn",
  tenantName: "Example MSP",
  adminFirstName: "Maria",
  adminLastName: "Muster",
  adminEmail: "maria@example.com",
  adminPassword: "Correct-Horse-9!",
};

export const BY = { by: "browser 192.0.2.7" };

/** What outlives the agent's process: the world outside and the orders of the test. */
export interface Surroundings {
  clock: FakeClock;
  /** Which steps are done in the world. */
  world: Set<StepId>;
  /** Every run of a step, in order. */
  runs: StepId[];
  /** What a step does instead of succeeding. */
  trouble: Map<StepId, (context: StepContext) => Promise<void>>;
  /** What the checks find. */
  findings: CheckResult[];
  network: { isUp: boolean; probes: number; closed: number; slow?: Promise<void> };
}

/** An engine with steps of the test's own, on a host in memory. */
export interface Engine extends Surroundings {
  host: FakeHost;
  journal: Journal;
  setup: SetupService;
  state(): SetupState;
  /** As after SIGKILL: the same disk and world, a new process. */
  restart(): Promise<Engine>;
}

export async function startEngine(
  host = new FakeHost(),
  kept: Partial<Surroundings> = {},
): Promise<Engine> {
  const surroundings: Surroundings = {
    clock: new FakeClock(),
    world: new Set(),
    runs: [],
    trouble: new Map(),
    findings: [],
    network: { isUp: true, probes: 0, closed: 0 },
    ...kept,
  };
  const { clock } = surroundings;
  const journal = await openJournal(host, clock);
  const setup = await createSetupService({
    engine: createEngine({ host, clock, journal }),
    host,
    clock,
    journal,
    connectKube: () => Promise.resolve(undefined),
    mirrors: {},
    registryFor: () => probeOnly(surroundings.network),
    agentPort: 8080,
    login: { isReady: () => false, waitingFor: () => "", subscribe: () => () => {} },
    steps: STEP_IDS.map((id) => id === "preflight" ? checksStep(surroundings) : plainStep(id, surroundings)),
  });
  return {
    ...surroundings,
    host,
    journal,
    setup,
    state: () => setup.view().state,
    async restart() {
      host.writeError = "the process is dead";
      void setup.stop();
      const copy = new FakeHost();
      for (const [path, file] of host.files) {
        if (!path.includes("operation.lock")) copy.put(path, file.bytes, file.mode);
      }
      return await startEngine(copy, surroundings);
    },
  };
}

function plainStep(id: StepId, { world, runs, trouble }: Surroundings): Step {
  return {
    ...wordsOf(id),
    look: () => Promise.resolve(world.has(id)),
    async act(context) {
      runs.push(id);
      await trouble.get(id)?.(context);
      world.add(id);
    },
  };
}

/** Id and words of the product's step, but for the title. */
function wordsOf(id: StepId): Pick<Step, "id" | "title" | "failure" | "installState"> {
  const step = SETUP_STEPS.find((it) => it.id === id);
  if (!step) throw new Error(id);
  return { id, title: `Do ${id}`, failure: step.failure, installState: step.installState };
}

/** The product's question, with findings of the test's own. */
function checksStep({ runs, trouble, findings }: Surroundings): Step {
  return {
    ...wordsOf("preflight"),
    look: (context) => preflightStep.look(context),
    async act(context) {
      runs.push("preflight");
      await trouble.get("preflight")?.(context);
      const report = { startedAt: "", finishedAt: "", results: [...findings] };
      await context.journal.append("setup.checked", { report });
      const { acknowledgements } = foldSetup(context.journal.entries());
      const open = openConditions(preflightGate.conditions(report), acknowledgements);
      if (open.length > 0) throw new GateClosed();
    },
  };
}

function probeOnly(network: Surroundings["network"]): RegistryClient {
  return {
    async ping() {
      network.probes++;
      await network.slow;
      if (!network.isUp) throw new RegistryError("tcp", "ghcr.io", "Cannot reach ghcr.io");
      return { status: 200, dateMs: undefined };
    },
    close: () => void network.closed++,
  } as Partial<RegistryClient> as RegistryClient;
}

/** Lets the engine go on until nothing is due. */
export async function settle({ clock }: Pick<Engine, "clock">): Promise<void> {
  for (let i = 0; i < 100; i++) await clock.advance(0);
}

/** Moves the time on to the next attempt and lets it end; `false` when there is none. */
export async function nextAttempt(engine: Engine): Promise<boolean> {
  const state = engine.state();
  if (state.status !== "failed" || state.nextAttemptAt === undefined) return false;
  await engine.clock.advance(Date.parse(state.nextAttemptAt) - engine.clock.nowMs());
  await settle(engine);
  return true;
}

/** Submits the sample answers and waits until the engine rests. */
export async function submitted(
  engine: Engine,
  inputs: Partial<SetupInputs> = {},
  options: { checksOnly?: boolean } = {},
): Promise<Engine> {
  const reply = await engine.setup.submit({ ...INPUTS, ...inputs }, { ...BY, ...options });
  if (!reply.ok) throw new Error(`refused: ${reply.reason}`);
  await settle(engine);
  return engine;
}

export const broken = () => Promise.reject(new AgentError("K3S_FAILED", "k3s did not start"));

/** A step that goes on until the agent stops, as a real one does while it waits. */
export function endless({ signal }: StepContext): Promise<void> {
  return new Promise((_, reject) => signal.addEventListener("abort", () => reject(signal.reason)));
}

export function finding(id: string, overrides: Partial<CheckResult> = {}): CheckResult {
  return {
    id,
    title: id,
    vantage: "agent",
    overridable: true,
    durationMs: 1,
    status: "fail",
    expected: "16 GiB",
    found: "8 GiB",
    remediation: "Give the machine more memory",
    ...overrides,
  };
}
