import type { KubeClient } from "../../../k8s/mod.ts";
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

/** After `limit` effects nothing of the process reaches disk or cluster. */
export function startMortalProcess(host: FakeHost, kube: KubeClient, limit: number): MortalProcess {
  let effects = 0;
  const isDead = () => effects >= limit || ++effects > limit;
  Object.defineProperty(host, "writeError", {
    configurable: true,
    get: () => isDead() ? "the process is dead" : undefined,
  });
  return {
    kube: mortal(kube, isDead),
    effects: () => effects,
    die: () => void (effects = limit = 0),
    diskLeft() {
      const copy = new FakeHost();
      copy.nowMs = host.nowMs;
      for (const [path, file] of host.files) if (!path.endsWith(".lock")) copy.files.set(path, file);
      return copy;
    },
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
