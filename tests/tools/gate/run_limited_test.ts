import assert from "node:assert/strict";
import { runLimited } from "../../../tools/gate/run_limited.ts";

const cwd = Deno.cwd();
/** So long that only a limit ends it. */
const HOURS = "36000";
/** Waits in a script until what runs behind it has become the program that was meant. */
const ONCE_IT_SLEEPS = "while ! grep -qx sleep /proc/$!/comm; do :; done";

Deno.test("runLimited gives exit code and output, and standard input is shut", async () => {
  const shown: string[] = [];
  const { code, stdout, isTimedOut } = await runLimited(["sh", "-c", "cat; echo out; echo err >&2; exit 3"], {
    cwd,
    limitMs: 60_000,
    onText: (it) => shown.push(it),
  });
  assert.deepEqual({ code, stdout, isTimedOut }, { code: 3, stdout: "out\n", isTimedOut: false });
  assert.deepEqual(shown.join("").split("\n").sort(), ["", "err", "out"]);
});

Deno.test("runLimited ends what hangs, even what does not hear", async () => {
  const { isTimedOut, code } = await runLimited(
    ["sh", "-c", `trap "" TERM; sleep ${HOURS}; sleep ${HOURS}`],
    {
      cwd,
      limitMs: 100,
      graceMs: 100,
    },
  );
  assert.equal(isTimedOut, true);
  assert.notEqual(code, 0);
});

Deno.test("runLimited does not wait for a process that was left running, names it and ends it", async () => {
  // In a session of its own and with the pipe still open, as a server that a test has forgotten.
  const script = `setsid sleep ${HOURS} & ${ONCE_IT_SLEEPS}; echo $!`;
  const { code, stdout, leftRunning } = await runLimited(["sh", "-c", script], { cwd, limitMs: 60_000 });
  assert.equal(code, 0);
  assert.equal(leftRunning.length, 1, leftRunning.join());
  assert.match(leftRunning[0] ?? "", new RegExp(`^\\d+ sleep ${HOURS}$`));
  assert.equal(await isAlive(stdout.trim()), false);
});

Deno.test("runLimited ends when a process out of its sight still holds the pipe", async () => {
  // Without the environment it carries no mark. The script ends once that is so.
  const script = `setsid env -i /bin/sleep ${HOURS} & ${ONCE_IT_SLEEPS}; echo $!`;
  const { code, stdout } = await runLimited(["sh", "-c", script], { cwd, limitMs: 60_000, drainMs: 100 });
  assert.equal(code, 0);
  const pid = Number(stdout.trim());
  Deno.kill(pid, "SIGKILL");
});

/** Where the kernel groups processes by session. */
const AUTOGROUP = "/proc/self/autogroup";
const isGrouped = await Deno.readTextFile(AUTOGROUP).then(() => true, () => false);

for (const isPolite of [true, false]) {
  Deno.test(`what is ${isPolite ? "polite gives way, its session too" : "not polite does not"}`, async () => {
    const run = (script: string, isPolite: boolean) =>
      runLimited(["sh", "-c", script], { cwd, limitMs: 60_000, isPolite });
    const own = Number((await run("nice", false)).stdout);
    const niceness = Number((await run("nice", isPolite)).stdout);
    assert.equal(niceness, isPolite ? Math.min(own + 10, 19) : own);
    // It is told of its session once it has begun.
    const session = isGrouped ? (await run(`sleep 0.2; cat ${AUTOGROUP}`, isPolite)).stdout : undefined;
    if (session !== undefined) assert.match(session, isPolite ? / nice 10\n$/ : / nice 0\n$/);
  });
}

Deno.test("runLimited stops at the signal", async () => {
  const stop = new AbortController();
  const { code, isTimedOut } = await runLimited(["sh", "-c", `echo begun; sleep ${HOURS}`], {
    cwd,
    limitMs: 60_000,
    signal: stop.signal,
    onText: () => stop.abort(),
  });
  assert.equal(isTimedOut, false);
  assert.notEqual(code, 0);
});

/** A killed process may still wait for its parent to hear of it: that one is dead. */
async function isAlive(pid: string): Promise<boolean> {
  const stat = await Deno.readTextFile(`/proc/${pid}/stat`).catch(() => undefined);
  return stat !== undefined && !/\) [ZX] /.test(stat);
}
