import * as z from "zod";
import { type Clock, systemClock } from "../agent/clock.ts";
import { errorText } from "../agent/error.ts";
import { abortWith } from "../agent/signals.ts";
import { requireUsableCertificate } from "./client_certificate.ts";
import { readJsonLines } from "./json_lines.ts";
import { kindOf, KINDS } from "./kinds.ts";
import {
  KubeApiError,
  type KubeClient,
  type KubeObject,
  type ListOptions,
  type ListResult,
  type WatchEvent,
  type WatchOptions,
} from "./kube_client.ts";
import type { Kubeconfig } from "./kubeconfig.ts";
import { resourcePath } from "./resource_path.ts";

/** Name under which our fields are owned in managedFields. */
export const FIELD_MANAGER = "alga-agent";

const REQUEST_TIMEOUT_MS = 15_000;
/** The server closes a watch after this long; we then resume. */
const WATCH_TIMEOUT_SEC = 300;
/** Bookmarks arrive about once a minute; a watch that is silent for longer than this is dead. */
const WATCH_IDLE_MS = 150_000;
const PAGE_SIZE = 500;
const RETRIES = 3;
const MAX_RETRY_AFTER_MS = 10_000;
const METADATA_LIST = "application/json;as=PartialObjectMetadataList;g=meta.k8s.io;v=v1,application/json";
const METADATA_OBJECT = "application/json;as=PartialObjectMetadata;g=meta.k8s.io;v=v1,application/json";

const REASONS: Record<number, string> = { 404: "NotFound", 410: "Expired", 429: "TooManyRequests" };

const Status = z.object({
  message: z.string().default(""),
  reason: z.string().default(""),
  code: z.number().optional(),
});

/** Options of {@link createKubeClient}; tests shorten the limits. */
export interface KubeClientOptions {
  requestTimeoutMs?: number;
  watchIdleMs?: number;
  /** After how long the server shall close a watch. */
  watchTimeoutSec?: number;
  clock?: Clock;
}

interface Call {
  method: string;
  path: string;
  query?: Record<string, string | number | boolean | undefined>;
  body?: unknown;
  contentType?: string;
  accept?: string;
  signal?: AbortSignal | undefined;
  /** The answer is a stream: the time limit ends with the headers. */
  streams?: boolean;
  timeoutMs?: number;
}

