import type { Clock } from "../../agent/clock.ts";
import { ANSWER_LIMITS, BYTES_PER_OBJECT, MOST_OBJECTS, tooLarge, tooMany } from "./answer_limits.ts";
import { kindOf, KINDS } from "./kinds.ts";
import {
  KubeApiError,
  type KubeClient,
  type KubeObject,
  type ListOptions,
  type ListResult,
  type ObjectRef,
  type ReadOptions,
  type ResourceKind,
  type WatchOptions,
} from "./kube_client.ts";
import type { Kubeconfig } from "./kubeconfig.ts";
import { type KubeCall, KubeHttp } from "./kube_http.ts";
import { fetchPodLogs } from "./pod_logs.ts";
import { isObject } from "./kube_object.ts";
import { resourcePath } from "./resource_path.ts";
import { watchEvents } from "./watch_events.ts";

/** Name under which our fields are owned in managedFields. */
export const FIELD_MANAGER = "alga-agent";

/** The server closes a watch after this long; we then resume. */
const WATCH_TIMEOUT_SEC = 300;
/** Bookmarks arrive about once a minute; a watch that is silent for longer than this is dead. */
const WATCH_IDLE_MS = 150_000;
const PAGE_SIZE = 100;
const METADATA_LIST = "application/json;as=PartialObjectMetadataList;g=meta.k8s.io;v=v1,application/json";
const METADATA_OBJECT = "application/json;as=PartialObjectMetadata;g=meta.k8s.io;v=v1,application/json";

/** Options of {@link createKubeClient}; tests shorten the limits. */
export interface KubeClientOptions {
  requestTimeoutMs?: number;
  watchIdleMs?: number;
  /** After how long the server shall close a watch. */
  watchTimeoutSec?: number;
  clock?: Clock;
}

/** What may be said of one verb beside what it is about. */
type Options<Verb extends keyof KubeClient> = LastOf<Parameters<KubeClient[Verb]>>;
type LastOf<Given extends unknown[]> = Required<Given> extends [...unknown[], infer Last] ? Last : never;

/** A client over HTTP. Close it when the kubeconfig changes. */
export function createKubeClient(config: Kubeconfig, options: KubeClientOptions = {}): KubeClient {
  const http = new KubeHttp(config, options);
  const { watchIdleMs: idleMs = WATCH_IDLE_MS, watchTimeoutSec = WATCH_TIMEOUT_SEC } = options;
  return {
    get: (ref, options) => ignoreNotFound(http.json(getCall(ref, options))),
    list: (resource, options) => listPages(http, resource, options),
    watch: (resource, options) =>
      watchEvents(http, watchCall(resource, options, watchTimeoutSec), { idleMs }),
    apply: (object, options) => http.json(applyCall(object, options)),
    patch: (ref, body, options) => http.json(patchCall(ref, body, options)),
    create: (object, options) => http.json(createCall(object, options)),
    delete: async (ref, options) => await ignoreNotFound(http.send(deleteCall(ref, options))) !== undefined,
    logs: (pod, options) => fetchPodLogs(http, pod, options),
    nodeStats: (node, options) =>
      http.json({
        method: "GET",
        path: `${resourcePath(KINDS.Node, undefined, node, "proxy")}/stats/summary`,
        signal: options?.signal,
      }),
    isReady: (options) => isReady(http, options),
    async version(options) {
      const call = { method: "GET", path: "/version", signal: options?.signal };
      return (await http.json<{ gitVersion?: string }>(call)).gitVersion ?? "";
    },
    close: () => http.close(),
  };
}

function getCall(ref: ObjectRef, { signal, metadataOnly }: Options<"get"> = {}): KubeCall {
  return {
    method: "GET",
    path: resourcePath(ref.resource, ref.namespace, ref.name),
    signal,
    ...(metadataOnly ? { accept: METADATA_OBJECT } : {}),
  };
}

