import type { Clock } from "../clock.ts";
import type { Host } from "../host/host.ts";
import type { MachineFacts } from "./facts/gather.ts";
import type { SignaturePolicy } from "../trust/mod.ts";
import type { RegistryClient, RegistryMirrors } from "../registry/registry.ts";
import type { ReleasePlace } from "../release/mod.ts";

/** `error` means "could not be checked" and never counts as a pass. */
export type CheckStatus = "pass" | "warn" | "fail" | "error" | "skipped";

/** What a check gives back; the runner adds id, title, vantage, overridable and the time it took. */
export interface CheckOutcome {
  status: CheckStatus;
  /** What was wanted, in words with units ("16 GiB or more"). */
  expected: string;
  /** What is there ("11.7 GiB"). For `skipped` and `error`: why. */
  found: string;
  /** What to do about it; empty on a pass. */
  remediation: string;
  /** Lines for support: file contents, addresses, answers. No secrets. */
  evidence?: readonly string[];
}

export interface CheckResult extends CheckOutcome {
  id: string;
  title: string;
  /** Who will really need this: the agent itself, the container runtime, or pods. */
  vantage: "agent" | "containerd" | "cluster";
  /** A failure that the operator may accept, knowing why. */
  overridable: boolean;
  durationMs: number;
}

/** For whom a check speaks, in words: what one of them reaches or trusts another may not. */
export const VANTAGE_WORDS: Record<CheckResult["vantage"], string> = {
  agent: "this agent",
  containerd: "the container runtime",
  cluster: "pods and Flux",
};

/** Whether a check failed or could not be done: it stands in the way until it is fixed, or accepted where it may be. */
export function standsInTheWay({ status }: Pick<CheckResult, "status">): boolean {
  return status === "fail" || status === "error";
}

export interface PreflightReport {
  startedAt: string;
  finishedAt: string;
  results: readonly CheckResult[];
}

/** A failed or unfinished check that an operator accepted; stored and shown for ever. */
export interface Acknowledgement {
  checkId: string;
  by: string;
  at: string;
  /** What was found when it was accepted; another finding needs another acceptance. */
  found: string;
}

/** What the checks need to know of the answers. Passwords and names are not among it. */
export interface CheckInputs {
  channel: "stable" | "nightly";
  /** Version or digest in place of the channel's newest; empty = none. */
  releaseRef: string;
  /** Where releases lie; the publisher's place without it. */
  releasePlace?: ReleasePlace;
  appUrl: string;
  dnsMode: "system" | "custom";
  dnsServers: readonly string[];
  /** Empty = no proxy. */
  proxyUrl: string;
  noProxy: string;
  /** What becomes of releases without a signature; said only, where nobody chose. */
  signatures?: SignaturePolicy;
}

/** What checks may look at. Nothing here changes the host. */
export interface CheckContext {
  host: Host;
  clock: Clock;
  inputs: CheckInputs;
  registry: RegistryClient;
  mirrors: RegistryMirrors;
  /** Port the agent itself listens on. */
  agentPort: number;
  /** Where k3s is downloaded from in place of its own site. */
  downloadUrl?: string | undefined;
  /** Port of the DNS servers; 53 unless the network is unusual. */
  dnsPort?: number;
  signal: AbortSignal;
}

/** What one run of the checks has besides: facts that they share. */
export interface RunContext extends CheckContext {
  facts: MachineFacts;
}

/** One check as a value; `run` may throw, which becomes `error`. */
export interface Check {
  id: string;
  title: string;
  vantage: CheckResult["vantage"];
  overridable: boolean;
  run(context: RunContext): Promise<CheckOutcome>;
}
