import type { Growth } from "./measure.ts";

/** What was found of one pattern; "unending" when it did not come to an end. */
export type Verdict = { growth: Growth | undefined; attacks: number } | "unending";

/** Many times what an innocent pattern takes for all its attacks. */
const PATIENCE_MS = 30_000;

/** Measures patterns one after another in a thread that is ended, and made again, when one does not come to an end. */
export class Measurer {
  #worker: Worker | undefined;

  constructor(readonly patienceMs: number = PATIENCE_MS) {}

  async measure(source: string, flags: string): Promise<Verdict> {
    const worker = this.#worker ??= new Worker(new URL("./worker.ts", import.meta.url), { type: "module" });
    const { promise, resolve, reject } = Promise.withResolvers<Verdict>();
    const timer = setTimeout(() => resolve("unending"), this.patienceMs);
    worker.onmessage = ({ data }) => resolve(data);
    worker.onerror = (event) => {
      event.preventDefault();
      reject(new Error(`/${source}/${flags}: ${event.message}`));
    };
    worker.postMessage({ source, flags });
    try {
      const verdict = await promise;
      if (verdict === "unending") this.close();
      return verdict;
    } finally {
      clearTimeout(timer);
    }
  }

  close(): void {
    this.#worker?.terminate();
    this.#worker = undefined;
  }
}
