import { createKubeClient } from "../../k8s/client/http_kube_client.ts";
import type { KubeClient, KubeObject, ResourceKind } from "../../k8s/client/kube_client.ts";
import { parseKubeconfig } from "../../k8s/client/kubeconfig.ts";
import { until } from "../until.ts";
import { keptPort } from "./free_port.ts";
import type { Json } from "./kube_fields.ts";
import { KubeStore, type StoredEvent, StoreError } from "./kube_store.ts";

/** One line of a log; a bare text is as old as the pod. */
export type LogLine = string | { atMs: number; text: string };

/** Lines of one container's log, why there are none, or that there was no life before. */
export type LogSource = (
  container: string,
  previous: boolean,
) => readonly LogLine[] | { waiting: string } | "no-previous";

export interface SimKubeApi {
  readonly store: KubeStore;
  readonly port: number;
  readonly url: string;
  /** A kubeconfig of the shape that k3s writes, with a token instead of certificates. */
  readonly kubeconfig: string;
  client(): KubeClient;
  setLogs(namespace: string, pod: string, source: LogSource): void;
  /** What the kubelet of a node measures; a node without it has none that answers. */
  setStats(node: string, summary: Record<string, unknown>): void;
  /** Every request from now on is taken and never answered; open watches are silent. */
  hang(): void;
  /** Closes the port, as a stopped API server does. */
  refuse(): Promise<void>;
  /** Answers 429 to the next requests. */
  throttle(count: number): void;
  /** Ends hang() and refuse(). */
  resume(): Promise<void>;
  close(): Promise<void>;
}

const TOKEN = "simulated-admin-token";
/** As kube-apiserver does (bookmarkFrequency of its watch cache). */
const BOOKMARK_MS = 60_000;

