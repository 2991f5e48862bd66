import { isOlderVersion } from "../install/compare_builds.ts";
import { LOCAL_PLACES, PACKAGE_PLACES } from "../install/places.ts";
import { hasSystemd } from "../install/service.ts";
import type { Engine, OperationRefusal, OperationView } from "../operation/operation.ts";
import type { AGENT_ARCHITECTURES, ResolvedRelease } from "../release/mod.ts";
import type { Journal } from "../state/journal.ts";
import type { BuildInfo } from "../version.ts";
import type { AgentRequest } from "./agent_request.ts";
import { type AgentUpdateDeps, agentUpdateOperation } from "./agent_update_operation.ts";
import { onAgentUpdate } from "./failure.ts";
import { type AgentAttempt, foldAgentHistory } from "./history.ts";

/** Why an update of the agent was refused. `by-hand`: this agent was not started by its service. */
export type AgentUpdateRefusal = OperationRefusal | { ok: false; reason: "no-agent" | "by-hand" };
export type AgentUpdateReply = { ok: true } | AgentUpdateRefusal;

/** Everything the faces show of updates of the agent. */
export interface AgentUpdateView {
  /** The running one. */
  version: string;
  /** A newer one, and the release that names it. */
  offered?: { version: string; release: string };
  operation: OperationView;
  /** Newest first. */
  history: readonly AgentAttempt[];
}

/** Updates of the agent, behind every face. */
export interface AgentUpdateService {
  /** Another object after each change. */
  view(): AgentUpdateView;
  subscribe(listener: () => void): () => void;
  /** Asks the channel, then begins the update to the agent that its release names. */
  apply(options: { by: string }): Promise<AgentUpdateReply>;
  retry(options: { by: string }): Promise<AgentUpdateReply>;
  cancel(options: { by: string }): Promise<AgentUpdateReply>;
}

/** What the service stands on. */
export interface AgentUpdateServiceDeps extends AgentUpdateDeps {
  engine: Engine;
  journal: Journal;
  build: BuildInfo;
  arch: typeof AGENT_ARCHITECTURES[number];
  /** The believed release that the channel led to when it last answered. */
  release(): ResolvedRelease | undefined;
  /** Asks the channel now. */
  look(): Promise<unknown>;
}

/** Puts the operation into the engine. */
export async function createAgentUpdateService(deps: AgentUpdateServiceDeps): Promise<AgentUpdateService> {
  const { host, engine, journal, build, arch } = deps;
  const handle = await engine.add(agentUpdateOperation(deps));

  /** What a release offers to this agent: a newer one for this machine. */
  function offered(): Omit<AgentRequest, "id"> | undefined {
    const release = deps.release();
    const offer = release?.manifest.agent;
    const program = offer?.programs[arch];
    if (!release || !offer || !program) return undefined;
    if (!isOlderVersion(build.version, offer.version)) return undefined;
    return {
      from: build.version,
      to: offer.version,
      release: { version: release.manifest.version, manifestDigest: release.manifestDigest },
      repository: offer.repository,
      ...program,
    };
  }

  let made: { of: readonly unknown[]; view: AgentUpdateView } | undefined;

  return {
    view() {
      const [release, operation, entries] = [deps.release(), handle.view(), journal.entries()];
      const of = [release, operation, entries.length];
      if (made && made.of.every((it, i) => it === of[i])) return made.view;
      const found = offered();
      const view = {
        version: build.version,
        ...(found && { offered: { version: found.to, release: found.release.version } }),
        operation,
        history: foldAgentHistory(entries).reverse(),
      };
      made = { of, view };
      return view;
    },
    subscribe: (listener) => onAgentUpdate(engine, listener),
    async apply(options) {
      const isService = [LOCAL_PLACES.program, PACKAGE_PLACES.program].includes(deps.program);
      if (!isService || !await hasSystemd(host)) return { ok: false, reason: "by-hand" };
      await deps.look();
      const found = offered();
      if (!found) return { ok: false, reason: "no-agent" };
      return await handle.start({ id: crypto.randomUUID(), ...found }, options);
    },
    retry: (options) => handle.retry(options),
    cancel: (options) => handle.cancel(options),
  };
}
