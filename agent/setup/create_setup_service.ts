import type { Engine, OperationReply, OperationView } from "../operation/operation.ts";
import type { Journal } from "../state/journal.ts";
import { foldSetup } from "./fold_setup.ts";
import { readDefaults } from "./inputs/defaults.ts";
import { readDraft, writeDraft } from "./inputs/draft.ts";
import { PATHS } from "../state/paths.ts";
import { withoutSecrets } from "./inputs/stored.ts";
import { createReleaseMemory } from "./release_selection.ts";
import { createSetupRecord } from "./setup_record.ts";
import { setupOperation, type SetupOperationDeps } from "./setup_operation.ts";
import type { SetupRefusal, SetupReply, SetupService } from "./setup_service.ts";
import type { SetupView } from "./setup_state.ts";
import { toSetupView } from "./to_setup_view.ts";

/** What setup works with, and the engine that it runs on. */
export interface SetupDeps extends SetupOperationDeps {
  engine: Engine;
  journal: Journal;
}

/** Setup for every face: the engine's words in those of the public contract. */
export async function createSetupService(deps: SetupDeps): Promise<SetupService> {
  const { engine, host, clock, journal } = deps;
  const release = createReleaseMemory(host, clock);
  await release.read();
  const setup = await engine.add(setupOperation(deps, release));
  const listeners = new Set<() => void>();
  const record = createSetupRecord({
    ...deps,
    adopt: (by) => setup.adopt({ by }),
    onTold: () => listeners.forEach((it) => it()),
  });
  engine.subscribe((name) => name === "setup" && listeners.forEach((it) => it()));
  let made: { from: OperationView; view: SetupView } | undefined;

  async function lostRecord(): Promise<SetupRefusal | undefined> {
    const problem = await record.problem();
    return problem === undefined ? undefined : { ok: false, reason: "record-damaged", problem };
  }

  /** Why no run may begin; `undefined` when one may. */
  async function refusal(): Promise<SetupRefusal | undefined> {
    const lost = await lostRecord();
    if (lost) return lost;
    const { state, rows } = foldSetup(journal.entries());
    if (state.status === "done") return { ok: false, reason: "already-done" };
    // Once the cluster holds the first company its data cannot be exchanged by a form; lost answers can be given again.
    return rows.values.status === "done" && setup.inputs()
      ? { ok: false, reason: "already-done" }
      : undefined;
  }

  return {
    view() {
      const from = setup.view();
      if (made?.from !== from) made = { from, view: toSetupView(from, release.current()) };
      return made.view;
    },
    subscribe(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    defaults: () => readDefaults(host),
    given() {
      const inputs = setup.inputs();
      return inputs && withoutSecrets(inputs);
    },
    secrets() {
      const { adminPassword = "", proxyUrl = "" } = setup.inputs() ?? {};
      return { adminPassword, proxyUrl };
    },
    draft: () => readDraft(host, clock),
    keepDraft: (inputs) => writeDraft(host, clock, inputs),
    async submit(given, options) {
      const reply = await refusal() ?? toSetupReply(await setup.start(given, options));
      // What is left of it is only shown before anything was given.
      if (reply.ok) await host.remove(PATHS.setupDraft).catch(() => {});
      return reply;
    },
    async install(options) {
      const inputs = setup.inputs();
      if (foldSetup(journal.entries()).state.status !== "checked") {
        return await refusal() ?? { ok: false, reason: "not-blocked" };
      }
      if (!inputs) return { ok: false, reason: "nothing-submitted" };
      return await refusal() ?? toSetupReply(await setup.start(inputs, options));
    },
    recheck: async (options) => await lostRecord() ?? toSetupReply(await setup.recheck(options)),
    acknowledge: async (checkIds, options) =>
      await lostRecord() ?? toSetupReply(await setup.accept(checkIds, options)),
    retry: async (options) => await lostRecord() ?? toSetupReply(await setup.retry(options)),
    record: record.damage,
    async decideRecord(decision, { by }) {
      if (!await record.decide(decision, by)) return { ok: false, reason: "installation-in-use" };
      await engine.resume();
      return { ok: true };
    },
    resume: engine.resume,
    stop: engine.stop,
  };
}

function toSetupReply(reply: OperationReply): SetupReply {
  if (reply.ok) return reply;
  if (reply.reason === "not-waiting-for-this") return { ok: false, reason: "not-blocked" };
  if (reply.reason === "inputs-refused") return { ok: false, reason: "already-done" };
  return reply;
}
