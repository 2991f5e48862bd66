import type { SetupView } from "../../agent/setup/setup_state.ts";
import { PATHS } from "../../agent/state/paths.ts";
import type { StatusDocument } from "../../agent/status/document.ts";
import { pushSampleRelease, type SampleReleaseOptions } from "../release/sample_release_push.ts";
import type { PreflightReport } from "../../agent/preflight/check.ts";
import { agentCommand, type AgentProcess, sampleInputs } from "../simulator/agent_process.ts";
import { agentProgram, fetchSetup, fetchStatus } from "../walk/walk.ts";
import { startAgentInside } from "./node/node_agent.ts";
import { busyboxImage, standinImage } from "./node/node_images.ts";
import { type NodeOptions, type RealNode, startNode } from "./node/real_node.ts";
import { until } from "../until.ts";

/** The port on which the application answers; its pod shares the node's network. */
const APP_PORT = 3000;

/** A real node, our published release in a real registry, and the agent inside, before anything is set up. */
export interface Appliance {
  node: RealNode;
  /** The agent that runs now. */
  agent: AgentProcess;
  /** The answers of {@link Appliance.setUp}. */
  readonly inputs: Record<string, unknown>;
  /** Kills the agent, takes files of its memory away (default: the journal and everything that knows of it), and starts it again. */
  loseMemory(files?: readonly string[]): Promise<void>;
  /** Puts one of the application's images into the registry. */
  pushImage(name: string): Promise<void>;
  /** Publishes another release to the same registry; channels move to it. */
  publish(options?: SampleReleaseOptions): Promise<void>;
  /** Submits the answers, accepts what can be accepted, and waits for the end of setup. */
  setUp(timeoutSec?: number): Promise<SetupView>;
  /** Runs `alga-agent preflight` inside with other answers than those given. */
  preflight(answers: Record<string, unknown>): Promise<PreflightReport>;
  status(): Promise<StatusDocument>;
  stop(): Promise<void>;
}

export async function startAppliance(
  release: SampleReleaseOptions = {},
  options: Pick<NodeOptions, "deafMs"> = {},
): Promise<Appliance> {
  const node = await startNode({ kubernetes: "by-agent", flux: true, ...options });
  try {
    const pushImage = async (name: string) => void await node.push(await standinImage(name, []));
    const publish = async (options: SampleReleaseOptions = {}) => {
      await pushSampleRelease(node.registry.pushUrl, {
        // As in a real release; the agent leads Flux to the mirror.
        chartRepository: { url: "oci://ghcr.io/nine-minds/charts", insecure: false },
        pushImage: async ({ name, kind }) =>
          kind === "shell" ? await node.push(await busyboxImage(name)) : await pushImage(name),
        ...options,
      });
    };
    await publish(release);
    const program = await agentProgram();
    const inputs = sampleInputs({ appUrl: `http://${node.nodeAddress}:${APP_PORT}` });
    const start = () => startAgentInside(node, program === undefined ? {} : { program });
    const appliance: Appliance = {
      node,
      agent: await start(),
      inputs,
      pushImage,
      publish,
      async loseMemory(files = [PATHS.journal, PATHS.journalHead, PATHS.journalHeadCopy]) {
        await appliance.agent.kill("SIGKILL");
        for (const path of files) await Deno.remove(`${node.root}${path}`);
        appliance.agent = await start();
      },
      async setUp(timeoutSec = 300) {
        const { agent } = appliance;
        await accepted(agent, "/api/v1/setup", inputs);
        const settled = (it: SetupView) => it.state.status === "done" || it.state.status === "blocked";
        const view = await until("setup is done", () => fetchSetup(agent), settled, timeoutSec);
        if (view.state.status === "done") return view;
        const bad = view.preflight?.results.filter((it) => it.status === "fail" || it.status === "error") ??
          [];
        if (bad.some((it) => !it.overridable)) {
          throw new Error(`The checks did not pass: ${JSON.stringify(bad, null, 1)}`);
        }
        await accepted(agent, "/api/v1/setup/acknowledge", { checkIds: bad.map((it) => it.id) });
        return await until(
          "setup is done",
          () => fetchSetup(agent),
          (it) => it.state.status === "done",
          timeoutSec,
        );
      },
      async preflight(answers) {
        const path = `${node.namespace.dir}/answers.json`;
        await Deno.writeTextFile(path, JSON.stringify({ ...inputs, ...answers }), { mode: 0o600 });
        const [exe, args] = agentCommand(program);
        const asked = ["preflight", "-o", "json", "--from-file", path, ...node.agentArgs];
        const { stdout } = await node.namespace.run([exe, ...args, ...asked]);
        return JSON.parse(stdout);
      },
      status: () => fetchStatus(appliance.agent),
      async stop() {
        await appliance.agent.kill("SIGKILL");
        await node.stop();
      },
    };
    return appliance;
  } catch (error) {
    await node.stop();
    throw error;
  }
}

async function accepted(agent: AgentProcess, path: string, body: unknown): Promise<void> {
  const answer = await agent.request("POST", path, body);
  if (answer.status >= 300) throw new Error(`${path}: ${JSON.stringify(answer.body)}`);
}
