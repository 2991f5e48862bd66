import { ageMs, durationText } from "../text/duration.ts";
import { imageSizeHint } from "../product/image_sizes.ts";
import type { Facts } from "../facts/facts.ts";
import { currentCondition } from "../facts/flux.ts";
import type { ActiveOperation } from "./document.ts";

const OPERATION_LIMIT = 30;

/** What is under way now: downloads, the first-time setup, Flux at work, a step of setup. */
export function activeOperations(facts: Facts): ActiveOperation[] {
  return [...setup(facts), ...facts.live ? [...pulls(facts), ...bootstrap(facts), ...flux(facts)] : []]
    .slice(0, OPERATION_LIMIT);
}

function operation(
  facts: Facts,
  given:
    & Pick<ActiveOperation, "component" | "operation" | "startedAt" | "message">
    & Partial<ActiveOperation>,
): ActiveOperation {
  return {
    state: "running",
    elapsedSeconds: Math.floor(ageMs(given.startedAt, facts.nowMs) / 1_000),
    progressAvailable: false,
    progressPercent: null,
    ...given,
  };
}

/** The kubelet tells no bytes, so there is a duration and, for large images, a size. */
function pulls(facts: Facts): ActiveOperation[] {
  const seen = new Set<string>();
  return facts.pulls.flatMap((pull) => {
    const key = `${pull.pod.nodeName} ${pull.image}`;
    if (seen.has(key)) return [];
    seen.add(key);
    const size = imageSizeHint(pull.image);
    const age = durationText(ageMs(pull.startedAt, facts.nowMs));
    const name = shortImage(pull.image);
    return [operation(facts, {
      component: pull.component.name,
      operation: "image-pull",
      image: pull.image,
      ...(size === undefined ? {} : { estimatedSizeHuman: size }),
      state: pull.waitsFor === undefined ? "running" : "waiting",
      startedAt: pull.startedAt,
      message: pull.waitsFor === undefined
        ? `Downloading ${name}${size === undefined ? "" : ` (about ${size})`}, ${age} so far`
        : pull.holderFails
        ? `${name} waits: ${shortImage(pull.waitsFor)} is tried first, again and again`
        : `${name} waits: ${shortImage(pull.waitsFor)} is being downloaded first`,
    })];
  });
}

/** The part of an image name that people recognise. */
function shortImage(image: string): string {
  return (image.split("/").at(-1) ?? image).split("@sha256:")[0]?.replace(/:[^:]*$/, "") ?? image;
}

function bootstrap(facts: Facts): ActiveOperation[] {
  const { job, outcome, step } = facts.bootstrap;
  if (!job || outcome !== "running" && outcome !== "again") return [];
  return [operation(facts, {
    component: "bootstrap",
    operation: "bootstrap",
    startedAt: job.startedAt ?? job.createdAt ?? facts.now,
    message: step === "" ? "The database is being prepared" : `The database is being prepared: ${step}`,
  })];
}

function flux(facts: Facts): ActiveOperation[] {
  return facts.fluxObjects.flatMap((object) => {
    if (object.kind !== "HelmRelease" || object.suspended) return [];
    const working = currentCondition(object, "Reconciling");
    if (working?.status !== "True" || working.reason === "ProgressingWithRetry") return [];
    if (/dependency|prerequisites/i.test(working.message)) return [];
    return [operation(facts, {
      component: object.name,
      operation: "flux",
      startedAt: working.since ?? facts.now,
      message: `Installing part "${object.name}" of the release`,
    })];
  });
}

function setup(facts: Facts): ActiveOperation[] {
  const { setup } = facts.snapshot;
  // The last step only waits, in the words of what is under way besides.
  if (setup.status !== "running" || setup.stepId === "login") return [];
  return [operation(facts, {
    component: "setup",
    operation: "setup",
    startedAt: setup.since ?? facts.now,
    message: setup.message === "" ? `Setup: ${setup.stepTitle ?? "running"}` : setup.message,
  })];
}
