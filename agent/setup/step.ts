import type { Clock } from "../clock.ts";
import { AgentError, errorText } from "../error.ts";
import type { Host } from "../host/host.ts";
import type { ResolvedRelease } from "../release/mod.ts";
import type { RegistryClient, RegistryMirrors } from "../registry/registry.ts";
import type { Journal } from "../state/journal.ts";
import type { KubeClient } from "../../k8s/mod.ts";
import type { LoginWatch } from "./login_watch.ts";
import type { StepId } from "./setup_state.ts";
import type { StoredInputs } from "./inputs/stored.ts";

/** What a step may use. Everything that leaves the process comes in here. */
export interface StepContext {
  host: Host;
  clock: Clock;
  journal: Journal;
  inputs: StoredInputs;
  registry: RegistryClient;
  mirrors: RegistryMirrors;
  agentPort: number;
  downloadUrl: string | undefined;
  /** `undefined` while there is no kubeconfig. */
  connectKube(): Promise<KubeClient | undefined>;
  /** The release of the resolve step. @throws {AgentError} RELEASE_INVALID before that step. */
  release(): Promise<ResolvedRelease>;
  login: LoginWatch;
  /** One line for the progress page and the log. No secret. */
  say(text: string): void;
  signal: AbortSignal;
}

/** One step: a question about the world, and an action that may be repeated. The runner asks again after acting. */
export interface Step {
  id: StepId;
  /** Imperative ("Install Kubernetes"). */
  title: string;
  isDone(context: StepContext): Promise<boolean>;
  run(context: StepContext): Promise<void>;
}

/**
 * Waits until a question is answered with yes. A question that throws is asked again; one that knows it can never come
 * true answers with the error.
 * @throws {AgentError} TIMEOUT naming what was awaited and the last answer.
 */
export async function waitFor(
  context: Pick<StepContext, "clock" | "signal">,
  question: () => Promise<true | string | AgentError>,
  options: { what: string; timeoutSec: number; intervalMs?: number; onWaiting?: (reason: string) => void },
): Promise<void> {
  const endMs = context.clock.nowMs() + options.timeoutSec * 1000;
  let reason = "";
  for (;;) {
    context.signal.throwIfAborted();
    const answer = await question().catch((error) => errorText(error));
    if (answer === true) return;
    if (answer instanceof AgentError) throw answer;
    if (answer !== reason) options.onWaiting?.(answer);
    reason = answer;
    if (context.clock.nowMs() >= endMs) {
      throw new AgentError("TIMEOUT", `Waited ${options.timeoutSec} s for ${options.what}: ${reason}`);
    }
    await context.clock.sleep(options.intervalMs ?? 1_000, context.signal);
  }
}
