import type { KubeClient } from "../../../k8s/mod.ts";
import { PATHS } from "../../../agent/state/paths.ts";
import { FakeHost } from "../../fakes/fake_host.ts";

/** One process of the agent, as far as disk and cluster see it. */
export interface MortalProcess {
  /** The cluster, as long as the process lives. */
  kube: KubeClient;
  /** Writes so far, to disk and cluster. */
  effects(): number;
  /** As SIGKILL does. */
  die(): void;
  /** The disk as the next process finds it: locks end with their holder. */
  diskLeft(): FakeHost;
}

/** Whether a process dies at a line of the journal: nothing of the line on disk, half of it, or all of it. */
export type DieAt = (line: string) => "before" | "torn" | "after" | undefined;

/**
 * Whether a process dies when it reaches out, to read or to write: what it asks for does not happen, or happens and is not heard
 * of. A file is written whole or not at all, so there `after` is as `before`.
 */
export type DieWhen = () => "before" | "after" | undefined;

/** The disk as the next process finds it: locks end with their holder. */
export function diskLeftOf(host: FakeHost): FakeHost {
  const copy = new FakeHost();
  copy.nowMs = host.nowMs;
  for (const [path, file] of host.files) if (!path.endsWith(".lock")) copy.files.set(path, file);
  return copy;
}

/**
 * After `limit` effects, at a line of its journal, or when it reaches out, nothing of the process reaches disk or cluster any more.
 * `writeError` of the host stays the disk's own.
 */
export function startMortalProcess(
  host: FakeHost,
  kube: KubeClient,
  limit: number,
  { dieAt = () => undefined, dieWhen = () => undefined }: { dieAt?: DieAt; dieWhen?: DieWhen } = {},
): MortalProcess {
  let effects = 0;
  let diskError: string | undefined;
  const isDead = () => effects >= limit || ++effects > limit;
  const die = () => void (effects = limit = 0);
  Object.defineProperty(host, "writeError", {
    configurable: true,
    get: () => {
      if (effects < limit && dieWhen() !== undefined) die();
      return isDead() ? "the process is dead" : diskError;
    },
    set: (problem: string | undefined) => diskError = problem,
  });
  const append = host.appendFile.bind(host);
  host.appendFile = async (path, line, options) => {
    const moment = path === PATHS.journal ? dieAt(line) : undefined;
    if (moment === "before") die();
    await append(path, moment === "torn" ? line.slice(0, line.length / 2) : line, options);
    if (moment === undefined) return;
    die();
    throw new Error("the process is dead");
  };
  return {
    kube: mortal(kube, { isDead, die, dieWhen: () => effects < limit ? dieWhen() : undefined }),
    effects: () => effects,
    die,
    diskLeft: () => diskLeftOf(host),
  };
}

const WRITES = ["apply", "patch", "create", "delete"];
const CALLS = [...WRITES, "get", "list"];

/** A client whose writes end with its process. */
function mortal(
  kube: KubeClient,
  { isDead, die, dieWhen }: { isDead: () => boolean; die: () => void; dieWhen: DieWhen },
): KubeClient {
  return new Proxy(kube, {
    get(target, name) {
      const value = Reflect.get(target, name);
      if (typeof value !== "function") return value;
      if (!CALLS.includes(String(name))) return value.bind(target);
      const isWrite = WRITES.includes(String(name));
      return async (...args: unknown[]) => {
        const moment = dieWhen();
        if (moment === "before") die();
        if (isWrite && isDead()) throw new Error("the process is dead");
        const answer = await value.apply(target, args);
        if (moment === "after") die();
        return answer;
      };
    },
  });
}