/** A Kubernetes API server over HTTP, as far as the agent and the stand-in controllers need one. */
export async function startSimKubeApi(
  options: { port?: number; now?: () => number } = {},
): Promise<SimKubeApi> {
  const store = new KubeStore(options.now);
  const logs = new Map<string, LogSource>();
  const stats = new Map<string, Record<string, unknown>>();
  const streams = new Set<AbortController>();
  let hung: Promise<void> | undefined;
  let endHang = () => {};
  let throttled = 0;

  async function handle(request: Request): Promise<Response> {
    if (hung) await hung;
    const url = new URL(request.url);
    // Anonymous may ask; credentials that are wrong are refused here too.
    if (url.pathname === "/readyz" && !request.headers.has("authorization")) return new Response("ok");
    if (request.headers.get("authorization") !== `Bearer ${TOKEN}`) {
      return failure(new StoreError(401, "Unauthorized", "Unauthorized"));
    }
    if (url.pathname === "/readyz") return new Response("ok");
    if (throttled > 0) {
      throttled--;
      // As the server's flow control says it: without a Status object.
      return new Response("Too many requests, please try again later.\n", {
        status: 429,
        headers: { "retry-after": "1" },
      });
    }
    if (url.pathname === "/version") {
      return Response.json({ major: "1", minor: "36", gitVersion: "v1.36.5+k3s1" });
    }
    try {
      return await route(request, url);
    } catch (error) {
      if (error instanceof StoreError) return failure(error);
      throw error;
    }
  }

  async function route(request: Request, url: URL): Promise<Response> {
    const target = parsePath(url.pathname);
    if (!target) {
      return failure(new StoreError(404, "NotFound", "the server could not find the requested resource"));
    }
    const kind = store.kind(target.apiVersion, target.plural);
    const manager = url.searchParams.get("fieldManager") ?? "unknown";
    if (target.name === undefined) {
      if (request.method === "POST") {
        const body = await request.json() as KubeObject;
        if (target.namespace !== undefined) body.metadata.namespace = target.namespace;
        return Response.json(store.create(kind, body, manager), { status: 201 });
      }
      if (url.searchParams.get("watch") === "true") return watch(request, url, kind, target.namespace);
      return list(request, url, kind, target.namespace);
    }
    if (target.subresource === "proxy") return summary(kind, target.name, url);
    if (target.subresource === "log") return log(url, target.namespace ?? "", target.name, kind);
    switch (request.method) {
      case "GET":
        return Response.json(view(request, store.get(kind, target.namespace, target.name)));
      case "PUT":
        return Response.json(store.replace(kind, await request.json(), manager, target.subresource));
      case "DELETE": {
        const body = await request.json().catch(() => ({})) as Json;
        const uid = (body.preconditions as { uid?: string } | undefined)?.uid;
        const orphan = body.propagationPolicy === "Orphan";
        return Response.json(
          store.delete(kind, target.namespace, target.name, {
            orphan,
            ...(uid === undefined ? {} : { uid }),
          }),
        );
      }
      case "PATCH": {
        const body = await request.json() as Json;
        if (request.headers.get("content-type") === "application/apply-patch+yaml") {
          return Response.json(
            store.apply(
              kind,
              body as unknown as KubeObject,
              manager,
              url.searchParams.get("force") === "true",
            ),
          );
        }
        return Response.json(
          store.patch(kind, target.namespace, target.name, body, manager, target.subresource),
        );
      }
      default:
        return failure(new StoreError(405, "MethodNotAllowed", "method not allowed"));
    }
  }

  function list(request: Request, url: URL, kind: ResourceKind, namespace: string | undefined): Response {
    const matching = store.list(kind, namespace).filter(selector(url));
    const start = Number(atob(url.searchParams.get("continue") ?? "") || 0);
    const limit = Number(url.searchParams.get("limit") ?? Infinity) || Infinity;
    const items = matching.slice(start, start + limit).map((it) => view(request, it));
    const more = start + limit < matching.length;
    return Response.json({
      apiVersion: kind.apiVersion,
      kind: `${kind.kind}List`,
      metadata: {
        resourceVersion: String(store.version),
        ...(more ? { continue: btoa(String(start + limit)) } : {}),
      },
      items,
    });
  }

  function watch(request: Request, url: URL, kind: ResourceKind, namespace: string | undefined): Response {
    const from = Number(url.searchParams.get("resourceVersion") ?? 0);
    const matches = selector(url);
    const collection = `${kind.apiVersion}/${kind.plural}`;
    const isMine = (it: StoredEvent) =>
      it.collection === collection &&
      (namespace === undefined || it.object.metadata.namespace === namespace) && matches(it.object);
    const missed = store.since(from).filter(isMine);
    const ended = new AbortController();
    streams.add(ended);
    const encoder = new TextEncoder();
    const body = new ReadableStream<Uint8Array>({
      start(controller) {
        const send = (value: unknown) => {
          if (!ended.signal.aborted) controller.enqueue(encoder.encode(`${JSON.stringify(value)}\n`));
        };
        // A server that hangs is silent on open streams too, and catches up afterwards.
        const sendLater = (event: Record<string, unknown>) => {
          if (hung) void hung.then(() => send(event));
          else send(event);
        };
        const sendEvent = (it: StoredEvent) => sendLater({ type: it.type, object: view(request, it.object) });
        missed.forEach(sendEvent);
        const unlisten = store.listen((it) => isMine(it) && sendEvent(it));
        const bookmark = () =>
          hung || send({
            type: "BOOKMARK",
            object: {
              apiVersion: kind.apiVersion,
              kind: kind.kind,
              metadata: { resourceVersion: String(store.version) },
            },
          });
        const timer = setInterval(bookmark, BOOKMARK_MS);
        const end = setTimeout(
          () => {
            bookmark();
            ended.abort();
          },
          Number(url.searchParams.get("timeoutSeconds") ?? 300) * 1000,
        );
        const stop = () => {
          unlisten();
          clearInterval(timer);
          clearTimeout(end);
          streams.delete(ended);
        };
        ended.signal.addEventListener("abort", () => {
          stop();
          try {
            controller.close();
          } catch {
            // The reader was faster.
          }
        });
      },
      // A reader that is gone ends it as the server does: what is still to be said is not.
      cancel: () => ended.abort(),
    });
    return new Response(body, { headers: { "content-type": "application/json" } });
  }

  /** As a real server says it: 404 of a node that it does not know, 503 of one whose kubelet does not answer. */
  function summary(kind: ResourceKind, node: string, url: URL): Response {
    const found = stats.get(store.get(kind, undefined, node).metadata.name);
    if (found !== undefined && url.pathname.endsWith("/proxy/stats/summary")) return Response.json(found);
    return new Response(
      "error trying to reach service: dial tcp 10.41.0.1:10250: connect: connection refused",
      {
        status: 503,
      },
    );
  }

  function log(url: URL, namespace: string, name: string, kind: ResourceKind): Response {
    const pod = store.get(kind, namespace, name);
    const query = url.searchParams;
    const container = query.get("container") ?? pod.spec?.containers?.[0]?.name ?? "";
    const source = logs.get(`${namespace}/${name}`);
    const bad = (text: string) =>
      failure(new StoreError(400, "BadRequest", `container "${container}" in pod "${name}" ${text}`));
    const read = () => source?.(container, query.get("previous") === "true") ?? [];
    const first = read();
    if (first === "no-previous") return bad("has no terminated container of that name");
    if ("waiting" in first) return bad(`is waiting to start: ${first.waiting}`);

    const createdMs = Date.parse(pod.metadata.creationTimestamp ?? "");
    // As the kubelet has it: in whole seconds.
    const sinceMs = Math.floor(Date.parse(query.get("sinceTime") ?? "") / 1000) * 1000;
    const stamped = query.get("timestamps") === "true";
    const textOf = (lines: readonly LogLine[]) =>
      lines.map((it) => typeof it === "string" ? { atMs: createdMs, text: it } : it)
        .filter((it) => !(it.atMs < sinceMs))
        .map((it) => `${stamped ? `${new Date(it.atMs).toISOString()} ` : ""}${it.text}\n`);
    const tail = Number(query.get("tailLines") ?? Infinity);
    const headers = { "content-type": "text/plain" };
    const start = textOf(first).slice(-tail).join("");
    if (query.get("follow") !== "true") {
      return new Response(start.slice(0, Number(query.get("limitBytes") ?? Infinity)), { headers });
    }
    let told = first.length;
    let timer: ReturnType<typeof setInterval>;
    const ended = new AbortController();
    streams.add(ended);
    const stop = () => {
      clearInterval(timer);
      streams.delete(ended);
    };
    const encoder = new TextEncoder();
    const body = new ReadableStream<Uint8Array>({
      start(controller) {
        controller.enqueue(encoder.encode(start));
        timer = setInterval(() => {
          const lines = read();
          if (typeof lines === "string" || "waiting" in lines) return;
          controller.enqueue(encoder.encode(textOf(lines.slice(told)).join("")));
          told = lines.length;
        }, 50);
        ended.signal.addEventListener("abort", () => {
          stop();
          controller.close();
        });
      },
      cancel: () => stop(),
    });
    return new Response(body, { headers });
  }

  let cut = new AbortController();
  let server = listen(options.port ?? keptPort());
  const port = server.addr.port;

  function listen(atPort: number): Deno.HttpServer<Deno.NetAddr> {
    cut = new AbortController();
    return Deno.serve({
      hostname: "127.0.0.1",
      port: atPort,
      signal: cut.signal,
      onListen: () => {},
      onError: () => failure(new StoreError(500, "InternalError", "internal error")),
    }, handle);
  }

  async function closePort(): Promise<void> {
    for (const it of streams) it.abort();
    endHang();
    // The runtime's graceful shutdown waits for ever for the answer to a request that comes in this very moment: its handler never
    // hears of it. A server that is killed does not wait either.
    await new Promise((resolve) => setTimeout(resolve, 0));
    cut.abort();
    await server.finished;
  }

  const api: SimKubeApi = {
    store,
    port,
    url: `http://127.0.0.1:${port}`,
    kubeconfig: kubeconfigText(`http://127.0.0.1:${port}`),
    client: () => createKubeClient(parseKubeconfig(api.kubeconfig)),
    setLogs: (namespace, pod, source) => logs.set(`${namespace}/${pod}`, source),
    setStats: (node, summary) => stats.set(node, summary),
    hang: () => {
      const gate = Promise.withResolvers<void>();
      hung = gate.promise;
      endHang = gate.resolve;
    },
    throttle: (count) => {
      throttled = count;
    },
    refuse: () => closePort(),
    resume: async () => {
      endHang();
      hung = undefined;
      await server.finished.catch(() => {});
      // The kernel may hold the port for a moment longer.
      server = await until("its port is free again", () => listen(port), () => true);
    },
    close: () => {
      hung = undefined;
      return closePort();
    },
  };
  const resume = api.resume;
  api.resume = async () => {
    if (hung) {
      endHang();
      hung = undefined;
    } else await resume();
  };
  return await Promise.resolve(api);
}

