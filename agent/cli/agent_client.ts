import { AgentError } from "../error.ts";
import type { Host } from "../host/host.ts";
import { PATHS } from "../state/paths.ts";

/** One answer of the running agent. */
export interface AgentReply {
  status: number;
  // deno-lint-ignore no-explicit-any -- callers know what they asked for; it is our own API
  body: any;
}

/** Talks to the running agent through its root-only socket. */
export interface AgentClient {
  /** @throws {AgentError} When no agent answers. */
  request(method: "GET" | "POST", path: string, body?: unknown): Promise<AgentReply>;
  close(): void;
}

const TIMEOUT_MS = 30_000;

/** A client for the agent of this host. */
export function connectAgent(host: Host): AgentClient {
  const path = host.path(PATHS.socket);
  const client = Deno.createHttpClient({ proxy: { transport: "unix", path } });
  return {
    async request(method, url, body) {
      let response: Response;
      try {
        response = await fetch(`http://localhost${url}`, {
          client,
          method,
          signal: AbortSignal.timeout(TIMEOUT_MS),
          ...(body === undefined
            ? {}
            : { body: JSON.stringify(body), headers: { "content-type": "application/json" } }),
        });
      } catch (cause) {
        throw new AgentError("TIMEOUT", "The agent does not answer", {
          hint: 'Run this as root; look at "systemctl status alga-appliance"',
          cause,
        });
      }
      const text = await response.text();
      try {
        return { status: response.status, body: text === "" ? undefined : JSON.parse(text) };
      } catch (cause) {
        throw new AgentError(
          "TIMEOUT",
          `The agent gave no JSON answer to ${url} (status ${response.status})`,
          { cause },
        );
      }
    },
    close: () => client.close(),
  };
}
