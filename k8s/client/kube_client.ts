/** One kind of object as the API server serves it. */
export interface ResourceKind<T extends KubeObject = KubeObject> {
  /** "v1", "apps/v1", "helm.toolkit.fluxcd.io/v2". */
  apiVersion: string;
  kind: string;
  /** Path segment, for example "deployments". */
  plural: string;
  namespaced: boolean;
  /** For the compiler alone: what objects of this kind are. Never there. */
  readonly object?: T;
}

/** The least that every object has. */
export interface KubeObject {
  apiVersion?: string;
  kind?: string;
  metadata: ObjectMeta;
  // deno-lint-ignore no-explicit-any -- the shape belongs to the kind; callers narrow it
  [field: string]: any;
}

export interface ObjectMeta {
  name: string;
  namespace?: string;
  uid?: string;
  resourceVersion?: string;
  generation?: number;
  creationTimestamp?: string;
  deletionTimestamp?: string;
  labels?: Record<string, string>;
  annotations?: Record<string, string>;
  ownerReferences?: { apiVersion: string; kind: string; name: string; uid: string; controller?: boolean }[];
  // deno-lint-ignore no-explicit-any -- managedFields, finalizers and what may come
  [field: string]: any;
}

/** Names one object. */
export interface ObjectRef<T extends KubeObject = KubeObject> {
  resource: ResourceKind<T>;
  namespace?: string;
  name: string;
}

export interface ListResult<T extends KubeObject = KubeObject> {
  items: T[];
  resourceVersion: string;
}

export type WatchEvent<T extends KubeObject = KubeObject> =
  | { type: "ADDED" | "MODIFIED" | "DELETED"; object: T }
  | { type: "BOOKMARK"; resourceVersion: string };

export interface ListOptions {
  namespace?: string;
  labelSelector?: string;
  fieldSelector?: string;
  /** Page size; pages are joined. Default 100; a page that is too large is asked for again in smaller ones. */
  limit?: number;
  /** Ask for metadata only (PartialObjectMetadata); used for Secrets. */
  metadataOnly?: boolean;
  signal?: AbortSignal;
}

/** Options of {@link KubeClient.list}. */
export interface ReadOptions<T extends KubeObject = KubeObject> extends ListOptions {
  /** Called for each object as its page arrives. The result then holds no items, so that no more than a page is held. */
  each?: (object: T) => void;
}

export interface WatchOptions extends ListOptions {
  resourceVersion: string;
}

export interface LogOptions {
  container?: string;
  tailLines?: number;
  limitBytes?: number;
  sinceTime?: string;
  previous?: boolean;
  timestamps?: boolean;
  follow?: boolean;
  /** Gives the bytes as they come, of any number; without it an answer is read whole first, and has a limit. */
  asItComes?: boolean;
  signal?: AbortSignal;
}

/** What the API server answered when it said no; `reason` is its machine word ("NotFound", "Conflict", "Expired"). */
export class KubeApiError extends Error {
  override readonly name = "KubeApiError";
  constructor(
    message: string,
    /** HTTP status; 0 when there was no answer at all. */
    readonly status: number,
    readonly reason: string,
    options: { cause?: unknown; retryAfterMs?: number } = {},
  ) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.retryAfterMs = options.retryAfterMs;
  }
  readonly retryAfterMs: number | undefined;
}

/**
 * The agent's few verbs on a Kubernetes API. One implementation speaks HTTP; the same contract suite runs on the
 * simulator and on a real server.
 *
 * - Every call has a time limit: an API that accepts and never answers ends in KubeApiError with status 0, reason "Timeout".
 * - Every answer has a limit of size by its kind: beyond it nothing is read, and the call ends with status 0, reason "TooLarge".
 * - 429 and 503 with Retry-After are retried a few times by every call but `watch`.
 */
export interface KubeClient {
  /** `undefined` on 404. @throws {KubeApiError} */
  get<T extends KubeObject>(
    ref: ObjectRef<T>,
    options?: { signal?: AbortSignal; metadataOnly?: boolean },
  ): Promise<T | undefined>;
  /** All pages joined. A kind that the server does not have is reason "NotFound". @throws {KubeApiError} */
  list<T extends KubeObject>(resource: ResourceKind<T>, options?: ReadOptions<T>): Promise<ListResult<T>>;
  /** Ends when the server closes; throws KubeApiError status 410 reason "Expired" when a new list is needed. */
  watch<T extends KubeObject>(resource: ResourceKind<T>, options: WatchOptions): AsyncIterable<WatchEvent<T>>;
  /** Server-side apply with field manager "alga-agent" unless told otherwise. @throws {KubeApiError} 409 "Conflict" names the other manager. */
  apply<T extends KubeObject>(
    object: KubeObject,
    options?: { force?: boolean; fieldManager?: string; signal?: AbortSignal },
  ): Promise<T>;
  /** Merge patch (RFC 7386). */
  patch<T extends KubeObject>(
    ref: ObjectRef<T>,
    patch: Record<string, unknown>,
    options?: { fieldManager?: string; subresource?: "status" | "scale"; signal?: AbortSignal },
  ): Promise<T>;
  /** @throws {KubeApiError} 409 "AlreadyExists" */
  create<T extends KubeObject>(object: KubeObject, options?: { signal?: AbortSignal }): Promise<T>;
  /** False when it was not there. */
  delete(
    ref: ObjectRef,
    options?: { propagation?: "Background" | "Foreground" | "Orphan"; uid?: string; signal?: AbortSignal },
  ): Promise<boolean>;
  /** Text lines of one container. @throws {KubeApiError} 400 while it waits to start. */
  logs(pod: { namespace: string; name: string }, options?: LogOptions): Promise<ReadableStream<Uint8Array>>;
  /**
   * What the kubelet of a node measures of each of its pods (CPU, memory, volumes), asked through the API server.
   * @throws {KubeApiError} 503 while that kubelet cannot be reached.
   */
  nodeStats(node: string, options?: { signal?: AbortSignal }): Promise<Record<string, unknown>>;
  /** True when `/readyz` says ok, false when it says otherwise. @throws {KubeApiError} of status 0 when nobody answers. */
  isReady(options?: { timeoutMs?: number; signal?: AbortSignal }): Promise<boolean>;
  /** `gitVersion` of the server. */
  version(options?: { signal?: AbortSignal }): Promise<string>;
  close(): void;
}
