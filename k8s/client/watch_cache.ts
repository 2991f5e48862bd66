import type { Clock } from "../../agent/clock.ts";
import { errorText } from "../../agent/error.ts";
import { ObjectBudget } from "./answer_limits.ts";
import { KubeApiError, type KubeClient, type KubeObject, type ResourceKind } from "./kube_client.ts";

const FIRST_RETRY_MS = 500;
const LONGEST_RETRY_MS = 10_000;
/** A watch that ends sooner and without a word counts as a failure: its server would be asked without a pause. */
const SHORT_WATCH_MS = 1_000;
/** A kind that the server lacks (Flux is not installed yet) is asked for again after this long. */
const MISSING_KIND_RETRY_MS = 3_000;

/** What a cache keeps and whom it tells. */
export interface WatchCacheOptions<V> {
  client: KubeClient;
  resource: ResourceKind;
  namespace?: string;
  labelSelector?: string;
  fieldSelector?: string;
  metadataOnly?: boolean;
  /** Cuts an object down on arrival; `undefined` = not kept. */
  project: (object: KubeObject) => V | undefined;
  clock: Clock;
  onChange: () => void;
  /** Shared with the other caches of the cluster; default one of its own. */
  budget?: ObjectBudget;
  /** 0 ≤ n < 1, spreads retries. */
  random?: () => number;
}

/** Whether what the cache holds can be believed. */
export interface WatchState {
  /** A list has been read; the items are the cluster's, as of `lastContactAt`. */
  synced: boolean;
  lastContactAt?: string;
  /** Why it is not in contact now. */
  error?: string;
  missingKind: boolean;
}

/**
 * Projections of every object of one kind, kept current by list and watch.
 *
 * - A lost watch resumes where it was; 410 lists again; neither loses the items meanwhile.
 * - Memory is bounded by what `project` keeps of as many objects as its budget has.
 */
export class WatchCache<V> {
  readonly #options: WatchCacheOptions<V>;
  readonly #budget: ObjectBudget;
  #items = new Map<string, V>();
  #array: readonly V[] | undefined;
  #state: WatchState = { synced: false, missingKind: false };

  constructor(options: WatchCacheOptions<V>) {
    this.#options = options;
    this.#budget = options.budget ?? new ObjectBudget();
  }

  items(): readonly V[] {
    return this.#array ??= [...this.#items.values()];
  }

  state(): WatchState {
    return this.#state;
  }

