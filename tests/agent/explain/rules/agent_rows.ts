import { ago } from "../../status/objects.ts";
import { HEALTHY, type Row } from "../rule_row.ts";

/** Every way in which the rules of this family find something. */
export const AGENT_ROWS: readonly Row[] = [
  {
    name: "no room for the agent's own state",
    id: "disk.full",
    red: {
      ...HEALTHY,
      agent: {
        ...HEALTHY.agent,
        diskFull: { path: "/var/lib/alga-appliance/sessions.json", since: ago(60) },
      },
    },
    green: HEALTHY,
  },
  {
    name: "damaged record",
    id: "agent.state-damaged",
    hard: false,
    red: {
      ...HEALTHY,
      remembered: { ...HEALTHY.remembered, stateDamage: "journal.jsonl line 4: wrong checksum" },
    },
    green: HEALTHY,
  },
  {
    name: "setup stopped",
    id: "agent.setup-failed",
    red: {
      ...HEALTHY,
      setup: {
        ...HEALTHY.setup,
        status: "failed",
        stepTitle: "Install Kubernetes",
        since: ago(60),
        failure: {
          category: "k3s",
          code: "K3S_FAILED",
          message: "Cannot start k3s",
          details: "",
          suggestedNextStep: "Look at the log of k3s",
          retrySafe: true,
        },
      },
    },
    green: HEALTHY,
  },
];
