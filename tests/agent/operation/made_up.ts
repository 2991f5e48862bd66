import * as z from "zod";
import { createEngine } from "../../../agent/operation/mod.ts";
import { createInputStore } from "../../../agent/operation/input_store.ts";
import type {
  Engine,
  InputChange,
  Operation,
  OperationHandle,
  OperationView,
  Policy,
} from "../../../agent/operation/operation.ts";
import type { OperationName } from "../../../agent/operation/operation_name.ts";
import type { Step, StepTools } from "../../../agent/operation/step.ts";
import { type Journal, openJournal } from "../../../agent/state/journal.ts";
import { FakeClock } from "../../fakes/fake_clock.ts";
import { FakeHost } from "../../fakes/fake_host.ts";

/** What an operation of these tests is asked for. */
export const Wish = z.strictObject({ color: z.string(), size: z.number().default(1) });
export type Wish = z.infer<typeof Wish>;

export interface MadeUpContext extends StepTools {
  wish: Wish;
  world: World;
}
export type MadeUpStep = Step<MadeUpContext>;

/** What is outside of the agent: outlives its process, and is changed through `act` only, so that a dead one changes nothing. */
export class World {
  readonly done = new Set<string>();
  /** What a step has switched off for the time of its work. */
  readonly suspended = new Set<string>();
  /** Every effect in order. */
  readonly effects: string[] = [];
  network = { isUp: true, probes: 0 };
  closed = 0;
  /** How often discharging fails before it works. */
  dischargeFails = 0;
  /** What discharging waits for. */
  dischargeWaits: Promise<void> | undefined;
  /** After so many effects nothing of this process reaches the world. */
  limit = Infinity;

  isDead(): boolean {
    return this.effects.length >= this.limit;
  }

  act(effect: string, change: () => void): void {
    if (this.isDead()) throw new Error("killed");
    this.effects.push(effect);
    change();
    if (this.isDead()) throw new Error("killed");
  }
}

/** A host and a world for one process that is killed: from then on nothing reaches either. */
export function mortal(
  world: World,
  { dieAtWrite = Infinity, dieAtEffect = Infinity }: { dieAtWrite?: number; dieAtEffect?: number },
): FakeHost {
  const host = new FakeHost();
  world.limit = dieAtEffect;
  const push = host.record.push.bind(host.record);
  host.record.push = (...items: string[]) => {
    if (host.record.length + 1 >= dieAtWrite) world.limit = 0;
    if (world.isDead()) throw new Error("killed");
    return push(...items);
  };
  return host;
}

export const BY = { by: "browser 192.0.2.7" };
export const POLICY: Policy = {
  retry: "by-itself",
  firstRetryMs: 15_000,
  longestRetryMs: 300_000,
  maxAttempts: 3,
  needsNetwork: ["network"],
  resume: "by-itself",
};

/** A step that makes a mark in the world. */
export function plain(id: string, more: Partial<MadeUpStep> = {}): MadeUpStep {
  return {
    id,
    title: `Do ${id}`,
    failure: { category: "storage", cannot: `${id} could not be done`, nextAction: `Look at ${id}` },
    look: ({ world }) => Promise.resolve(world.done.has(id)),
    act: ({ world }) => Promise.resolve(world.act(id, () => world.done.add(id))),
    ...more,
  };
}

/** A step that suspends two things before its work and leaves it to the engine to resume them. */
export function suspending(id: string, more: Partial<MadeUpStep> = {}): MadeUpStep {
  return plain(id, {
    async act({ world, owe }) {
      for (const name of ["web", "mail"]) {
        await owe("resume", { name });
        world.act(`suspend ${name}`, () => world.suspended.add(name));
      }
      world.act(id, () => world.done.add(id));
    },
    ...more,
  });
}

/** A step that goes on until it is cut short, as a real one does while it waits. */
export const endless = ({ signal }: StepTools) =>
  new Promise<void>((_, reject) => signal.addEventListener("abort", () => reject(signal.reason)));

export interface MadeUpOptions {
  policy?: Partial<Policy>;
  compare?: (before: Wish, now: Wish) => readonly InputChange[];
  gate?: Operation<Wish, MadeUpContext>["gate"];
}

