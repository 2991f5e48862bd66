import { agentCommand, type AgentProcess, askAgent, readToken } from "../../simulator/agent_process.ts";
import type { RealNode } from "./real_node.ts";

const START_TIMEOUT_MS = 60_000;

/** Starts `alga-agent serve` inside a node, as on an appliance; it is asked from outside, at the node's address. */
export async function startAgentInside(
  node: RealNode,
  options: { port?: number; program?: string } = {},
): Promise<AgentProcess> {
  const port = options.port ?? 8080;
  const { namespace, root, nodeAddress } = node;
  const logPath = `${namespace.dir}/log/agent-${port}.log`;
  const [program, args] = agentCommand(options.program);
  const from = (await readText(logPath)).length;
  const serve = ["serve", "--listen", `0.0.0.0:${port}`, ...node.agentArgs];
  const child = namespace.start([program, ...args, ...serve], {
    logPath,
    env: { DENO_NO_UPDATE_CHECK: "1", NO_COLOR: "1" },
  });
  let isOver = false;
  const ended = child.status.finally(() => isOver = true);
  const output = () => Deno.readTextFileSync(logPath).slice(from);
  const url = `http://${nodeAddress}:${port}`;
  const deadlineMs = Date.now() + START_TIMEOUT_MS;
  for (;;) {
    const answer = await fetch(`${url}/healthz`).catch(() => undefined);
    await answer?.body?.cancel();
    if (answer?.ok) break;
    if (isOver || Date.now() > deadlineMs) {
      throw new Error(`The agent did not start: ${await readText(logPath)}`);
    }
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  const token = () => readToken(root);
  const pid = await agentPid(child.pid);
  return {
    url,
    get token() {
      return token();
    },
    pid,
    ended,
    output,
    request: askAgent(url, token),
    async kill(signal = "SIGTERM") {
      try {
        Deno.kill(pid, signal);
      } catch {
        // It has ended already.
      }
      return await ended;
    },
  };
}

/** We hold nsenter's number; the agent is its child, as this machine numbers it. */
async function agentPid(nsenter: number): Promise<number> {
  const children = await Deno.readTextFile(`/proc/${nsenter}/task/${nsenter}/children`);
  const pid = Number(children.trim().split(" ")[0]);
  if (!(pid > 1)) throw new Error("The agent has ended");
  return pid;
}

async function readText(path: string): Promise<string> {
  return await Deno.readTextFile(path).catch(() => "");
}
