import { mortalCommand } from "../mortal_command.ts";
import { onFreePort } from "../simulator/free_port.ts";
import { until } from "../until.ts";

/** The compiled program, serving. */
export interface RunningAgent {
  url: string;
  port: number;
  root: string;
  pid: number;
  /** Read from its file at each call, as an administrator would. */
  token(): Promise<string>;
  /** What it has said so far. */
  output(): string;
  request(
    method: string,
    path: string,
    body?: unknown,
  ): // deno-lint-ignore no-explicit-any -- each test knows what it asked for
  Promise<{ status: number; headers: Headers; body: any }>;
  rssMib(): Promise<number>;
  ended: Promise<Deno.CommandStatus>;
  stop(signal?: Deno.Signal): Promise<Deno.CommandStatus>;
}

/** A connection for each question: one that is kept open and idle may be closed, to make room, as the next question is sent on it. */
const CLIENT = Deno.createHttpClient({ poolMaxIdlePerHost: 0 });
/** Far more than a stop takes on a loaded machine. */
const STOP_MS = 60_000;

export interface StartOptions {
  root: string;
  args?: readonly string[];
  env?: Record<string, string>;
  port?: number;
  listenOn?: string;
  /** Programs that start the program, for example `unshare`. */
  wrapper?: readonly string[];
}

/** Starts `alga-agent serve` and waits until it listens and /healthz answers. The process dies with the test. */
export async function startProgram(program: string, options: StartOptions): Promise<RunningAgent> {
  const start = (port: number) => startOn(port, program, options);
  return await (options.port === undefined ? onFreePort(start) : start(options.port));
}

async function startOn(port: number, program: string, options: StartOptions): Promise<RunningAgent> {
  const listen = `${options.listenOn ?? "127.0.0.1"}:${port}`;
  const [first = program, ...rest] = [...options.wrapper ?? [], program];
  const serve = ["serve", "--root", options.root, "--listen", listen, ...options.args ?? []];
  const child = mortalCommand(first, [...rest, ...serve], {
    env: options.env ?? {},
    stdout: "piped",
    stderr: "piped",
  }).spawn();
  let said = "";
  const reading = Promise.all([child.stdout, child.stderr].map(async (stream) => {
    const decoder = new TextDecoder();
    for await (const chunk of stream) said += decoder.decode(chunk, { stream: true });
  }));
  let isOver = false;
  const ended = child.status.then(async (status) => {
    await reading;
    isOver = true;
    return status;
  });
  const url = `http://127.0.0.1:${port}`;
  const agent: RunningAgent = {
    url,
    port,
    root: options.root,
    pid: child.pid,
    ended,
    token: async () => (await Deno.readTextFile(`${options.root}/var/lib/alga-appliance/setup-token`)).trim(),
    output: () => said,
    async request(method, path, body) {
      const response = await fetch(url + path, {
        client: CLIENT,
        method,
        signal: AbortSignal.timeout(30_000),
        headers: {
          authorization: `Bearer ${await agent.token()}`,
          ...(body === undefined ? {} : { "content-type": "application/json" }),
        },
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      });
      const text = await response.text();
      return {
        status: response.status,
        headers: response.headers,
        body: /json/.test(response.headers.get("content-type") ?? "") ? JSON.parse(text) : text,
      };
    },
    async rssMib() {
      const status = await Deno.readTextFile(`/proc/${child.pid}/status`);
      return Number(/VmRSS:\s+(\d+)/.exec(status)?.[1]) / 1024;
    },
    async stop(signal = "SIGKILL") {
      try {
        child.kill(signal);
      } catch {
        // It has ended already.
      }
      // One that does not end by itself must not hold up the test, which sees how it ended.
      const late = setTimeout(() => child.kill("SIGKILL"), STOP_MS);
      try {
        return await ended;
      } finally {
        clearTimeout(late);
      }
    },
  };
  const isUp = await until(
    "the agent listens",
    // Its own word comes first: on a port that it could not have, another server may answer.
    async () => isOver ? "over" : /^Listening on /m.test(said) && await isHealthy(agent) ? "up" : "starting",
    (it) => it !== "starting",
  ).then((it) => it === "up", () => false);
  if (isUp) return agent;
  await agent.stop();
  throw new Error(`The agent did not start: ${said}`);
}

/** Whether /healthz answers soon. */
export async function isHealthy(agent: Pick<RunningAgent, "url">): Promise<boolean> {
  try {
    const response = await fetch(`${agent.url}/healthz`, {
      client: CLIENT,
      signal: AbortSignal.timeout(15_000),
    });
    return (await response.json()).status === "ok";
  } catch {
    return false;
  }
}

/** A folder and a running agent in it, for the time of one test. */
export async function withAgent(
  program: string,
  body: (agent: RunningAgent) => Promise<void>,
  options: Omit<StartOptions, "root"> & { prepare?: (root: string) => Promise<void> } = {},
): Promise<void> {
  const root = await Deno.makeTempDir({ prefix: "alga-binary-" });
  let agent: RunningAgent | undefined;
  try {
    await options.prepare?.(root);
    agent = await startProgram(program, { ...options, root });
    await body(agent);
  } finally {
    await agent?.stop();
    await Deno.remove(root, { recursive: true });
  }
}