/** An operation of the test's own steps. */
export function madeUp(
  name: OperationName,
  steps: readonly MadeUpStep[],
  { host, clock, world }: { host: FakeHost; clock: FakeClock; world: World },
  options: MadeUpOptions = {},
): Operation<Wish, MadeUpContext> {
  return {
    name,
    title: `The ${name}`,
    schema: Wish,
    steps,
    ...options.gate ? { gate: options.gate } : {},
    policy: { ...POLICY, ...options.policy },
    store: createInputStore({
      host,
      clock,
      path: `/var/lib/alga-appliance/${name}-inputs.json`,
      shape: Wish,
    }),
    open: (wish) => ({
      context: { wish, world },
      async probeNetwork() {
        world.network.probes++;
        await Promise.resolve();
        if (!world.network.isUp) throw new Error("no network");
      },
      close: () => void world.closed++,
    }),
    shown: ({ color }) => ({ color }),
    dischargers: {
      async resume({ name }) {
        await world.dischargeWaits;
        if (world.dischargeFails-- > 0) throw new Error("the API does not answer");
        world.act(`resume ${name}`, () => world.suspended.delete(String(name)));
      },
    },
    ...options.compare ? { compare: options.compare } : {},
  };
}

/** One process of the agent with operations of the test's own. */
export interface Agent {
  host: FakeHost;
  clock: FakeClock;
  world: World;
  journal: Journal;
  engine: Engine;
  settings: OperationHandle<Wish>;
  /** Any operation that was asked for. */
  handles: Map<OperationName, OperationHandle<Wish>>;
  view(): OperationView;
  types(): string[];
  said: string[];
}

export type Parts = Partial<Pick<Agent, "host" | "clock" | "world">> & {
  steps?: readonly MadeUpStep[];
  options?: MadeUpOptions;
  others?: Partial<Record<OperationName, { steps: readonly MadeUpStep[]; options?: MadeUpOptions }>>;
};

/** Starts an agent whose "settings" has these steps. Nothing is discharged or resumed yet. */
export async function startAgent(parts: Parts = {}): Promise<Agent> {
  const { host = new FakeHost(), clock = new FakeClock(), world = new World() } = parts;
  const journal = await openJournal(host, clock);
  const said: string[] = [];
  const engine = createEngine({ host, clock, journal, say: (level, text) => said.push(`${level}: ${text}`) });
  const handles: Agent["handles"] = new Map();
  const all = {
    settings: { steps: parts.steps ?? [plain("a"), plain("b"), plain("c")], options: parts.options },
    ...parts.others,
  };
  for (const [name, { steps, options }] of Object.entries(all)) {
    const operation = madeUp(name as OperationName, steps, { host, clock, world }, options ?? {});
    handles.set(operation.name, await engine.add(operation));
  }
  const settings = handles.get("settings");
  if (!settings) throw new Error("there are no settings");
  return {
    host,
    clock,
    world,
    journal,
    engine,
    settings,
    handles,
    said,
    view: settings.view,
    types: () => journal.entries().map(({ type, data }) => data.stepId ? `${type}/${data.stepId}` : type),
  };
}

/** As after SIGKILL: the same disk and world, a new process; what is owed is discharged, nothing is resumed yet. */
export async function restarted(agent: Agent, parts: Parts = {}): Promise<Agent> {
  agent.host.writeError = "the process is dead";
  agent.world.limit = 0;
  void agent.engine.stop();
  await settle(agent);
  agent.world.limit = Infinity;
  const host = new FakeHost();
  for (const [path, file] of agent.host.files) {
    if (!path.endsWith(".lock")) host.put(path, file.bytes, file.mode);
  }
  const again = await startAgent({ clock: agent.clock, world: agent.world, ...parts, host });
  await again.engine.dischargeOwed();
  return again;
}

/** Lets the engine go on until nothing is due. */
export async function settle({ clock }: Pick<Agent, "clock">): Promise<void> {
  for (let i = 0; i < 60; i++) await clock.advance(0);
}

/** Asks for a wish and waits until the engine rests. */
export async function wished(agent: Agent, wish: Partial<Wish> = {}): Promise<Agent> {
  const reply = await agent.settings.start({ color: "red", size: 1, ...wish }, BY);
  if (!reply.ok) throw new Error(`refused: ${reply.reason}`);
  await settle(agent);
  return agent;
}
