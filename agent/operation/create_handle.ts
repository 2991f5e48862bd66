import { openConditions } from "./conditions.ts";
import type { InputChange, OperationHandle, OperationReply } from "./operation.ts";
import type { OperationCore } from "./operation_core.ts";

const REFUSED = { ok: false, reason: "not-waiting-for-this" } as const;

/** What a person may ask of an operation, and when it makes sense. */
export function createHandle<Inputs>(core: OperationCore<Inputs>): OperationHandle<Inputs> {
  const { operation, folded, view, worker, record } = core;
  const { gate, policy } = operation;

  /** What a damaged journal tells may be another run's, or only half of one: nothing is done by it. */
  function unlessDamaged<Args extends unknown[]>(ask: (...args: Args) => Promise<OperationReply>) {
    return async (...args: Args): Promise<OperationReply> => {
      const problem = core.damage();
      return problem === undefined ? await ask(...args) : { ok: false, reason: "record-damaged", problem };
    };
  }

  /** A request that stays with the inputs there are. */
  async function goOn(by: string, prepare: () => Promise<unknown>): Promise<OperationReply> {
    if (core.inputs() === undefined) return { ok: false, reason: "nothing-submitted" };
    return await worker.give(by, async () => void await prepare());
  }

  /** What the new inputs mean for a run that has not ended well. */
  function changesTo(given: Inputs): readonly InputChange[] {
    const before = core.inputs();
    const { status } = folded().state;
    if (before === undefined || status === "idle" || status === "done") return [];
    return operation.compare?.(before, given) ?? [];
  }

  const handle: OperationHandle<Inputs> = {
    view,
    inputs: core.inputs,
    plan: core.plan,

    async start(given, { by, checksOnly = false }) {
      const shown = await operation.shown(given);
      const changes = changesTo(given);
      const refused = changes.filter((it) => it.means === "refused");
      if (refused.length > 0) return { ok: false, reason: "inputs-refused", changes: refused };
      const isUnderWay = changes.length > 0 && folded().state.status !== "checked";
      const goesOn = isUnderWay && changes.every((it) => it.means === "may-go-on");
      return await worker.give(by, () =>
        core.request(given, {
          ...shown,
          by,
          checksOnly,
          ...changes.length === 0 ? {} : { changes },
          ...goesOn ? { goesOn } : {},
        }));
    },

    async recheck({ by }) {
      const { status } = folded().state;
      if (status !== "blocked" && status !== "checked") return REFUSED;
      return await goOn(by, () => record("recheck", { by }));
    },

    async accept(checkIds, { by }) {
      const { state, report, accepted } = folded();
      if (state.status !== "blocked" || !gate || report === undefined) return REFUSED;
      const open = openConditions(gate.conditions(report), accepted);
      const reported = gate.ids(report);
      const unknown = checkIds.filter((it) => !reported.includes(it));
      if (unknown.length > 0) {
        return { ok: false, reason: "unknown-checks", checkIds: unknown, known: open.map((it) => it.id) };
      }
      const ids = (mayBeAccepted: boolean) =>
        open.filter((it) => it.mayBeAccepted === mayBeAccepted).map((it) => it.id);
      if (ids(false).length > 0) return { ok: false, reason: "not-overridable", checkIds: ids(false) };
      const left = ids(true).filter((it) => !checkIds.includes(it));
      if (left.length > 0) return { ok: false, reason: "needs-acknowledgement", checkIds: left };
      return await goOn(by, async () => {
        for (const { id, cause } of open) {
          await record("check.acknowledged", { checkId: id, by, found: cause });
        }
      });
    },

    async retry({ by }) {
      if (view().state.status !== "failed" || policy.retry === "never") return REFUSED;
      return await goOn(by, () => record("retried", { by }));
    },

    async adopt({ by }) {
      await record("finished", { by, found: true });
    },

    async cancel({ by }) {
      if (!view().mayCancel) return REFUSED;
      if (worker.isWorking() && view().state.status === "running") {
        const isCut = await core.cutShort("cancel", by);
        return isCut && folded().state.status === "cancelled" ? { ok: true } : REFUSED;
      }
      return await worker.give(by, async () => void await record("cancelled", { by }));
    },
  };
  return {
    ...handle,
    start: unlessDamaged(handle.start),
    recheck: unlessDamaged(handle.recheck),
    accept: unlessDamaged(handle.accept),
    retry: unlessDamaged(handle.retry),
    cancel: unlessDamaged(handle.cancel),
  };
}