function parsePath(
  path: string,
):
  | { apiVersion: string; plural: string; namespace?: string; name?: string; subresource?: string }
  | undefined {
  const parts = path.split("/").slice(1).map(decodeURIComponent);
  const root = parts.shift();
  const apiVersion = root === "api"
    ? parts.shift()
    : root === "apis"
    ? `${parts.shift()}/${parts.shift()}`
    : undefined;
  if (apiVersion === undefined || parts.length === 0) return undefined;
  // "namespaces/NAME/PLURAL…" is inside a namespace; "namespaces" and "namespaces/NAME" are the kind itself.
  const namespace = parts[0] === "namespaces" && parts.length > 2 && parts[2] !== "status"
    ? (parts.shift(), parts.shift())
    : undefined;
  const [plural, name, subresource] = parts;
  return {
    apiVersion,
    plural: plural ?? "",
    ...(namespace === undefined ? {} : { namespace }),
    ...(name === undefined ? {} : { name }),
    ...(subresource === undefined ? {} : { subresource }),
  };
}

/** Label selectors with = and !=; field selectors on name, namespace and involvedObject. */
function selector(url: URL): (object: KubeObject) => boolean {
  const labels = (url.searchParams.get("labelSelector") ?? "").split(",").filter(Boolean).map(parseTerm);
  const fields = (url.searchParams.get("fieldSelector") ?? "").split(",").filter(Boolean).map(parseTerm);
  return (object) =>
    labels.every((it) => (object.metadata.labels?.[it.key] === it.value) === it.equal) &&
    fields.every((it) =>
      (String(it.key.split(".").reduce<unknown>((at, key) => (at as Json | undefined)?.[key], object)) ===
        it.value) === it.equal
    );
}

function parseTerm(text: string): { key: string; value: string; equal: boolean } {
  const match = /^([^=!]+)(!=|==?)(.*)$/.exec(text);
  if (!match) throw new StoreError(400, "BadRequest", `unable to parse requirement: ${text}`);
  return { key: match[1] ?? "", value: match[3] ?? "", equal: match[2] !== "!=" };
}

function view(request: Request, object: KubeObject): KubeObject {
  if (!request.headers.get("accept")?.includes("PartialObjectMetadata")) return object;
  return { apiVersion: "meta.k8s.io/v1", kind: "PartialObjectMetadata", metadata: object.metadata };
}

function failure(error: StoreError): Response {
  const body = {
    kind: "Status",
    apiVersion: "v1",
    status: "Failure",
    message: error.message,
    reason: error.reason,
    code: error.code,
  };
  return Response.json(body, { status: error.code });
}

function kubeconfigText(server: string): string {
  return `apiVersion: v1
kind: Config
clusters:
- cluster:
    server: ${server}
  name: default
contexts:
- context:
    cluster: default
    user: default
  name: default
current-context: default
users:
- name: default
  user:
    token: ${TOKEN}
`;
}