/** A client over HTTP. Close it when the kubeconfig changes. */
export function createKubeClient(config: Kubeconfig, options: KubeClientOptions = {}): KubeClient {
  const clock = options.clock ?? systemClock;
  const timeoutMs = options.requestTimeoutMs ?? REQUEST_TIMEOUT_MS;
  if (config.clientCertificatePem !== undefined && config.clientKeyPem !== undefined) {
    requireUsableCertificate(config.clientCertificatePem, config.clientKeyPem);
  }
  const http = Deno.createHttpClient({
    ...(config.caPem === undefined ? {} : { caCerts: [config.caPem] }),
    ...(config.clientCertificatePem === undefined || config.clientKeyPem === undefined
      ? {}
      : { cert: config.clientCertificatePem, key: config.clientKeyPem }),
  });

  async function once(call: Call): Promise<Response> {
    const url = new URL(config.server + call.path);
    for (const [key, value] of Object.entries(call.query ?? {})) {
      if (value !== undefined && value !== false) url.searchParams.set(key, String(value));
    }
    const limit = new AbortController();
    const timer = setTimeout(() => limit.abort(), call.timeoutMs ?? timeoutMs);
    const unlink = abortWith(limit, call.signal);
    let isOpen = false;
    try {
      const response = await fetch(url, {
        client: http,
        method: call.method,
        signal: limit.signal,
        redirect: "error",
        headers: {
          accept: call.accept ?? "application/json",
          ...(config.token === undefined ? {} : { authorization: `Bearer ${config.token}` }),
          ...(call.body === undefined ? {} : { "content-type": call.contentType ?? "application/json" }),
        },
        ...(call.body === undefined ? {} : { body: JSON.stringify(call.body) }),
      });
      if (!response.ok) throw await toError(call, response);
      if (call.streams) {
        isOpen = true;
        return response;
      }
      return new Response(await response.arrayBuffer(), response); // within the time limit, body included
    } catch (error) {
      if (error instanceof KubeApiError) throw error;
      if (call.signal?.aborted) throw call.signal.reason;
      const name = `${call.method} ${call.path}`;
      if (limit.signal.aborted) {
        throw new KubeApiError(`The Kubernetes API did not answer in time: ${name}`, 0, "Timeout");
      }
      throw new KubeApiError(`The Kubernetes API cannot be reached: ${errorText(error)}`, 0, "Unreachable", {
        cause: error,
      });
    } finally {
      clearTimeout(timer);
      if (!isOpen) unlink(); // an open stream ends with its signal
    }
  }

  async function send(call: Call): Promise<Response> {
    for (let attempt = 1;; attempt++) {
      try {
        return await once(call);
      } catch (error) {
        if (!(error instanceof KubeApiError)) throw error;
        // A kept connection that the server closed meanwhile fails like an absent server; a second try opens a new one.
        const stale = error.reason === "Unreachable" && attempt === 1 && call.method !== "POST";
        const waitMs = stale ? 0 : error.retryAfterMs;
        if (waitMs === undefined || attempt > RETRIES) throw error;
        await clock.sleep(Math.min(waitMs, MAX_RETRY_AFTER_MS), call.signal);
      }
    }
  }

  async function json<T>(call: Call): Promise<T> {
    const response = await send(call);
    try {
      return await response.json() as T;
    } catch (cause) {
      throw new KubeApiError(
        `The Kubernetes API gave no JSON: ${call.method} ${call.path}`,
        response.status,
        "NotJson",
        { cause },
      );
    }
  }

  const client: KubeClient = {
    async get<T extends KubeObject>(
      ref: Parameters<KubeClient["get"]>[0],
      get: Parameters<KubeClient["get"]>[1] = {},
    ) {
      try {
        return await json<T>({
          method: "GET",
          path: resourcePath(ref.resource, ref.namespace, ref.name),
          signal: get.signal,
          ...(get.metadataOnly ? { accept: METADATA_OBJECT } : {}),
        });
      } catch (error) {
        if (error instanceof KubeApiError && error.status === 404) return undefined;
        throw error;
      }
    },

    async list<T extends KubeObject>(
      resource: Parameters<KubeClient["list"]>[0],
      list: ListOptions = {},
    ): Promise<ListResult<T>> {
      const items: T[] = [];
      let next: string | undefined;
      for (;;) {
        const page = await json<{ items?: T[]; metadata?: { continue?: string; resourceVersion?: string } }>({
          method: "GET",
          path: resourcePath(resource, list.namespace),
          query: { ...selectors(list), limit: list.limit ?? PAGE_SIZE, continue: next },
          signal: list.signal,
          ...(list.metadataOnly ? { accept: METADATA_LIST } : {}),
        });
        for (const item of page.items ?? []) items.push(item);
        next = page.metadata?.continue || undefined;
        if (next === undefined) return { items, resourceVersion: page.metadata?.resourceVersion ?? "" };
      }
    },

    async *watch<T extends KubeObject>(
      resource: Parameters<KubeClient["watch"]>[0],
      watch: WatchOptions,
    ): AsyncGenerator<WatchEvent<T>> {
      const idle = new AbortController();
      const idleMs = options.watchIdleMs ?? WATCH_IDLE_MS;
      const unlink = abortWith(idle, watch.signal);
      let timer: ReturnType<typeof setTimeout> | undefined;
      try {
        const response = await once({
          method: "GET",
          path: resourcePath(resource, watch.namespace),
          query: {
            ...selectors(watch),
            watch: true,
            allowWatchBookmarks: true,
            resourceVersion: watch.resourceVersion,
            timeoutSeconds: options.watchTimeoutSec ?? WATCH_TIMEOUT_SEC,
          },
          signal: idle.signal,
          streams: true,
          ...(watch.metadataOnly ? { accept: METADATA_OBJECT } : {}),
        });
        if (!response.body) return;
        timer = setTimeout(() => idle.abort(), idleMs);
        for await (const line of readJsonLines(response.body)) {
          clearTimeout(timer);
          timer = setTimeout(() => idle.abort(), idleMs);
          yield toWatchEvent<T>(line);
        }
      } catch (error) {
        if (error instanceof KubeApiError) throw error;
        if (watch.signal?.aborted) throw watch.signal.reason;
        const silent = idle.signal.aborted;
        throw new KubeApiError(
          `A watch of ${resource.plural} ended: ${silent ? "it was silent for too long" : errorText(error)}`,
          0,
          silent ? "Timeout" : "Unreachable",
          { cause: error },
        );
      } finally {
        clearTimeout(timer);
        unlink();
        idle.abort();
      }
    },

    apply<T extends KubeObject>(object: KubeObject, apply: Parameters<KubeClient["apply"]>[1] = {}) {
      const { managedFields: _, ...metadata } = object.metadata;
      return json<T>({
        method: "PATCH",
        path: resourcePath(kindOf(object), object.metadata.namespace, object.metadata.name),
        query: { fieldManager: apply.fieldManager ?? FIELD_MANAGER, force: apply.force },
        body: { ...object, metadata },
        contentType: "application/apply-patch+yaml", // JSON is YAML
        signal: apply.signal,
      });
    },

    patch<T extends KubeObject>(
      ref: Parameters<KubeClient["patch"]>[0],
      body: Record<string, unknown>,
      patch: Parameters<KubeClient["patch"]>[2] = {},
    ) {
      return json<T>({
        method: "PATCH",
        path: resourcePath(ref.resource, ref.namespace, ref.name, patch.subresource),
        query: { fieldManager: patch.fieldManager ?? FIELD_MANAGER },
        body,
        contentType: "application/merge-patch+json",
        signal: patch.signal,
      });
    },

    create<T extends KubeObject>(object: KubeObject, create: { signal?: AbortSignal } = {}) {
      return json<T>({
        method: "POST",
        path: resourcePath(kindOf(object), object.metadata.namespace),
        query: { fieldManager: FIELD_MANAGER },
        body: object,
        signal: create.signal,
      });
    },

    async delete(ref, del = {}) {
      try {
        await send({
          method: "DELETE",
          path: resourcePath(ref.resource, ref.namespace, ref.name),
          body: {
            apiVersion: "v1",
            kind: "DeleteOptions",
            propagationPolicy: del.propagation ?? "Background",
            ...(del.uid === undefined ? {} : { preconditions: { uid: del.uid } }),
          },
          signal: del.signal,
        });
        return true;
      } catch (error) {
        if (error instanceof KubeApiError && error.status === 404) return false;
        throw error;
      }
    },

    async logs(pod, log = {}) {
      const over = new AbortController();
      const unlink = abortWith(over, log.signal);
      const response = await send({
        method: "GET",
        path: resourcePath(KINDS.Pod, pod.namespace, pod.name, "log"),
        query: {
          container: log.container,
          tailLines: log.tailLines,
          limitBytes: log.limitBytes,
          sinceTime: log.sinceTime,
          previous: log.previous,
          timestamps: log.timestamps,
          follow: log.follow,
        },
        accept: "*/*",
        signal: over.signal,
        streams: log.follow ?? false,
      }).catch((error) => {
        unlink();
        throw error;
      });
      return ReadableStream.from(untilEnd(response.body, unlink));
    },

    async isReady(ready = {}) {
      try {
        const response = await once({
          method: "GET",
          path: "/readyz",
          accept: "*/*",
          signal: ready.signal,
          timeoutMs: ready.timeoutMs ?? timeoutMs,
        });
        return (await response.text()).trim() === "ok";
      } catch (error) {
        if (error instanceof KubeApiError && error.status !== 0) return false;
        throw error;
      }
    },

    async version(version = {}) {
      return (await json<{ gitVersion?: string }>({
        method: "GET",
        path: "/version",
        signal: version.signal,
      })).gitVersion ?? "";
    },

    close: () => http.close(),
  };
  return client;
}