  /** Works until the signal aborts; never throws. */
  async run(signal: AbortSignal): Promise<void> {
    const { clock } = this.#options;
    let resourceVersion: string | undefined;
    let failures = 0;
    while (!signal.aborted) {
      this.#events = 0;
      try {
        resourceVersion ??= await this.#list(signal);
        const startedMs = clock.nowMs();
        resourceVersion = await this.#watch(resourceVersion, signal);
        const isShort = this.#events === 0 && clock.nowMs() - startedMs < SHORT_WATCH_MS;
        failures = isShort ? failures + 1 : 0;
        if (isShort) await this.#backOff(failures, signal);
      } catch (error) {
        if (signal.aborted) return;
        const missingKind = error instanceof KubeApiError && error.status === 404;
        const expired = error instanceof KubeApiError && error.status === 410;
        if (this.#events > 0) failures = 0;
        failures++;
        if (expired) {
          resourceVersion = undefined;
          // Once is what compaction looks like; again and again without a change in between is a server that lies.
          if (failures > 1) await this.#backOff(failures, signal);
          continue;
        }
        if (needsList(error)) resourceVersion = undefined;
        else resourceVersion = this.#resume;
        if (missingKind) this.#replace(new Map());
        this.#setState({
          ...this.#state,
          missingKind,
          synced: this.#state.synced && !missingKind,
          error: errorText(error),
        });
        await this.#backOff(failures, signal, missingKind ? MISSING_KIND_RETRY_MS : undefined);
      }
    }
  }

  async #backOff(failures: number, signal: AbortSignal, fixedMs?: number): Promise<void> {
    const waitMs = fixedMs ?? Math.min(FIRST_RETRY_MS * 2 ** (failures - 1), LONGEST_RETRY_MS);
    const spread = 0.5 + 0.5 * (this.#options.random ?? Math.random)();
    await this.#options.clock.sleep(waitMs * spread, signal).catch(() => {});
  }

  /** Changes seen by the watch that runs now. */
  #events = 0;

  /** Where a broken watch goes on. */
  #resume: string | undefined;

  async #list(signal: AbortSignal): Promise<string> {
    const { client, resource, project } = this.#options;
    const items = new Map<string, V>();
    const each = (object: KubeObject) => {
      const view = project(object);
      if (view !== undefined) this.#keep(items, keyOf(object), view);
    };
    const listed = await client.list(resource, { ...this.#selection(), signal, each }).catch((error) => {
      this.#budget.giveBack(items.size);
      throw error;
    });
    this.#resume = listed.resourceVersion;
    this.#replace(items);
    this.#setState({ synced: true, missingKind: false, lastContactAt: this.#now() });
    return listed.resourceVersion;
  }

  async #watch(from: string, signal: AbortSignal): Promise<string> {
    const { client, resource, project, onChange } = this.#options;
    this.#resume = from;
    for await (
      const event of client.watch(resource, { ...this.#selection(), resourceVersion: from, signal })
    ) {
      if (this.#state.error !== undefined) {
        this.#setState({
          synced: true,
          missingKind: false,
          lastContactAt: this.#now(),
        });
      } else this.#state = { ...this.#state, lastContactAt: this.#now() };
      this.#events++;
      if (event.type === "BOOKMARK") {
        this.#resume = event.resourceVersion;
        continue;
      }
      this.#resume = event.object.metadata.resourceVersion ?? this.#resume;
      const view = event.type === "DELETED" ? undefined : project(event.object);
      const key = keyOf(event.object);
      if (view !== undefined) this.#keep(this.#items, key, view);
      else if (this.#items.delete(key)) this.#budget.giveBack(1);
      this.#array = undefined;
      onChange();
    }
    return this.#resume ?? from;
  }

  /** @throws {KubeApiError} "TooLarge" when there is no room for another one. */
  #keep(items: Map<string, V>, key: string, view: V): void {
    if (!items.has(key)) this.#budget.take(this.#options.resource.plural);
    items.set(key, view);
  }

  #selection(): {
    namespace?: string;
    labelSelector?: string;
    fieldSelector?: string;
    metadataOnly?: boolean;
  } {
    const { namespace, labelSelector, fieldSelector, metadataOnly } = this.#options;
    return {
      ...(namespace === undefined ? {} : { namespace }),
      ...(labelSelector === undefined ? {} : { labelSelector }),
      ...(fieldSelector === undefined ? {} : { fieldSelector }),
      ...(metadataOnly === undefined ? {} : { metadataOnly }),
    };
  }

  #replace(items: Map<string, V>): void {
    this.#budget.giveBack(this.#items.size);
    this.#items = items;
    this.#array = undefined;
    this.#options.onChange();
  }

  #setState(state: WatchState): void {
    const changed = state.error !== this.#state.error || state.synced !== this.#state.synced;
    this.#state = state;
    if (changed) this.#options.onChange();
  }

  #now(): string {
    return new Date(this.#options.clock.nowMs()).toISOString();
  }
}

/** Whether a watch cannot go on where it was: the server said so, or told of more than there can be. */
function needsList(error: unknown): boolean {
  return error instanceof KubeApiError && (error.status !== 0 || error.reason === "TooLarge");
}

function keyOf(object: KubeObject): string {
  return `${object.metadata.namespace ?? ""}/${object.metadata.name}`;
}
