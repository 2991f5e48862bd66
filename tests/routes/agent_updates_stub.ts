import type { OperationView } from "../../agent/operation/operation.ts";
import type {
  AgentUpdateReply,
  AgentUpdateService,
  AgentUpdateView,
} from "../../agent/self_update/agent_update_service.ts";
import { stubOperation } from "./settings_stub.ts";

/** Updates of the agent in memory: what was asked of them is kept in `requests`. */
export interface AgentUpdatesStub extends AgentUpdateService {
  requests: string[];
  shown: AgentUpdateView;
  answer: AgentUpdateReply;
  operate(operation: Partial<OperationView>): void;
}

export function agentUpdatesStub(): AgentUpdatesStub {
  const act = (action: string) => ({ by }: { by: string }) => {
    stub.requests.push(`${action} ${by}`);
    return Promise.resolve(stub.answer);
  };
  const stub: AgentUpdatesStub = {
    requests: [],
    answer: { ok: true },
    shown: {
      version: "1.1.0",
      offered: { version: "1.2.0", release: "1.5.0" },
      operation: stubOperation({ name: "agent-update", title: "Update of the agent" }),
      history: [],
    },
    operate(operation) {
      stub.shown = { ...stub.shown, operation: stubOperation({ name: "agent-update", ...operation }) };
    },
    view: () => stub.shown,
    subscribe: () => () => {},
    apply: act("apply"),
    retry: act("retry"),
    cancel: act("cancel"),
  };
  return stub;
}
