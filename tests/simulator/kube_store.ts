import { KINDS } from "../../k8s/client/kinds.ts";
import type { KubeObject, ResourceKind } from "../../k8s/client/kube_client.ts";
import { isMap, type Json, leafPaths, mergePatch, removePath, sameJson, setPath } from "./kube_fields.ts";

/** An answer that is not a success, as the API server words it. */
export class StoreError extends Error {
  constructor(readonly code: number, readonly reason: string, message: string) {
    super(message);
  }
}

export interface StoredEvent {
  resourceVersion: number;
  type: "ADDED" | "MODIFIED" | "DELETED";
  collection: string;
  object: KubeObject;
}

interface Entry {
  object: KubeObject;
  /** Field manager and how it wrote ("name Apply", "name Update") → leaf paths that it owns so. */
  owners: Map<string, Set<string>>;
}

const HISTORY_LENGTH = 20_000;
const IMMEDIATE_KINDS = ["Namespace", "Node", "PersistentVolume", "StorageClass", "CustomResourceDefinition"];

/** Objects of every kind, their versions and their history. One process, one store. */
export class KubeStore {
  readonly #kinds = new Map<string, ResourceKind>();
  readonly #collections = new Map<string, Map<string, Entry>>();
  #history: StoredEvent[] = [];
  #version = 1;
  #oldest = 0;
  readonly #listeners = new Set<(event: StoredEvent) => void>();
  readonly now: () => number;

  constructor(now: () => number = Date.now) {
    this.now = now;
    for (const kind of Object.values(KINDS)) {
      if (!kind.apiVersion.includes("toolkit.fluxcd.io")) this.addKind(kind);
    }
    for (const name of ["default", "kube-system"]) {
      this.create(KINDS.Namespace, { metadata: { name } }, "simulator");
    }
  }

  /** Makes a kind known, as a CustomResourceDefinition does. */
  addKind(kind: ResourceKind): void {
    this.#kinds.set(`${kind.apiVersion}/${kind.plural}`, kind);
  }

  kind(apiVersion: string, plural: string): ResourceKind {
    const found = this.#kinds.get(`${apiVersion}/${plural}`);
    if (!found) throw new StoreError(404, "NotFound", "the server could not find the requested resource");
    return found;
  }

