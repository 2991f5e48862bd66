import { errorText } from "../../agent/error.ts";
import { abortWith } from "../../agent/signals.ts";
import { ANSWER_LIMITS, LARGE_BYTES, tooLarge } from "./answer_limits.ts";
import { readJsonLines } from "./json_lines.ts";
import { isObject } from "./kube_object.ts";
import { KubeApiError, type KubeObject, type WatchEvent } from "./kube_client.ts";
import type { KubeCall, KubeHttp } from "./kube_http.ts";

const LINE = "line of a watch";

/**
 * The changes that a watch tells, until the server ends it.
 * @throws {KubeApiError} 410 when a new list is needed; status 0 when it broke, told garbage, was silent for too long, or told a line beyond its limit.
 */
export async function* watchEvents<T extends KubeObject>(
  http: KubeHttp,
  call: KubeCall,
  options: { idleMs: number },
): AsyncGenerator<WatchEvent<T>> {
  const idle = new AbortController();
  const unlink = abortWith(idle, call.signal);
  const tooLong = () => tooLarge(`${call.method} ${call.path}`, LINE);
  let timer: ReturnType<typeof setTimeout> | undefined;
  try {
    const response = await http.once({ ...call, signal: idle.signal, streams: true });
    if (!response.body) return;
    timer = setTimeout(() => idle.abort(), options.idleMs);
    const lines = readJsonLines(response.body, {
      maxBytes: ANSWER_LIMITS[LINE],
      tooLong,
      largeBytes: LARGE_BYTES,
      onLarge: () => http.takeLineTurn(idle.signal),
      signal: idle.signal,
    });
    for await (const line of lines) {
      clearTimeout(timer);
      timer = setTimeout(() => idle.abort(), options.idleMs);
      yield toWatchEvent<T>(line);
    }
  } catch (error) {
    if (error instanceof KubeApiError) throw error;
    if (call.signal?.aborted) throw call.signal.reason;
    const silent = idle.signal.aborted;
    throw new KubeApiError(
      `A watch of ${call.path} ended: ${silent ? "it was silent for too long" : errorText(error)}`,
      0,
      silent ? "Timeout" : "Unreachable",
      { cause: error },
    );
  } finally {
    clearTimeout(timer);
    unlink();
    idle.abort();
  }
}

function toWatchEvent<T extends KubeObject>(line: unknown): WatchEvent<T> {
  const event = line as { type?: string; object?: T & { code?: number; reason?: string; message?: string } };
  if (event?.object === undefined) throw new SyntaxError("A line of the watch is not an event");
  switch (event.type) {
    case "ADDED":
    case "MODIFIED":
    case "DELETED":
      if (!isObject(event.object)) throw new SyntaxError("A line of the watch is not about an object");
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