/** The chunks of a stream. `ended` is called once, however it ends. */
async function* untilEnd(
  stream: ReadableStream<Uint8Array> | null,
  ended: () => void,
): AsyncGenerator<Uint8Array> {
  try {
    if (stream) yield* stream;
  } finally {
    ended();
  }
}

function selectors(list: ListOptions): Record<string, string | undefined> {
  return { labelSelector: list.labelSelector, fieldSelector: list.fieldSelector };
}

async function toError(call: Call, response: Response): Promise<KubeApiError> {
  const text = await response.text().catch(() => "");
  let status: z.infer<typeof Status> = { message: "", reason: "" };
  try {
    status = Status.parse(JSON.parse(text));
  } catch {
    // A proxy or a starting server answers with plain text.
  }
  const seconds = Number(response.headers.get("retry-after") ?? NaN);
  const mayRetry = (response.status === 429 || response.status === 503) && Number.isFinite(seconds);
  return new KubeApiError(
    status.message || `The Kubernetes API answered ${response.status} to ${call.method} ${call.path}`,
    response.status,
    // Flow control and a starting server answer without a Status object.
    status.reason || (REASONS[response.status] ?? "Unknown"),
    mayRetry ? { retryAfterMs: seconds * 1000 } : {},
  );
}

function toWatchEvent<T extends KubeObject>(line: unknown): WatchEvent<T> {
  const event = line as { type?: string; object?: T & { code?: number; reason?: string; message?: string } };
  if (event?.object === undefined) throw new SyntaxError("A line of the watch is no event");
  switch (event.type) {
    case "ADDED":
    case "MODIFIED":
    case "DELETED":
      return { type: event.type, object: event.object };
    case "BOOKMARK":
      return { type: "BOOKMARK", resourceVersion: event.object.metadata.resourceVersion ?? "" };
    case "ERROR":
      throw new KubeApiError(
        event.object.message ?? "The watch failed",
        event.object.code ?? 0,
        event.object.reason ?? "Unknown",
      );
    default:
      throw new SyntaxError(`A watch event of the unknown type "${event.type}"`);
  }
}
