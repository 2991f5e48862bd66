import assert from "node:assert/strict";
import { forgetPassword } from "../../../agent/setup/initial_password.ts";
import { KINDS, KubeApiError, type KubeClient } from "../../../k8s/mod.ts";
import { inStepWorld, type StepWorld } from "./steps/step_world.ts";

const TENANT = { resource: KINDS.Secret, namespace: "msp", name: "appliance-initial-tenant" };
const JOB = { resource: KINDS.Job, namespace: "msp", name: "alga-core-sebastian-bootstrap" };

/** A cluster that holds the first company, and the agent's care for its password, round by round. */
class Keeper {
  isReady = false;
  said: string[] = [];
  reported: unknown[] = [];
  /** Times that the Secret was asked for, ended. */
  looks = 0;
  #listeners = new Set<() => void>();
  #over = new AbortController();
  #ended: Promise<void>;

  constructor(world: StepWorld, connect: () => Promise<KubeClient | undefined>) {
    this.#ended = forgetPassword({
      login: {
        isReady: () => this.isReady,
        waitingFor: () => "",
        subscribe: (it) => {
          this.#listeners.add(it);
          return () => this.#listeners.delete(it);
        },
      },
      clock: world.clock,
      connectKube: () => (this.looks++, connect()),
      say: (_, text) => this.said.push(text),
      report: (_, error) => this.reported.push(error),
    }, this.#over.signal);
  }
  become(isReady: boolean): void {
    this.isReady = isReady;
    for (const it of [...this.#listeners]) it();
  }
  /** Comes back when another look has begun. */
  async anotherLook(): Promise<void> {
    for (const seen = this.looks; this.looks === seen;) await turn();
  }
  async end(): Promise<number> {
    this.#over.abort();
    await this.#ended;
    return this.#listeners.size;
  }
}

const turn = () => new Promise((resolve) => setTimeout(resolve, 0));

async function withKeeper(
  body: (keeper: Keeper, world: StepWorld, at: { down: unknown }) => Promise<void>,
): Promise<void> {
  await inStepWorld(async (world) => {
    world.reactions.delete("Job");
    await world.kube.create({ apiVersion: "v1", kind: "Namespace", metadata: { name: "msp" } });
    await world.kube.create({
      apiVersion: "v1",
      kind: "Secret",
      metadata: { name: TENANT.name, namespace: "msp" },
      data: {
        INITIAL_ADMIN_EMAIL: btoa("maria@example.com"),
        INITIAL_ADMIN_PASSWORD: btoa("Correct-Horse7!"),
      },
    });
    const at: { down: unknown } = { down: undefined };
    const keeper = new Keeper(
      world,
      () => at.down === undefined ? Promise.resolve(world.kube) : Promise.reject(at.down),
    );
    try {
      await body(keeper, world, at);
    } finally {
      assert.equal(await keeper.end(), 0, "it still listens");
    }
  });
}

async function makeJob({ kube }: StepWorld, type?: "Complete" | "Failed"): Promise<void> {
  await kube.create({
    apiVersion: "batch/v1",
    kind: "Job",
    metadata: { name: JOB.name, namespace: "msp" },
    status: type === undefined ? { active: 1 } : { conditions: [{ type, status: "True" }] },
  });
}

const keys = async ({ kube }: StepWorld) => Object.keys((await kube.get(TENANT))?.data ?? {}).sort();
const gone = async (keeper: Keeper, world: StepWorld) => {
  while (keeper.said.length === 0) await turn();
  assert.deepEqual(await keys(world), ["INITIAL_ADMIN_EMAIL"]);
  assert.doesNotMatch(keeper.said.join(), /Correct-Horse7|Q29ycmVjdC1Ib3JzZTch/);
};

Deno.test("forgetPassword() leaves the password while nobody can log in, and removes it then", async () => {
  await withKeeper(async (keeper, world) => {
    keeper.become(false);
    await turn();
    assert.equal(keeper.looks, 0);
    assert.equal((await keys(world)).length, 2);
    keeper.become(true);
    await gone(keeper, world);
  });
});

for (const job of [undefined, "Failed"] as const) {
  Deno.test(`forgetPassword() waits while the first-time setup may still read it: ${job ?? "at work"}`, async () => {
    await withKeeper(async (keeper, world) => {
      await makeJob(world, job);
      keeper.become(true);
      await keeper.anotherLook();
      await keeper.anotherLook();
      assert.equal((await keys(world)).length, 2);
      // Another attempt takes its place.
      await world.kube.delete(JOB);
      await makeJob(world, "Complete");
      await gone(keeper, world);
    });
  });
}

Deno.test("forgetPassword() tries again after a refusal and after silence; silence is not reported", async () => {
  await withKeeper(async (keeper, world, at) => {
    at.down = new KubeApiError("silent", 0, "Unreachable");
    keeper.become(true);
    await keeper.anotherLook();
    await keeper.anotherLook();
    assert.deepEqual(keeper.reported, []);
    const refusal = new Error("refused");
    at.down = refusal;
    await keeper.anotherLook();
    await keeper.anotherLook();
    assert.equal(keeper.reported[0], refusal);
    at.down = undefined;
    await gone(keeper, world);
  });
});

Deno.test("forgetPassword() looks again when log in comes back, and only then", async () => {
  await withKeeper(async (keeper, world) => {
    keeper.become(true);
    await gone(keeper, world);
    await turn();
    const { looks } = keeper;
    keeper.become(true);
    await turn();
    assert.equal(keeper.looks, looks);
    // A cluster that was made again holds one again.
    await world.kube.patch(TENANT, { data: { INITIAL_ADMIN_PASSWORD: btoa("Other-Horse-8!") } });
    keeper.become(false);
    await turn();
    keeper.become(true);
    while (keeper.said.length < 2) await turn();
    assert.deepEqual(await keys(world), ["INITIAL_ADMIN_EMAIL"]);
  });
});