  kinds(): ResourceKind[] {
    return [...this.#kinds.values()];
  }

  get version(): number {
    return this.#version;
  }

  /** Forgets history, so that watches from an older version get 410. */
  compact(): void {
    this.#history = [];
    this.#oldest = this.#version;
  }

  /** Events after a version. @throws {StoreError} 410 when they are forgotten. */
  since(resourceVersion: number): StoredEvent[] {
    if (resourceVersion < this.#oldest) {
      throw new StoreError(410, "Expired", `too old resource version: ${resourceVersion} (${this.#version})`);
    }
    return this.#history.filter((it) => it.resourceVersion > resourceVersion);
  }

  listen(listener: (event: StoredEvent) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  get(kind: ResourceKind, namespace: string | undefined, name: string): KubeObject {
    return this.#entry(kind, namespace, name).object;
  }

  list(kind: ResourceKind, namespace?: string): KubeObject[] {
    const all = [...this.#collection(kind).values()].map((it) => it.object);
    const found = namespace === undefined ? all : all.filter((it) => it.metadata.namespace === namespace);
    return found.sort((a, b) => keyOf(a) < keyOf(b) ? -1 : 1);
  }

  create(
    kind: ResourceKind,
    given: KubeObject,
    manager: string,
    operation: Operation = "Update",
  ): KubeObject {
    const name = given.metadata.name ??
      `${given.metadata.generateName ?? ""}${crypto.randomUUID().slice(0, 5)}`;
    const key = `${given.metadata.namespace ?? ""}/${name}`;
    if (this.#collection(kind).has(key)) {
      throw new StoreError(409, "AlreadyExists", `${kind.plural} "${name}" already exists`);
    }
    this.#requireNamespace(kind, given.metadata.namespace);
    const object: KubeObject = {
      ...structuredClone(given),
      apiVersion: kind.apiVersion,
      kind: kind.kind,
      metadata: {
        ...structuredClone(given.metadata),
        name,
        uid: crypto.randomUUID(),
        creationTimestamp: new Date(this.now()).toISOString().replace(/\.\d+Z/, "Z"),
        generation: 1,
      },
    };
    defaults(object);
    const entry = { object, owners: new Map([[`${manager} ${operation}`, new Set(ownable(given).keys())]]) };
    this.#collection(kind).set(key, entry);
    this.#publish("ADDED", kind, entry);
    if (kind.kind === "CustomResourceDefinition") this.#establish(object);
    return entry.object;
  }

  /** Merge patch; `status` touches status alone and nothing else touches it. */
  patch(
    kind: ResourceKind,
    namespace: string | undefined,
    name: string,
    patch: Json,
    manager: string,
    subresource?: string,
  ): KubeObject {
    const entry = this.#entry(kind, namespace, name);
    const wanted = mergePatch(entry.object, patch) as KubeObject;
    if (subresource === "status") {
      return this.#update(kind, entry, { ...entry.object, status: wanted.status }, manager);
    }
    // Kinds without a status subresource do not matter to us; every kind here has one.
    return this.#update(kind, entry, { ...wanted, status: entry.object.status ?? wanted.status }, manager);
  }

  replace(kind: ResourceKind, given: KubeObject, manager: string, subresource?: string): KubeObject {
    const entry = this.#entry(kind, given.metadata.namespace, given.metadata.name);
    const wanted = given.metadata.resourceVersion;
    if (wanted !== undefined && wanted !== entry.object.metadata.resourceVersion) {
      throw new StoreError(
        409,
        "Conflict",
        `Operation cannot be fulfilled on ${kind.plural} "${given.metadata.name}": the object has been modified`,
      );
    }
    const next = subresource === "status"
      ? { ...entry.object, status: given.status }
      : { ...structuredClone(given), status: entry.object.status };
    return this.#update(kind, entry, next, manager);
  }

  /** Server-side apply. */
  apply(kind: ResourceKind, given: KubeObject, manager: string, force: boolean): KubeObject {
    const key = keyOf(given);
    const entry = this.#collection(kind).get(key);
    if (!entry) return this.create(kind, given, manager, "Apply");
    const self = `${manager} Apply`;
    const wanted = ownable(given);
    const conflicts: string[] = [];
    for (const [path, value] of wanted) {
      for (const [other, paths] of entry.owners) {
        if (other === self || !paths.has(path)) continue;
        if (sameJson(ownable(entry.object).get(path), value)) continue;
        if (force) paths.delete(path);
        else conflicts.push(`conflict with "${nameOf(other)}": .${(JSON.parse(path) as string[]).join(".")}`);
      }
    }
    if (conflicts.length > 0) {
      const count = conflicts.length === 1 ? "1 conflict" : `${conflicts.length} conflicts`;
      throw new StoreError(409, "Conflict", `Apply failed with ${count}: ${conflicts.join("; ")}`);
    }
    const next = structuredClone(entry.object) as unknown as Json;
    for (const path of entry.owners.get(self) ?? []) {
      const ownedElsewhere = [...entry.owners].some(([other, paths]) => other !== self && paths.has(path));
      if (!wanted.has(path) && !ownedElsewhere) removePath(next, path);
    }
    for (const [path, value] of wanted) setPath(next, path, value);
    entry.owners.set(self, new Set(wanted.keys()));
    return this.#update(kind, entry, next as unknown as KubeObject, undefined);
  }

  delete(
    kind: ResourceKind,
    namespace: string | undefined,
    name: string,
    options: { uid?: string; orphan?: boolean } = {},
  ): KubeObject {
    const entry = this.#entry(kind, namespace, name);
    if (options.uid !== undefined && options.uid !== entry.object.metadata.uid) {
      throw new StoreError(409, "Conflict", "Precondition failed: UID in precondition");
    }
    this.#collection(kind).delete(keyOf(entry.object));
    this.#publish("DELETED", kind, entry);
    if (kind.kind === "CustomResourceDefinition") this.#forget(entry.object);
    if (kind.kind === "Namespace") this.#sweep((it) => it.metadata.namespace === name);
    else if (!options.orphan) {
      const uid = entry.object.metadata.uid;
      this.#sweep((it) => it.metadata.ownerReferences?.some((owner) => owner.uid === uid) ?? false);
    }
    return entry.object;
  }

  #sweep(mine: (object: KubeObject) => boolean): void {
    for (const kind of this.kinds()) {
      for (const object of this.list(kind)) {
        if (mine(object) && this.#collection(kind).has(keyOf(object))) {
          this.delete(kind, object.metadata.namespace, object.metadata.name);
        }
      }
    }
  }

  #update(kind: ResourceKind, entry: Entry, next: KubeObject, manager: string | undefined): KubeObject {
    const before = entry.object;
    const fixed = {
      uid: before.metadata.uid,
      creationTimestamp: before.metadata.creationTimestamp,
      resourceVersion: before.metadata.resourceVersion,
      generation: before.metadata.generation,
    };
    const object = { ...next, metadata: { ...next.metadata, ...fixed } } as KubeObject;
    defaults(object);
    for (const field of Object.keys(object)) if (object[field] === undefined) delete object[field];
    for (const field of Object.keys(object.metadata)) {
      if (object.metadata[field] === undefined) delete object.metadata[field];
    }
    const clean = structuredClone(before);
    if (
      sameJson({ ...object, metadata: { ...object.metadata, managedFields: undefined } }, {
        ...clean,
        metadata: { ...clean.metadata, managedFields: undefined },
      })
    ) return before;
    if (!sameJson(object.spec, before.spec)) {
      object.metadata.generation = (before.metadata.generation ?? 1) + 1;
    }
    if (manager !== undefined) {
      const old = ownable(before);
      const self = `${manager} Update`;
      const mine = entry.owners.get(self) ?? new Set();
      for (const [path, value] of ownable(object)) {
        if (sameJson(old.get(path), value)) continue;
        for (const paths of entry.owners.values()) paths.delete(path);
        mine.add(path);
      }
      entry.owners.set(self, mine);
    }
    entry.object = object;
    this.#publish("MODIFIED", kind, entry);
    return entry.object;
  }

  #publish(type: StoredEvent["type"], kind: ResourceKind, entry: Entry): void {
    const version = ++this.#version;
    const managedFields = [...entry.owners].filter(([, paths]) => paths.size > 0).map(([owner]) => ({
      manager: nameOf(owner),
      operation: owner.slice(nameOf(owner).length + 1),
    }));
    entry.object = {
      ...entry.object,
      metadata: { ...entry.object.metadata, resourceVersion: String(version), managedFields },
    };
    const event = {
      resourceVersion: version,
      type,
      collection: `${kind.apiVersion}/${kind.plural}`,
      object: entry.object,
    };
    this.#history.push(event);
    if (this.#history.length > HISTORY_LENGTH) {
      this.#oldest = this.#history[HISTORY_LENGTH / 2]?.resourceVersion ?? version;
      this.#history = this.#history.slice(HISTORY_LENGTH / 2);
    }
    for (const listener of this.#listeners) listener(event);
  }

  #establish(crd: KubeObject): void {
    const { group, names, scope, versions } = crd.spec ?? {};
    for (const version of versions ?? []) {
      this.addKind({
        apiVersion: `${group}/${version.name}`,
        kind: names.kind,
        plural: names.plural,
        namespaced: scope === "Namespaced",
      });
    }
    const status = {
      conditions: [{ type: "Established", status: "True", reason: "InitialNamesAccepted", message: "" }],
    };
    this.patch(
      KINDS.CustomResourceDefinition,
      undefined,
      crd.metadata.name,
      { status },
      "simulator",
      "status",
    );
  }

