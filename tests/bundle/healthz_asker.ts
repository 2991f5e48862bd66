/// <reference lib="deno.worker" />
/** Asks /healthz without a pause, on a thread of its own: what keeps the test's own thread busy is no wait of the agent's. */

/** One answer. */
export interface Answer {
  /** From the question to the whole answer. */
  waitMs: number;
  /** What the agent's own thread worked meanwhile: others' load on this machine is not in it. */
  workMs: number;
}

/** What is asked of whom; sent once. An answer to any later message are the {@link Answer}s since the last one. */
export interface Asked {
  url: string;
  pid: number;
}

const EVERY_MS = 20;
let answers: Answer[] = [];
let isAsking = false;

self.onmessage = ({ data }: MessageEvent<Asked | "answers">) => {
  if (data !== "answers") {
    isAsking = true;
    return void ask(data);
  }
  self.postMessage(answers);
  answers = [];
};

async function ask({ url, pid }: Asked): Promise<void> {
  while (isAsking) {
    const [askedMs, workedMs] = [performance.now(), workOf(pid)];
    try {
      await (await fetch(`${url}/healthz`)).text();
    } catch {
      return; // it has ended
    }
    answers.push({ waitMs: performance.now() - askedMs, workMs: workOf(pid) - workedMs });
    await new Promise((resolve) => setTimeout(resolve, EVERY_MS));
  }
}

/** Time that the first thread of a process has had a processor, which is the one that runs its program. */
function workOf(pid: number): number {
  return Number(Deno.readTextFileSync(`/proc/${pid}/task/${pid}/schedstat`).split(" ")[0]) / 1e6;
}
