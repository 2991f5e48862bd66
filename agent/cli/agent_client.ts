import { LINE_HEADER } from "../console/line_name.ts";
import { AgentError } from "../error.ts";
import type { Host } from "../host/host.ts";
import { PATHS } from "../state/paths.ts";
import { AgentRefusal } from "./agent_refusal.ts";

/** Talks to the running agent through its root-only socket. */
export interface AgentClient {
  /** The body of a good answer. @throws {AgentError} When no agent answers. @throws {AgentRefusal} When it says no. */
  // deno-lint-ignore no-explicit-any -- callers know what they asked for; it is our own API
  request(method: "GET" | "POST" | "PUT", path: string, body?: unknown): Promise<any>;
  close(): void;
}

const TIMEOUT_MS = 30_000;

/** A client for the agent of this host. `line`: name of the console that it asks for, else it is a command. */
export function connectAgent(host: Host, { line }: { line?: string } = {}): AgentClient {
  const path = host.path(PATHS.socket);
  const client = Deno.createHttpClient({ proxy: { transport: "unix", path } });
  return {
    async request(method, url, body) {
      let response: Response;
      let text: string;
      try {
        response = await fetch(`http://localhost${url}`, {
          client,
          method,
          signal: AbortSignal.timeout(TIMEOUT_MS),
          headers: {
            ...body === undefined ? {} : { "content-type": "application/json" },
            ...line === undefined ? {} : { [LINE_HEADER]: line },
          },
          ...body === undefined ? {} : { body: JSON.stringify(body) },
        });
        text = await response.text();
      } catch (cause) {
        throw await noAnswer(path, cause);
      }
      let answer: unknown;
      try {
        answer = text === "" ? undefined : JSON.parse(text);
      } catch (cause) {
        throw new AgentError(
          "TIMEOUT",
          `The agent gave no JSON answer to ${url} (status ${response.status})`,
          { cause },
        );
      }
      if (response.status >= 300) throw new AgentRefusal(response.status, answer);
      return answer;
    },
    close: () => client.close(),
  };
}

/** An answer of the agent as it comes. */
export interface AgentStream {
  bytes: ReadableStream<Uint8Array>;
  /** Once all bytes are there or nobody wants them. */
  close(): void;
}

/** Asks for something that comes in pieces. @throws {AgentError} When no agent answers. @throws {AgentRefusal} When it says no. */
export async function streamFromAgent(
  host: Host,
  url: string,
  body: unknown,
  signal: AbortSignal,
): Promise<AgentStream> {
  const path = host.path(PATHS.socket);
  const client = Deno.createHttpClient({ proxy: { transport: "unix", path } });
  let response: Response;
  try {
    response = await fetch(`http://localhost${url}`, {
      client,
      method: "POST",
      signal,
      body: JSON.stringify(body),
      headers: { "content-type": "application/json" },
    });
  } catch (cause) {
    client.close();
    throw await noAnswer(path, cause);
  }
  if (response.ok && response.body !== null) return { bytes: response.body, close: () => client.close() };
  const text = await response.text();
  client.close();
  throw new AgentRefusal(response.status, tryParse(text));
}

function tryParse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** Tells apart: no agent, not allowed, does not answer. */
async function noAnswer(path: string, cause: unknown): Promise<AgentError> {
  if (cause instanceof DOMException && cause.name === "TimeoutError") {
    return new AgentError("TIMEOUT", `The agent has not answered for ${TIMEOUT_MS / 1000} s`, {
      hint: 'Look at "journalctl -u alga-appliance"; restart it with "systemctl restart alga-appliance"',
      cause,
    });
  }
  const found = await Deno.lstat(path).catch((error) => error as Error);
  if (found instanceof Deno.errors.PermissionDenied || (!(found instanceof Error) && Deno.uid() !== 0)) {
    return new AgentError("TIMEOUT", "Only root may talk to the agent", {
      hint: "Run it again with sudo",
      cause,
    });
  }
  return new AgentError("TIMEOUT", `No agent is running (nothing answers at ${path})`, {
    hint: 'Start it with "systemctl start alga-appliance", or give its --root',
    cause,
  });
}
