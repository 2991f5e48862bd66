import * as z from "zod";
import { type Clock, systemClock } from "../../agent/clock.ts";
import { errorText } from "../../agent/error.ts";
import { abortWith } from "../../agent/signals.ts";
import { ANSWER_LIMITS, type AnswerKind, readAtMost, tooLarge } from "./answer_limits.ts";
import { requireUsableCertificate } from "./client_certificate.ts";
import { KubeApiError } from "./kube_client.ts";
import type { Kubeconfig } from "./kubeconfig.ts";
import { Turns } from "./turns.ts";

const REQUEST_TIMEOUT_MS = 15_000;
const RETRIES = 3;
const MAX_RETRY_AFTER_MS = 10_000;

/** Of the kinds that are parsed whole. */
const LARGEST_ANSWER = Math.max(ANSWER_LIMITS.object, ANSWER_LIMITS["page of a list"]);

const REASONS: Record<number, string> = { 404: "NotFound", 410: "Expired", 429: "TooManyRequests" };

const Status = z.object({
  message: z.string().default(""),
  reason: z.string().default(""),
  code: z.number().optional(),
});

/** One request to the API server. */
export interface KubeCall {
  method: string;
  path: string;
  query?: Record<string, string | number | boolean | undefined>;
  body?: unknown;
  contentType?: string;
  accept?: string;
  signal?: AbortSignal | undefined;
  /** What is asked for, which has its limit of size; default "object". */
  answer?: AnswerKind;
  /** Called once the answer is large, before it is read on: it waits for its turn, and may give room for the answer. */
  onLarge?: (signal: AbortSignal) => Promise<Uint8Array<ArrayBuffer> | undefined>;
  /** Told how large the answer was, in bytes. */
  onBytes?: (bytes: number) => void;
  /** The answer is a stream: the time limit ends with the headers. */
  streams?: boolean;
  timeoutMs?: number;
}

interface Answer {
  response: Response;
  bytes?: Uint8Array<ArrayBuffer>;
}

/** HTTP as an API server wants it: who we are, time limits, retries, and its refusals as {@link KubeApiError}. */
export class KubeHttp {
  readonly #config: Kubeconfig;
  readonly #client: Deno.HttpClient;
  readonly #clock: Clock;
  readonly #timeoutMs: number;
  readonly #turns = new Turns();
  /** Lines of watches wait for each other alone: one that stops half-way must not hold up lists. */
  readonly #lineTurns = new Turns();
  /** Where large answers are read, one after the other: new room for each would be garbage faster than it is collected. */
  #room: Uint8Array<ArrayBuffer> | undefined;
  #lineRoom: Uint8Array | undefined;

