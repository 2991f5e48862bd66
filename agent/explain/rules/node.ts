import { timeOf } from "../../facts/event_order.ts";
import type { NodeView } from "../../facts/snapshot.ts";
import { ageMs, durationText } from "../../text/duration.ts";
import { K3S } from "../../causes/k3s.ts";
import { MACHINE } from "../../causes/machine.ts";
import { NODE } from "../../causes/node.ts";
import { clip } from "../../text/clip.ts";
import type { Facts } from "../../facts/facts.ts";
import { type Finding, finding, type Rule } from "../finding.ts";

/** What the kubelet, a network or a watcher of machines (node-problem-detector) marks, beside what has a cause of its own. */
const TROUBLE =
  /^(?:PIDPressure|NetworkUnavailable|\w{1,60}(?:Deadlock|Problem)|(?:Corrupt|Frequent|Readonly|XfsShutdown)\w{0,60})$/;
const EVENT_FRESH_MS = 10 * 60_000;
/** Kubernetes that starts again, or is restarted, may be silent for so long. */
const API_PATIENCE_MS = 3 * 60_000;

/** Kubernetes itself does not answer. */
export const apiRule: Rule = {
  causes: [K3S.apiDown],
  find(facts) {
    const { api, setup } = facts.snapshot;
    if (api.state !== "not-answering" || facts.live) return [];
    // Setup starts and restarts Kubernetes; it tells itself when that takes too long.
    if (setup.status === "running" && setup.stepId !== "login") return [];
    const from = api.lastContactAt ?? api.since;
    const age = ageMs(from, facts.nowMs);
    const { isStarting } = facts;
    return [finding(facts, K3S.apiDown, {
      since: from,
      hard: !isStarting,
      words: {
        age: durationText(age),
        phase: age < API_PATIENCE_MS ? "silent" : "lasting",
      },
      evidence: [
        { label: "Last answer", text: api.lastContactAt ?? "never since the agent started" },
        ...(api.error === "" ? [] : [{ label: "Message", text: clip(api.error, 400) }]),
        ...lastWords(facts),
      ],
    })];
  },
};

/** What the service "k3s" said last of an error, with its time. */
function lastWords({ snapshot: { host }, nowMs }: Facts): Finding["evidence"] {
  const fresh = host.journal.filter((it) => ageMs(it.at, nowMs) < EVENT_FRESH_MS);
  const line = fresh.findLast((it) => /level=(?:fatal|panic)|\bpanic:/i.test(it.text)) ??
    fresh.findLast((it) => /level=error|^E\d{4} /.test(it.text)) ?? fresh.at(-1);
  if (line === undefined) return [];
  return [{ label: "Line of the service k3s", text: clip(line.text, 400) }, { label: "Time", text: line.at }];
}

/** The machine as Kubernetes sees it. */
export const nodeRule: Rule = {
  causes: [
    NODE.gone,
    NODE.notReady,
    NODE.condition,
    NODE.noPodNetwork,
    NODE.cordoned,
    MACHINE.diskPressure,
    MACHINE.outOfMemory,
  ],
  find(facts) {
    return facts.snapshot.nodes.flatMap((node): Finding[] => {
      const at = (since: string | undefined) => ({
        tier: "platform" as const,
        component: "node",
        since,
        evidence: [{ label: "Object", text: `Node ${node.name}` }, ...conditionEvidence(node)],
      });
      const found: Finding[] = [];
      const ready = node.conditions.find((it) => it.type === "Ready");
      if (ready && ready.status !== "True") {
        const about = at(ready.since ?? node.createdAt);
        if (ready.reason === "NodeStatusUnknown" || ready.status === "Unknown") {
          found.push(finding(facts, NODE.gone, at(ready.since)));
        } else if (/cni|network.{0,200}not ready/i.test(ready.message)) {
          found.push(finding(facts, NODE.noPodNetwork, about));
        } else found.push(finding(facts, NODE.notReady, about));
      }
      for (const it of node.conditions.filter((it) => it.status === "True" && TROUBLE.test(it.type))) {
        found.push(finding(facts, NODE.condition, { ...at(it.since), key: it.type }));
      }
      if (node.unschedulable) {
        found.push(finding(facts, NODE.cordoned, { ...at(undefined), words: { node: node.name } }));
      }
      const pressure = (type: string) =>
        node.conditions.find((it) => it.type === type && it.status === "True");
      const disk = pressure("DiskPressure");
      if (disk) found.push(finding(facts, MACHINE.diskPressure, at(disk.since)));
      const memory = pressure("MemoryPressure");
      if (memory) found.push(finding(facts, MACHINE.outOfMemory, at(memory.since)));
      for (const event of facts.eventsOf("Node", "", node.name)) {
        if (facts.nowMs - timeOf(event) > EVENT_FRESH_MS) continue;
        if (event.reason === "FreeDiskSpaceFailed" && !disk) {
          found.push(finding(facts, MACHINE.diskPressure, at(event.firstAt)));
        } else if (event.reason === "SystemOOM" && !memory) {
          found.push(finding(facts, MACHINE.outOfMemory, at(event.firstAt)));
        }
      }
      return found;
    });
  },
};

function conditionEvidence(node: NodeView): Finding["evidence"] {
  return node.conditions
    .filter((it) => it.type === "Ready" ? it.status !== "True" : it.status === "True")
    .map((it) => ({ label: it.type, text: `${it.status} ${it.reason}: ${clip(it.message, 300)}` }));
}
