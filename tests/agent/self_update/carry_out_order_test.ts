import assert from "node:assert/strict";
import { LOCAL_PLACES, PREVIOUS_PROGRAM } from "../../../agent/install/places.ts";
import { type Order, readOrder, readOutcome, writeOrder } from "../../../agent/self_update/order.ts";
import { PATHS } from "../../../agent/state/paths.ts";
import { createMachine, NEW_PROGRAM, OLD_PROGRAM, sha256 } from "./agent_world.ts";

const ORDER: Order = {
  id: "a",
  from: "1.1.0",
  to: "1.2.0",
  sha256: sha256(NEW_PROGRAM),
  previousSha256: sha256(OLD_PROGRAM),
  port: 8080,
};

/** A state file of the old program. */
const SETTINGS = '{"schemaVersion":1}';

class PowerCut extends Error {}

/** A machine with an order; `answers`: whether the new program does. */
async function ordered(answers: boolean) {
  const world = createMachine();
  world.host.put(PATHS.agentNext, NEW_PROGRAM, 0o755);
  world.host.put(PREVIOUS_PROGRAM, OLD_PROGRAM, 0o755);
  world.machine.answering = answers ? [OLD_PROGRAM, NEW_PROGRAM] : [OLD_PROGRAM];
  if (!answers) {
    // What the new one has made of a state file, and of one that the old one did not have.
    world.host.put(PATHS.settings, '{"schemaVersion":2}');
    world.host.put(`${PATHS.settings}.v1`, SETTINGS);
    world.host.put(PATHS.sessions, '{"schemaVersion":2}');
  }
  await writeOrder(world.host, ORDER);
  return world;
}

Deno.test("without an order nothing is done", async () => {
  const world = createMachine();
  assert.equal(await world.renew(), "nothing");
  assert.equal(world.machine.restarts, 0);
});

Deno.test("the old agent's answer does not count for the new one", async () => {
  const world = await ordered(true);
  // systemd takes the order to restart and does nothing.
  const systemctl = world.host.commands.get("systemctl");
  assert.ok(typeof systemctl === "function");
  let asked = 0;
  world.host.commands.set("systemctl", (args, options) => {
    if (args[0] !== "restart") return systemctl(args, options);
    return ++asked === 1 ? {} : systemctl(args, options);
  });
  assert.equal(await world.renew(), "went-back");
  assert.equal((await readOutcome(world))?.reason, "agent 1.2.0 did not answer in 60 s");
});

Deno.test("a program that cannot install itself, and one that is another, are not tried", async () => {
  for (
    const [text, reason] of [[NEW_PROGRAM, /disk full/], [
      "program 6.6.6",
      /is not the program that was ordered/,
    ]]
  ) {
    const world = await ordered(true);
    world.host.put(PATHS.agentNext, String(text), 0o755);
    world.host.commands.set(PATHS.agentNext, { code: 1, stderr: "disk full\n" });
    assert.equal(await world.renew(), "went-back");
    assert.match((await readOutcome(world))?.reason ?? "", reason as RegExp);
    assert.equal(world.textAt(LOCAL_PLACES.program), OLD_PROGRAM);
  }
});

Deno.test("an order of a newer agent is said, not guessed at", async () => {
  const world = createMachine();
  world.host.put(PATHS.agentOrder, JSON.stringify({ schemaVersion: 2, ...ORDER }));
  await assert.rejects(world.renew(), { code: "STATE_NEWER" });
  assert.equal(world.host.files.has(PATHS.agentOrder), true);
});

for (const answers of [true, false]) {
  const good = answers ? NEW_PROGRAM : OLD_PROGRAM;
  Deno.test(`a power cut at any change or command ends with ${good}, whole and running`, async () => {
    let cuts = 0;
    for (let at = 1;; at++) {
      const world = await ordered(answers);
      const cut = cutAt(world, at);
      const first = await world.renew().catch((error) => error);
      if (!cut.isCut) {
        assert.equal(first, answers ? "done" : "went-back");
        assert.equal(world.machine.console, good);
        break;
      }
      cuts++;
      assert.ok([OLD_PROGRAM, NEW_PROGRAM].includes(world.textAt(LOCAL_PLACES.program)), "one is whole");
      assert.equal(world.textAt(PREVIOUS_PROGRAM), OLD_PROGRAM, "the one that carries it out is there");
      cut.restore();
      world.boot();
      // The unit's condition: without an order it does not begin.
      if (await readOrder(world)) await world.renew();
      assert.equal(world.machine.running.text, good, `cut ${at}`);
      assert.equal(world.machine.console, good, `cut ${at}: the console is that agent's, too`);
      assert.equal(world.textAt(LOCAL_PLACES.program), good);
      assert.equal((await readOutcome(world))?.result, answers ? "done" : "went-back");
      assert.equal(await readOrder(world), undefined);
      if (!answers) {
        assert.equal(world.textAt(PATHS.settings), SETTINGS, "state goes forth and back with its program");
        assert.equal(world.host.files.has(PATHS.sessions), false);
      }
    }
    assert.ok(cuts >= (answers ? 5 : 14), `${cuts} cuts`);
  });
}

/** The nth change or command and all after it fail, as when the power is gone. */
function cutAt({ host, machine }: Awaited<ReturnType<typeof ordered>>, at: number) {
  const cut = { isCut: false, restore: () => {} };
  let left = at;
  const tick = () => {
    if (cut.isCut || --left === 0) {
      cut.isCut = true;
      throw new PowerCut();
    }
  };
  machine.beforeRun = (line) => {
    if (!line.startsWith("systemctl show")) tick();
  };
  const names = ["writeFile", "copyFile", "remove"] as const;
  for (const name of names) {
    const real = host[name].bind(host) as (...args: unknown[]) => Promise<unknown>;
    Object.assign(host, {
      [name]: (...args: unknown[]) => {
        tick();
        return real(...args);
      },
    });
  }
  cut.restore = () => {
    machine.beforeRun = () => {};
    for (const name of names) delete (host as unknown as Record<string, unknown>)[name];
  };
  return cut;
}
