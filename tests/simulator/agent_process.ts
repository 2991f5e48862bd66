import { mortalCommand } from "../mortal_command.ts";
import { until } from "../until.ts";
import { onFreePort } from "./free_port.ts";
import type { World } from "./world.ts";

/** A running agent and the way to talk to it. */
export interface AgentProcess {
  url: string;
  /** As it is now: it turns over with the first sign-in. */
  readonly token: string;
  pid: number;
  request(
    method: "GET" | "POST" | "PUT",
    path: string,
    body?: unknown,
  ): Promise<{ status: number; body: unknown }>;
  /** What it has said so far. */
  output(): string;
  kill(signal?: Deno.Signal): Promise<Deno.CommandStatus>;
  ended: Promise<Deno.CommandStatus>;
}

/** argv of the agent: a compiled program, else the source. */
export function agentCommand(program?: string): [string, string[]] {
  if (program !== undefined) return [program, []];
  return [Deno.execPath(), ["run", "-A", "--quiet", new URL("../../main.ts", import.meta.url).pathname]];
}

/** Starts `alga-agent serve` in a world and waits until it answers. It dies with this process. */
export async function startAgent(
  world: Pick<World, "root" | "agentArgs">,
  options: { port?: number; listenOn?: string; program?: string } = {},
): Promise<AgentProcess> {
  const start = (port: number) => startOn(port, world, options);
  return await (options.port === undefined ? onFreePort(start) : start(options.port));
}

async function startOn(
  port: number,
  world: Pick<World, "root" | "agentArgs">,
  options: { listenOn?: string; program?: string },
): Promise<AgentProcess> {
  const [program, args] = agentCommand(options.program);
  const listen = ["--listen", `${options.listenOn ?? "127.0.0.1"}:${port}`];
  const child = mortalCommand(program, [...args, "serve", ...listen, ...world.agentArgs], {
    stdout: "piped",
    stderr: "piped",
  }).spawn();
  let said = "";
  const read = async (stream: ReadableStream<Uint8Array>) => {
    for await (
      const text of stream.pipeThrough(
        new TextDecoderStream() as unknown as TransformStream<Uint8Array, string>,
      )
    ) said += text;
  };
  const reading = Promise.all([read(child.stdout), read(child.stderr)]);
  const ended = child.status;
  let isOver = false;
  ended.then(() => isOver = true);
  const url = `http://127.0.0.1:${port}`;
  const kill: AgentProcess["kill"] = async (signal = "SIGTERM") => {
    try {
      child.kill(signal);
    } catch {
      // It has ended already.
    }
    const status = await ended;
    await reading;
    return status;
  };
  const isUp = await until(
    "the agent listens",
    // Its own word comes first: on a port that it could not have, another server may answer.
    async () => isOver ? "over" : /^Listening on /m.test(said) && await isHealthy(url) ? "up" : "starting",
    (it) => it !== "starting",
  ).then((it) => it === "up", () => false);
  if (!isUp) {
    await kill("SIGKILL");
    throw new Error(`The agent did not start: ${said}`);
  }
  const token = () => readToken(world.root);
  return {
    url,
    get token() {
      return token();
    },
    pid: child.pid,
    ended,
    output: () => said,
    request: askAgent(url, token),
    kill,
  };
}

/** As an administrator would read it. */
export function readToken(root: string): string {
  return Deno.readTextFileSync(`${root}/var/lib/alga-appliance/setup-token`).trim();
}

async function isHealthy(url: string): Promise<boolean> {
  const answer = await fetch(`${url}/healthz`).catch(() => undefined);
  await answer?.body?.cancel();
  return answer?.ok ?? false;
}

/** Requests with the token, as a program makes them. */
export function askAgent(url: string, token: () => string): AgentProcess["request"] {
  return async function request(method, path, body) {
    const response = await fetch(url + path, {
      method,
      headers: {
        authorization: `Bearer ${token()}`,
        ...(body === undefined ? {} : { "content-type": "application/json" }),
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    const text = await response.text();
    return { status: response.status, body: text === "" ? undefined : JSON.parse(text) };
  };
}

/** Answers that every walk uses. */
export function sampleInputs(world: Pick<World, "appUrl">): Record<string, unknown> {
  return {
    appUrl: world.appUrl,
    tenantName: "Example Ltd",
    adminFirstName: "Maria",
    adminLastName: "Example",
    adminEmail: "Maria@Example.com",
    adminPassword: "Correct-Horse7!",
  };
}
