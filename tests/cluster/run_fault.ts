import assert from "node:assert/strict";
import type { StatusDocument } from "../../agent/status/document.ts";
import { fetchStatus } from "../walk/walk.ts";
import { until } from "../until.ts";
import type { Appliance } from "./appliance.ts";
import { ALL_HEALTHY, type Fault, type Rig, tierMap } from "./appliance_faults.ts";

/**
 * The promise is that a cause is told within 60 s, and its trace gone within as much once the cause is; the row of each fault says
 * what it took. A loaded machine that tests gets three times that before it counts as never.
 */
const OURS_SEC = 180;
/** Looks after the first right one, of which each must be right too. */
const FURTHER_LOOKS = 20;
const LOOK_MS = 500;

/** How long a change took to reach the document. */
export interface Took {
  /** From the change to the document. */
  totalSec: number;
  /** How much of that Kubernetes itself took, before anybody could know. */
  theirsSec: number;
}

/** What one fault showed. */
export interface FaultTimes {
  name: string;
  told: Took;
  cleared: Took;
}

/**
 * Breaks a healthy appliance, sees the whole expectation come true and stay, fixes it, and sees everything healthy and stay.
 * It is fixed whatever was seen.
 * @throws if something did not show, or took longer than {@link OURS_SEC} beyond what Kubernetes itself needs.
 */
export async function runFault(fault: Fault, rig: Rig): Promise<FaultTimes> {
  const causedMs = Date.now();
  const fix = await fault.cause(rig);
  const [told] = await Promise.allSettled([seeTold(fault, rig, causedMs)]);
  const cleared = await seeCleared(rig, fault.name, fix, fault.righted);
  if (told.status === "rejected") throw told.reason;
  await fault.after?.(rig);
  return { name: fault.name, told: told.value, cleared };
}

/** Sees the whole expectation come true, and stay so for as long as the fault lasts. */
async function seeTold(fault: Fault, rig: Rig, causedMs: number): Promise<Took> {
  const { appliance } = rig;
  const shows = isShown(fault);
  const told = await took(
    causedMs,
    () => fault.known?.(rig),
    (timeoutSec) => untilStatus(appliance, `${fault.name} is told`, shows, timeoutSec),
  );
  const leftMs = causedMs + (fault.lastsSec ?? 0) * 1000 - Date.now();
  const looks = Math.max(FURTHER_LOOKS, Math.ceil(leftMs / LOOK_MS));
  await stays(appliance, `${fault.name} stays told`, shows, looks);
  return told;
}

/** Takes a cause away and sees everything healthy, and stay so. */
export async function seeCleared(
  rig: Rig,
  name: string,
  fix: () => Promise<void>,
  righted?: Fault["righted"],
): Promise<Took> {
  const { appliance } = rig;
  const mendedMs = Date.now();
  await fix();
  const cleared = await took(
    mendedMs,
    () => righted?.(rig),
    (timeoutSec) => untilStatus(appliance, `${name} is cleared`, isHealthy, timeoutSec),
  );
  await stays(appliance, "everything stays healthy", isHealthy, FURTHER_LOOKS);
  return cleared;
}

/** One row of the table of times. */
export function toRow({ name, told, cleared }: FaultTimes): string {
  return `${name}: told after ${toText(told)}, cleared after ${toText(cleared)}`;
}

export function toText({ totalSec, theirsSec }: Took): string {
  return `${totalSec.toFixed(1)} s${theirsSec === 0 ? "" : ` (Kubernetes itself ${theirsSec.toFixed(1)} s)`}`;
}

/** Everything is as it should be, and nothing is left to do. */
export function isHealthy(status: StatusDocument): boolean {
  return status.rollup.state === "fully_healthy" && status.topBlockers.length === 0 &&
    isEqual(tierMap(status), ALL_HEALTHY);
}

/** Waits for a status, and says what was seen last where it does not come. */
export async function untilStatus(
  { agent }: Appliance,
  what: string,
  good: (status: StatusDocument) => boolean,
  timeoutSec: number,
): Promise<void> {
  let isGood = false;
  await until(
    what,
    async () => {
      const status = await fetchStatus(agent);
      isGood = good(status);
      return shown(status);
    },
    () => isGood,
    timeoutSec,
  );
}

function isShown(fault: Fault): (status: StatusDocument) => boolean {
  const tiers = { ...ALL_HEALTHY, ...fault.tiers };
  return (status) => {
    const [first] = status.topBlockers;
    return first?.id === fault.blocker.id && first.component === fault.blocker.component &&
      isEqual(tierMap(status), tiers) && (fault.says?.(status) ?? true);
  };
}

async function took(
  startMs: number,
  theirs: () => Promise<unknown> | undefined,
  ours: (timeoutSec: number) => Promise<void>,
): Promise<Took> {
  const waited = theirs();
  await waited;
  const theirsSec = waited === undefined ? 0 : (Date.now() - startMs) / 1000;
  await ours(OURS_SEC - ((Date.now() - startMs) / 1000 - theirsSec));
  return { totalSec: (Date.now() - startMs) / 1000, theirsSec };
}

async function stays(
  { agent }: Appliance,
  what: string,
  good: (status: StatusDocument) => boolean,
  looks: number,
): Promise<void> {
  for (let look = 1; look <= looks; look++) {
    await new Promise((resolve) => setTimeout(resolve, LOOK_MS));
    const status = await fetchStatus(agent);
    assert.ok(good(status), `${what}, at look ${look} of ${looks}: ${JSON.stringify(shown(status))}`);
  }
}

/** What a person needs to see of a status that is not as it should be. */
function shown(status: StatusDocument): unknown {
  return {
    state: status.rollup.state,
    blockers: status.topBlockers.map((it) => `${it.id} ${it.component}: ${it.reason}`),
    tiers: tierMap(status),
    notReady: Object.values(status.tiers).flatMap((it) => it.proofs).filter((it) => it.status !== "ready"),
  };
}

function isEqual(one: unknown, other: unknown): boolean {
  try {
    assert.deepEqual(one, other);
    return true;
  } catch {
    return false;
  }
}
