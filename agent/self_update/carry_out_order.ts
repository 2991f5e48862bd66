import type { Clock } from "../clock.ts";
import { errorText } from "../error.ts";
import type { Host } from "../host/host.ts";
import { LOCAL_PLACES, PREVIOUS_PROGRAM } from "../install/places.ts";
import {
  queueConsoleRestart,
  queueRestart,
  readService,
  reloadUnits,
  stopService,
} from "../install/service.ts";
import { PATHS } from "../state/paths.ts";
import { isAnyNewer, restoreOlder } from "../state/state_versions.ts";
import { endOrder, type Order, readOrder, writeOrder } from "./order.ts";

/** How long the new agent may take until it answers. @see docs/updates.md, "The agent itself" */
const ANSWER_SEC = 60;
const ASK_MS = 1_000;
const INSTALL_MS = 120_000;

/** What carrying out an order needs. */
export interface OrderDeps {
  host: Host;
  clock: Clock;
  /** Whether the agent on this machine answers `/healthz`. Never throws. */
  isAnswering(port: number): Promise<boolean>;
  say(text: string): void;
  signal: AbortSignal;
}

/**
 * Puts the ordered agent in place, restarts the service, and puts the one before it back when the new one does not answer. It is
 * the program from before that runs this. May be killed at any point and begun again: each step looks first. Nothing of the
 * application is touched.
 * @throws {AgentError} When not even the program from before can be put back, or systemd does not answer: to be tried again.
 */
export async function carryOutOrder(deps: OrderDeps): Promise<"nothing" | "done" | "went-back"> {
  const { host, say } = deps;
  const order = await readOrder(deps);
  if (!order) return "nothing";
  const { id, from, to, previousSha256, goesBack } = order;
  const reason = goesBack ?? await tryNew(deps, order);
  if (reason === undefined) {
    say(`Agent ${to} answers`);
    await queueConsoleRestart(host);
    await host.remove(PATHS.agentNext);
    await endOrder(host, { id, result: "done" });
    return "done";
  }
  if (goesBack === undefined) {
    say(`Agent ${to} is not kept: ${reason}`);
    // Written first: from here on no power cut leads to the new one again.
    await writeOrder(host, { ...order, goesBack: reason });
  }
  await putInPlace(host, PREVIOUS_PROGRAM, previousSha256);
  await reloadUnits(host);
  if (await isAnyNewer(host)) {
    // What still runs would write its own form again.
    await stopService(host);
    await restoreOlder(host);
  }
  await queueRestart(host);
  // After a power cut they may be the new one's, and as deaf.
  await queueConsoleRestart(host);
  say(`Agent ${from} is in its place again`);
  await endOrder(host, { id, result: "went-back", reason });
  return "went-back";
}

/** Why the new one cannot stay; `undefined` when it can. */
async function tryNew(deps: OrderDeps, { to, sha256, port }: Order): Promise<string | undefined> {
  const { host, clock, signal } = deps;
  try {
    await putInPlace(host, PATHS.agentNext, sha256);
  } catch (error) {
    signal.throwIfAborted();
    return `it could not be put in place: ${errorText(error)}`;
  }
  await reloadUnits(host);
  if (!await runsFrom(host)) await queueRestart(host);
  const endMs = clock.nowMs() + ANSWER_SEC * 1_000;
  for (;;) {
    if (await runsFrom(host) && await deps.isAnswering(port)) return undefined;
    if (clock.nowMs() >= endMs) return `agent ${to} did not answer in ${ANSWER_SEC} s`;
    await clock.sleep(ASK_MS, signal);
  }
}

/** Each program brings its own units, pages and completion along, and puts itself there last. */
async function putInPlace(host: Host, program: string, sha256: string): Promise<void> {
  if (await host.sha256(LOCAL_PLACES.program) === sha256) return;
  if (await host.sha256(program) !== sha256) {
    throw new Error(`"${program}" is not the program that was ordered`);
  }
  const { code, stderr } = await host.run([program, "install", "--for-update"], { timeoutMs: INSTALL_MS });
  if (code !== 0) throw new Error(stderr.trim().split("\n").at(-1) || `it ended with ${code}`);
  if (await host.sha256(LOCAL_PLACES.program) !== sha256) {
    throw new Error("it put another program in its place");
  }
}

/** Whether the service runs, and from the program that lies in its place now. */
async function runsFrom(host: Host): Promise<boolean> {
  const { isActive, isStale, program } = await readService(host);
  return isActive && !isStale && program === LOCAL_PLACES.program;
}