  /** The kind of a definition goes, and its objects with it. */
  #forget({ spec: { group, names, versions } = {} }: KubeObject): void {
    for (const { name } of versions ?? []) {
      const kind = this.kind(`${group}/${name}`, names.plural);
      for (const { metadata } of this.list(kind)) this.delete(kind, metadata.namespace, metadata.name);
      this.#kinds.delete(`${kind.apiVersion}/${kind.plural}`);
    }
  }

  #requireNamespace(kind: ResourceKind, namespace: string | undefined): void {
    if (!kind.namespaced || IMMEDIATE_KINDS.includes(kind.kind)) return;
    if (namespace === undefined) {
      throw new StoreError(400, "BadRequest", "the namespace of the object is missing");
    }
    if (!this.#collection(KINDS.Namespace).has(`/${namespace}`)) {
      throw new StoreError(404, "NotFound", `namespaces "${namespace}" not found`);
    }
  }

  #entry(kind: ResourceKind, namespace: string | undefined, name: string): Entry {
    const found = this.#collection(kind).get(`${kind.namespaced ? namespace ?? "" : ""}/${name}`);
    if (!found) throw new StoreError(404, "NotFound", `${kind.plural} "${name}" not found`);
    return found;
  }

  #collection(kind: ResourceKind): Map<string, Entry> {
    const key = `${kind.apiVersion}/${kind.plural}`;
    let found = this.#collections.get(key);
    if (!found) this.#collections.set(key, found = new Map());
    return found;
  }
}

/** What the real server fills in and the agent relies on. */
function defaults(object: KubeObject): void {
  if (object.kind === "Secret" && isMap(object.stringData)) {
    const encoded = Object.entries(object.stringData as Record<string, string>).map((
      [key, value],
    ) => [key, encodeBase64(value)]);
    object.data = { ...(object.data as Json | undefined), ...Object.fromEntries(encoded) };
    delete object.stringData;
  }
  if (object.kind === "Secret") object.type ??= "Opaque";
}

function encodeBase64(text: string): string {
  return btoa(String.fromCharCode(...new TextEncoder().encode(text)));
}

type Operation = "Apply" | "Update";

/** The name in the key of an owner. */
function nameOf(owner: string): string {
  return owner.slice(0, owner.lastIndexOf(" "));
}

/** Leaves that a manager can own: not identity, not status. */
function ownable(object: KubeObject): Map<string, unknown> {
  const { apiVersion: _a, kind: _k, status: _s, metadata, ...rest } = object;
  const {
    name: _n,
    namespace: _ns,
    uid: _u,
    resourceVersion: _r,
    generation: _g,
    creationTimestamp: _c,
    managedFields: _m,
    ...meta
  } = metadata;
  const copy = structuredClone({ ...rest, metadata: meta }) as KubeObject;
  copy.kind = object.kind ?? "";
  defaults(copy);
  delete (copy as Json).kind;
  if (object.kind === "Secret" && object.type === undefined) delete (copy as Json).type;
  const leaves = leafPaths(copy);
  leaves.delete(JSON.stringify(["metadata"]));
  return leaves;
}

function keyOf(object: KubeObject): string {
  return `${object.metadata.namespace ?? ""}/${object.metadata.name}`;
}
