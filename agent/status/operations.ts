import { ageMs, durationText } from "../text/duration.ts";
import { imageSizeHint } from "../product/image_sizes.ts";
import { bootstrapLines, bootstrapOutcome, bootstrapStep } from "../facts/bootstrap_state.ts";
import { currentCondition, type Scene } from "../facts/facts.ts";
import type { ActiveOperation } from "./document.ts";

const OPERATION_LIMIT = 30;

/** What is under way now: downloads, the first-time setup, Flux at work, a step of set-up. */
export function activeOperations(scene: Scene): ActiveOperation[] {
  return [...setup(scene), ...scene.live ? [...pulls(scene), ...bootstrap(scene), ...flux(scene)] : []]
    .slice(0, OPERATION_LIMIT);
}

function operation(
  scene: Scene,
  given:
    & Pick<ActiveOperation, "component" | "operation" | "startedAt" | "message">
    & Partial<ActiveOperation>,
): ActiveOperation {
  return {
    elapsedSeconds: Math.floor(ageMs(given.startedAt, scene.nowMs) / 1_000),
    progressAvailable: false,
    progressPercent: null,
    ...given,
  };
}

/** The kubelet tells no bytes, so there is a duration and, for large images, a size. @see contract.md 1.4 */
function pulls(scene: Scene): ActiveOperation[] {
  const seen = new Set<string>();
  return scene.pulls.flatMap((pull) => {
    const key = `${pull.pod.nodeName} ${pull.image}`;
    if (seen.has(key)) return [];
    seen.add(key);
    const size = imageSizeHint(pull.image);
    const age = durationText(ageMs(pull.startedAt, scene.nowMs));
    const name = shortImage(pull.image);
    return [operation(scene, {
      component: pull.component.name,
      operation: "image-pull",
      image: pull.image,
      ...(size === undefined ? {} : { estimatedSizeHuman: size }),
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

function bootstrap(scene: Scene): ActiveOperation[] {
  const outcome = bootstrapOutcome(scene);
  const job = scene.bootstrapJob;
  if (!job || outcome !== "running" && outcome !== "again") return [];
  const step = bootstrapStep(bootstrapLines(scene));
  return [operation(scene, {
    component: "bootstrap",
    operation: "bootstrap",
    startedAt: job.startedAt ?? job.createdAt ?? scene.now,
    message: step === "" ? "The database is being prepared" : `The database is being prepared: ${step}`,
  })];
}

function flux(scene: Scene): ActiveOperation[] {
  return scene.snapshot.flux.flatMap((object) => {
    if (object.kind !== "HelmRelease" || object.suspended) return [];
    const working = currentCondition(object, "Reconciling");
    if (working?.status !== "True" || working.reason === "ProgressingWithRetry") return [];
    if (/dependency|prerequisites/i.test(working.message)) return [];
    return [operation(scene, {
      component: object.name,
      operation: "flux",
      startedAt: working.since ?? scene.now,
      message: `Installing part "${object.name}" of the release`,
    })];
  });
}

function setup(scene: Scene): ActiveOperation[] {
  const { setup } = scene.snapshot;
  // The last step only waits, in the words of what is under way besides.
  if (setup.status !== "running" || setup.stepId === "login") return [];
  return [operation(scene, {
    component: "setup",
    operation: "setup",
    startedAt: setup.since ?? scene.now,
    message: setup.message === "" ? `Set-up: ${setup.stepTitle ?? "running"}` : setup.message,
  })];
}
