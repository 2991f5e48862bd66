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

/** Whether a process dies at a line of the journal: nothing of the line on disk, or all of it. */
export type DieAt = (line: string) => "before" | "after" | undefined;

/** The disk as the next process finds it: locks end with their holder. */
export function diskLeftOf(host: FakeHost): FakeHost {
  const copy = new FakeHost();
  copy.nowMs = host.nowMs;
  for (const [path, file] of host.files) if (!path.endsWith(".lock")) copy.files.set(path, file);
  return copy;
}

/** After `limit` effects, or at a line of its journal, nothing of the process reaches disk or cluster. */
export function startMortalProcess(
  host: FakeHost,
  kube: KubeClient,
  limit: number,
  dieAt: DieAt = () => undefined,
): MortalProcess {
  let effects = 0;
  const isDead = () => effects >= limit || ++effects > limit;
  Object.defineProperty(host, "writeError", {
    configurable: true,
    get: () => isDead() ? "the process is dead" : undefined,
  });
  const die = () => void (effects = limit = 0);
  const append = host.appendFile.bind(host);
  host.appendFile = async (path, line, options) => {
    const moment = path === PATHS.journal ? dieAt(line) : undefined;
    if (moment === "before") die();
    await append(path, line, options);
    if (moment === undefined) return;
    die();
    throw new Error("the process is dead");
  };
  return {
    kube: mortal(kube, isDead),
    effects: () => effects,
    die,
    diskLeft: () => diskLeftOf(host),
  };
}

/** A client whose writes end with its process. */
function mortal(kube: KubeClient, isDead: () => boolean): KubeClient {
  return new Proxy(kube, {
    get(target, name) {
      const value = Reflect.get(target, name);
      if (typeof value !== "function") return value;
      const isWrite = ["apply", "patch", "create", "delete"].includes(String(name));
      return (...args: unknown[]) =>
        isWrite && isDead() ? Promise.reject(new Error("the process is dead")) : value.apply(target, args);
    },
  });
}
