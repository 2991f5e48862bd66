import { Gauge, Registry } from "prom-client";
import type { RollupState, StatusDocument } from "../agent/status/document.ts";
import type { UpdateView } from "../agent/update/update_service.ts";

const STATES: readonly RollupState[] = [
  "installing",
  "ready_to_log_in",
  "ready_with_background_issues",
  "fully_healthy",
  "failed_action_required",
];
const ANSWERS: readonly UpdateView["news"]["answer"][] = [
  "update-available",
  "up-to-date",
  "cannot-tell",
  "never",
];

type Labels = Readonly<Record<string, string>>;
/** One series; without a value it is left out. */
type Sample = readonly [labels: Labels, value: number | undefined];

/** Every series of one moment. */
export function registryOf(status: StatusDocument, updates: UpdateView, commit: string): Registry {
  const registry = new Registry();
  const gauge = (name: string, help: string, samples: readonly Sample[]) => {
    const labelNames = Object.keys(samples[0]?.[0] ?? {});
    const made = new Gauge({ name: `alga_${name}`, help, labelNames, registers: [registry] });
    for (const [labels, value] of samples) if (value !== undefined) made.set(labels, value);
    if (samples.every(([, value]) => value === undefined)) registry.removeSingleMetric(`alga_${name}`);
  };
  const { release, rollup, tiers, certificate } = status;
  gauge("agent_info", "Version of the agent", [[{ version: status.agentVersion, commit }, 1]]);
  gauge("release_info", "The selected release and its channel", [[{
    version: release.selectedReleaseVersion ?? "",
    channel: release.selectedChannel ?? "",
  }, release.selectedReleaseVersion === null ? undefined : 1]]);
  gauge(
    "state",
    "1 for the state of the appliance",
    STATES.map((state) => [{ state }, +(rollup.state === state)]),
  );
  gauge(
    "tier_ready",
    "Whether a readiness tier is ready",
    Object.entries(tiers).map(([tier, { ready }]) => [{ tier }, +ready]),
  );
  gauge(
    "component_ready",
    "Whether a component is ready",
    status.components.map((
      { name, namespace, tier, ready },
    ) => [{ component: name, namespace, tier }, +ready]),
  );
  gauge(
    "blocker_since_timestamp_seconds",
    "What stands in the way now, and since when",
    status.topBlockers.map(({ id, severity, layer, component, owner, since }) => [
      { id, severity, tier: layer, component, owner },
      seconds(since),
    ]),
  );
  gauge(
    "source_answering",
    "Whether Kubernetes, the registry and the application answer",
    status.sources.map(({ name, state }) => [{ source: name }, +(state === "answering")]),
  );
  gauge("rule_errors", "Rules of the agent that could not judge", [[{}, status.agent.ruleErrors]]);
  gauge("certificate_end_timestamp_seconds", "When the certificate of the pages ends", [
    [{}, seconds(certificate?.validTo)],
  ]);
  const { answer, channel, answeredAt } = updates.news;
  gauge(
    "update_answer",
    "1 for what the channel said last",
    ANSWERS.map((it) => [{ answer: it, channel }, +(it === answer)]),
  );
  gauge("channel_answered_timestamp_seconds", "When the channel last answered", [[{}, seconds(answeredAt)]]);
  return registry;
}

function seconds(time: string | undefined): number | undefined {
  const ms = Date.parse(time ?? "");
  return Number.isNaN(ms) ? undefined : ms / 1000;
}
