import { abortWith, untilAborted } from "../../agent/signals.ts";
import { KINDS } from "./kinds.ts";
import type { LogOptions } from "./kube_client.ts";
import type { KubeHttp } from "./kube_http.ts";
import { resourcePath } from "./resource_path.ts";

/** What a container said. A log that is followed holds its connection until it has ended or is given up. @throws {KubeApiError} */
export async function fetchPodLogs(
  http: KubeHttp,
  pod: { namespace: string; name: string },
  { signal, follow, asItComes, ...query }: LogOptions = {},
): Promise<ReadableStream<Uint8Array>> {
  const over = new AbortController();
  const unlink = abortWith(over, signal);
  try {
    const { body } = await http.send({
      method: "GET",
      path: resourcePath(KINDS.Pod, pod.namespace, pod.name, "log"),
      query: { ...query, follow },
      accept: "*/*",
      answer: "log",
      signal: over.signal,
      streams: follow === true || asItComes === true,
    });
    return withEnd(untilAborted(body, over.signal), () => {
      unlink();
      over.abort();
    });
  } catch (error) {
    unlink();
    throw error;
  }
}

/** The same stream. `ended` is called once it is over, given up (read or not) or broken. */
function withEnd(stream: ReadableStream<Uint8Array> | null, ended: () => void): ReadableStream<Uint8Array> {
  const reader = (stream ?? ReadableStream.from<Uint8Array>([])).getReader();
  return new ReadableStream<Uint8Array>({
    async pull(controller) {
      try {
        const { done, value } = await reader.read();
        if (!done) return controller.enqueue(value);
        controller.close();
      } catch (error) {
        controller.error(error);
      }
      ended();
    },
    async cancel(reason) {
      await reader.cancel(reason).finally(ended);
    },
  }, { highWaterMark: 0 });
}
