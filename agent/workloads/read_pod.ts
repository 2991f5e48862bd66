import { errorText } from "../error.ts";
import type { EventView, PodView } from "../facts/snapshot.ts";
import { projectEvent } from "../observe/projections/event.ts";
import { projectPod } from "../observe/projections/pod.ts";
import { redactLine } from "../text/redact/redact_line.ts";
import { KINDS, type KubeClient } from "../../k8s/mod.ts";
import { type ClaimDetails, readClaims } from "./claims.ts";
import { type PodDetails, projectPodDetails } from "./pod_details.ts";

/** The whole look; a page must not wait for an API that hangs. */
const LOOK_MS = 3_000;
/** Of one pod: the API server itself keeps few of each kind. */
const MOST_EVENTS = 200;

/** What a look at one pod found. What could not be read is `undefined`, and `problem` says why. */
export interface PodLook {
  /** The server answered that there is no such pod. */
  isGone: boolean;
  pod: PodView | undefined;
  details: PodDetails | undefined;
  claims: Readonly<Record<string, ClaimDetails>> | undefined;
  events: readonly EventView[] | undefined;
  problem: string;
}

/** Nothing was looked at, for this reason. */
export function noLook(problem: string): PodLook {
  return { isGone: false, pod: undefined, details: undefined, claims: undefined, events: undefined, problem };
}

/** Reads a pod's own object, its events of every kind, and its volumes. Never throws: what is there is better than nothing. */
export async function readPod(kube: KubeClient, namespace: string, name: string): Promise<PodLook> {
  const signal = AbortSignal.timeout(LOOK_MS);
  const problems: string[] = [];
  const orProblem = async <T>(asked: Promise<T>): Promise<T | undefined> => {
    try {
      return await asked;
    } catch (error) {
      problems.push(redactLine(errorText(error)));
      return undefined;
    }
  };
  const [object, events] = await Promise.all([
    orProblem(kube.get({ resource: KINDS.Pod, namespace, name }, { signal })),
    orProblem(readEvents(kube, { namespace, name, signal })),
  ]);
  if (object === undefined) return { ...noLook(problems[0] ?? ""), isGone: problems.length === 0, events };
  const details = projectPodDetails(object);
  const names = details.volumes.filter((it) => it.kind === "claim").map((it) => it.source);
  const claims = await orProblem(readClaims(kube, namespace, names, signal));
  return { isGone: false, pod: projectPod(object), details, claims, events, problem: problems[0] ?? "" };
}

async function readEvents(
  kube: KubeClient,
  { namespace, name, signal }: { namespace: string; name: string; signal: AbortSignal },
): Promise<readonly EventView[]> {
  const found: EventView[] = [];
  await kube.list(KINDS.Event, {
    namespace,
    fieldSelector: `involvedObject.kind=Pod,involvedObject.name=${name}`,
    signal,
    each(object) {
      if (found.length < MOST_EVENTS) found.push(projectEvent(object, { keepAll: true }));
    },
  });
  return found;
}
