import assert from "node:assert/strict";
import { RealHost } from "../../../agent/host/real_host.ts";
import { createOperationLock } from "../../../agent/operation/operation_lock.ts";
import { PATHS } from "../../../agent/state/paths.ts";
import { FakeClock } from "../../fakes/fake_clock.ts";
import { FakeHost } from "../../fakes/fake_host.ts";
import { mortalCommand } from "../../mortal_command.ts";

Deno.test("OperationLock.take() tells the second who holds it and since when", async () => {
  const host = new FakeHost();
  const first = createOperationLock(host, new FakeClock("2026-01-01T00:00:00.000Z"));
  const second = createOperationLock(host, new FakeClock());
  const held = await first.take("setup", "browser 192.0.2.7");
  assert.ok(held.ok);
  const refused = { operation: "setup", holder: "browser 192.0.2.7", since: "2026-01-01T00:00:00.000Z" };
  assert.deepEqual(await second.take("update", "console"), { ok: false, ...refused });
  await held.release();
  assert.ok((await second.take("update", "console")).ok);
});

Deno.test("OperationLock.take() minds no file that nobody holds, whatever it says", async () => {
  const left = JSON.stringify({ operation: "setup", holder: "dead", since: "noon" });
  for (const text of ["{", "", left]) {
    const host = new FakeHost({ [PATHS.operationLock]: text });
    assert.ok((await createOperationLock(host, new FakeClock()).take("setup", "x")).ok, text);
  }
});

Deno.test("locks at other paths are independent", async () => {
  const host = new FakeHost();
  const clock = new FakeClock();
  assert.ok((await createOperationLock(host, clock).take("setup", "x")).ok);
  assert.ok((await createOperationLock(host, clock, PATHS.agentLock).take("serve", "y")).ok);
});

// Who cannot have the lock gives up a wait that ends only some time after the lock was given back: in the next test.
const LEAVES_WAITS = { sanitizeOps: false, sanitizeResources: false } as const;

Deno.test(
  "OperationLock.take() lets exactly one of many through on a real file system",
  LEAVES_WAITS,
  async () => {
    const root = await Deno.makeTempDir();
    try {
      const locks = Array.from(
        { length: 12 },
        () => createOperationLock(new RealHost(root), new FakeClock()),
      );
      const replies = await Promise.all(locks.map((it, i) => it.take("setup", `n${i}`)));
      const [winner, ...others] = replies.filter((it) => it.ok);
      assert.ok(winner?.ok);
      assert.equal(others.length, 0);
      await winner.release();
      const again = await locks[3]?.take("setup", "again");
      assert.ok(again?.ok, "the losers wait for nothing");
      await again.release();
      assert.deepEqual([...Deno.readDirSync(`${root}/var/lib/alga-appliance`)], []);
    } finally {
      await Deno.remove(root, { recursive: true });
    }
  },
);

const CONFIG = new URL("../../../deno.json", import.meta.url).pathname;

/** Takes the lock below a root, says so, and holds it until it is killed. */
const CONTENDER = `
  import { systemClock } from "${new URL("../../../agent/clock.ts", import.meta.url)}";
  import { RealHost } from "${new URL("../../../agent/host/real_host.ts", import.meta.url)}";
  import { createOperationLock } from "${new URL(
  "../../../agent/operation/operation_lock.ts",
  import.meta.url,
)}";
  const lock = createOperationLock(new RealHost(Deno.args[0]), systemClock);
  const reply = await lock.take("serve", String(Deno.pid));
  console.log(reply.ok ? "holds" : "refused");
  if (!reply.ok) Deno.exit(0);
  setInterval(() => {}, 1_000);
`;

Deno.test(
  "after a kill exactly one of many processes that start at once holds the lock",
  LEAVES_WAITS,
  async () => {
    const CONTENDERS = Number(Deno.env.get("ALGA_LOCK_CONTENDERS") ?? 12);
    const ROUNDS = Number(Deno.env.get("ALGA_LOCK_ROUNDS") ?? 2);
    const root = await Deno.makeTempDir();
    const script = await Deno.makeTempFile({ suffix: ".ts" });
    await Deno.writeTextFile(script, CONTENDER);
    const start = () =>
      mortalCommand(
        Deno.execPath(),
        ["run", "-A", "--quiet", "--no-check", "--config", CONFIG, script, root],
        {
          stdout: "piped",
        },
      )
        .spawn();
    const firstWord = async (child: Deno.ChildProcess) => {
      const reader = child.stdout.getReader();
      const { value } = await reader.read();
      await reader.cancel();
      return new TextDecoder().decode(value).trim();
    };
    let holder = start();
    try {
      assert.equal(await firstWord(holder), "holds");
      for (let round = 0; round < ROUNDS; round++) {
        holder.kill("SIGKILL");
        const children = Array.from({ length: CONTENDERS }, start);
        await holder.status;
        const said = await Promise.all(children.map(firstWord));
        const winners = children.filter((_, index) => said[index] === "holds");
        assert.equal(winners.length, 1, `round ${round}: ${said.join()}`);
        holder = winners[0] as Deno.ChildProcess;
        await Promise.all(children.filter((it) => it !== holder).map((it) => it.status));
      }
    } finally {
      try {
        holder.kill("SIGKILL");
      } catch {
        // It has ended.
      }
      await holder.status;
      await Deno.remove(root, { recursive: true });
      await Deno.remove(script);
    }
  },
);

Deno.test("a folder in the place of the lock is moved aside", async () => {
  const host = new FakeHost();
  host.put(`${PATHS.operationLock}/inside`, "");
  const reply = await createOperationLock(host, new FakeClock()).take("setup", "browser 192.0.2.7");
  assert.equal(reply.ok, true);
  assert.equal((await host.info(PATHS.operationLock))?.kind, "file");
});
