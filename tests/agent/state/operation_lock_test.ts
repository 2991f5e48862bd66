import assert from "node:assert/strict";
import { RealHost } from "../../../agent/host/real_host.ts";
import {
  createOperationLock,
  kernelProcesses,
  type ProcessTable,
} from "../../../agent/state/operation_lock.ts";
import { PATHS } from "../../../agent/state/paths.ts";
import { FakeClock } from "../../fakes/fake_clock.ts";
import { FakeHost } from "../../fakes/fake_host.ts";
import { mortalCommand } from "../../mortal_command.ts";
import { until } from "../../until.ts";

function process(pid: number, living: Record<number, string>): ProcessTable {
  return { pid, startMark: (asked) => Promise.resolve(living[asked]) };
}

Deno.test("OperationLock.take() tells the second who holds it and since when", async () => {
  const host = new FakeHost();
  const living = { 1: "a", 2: "b" };
  const first = createOperationLock(host, new FakeClock("2026-01-01T00:00:00.000Z"), process(1, living));
  const second = createOperationLock(host, new FakeClock(), process(2, living));
  const held = await first.take("setup", "browser 192.0.2.7");
  assert.ok(held.ok);
  const refused = { operation: "setup", holder: "browser 192.0.2.7", since: "2026-01-01T00:00:00.000Z" };
  assert.deepEqual(await second.take("update", "console"), { ok: false, ...refused });
  assert.deepEqual(await second.holder(), refused);
  await held.release();
  assert.equal(await second.holder(), undefined);
  assert.ok((await second.take("update", "console")).ok);
});

Deno.test("OperationLock.take() takes over from a dead owner and from a reused pid", async () => {
  for (const later of [{ 2: "b" }, { 1: "other start", 2: "b" }]) {
    const host = new FakeHost();
    await createOperationLock(host, new FakeClock(), process(1, { 1: "a" })).take("setup", "x");
    assert.ok(
      (await createOperationLock(host, new FakeClock(), process(2, later as Record<number, string>)).take(
        "setup",
        "y",
      )).ok,
    );
  }
});

Deno.test("OperationLock.take() replaces a damaged lock file", async () => {
  const host = new FakeHost({ [PATHS.operationLock]: "{" });
  assert.ok((await createOperationLock(host, new FakeClock(), process(1, { 1: "a" })).take("setup", "x")).ok);
});

Deno.test("OperationLock.take() lets exactly one of many through on a real file system", async () => {
  const root = await Deno.makeTempDir();
  try {
    const locks = Array.from({ length: 12 }, () => createOperationLock(new RealHost(root), new FakeClock()));
    const replies = await Promise.all(locks.map((it, i) => it.take("setup", `n${i}`)));
    assert.equal(replies.filter((it) => it.ok).length, 1);
    assert.deepEqual([...Deno.readDirSync(`${root}/var/lib/alga-appliance`)].map((it) => it.name), [
      "operation.lock",
    ]);
  } finally {
    await Deno.remove(root, { recursive: true });
  }
});

Deno.test("kernelProcesses knows this process and no absent one", async () => {
  assert.ok(await kernelProcesses.startMark(Deno.pid));
  assert.equal(await kernelProcesses.startMark(4_194_303), undefined);
});

Deno.test("OperationLock.take() leaves alone the lock that a faster one made of a stale one", async () => {
  const host = new FakeHost();
  const living: Record<number, string> = { 1: "a", 2: "b", 3: "c" };
  assert.ok((await createOperationLock(host, new FakeClock(), process(1, living)).take("setup", "dead")).ok);
  delete living[1];
  // While the slow one looks whether the owner lives, the fast one takes the lock over.
  const fast = createOperationLock(host, new FakeClock(), process(2, living));
  let isFirstLook = true;
  const slow = createOperationLock(host, new FakeClock(), {
    pid: 3,
    async startMark(pid) {
      if (pid === 1 && isFirstLook) {
        isFirstLook = false;
        assert.ok((await fast.take("setup", "fast")).ok);
      }
      return living[pid];
    },
  });
  const reply = await slow.take("setup", "slow");
  assert.ok(!reply.ok && reply.holder === "fast", JSON.stringify(reply));
  assert.equal((await slow.holder())?.holder, "fast");
});

Deno.test("locks at other paths are independent", async () => {
  const host = new FakeHost();
  const living = { 1: "a" };
  const clock = new FakeClock();
  assert.ok((await createOperationLock(host, clock, process(1, living)).take("setup", "x")).ok);
  const other = createOperationLock(host, clock, process(1, living), PATHS.agentLock);
  assert.ok((await other.take("serve", "y")).ok);
  assert.equal((await other.holder())?.holder, "y");
});

Deno.test("kernelProcesses counts a process that ended and was not yet collected as dead", async () => {
  // The child ends when its parent, a shell that might collect it, has become a program that collects nobody.
  const parent = mortalCommand("sh", ["-c", "sleep 1 & echo $!; exec sleep 300"], { stdout: "piped" })
    .spawn();
  try {
    const reader = parent.stdout.getReader();
    const pid = Number(new TextDecoder().decode((await reader.read()).value));
    await reader.cancel();
    await until(
      "the child has ended",
      async () => (await Deno.readTextFile(`/proc/${pid}/stat`)).split(") ")[1]?.[0],
      (it) => it === "Z",
    );
    assert.equal(await kernelProcesses.startMark(pid), undefined);
  } finally {
    parent.kill("SIGKILL");
    await parent.status;
  }
});