async function listPages<T extends KubeObject>(
  http: KubeHttp,
  resource: ResourceKind<T>,
  options: ReadOptions<T> = {},
): Promise<ListResult<T>> {
  const items: T[] = [];
  const each = options.each ?? ((object: T) => void items.push(object));
  const path = resourcePath(resource, options.namespace);
  let limit = options.limit ?? PAGE_SIZE;
  let next: string | undefined;
  let [count, bytes] = [0, 0];
  for (;;) {
    const call: KubeCall = {
      method: "GET",
      path,
      query: { ...selectors(options), limit, continue: next },
      signal: options.signal,
      answer: limit > 1 ? "page of a list" : "object",
      onBytes: (it) => bytes += it,
      ...(options.metadataOnly ? { accept: METADATA_LIST } : {}),
    };
    const page = await http.json<ListPage<T>>(call, isListPage).catch((error) => {
      if (limit > 1 && error instanceof KubeApiError && error.reason === "TooLarge") return undefined;
      throw error;
    });
    if (page === undefined) {
      limit = Math.ceil(limit / 10);
      continue;
    }
    const { items: found, metadata } = page;
    count += found?.length || PAGE_SIZE; // empty pages come to an end too
    if (count > MOST_OBJECTS) throw tooMany(resource.plural);
    if (bytes > ANSWER_LIMITS["whole list"] + count * BYTES_PER_OBJECT) {
      throw tooLarge(`GET ${path}`, "whole list");
    }
    for (const item of found ?? []) if (isObject(item)) each(item);
    next = metadata.continue || undefined;
    if (next === undefined) return { items, resourceVersion: metadata.resourceVersion };
  }
}

function watchCall(resource: ResourceKind, options: WatchOptions, timeoutSec: number): KubeCall {
  return {
    method: "GET",
    path: resourcePath(resource, options.namespace),
    query: {
      ...selectors(options),
      watch: true,
      allowWatchBookmarks: true,
      resourceVersion: options.resourceVersion,
      timeoutSeconds: timeoutSec,
    },
    signal: options.signal,
    ...(options.metadataOnly ? { accept: METADATA_OBJECT } : {}),
  };
}

function applyCall(object: KubeObject, options: Options<"apply"> = {}): KubeCall {
  const { managedFields: _, ...metadata } = object.metadata;
  return {
    method: "PATCH",
    path: resourcePath(kindOf(object), object.metadata.namespace, object.metadata.name),
    query: { fieldManager: options.fieldManager ?? FIELD_MANAGER, force: options.force },
    body: { ...object, metadata },
    contentType: "application/apply-patch+yaml", // JSON is YAML
    signal: options.signal,
  };
}

function patchCall(ref: ObjectRef, body: Record<string, unknown>, options: Options<"patch"> = {}): KubeCall {
  return {
    method: "PATCH",
    path: resourcePath(ref.resource, ref.namespace, ref.name, options.subresource),
    query: { fieldManager: options.fieldManager ?? FIELD_MANAGER },
    body,
    contentType: "application/merge-patch+json",
    signal: options.signal,
  };
}

function createCall(object: KubeObject, { signal }: Options<"create"> = {}): KubeCall {
  return {
    method: "POST",
    path: resourcePath(kindOf(object), object.metadata.namespace),
    query: { fieldManager: FIELD_MANAGER },
    body: object,
    signal,
  };
}

function deleteCall(ref: ObjectRef, { propagation, uid, signal }: Options<"delete"> = {}): KubeCall {
  return {
    method: "DELETE",
    path: resourcePath(ref.resource, ref.namespace, ref.name),
    body: {
      apiVersion: "v1",
      kind: "DeleteOptions",
      propagationPolicy: propagation ?? "Background",
      ...(uid === undefined ? {} : { preconditions: { uid } }),
    },
    signal,
  };
}

async function isReady(http: KubeHttp, { timeoutMs, signal }: Options<"isReady"> = {}): Promise<boolean> {
  try {
    const response = await http.once({
      method: "GET",
      path: "/readyz",
      accept: "*/*",
      signal,
      ...(timeoutMs === undefined ? {} : { timeoutMs }),
    });
    return (await response.text()).trim() === "ok";
  } catch (error) {
    if (error instanceof KubeApiError && error.status !== 0) return false;
    throw error;
  }
}

interface ListPage<T> {
  items?: T[] | null;
  metadata: { continue?: string; resourceVersion: string };
}

/** Whether it is a list at all: what is none must not pass for an empty one. */
function isListPage(value: object): value is ListPage<unknown> {
  const { items, metadata } = value as { items?: unknown; metadata?: { resourceVersion?: unknown } };
  return (items === undefined || items === null || Array.isArray(items)) &&
    typeof metadata?.resourceVersion === "string";
}

function selectors(list: ListOptions): Record<string, string | undefined> {
  return { labelSelector: list.labelSelector, fieldSelector: list.fieldSelector };
}

/** `undefined` for what is not there. */
async function ignoreNotFound<T>(asked: Promise<T>): Promise<T | undefined> {
  try {
    return await asked;
  } catch (error) {
    if (error instanceof KubeApiError && error.status === 404) return undefined;
    throw error;
  }
}
