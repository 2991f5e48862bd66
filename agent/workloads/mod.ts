/** Workloads, pods, releases and events: judged from a snapshot, for every face. */
export type { EventList, EventRow } from "./events.ts";
export type { Freshness, FreshnessStep } from "./freshness.ts";
export type { WorkloadList } from "./list.ts";
export type { ContainerRow, PodPage, VolumeRow } from "./pod_page.ts";
export * from "./query.ts";
export type { ReleaseRow } from "./releases.ts";
export type { LastEnd, RunImage, WorkloadRow } from "./row.ts";
export type { StateCode } from "./state.ts";
export { NAMESPACE_TITLES } from "./namespaces.ts";
export { cpuText, endText, STATE_SENTENCE, STATE_WORD } from "./words.ts";
export type { ReadObject } from "./kept_pod.ts";
export { createWorkloadsService, replayWorkloads, type WorkloadsService } from "./service.ts";
export type { Tone } from "./tone.ts";
