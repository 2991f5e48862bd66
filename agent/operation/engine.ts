import type { Clock } from "../clock.ts";
import { errorText } from "../error.ts";
import type { Host } from "../host/host.ts";
import type { Journal } from "../state/journal.ts";
import { PATHS } from "../state/paths.ts";
import type { Say } from "../text/log_line.ts";
import { createHandle } from "./create_handle.ts";
import { requireKnownFormat } from "./entries.ts";
import type { Engine, OperationView } from "./operation.ts";
import { createOperationCore } from "./create_operation_core.ts";
import type { OperationCore } from "./operation_core.ts";
import { createOperationLock, type LockReply } from "./operation_lock.ts";
import { EFFECT, excludes, MAY_TAKE_OVER, type OperationName } from "./operation_name.ts";

export interface EngineDeps {
  host: Host;
  clock: Clock;
  journal: Journal;
  /** One line for the agent's own log. */
  say?: Say;
}

/** The one engine of every long operation. @throws {AgentError} STATE_NEWER when a newer agent wrote the journal. */
export function createEngine(deps: EngineDeps): Engine {
  const { host, clock, journal } = deps;
  requireKnownFormat(journal.entries());
  const cores = new Map<OperationName, OperationCore<unknown>>();
  const listeners = new Set<(name: OperationName) => void>();
  let isStopping = false;

  function changed(name: OperationName): void {
    for (const listener of listeners) {
      try {
        listener(name);
      } catch (error) {
        deps.say?.("error", `A reader of operation "${name}" failed: ${errorText(error)}`);
      }
    }
  }

  /** Of the operations of this process the table decides; the lock is for other processes. */
  async function takeLock(name: OperationName, by: string): Promise<LockReply> {
    for (const [other, core] of cores) {
      if (other === name || !excludes(name, other) || !core.worker.isWorking()) continue;
      const { status } = core.view().state;
      if (status !== "running" && status !== "failed") {
        await core.worker.ended(); // it is giving its lock back
        continue;
      }
      const makesWay = MAY_TAKE_OVER[name].includes(other) &&
        await core.cutShort("make-way", `${name}, ${by}`);
      if (!makesWay) return { ok: false, ...core.worker.holder() };
    }
    const path = EFFECT[name] === "changes"
      ? PATHS.operationLock
      : `${PATHS.stateDir}/operation-${name}.lock`;
    const reply = await createOperationLock(host, clock, path).take(name, by);
    if (!reply.ok) void resumeAll((it) => it.hasMadeWay());
    return reply;
  }

  async function resumeAll(which: (core: OperationCore<unknown>) => boolean = () => true): Promise<void> {
    if (journal.damage !== undefined) return;
    for (const core of cores.values()) if (which(core)) await core.resume();
  }

  return {
    async add(operation) {
      const { name } = operation;
      if (cores.has(name)) throw new TypeError(`There are two operations "${name}"`);
      const core = await createOperationCore(operation, {
        host,
        clock,
        journal,
        takeLock: (by) => takeLock(name, by),
        changed: () => changed(name),
        say: deps.say ?? (() => {}),
        async dischargeOthers() {
          for (const it of cores.values()) {
            if (it !== core && !it.worker.isWorking()) await it.dischargeOwed();
          }
        },
        onFree: () => void (isStopping || resumeAll((it) => it !== core && it.hasMadeWay())),
      });
      cores.set(name, core as unknown as OperationCore<unknown>);
      return createHandle(core);
    },
    async dischargeOwed() {
      for (const it of cores.values()) await it.dischargeOwed();
    },
    resume: () => resumeAll(),
    async stop() {
      isStopping = true;
      await Promise.all([...cores.values()].map((it) => it.stop()));
    },
    view: (name) => cores.get(name)?.view(),
    current: () => [...cores.values()].map((it) => it.view()).filter(isCurrent),
    subscribe(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
  };
}

function isCurrent({ state, owed }: OperationView): boolean {
  return state.status === "running" || state.status === "blocked" || state.status === "failed" ||
    owed.length > 0;
}
