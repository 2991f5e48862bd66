import { type Access, openAccess } from "../access/mod.ts";
import { leaveAuditNote } from "../access/audit_notes.ts";
import { systemClock } from "../clock.ts";
import { AgentError } from "../error.ts";
import type { Host } from "../host/host.ts";
import { PATHS } from "../state/paths.ts";
import { type AgentClient, connectAgent } from "./agent_client.ts";
import { AgentRefusal } from "./agent_refusal.ts";

/** One thing that root does about who may come in. */
export interface DeskAct<T> {
  /** By the running agent. */
  ask(client: AgentClient): Promise<T>;
  /** By the files, where no agent answers: a running one that is deaf takes them up later. */
  act(access: Access): Promise<T>;
  /** What the audit log says of it; left out where nothing changes. */
  audit?: string;
}

/** Does it by the running agent, else by the files. Needs root. @throws {AgentRefusal} If the agent says no. */
export async function atDesk<T>(host: Host, { ask, act, audit }: DeskAct<T>): Promise<T> {
  if (await host.info(PATHS.socket)) {
    const client = connectAgent(host);
    try {
      return await ask(client);
    } catch (error) {
      // An older agent does not know the question, and one that does not answer is no obstacle.
      const isUnknown = error instanceof AgentRefusal && error.status === 404;
      if (!isUnknown && !(error instanceof AgentError && error.code === "TIMEOUT")) throw error;
    } finally {
      client.close();
    }
  }
  const done = await act(await openAccess({ host, clock: systemClock }));
  if (audit !== undefined) {
    // A full disk takes no note, and is no reason not to have done it.
    await leaveAuditNote(host, systemClock, {
      type: audit,
      data: { via: "command line", result: "accepted" },
    }).catch(() => {});
  }
  return done;
}