  /** @throws {AgentError} KUBE_API for a client certificate that cannot be used. */
  constructor(config: Kubeconfig, options: { requestTimeoutMs?: number; clock?: Clock }) {
    const { caPem, clientCertificatePem: cert, clientKeyPem: key } = config;
    const hasIdentity = cert !== undefined && key !== undefined;
    if (hasIdentity) requireUsableCertificate(cert, key);
    this.#client = Deno.createHttpClient({
      ...(caPem === undefined ? {} : { caCerts: [caPem] }),
      ...(hasIdentity ? { cert, key } : {}),
    });
    this.#config = config;
    this.#clock = options.clock ?? systemClock;
    this.#timeoutMs = options.requestTimeoutMs ?? REQUEST_TIMEOUT_MS;
  }

  /** One try. @throws {KubeApiError} "TooLarge" when the answer is beyond its limit. */
  async once(call: KubeCall): Promise<Response> {
    return toResponse(await this.#once(call));
  }

  /** Waits for its turn to read a long line of a watch; gives room for it, and what ends the turn. */
  async takeLineTurn(signal: AbortSignal): Promise<{ room: Uint8Array; end(): void }> {
    const end = await this.#lineTurns.take(signal);
    return { room: this.#lineRoom ??= new Uint8Array(ANSWER_LIMITS["line of a watch"]), end };
  }

  /** The answer, and its bytes where it is not a stream: valid until the turn of a large one ends. */
  async #once(call: KubeCall): Promise<Answer> {
    const limit = new AbortController();
    const timer = setTimeout(() => limit.abort(), call.timeoutMs ?? this.#timeoutMs);
    const unlink = abortWith(limit, call.signal);
    let isOpen = false;
    try {
      const response = await this.#fetch(call, limit.signal);
      if (!response.ok) throw await toError(call, response);
      if (call.streams) {
        isOpen = true;
        return { response };
      }
      const kind = call.answer ?? "object";
      const bytes = await readAtMost(
        response.body,
        ANSWER_LIMITS[kind],
        () => call.onLarge?.(limit.signal) ?? Promise.resolve(undefined),
        limit.signal,
      ); // within the time limit too
      if (bytes === undefined) throw tooLarge(`${call.method} ${call.path}`, kind);
      call.onBytes?.(bytes.length);
      return { response, bytes };
    } catch (error) {
      if (error instanceof KubeApiError) throw error;
      if (call.signal?.aborted) throw call.signal.reason;
      if (limit.signal.aborted) {
        throw new KubeApiError(
          `The Kubernetes API did not answer in time: ${call.method} ${call.path}`,
          0,
          "Timeout",
        );
      }
      throw new KubeApiError(`The Kubernetes API cannot be reached: ${errorText(error)}`, 0, "Unreachable", {
        cause: error,
      });
    } finally {
      clearTimeout(timer);
      if (!isOpen) unlink(); // an open stream ends with its signal
    }
  }

  /** As often as the server asks for it, within reason. @throws {KubeApiError} */
  async send(call: KubeCall): Promise<Response> {
    return toResponse(await this.#send(call));
  }

  async #send(call: KubeCall): Promise<Answer> {
    for (let attempt = 1;; attempt++) {
      try {
        return await this.#once(call);
      } catch (error) {
        if (!(error instanceof KubeApiError)) throw error;
        // A kept connection that the server closed meanwhile fails like an absent server; a second try opens a new one.
        const stale = error.reason === "Unreachable" && attempt === 1 && call.method !== "POST";
        const waitMs = stale ? 0 : error.retryAfterMs;
        if (waitMs === undefined || attempt > RETRIES) throw error;
        await this.#clock.sleep(Math.min(waitMs, MAX_RETRY_AFTER_MS), call.signal);
      }
    }
  }

  /** The object that an answer holds. @throws {KubeApiError} "NotJson" when it holds anything else. */
  async json<T extends object>(call: KubeCall, isWhole: (value: object) => boolean = () => true): Promise<T> {
    let endTurn: (() => void) | undefined;
    const onLarge = async (signal: AbortSignal) => {
      endTurn ??= await this.#turns.take(signal); // a second try still has it
      return this.#room ??= new Uint8Array(LARGEST_ANSWER);
    };
    try {
      const { response, bytes } = await this.#send({ ...call, onLarge });
      let value: unknown;
      let cause: unknown;
      try {
        value = JSON.parse(new TextDecoder().decode(bytes));
      } catch (error) {
        cause = error;
      }
      if (typeof value === "object" && value !== null && !Array.isArray(value) && isWhole(value)) {
        return value as T;
      }
      throw new KubeApiError(
        `The Kubernetes API gave something else than was asked for: ${call.method} ${call.path}`,
        response.status,
        "NotJson",
        { cause },
      );
    } finally {
      endTurn?.();
    }
  }

  close(): void {
    this.#client.close();
  }

  #fetch(call: KubeCall, signal: AbortSignal): Promise<Response> {
    const { token, server } = this.#config;
    const url = new URL(server + call.path);
    for (const [key, value] of Object.entries(call.query ?? {})) {
      if (value !== undefined && value !== false) url.searchParams.set(key, String(value));
    }
    return fetch(url, {
      client: this.#client,
      method: call.method,
      signal,
      redirect: "error",
      headers: {
        accept: call.accept ?? "application/json",
        ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
        ...(call.body === undefined ? {} : { "content-type": call.contentType ?? "application/json" }),
      },
      ...(call.body === undefined ? {} : { body: JSON.stringify(call.body) }),
    });
  }
}

function toResponse({ response, bytes }: Answer): Response {
  return bytes === undefined ? response : new Response(bytes, response);
}

async function toError(call: KubeCall, response: Response): Promise<KubeApiError> {
  const bytes = await readAtMost(response.body, ANSWER_LIMITS.refusal).catch(() => undefined);
  let status: z.infer<typeof Status> = { message: "", reason: "" };
  try {
    status = Status.parse(JSON.parse(new TextDecoder().decode(bytes)));
  } catch {
    // A proxy or a starting server answers with plain text, and what is endless is nothing at all.
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
