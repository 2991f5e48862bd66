import { timeOf } from "../../facts/event_order.ts";
import type { NodeView } from "../../facts/snapshot.ts";
import { ageMs, durationText } from "../../text/duration.ts";
import { clip } from "./crash.ts";
import { type Finding, finding, type Rule } from "../finding.ts";
import { podEvidence } from "../pod_evidence.ts";

const EVENT_FRESH_MS = 10 * 60_000;
const CNI_PATIENCE_MS = 2 * 60_000;
const NOT_READY_PATIENCE_MS = 60_000;

/** Kubernetes itself does not answer. */
export const apiRule: Rule = {
  ids: ["k3s.api-down"],
  find(facts) {
    const { api, setup } = facts.snapshot;
    if (api.state !== "not-answering" || facts.live) return [];
    // Set-up starts and restarts Kubernetes; it tells itself when that takes too long. @see contract.md 7.4
    if (setup.status === "running" && setup.stepId !== "login") return [];
    const from = api.lastContactAt ?? api.since;
    const age = ageMs(from, facts.nowMs);
    return [finding(facts, {
      id: "k3s.api-down",
      tier: "platform",
      component: "node",
      since: from,
      words: { amount: durationText(age), detail: clip(api.error, 240) },
      evidence: [
        { label: "Last answer", text: api.lastContactAt ?? "never since the agent started" },
        ...(api.error === "" ? [] : [{ label: "Message", text: clip(api.error, 400) }]),
      ],
    })];
  },
};

/** The machine as Kubernetes sees it. */
export const nodeRule: Rule = {
  ids: [
    "k3s.node-gone",
    "k3s.node-not-ready",
    "k3s.not-ready-cni",
    "k3s.node-paused",
    "disk.pressure",
    "mem.oom-host",
  ],
  find(facts) {
    return facts.snapshot.nodes.flatMap((node): Finding[] => {
      const at = (id: Finding["id"], since: string | undefined, detail: string, hard = true) =>
        finding(facts, {
          id,
          tier: "platform",
          component: "node",
          since,
          hard,
          words: { name: node.name, detail: clip(detail, 240) },
          evidence: [{ label: "Object", text: `Node ${node.name}` }, ...conditionEvidence(node)],
        });
      const found: Finding[] = [];
      const ready = node.conditions.find((it) => it.type === "Ready");
      const age = ageMs(ready?.since ?? node.createdAt, facts.nowMs);
      if (ready && ready.status !== "True") {
        if (ready.reason === "NodeStatusUnknown" || ready.status === "Unknown") {
          found.push(at("k3s.node-gone", ready.since, ready.message));
        } else if (/cni|network.{0,200}not ready/i.test(ready.message)) {
          found.push(at("k3s.not-ready-cni", ready.since, ready.message, age > CNI_PATIENCE_MS));
        } else found.push(at("k3s.node-not-ready", ready.since, ready.message, age > NOT_READY_PATIENCE_MS));
      }
      if (node.unschedulable) found.push(at("k3s.node-paused", undefined, ""));
      const pressure = (type: string) =>
        node.conditions.find((it) => it.type === type && it.status === "True");
      const disk = pressure("DiskPressure");
      if (disk) found.push(at("disk.pressure", disk.since, disk.message));
      const memory = pressure("MemoryPressure");
      if (memory) found.push(at("mem.oom-host", memory.since, memory.message));
      for (const event of facts.eventsOf("Node", "", node.name)) {
        if (facts.nowMs - timeOf(event) > EVENT_FRESH_MS) continue;
        if (event.reason === "FreeDiskSpaceFailed" && !disk) {
          found.push(at("disk.pressure", event.firstAt, event.message));
        } else if (event.reason === "SystemOOM" && !memory) {
          found.push(at("mem.oom-host", event.firstAt, event.message));
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

/** Pods for which the machine has no room. */
export const schedulingRule: Rule = {
  ids: ["sched.resources", "sched.port", "sched.taint", "k3s.node-paused"],
  find(facts) {
    return facts.unwellPods.flatMap(({ pod, component }): Finding[] => {
      const condition = pod.conditions.find((it) => it.type === "PodScheduled" && it.status === "False");
      if (!condition || condition.reason !== "Unschedulable") return [];
      const lacking = [...condition.message.matchAll(/Insufficient ([\w.-]+)/g)].map((it) => it[1] ?? "");
      const id = lacking.length > 0
        ? "sched.resources"
        : /didn't have free ports|free ports for the requested pod ports/.test(condition.message)
        ? "sched.port"
        : /untolerated taint/.test(condition.message)
        ? "sched.taint"
        : undefined;
      // A claim that is not bound yet speaks for itself.
      if (id === undefined) return [];
      return [finding(facts, {
        id,
        tier: component.tier,
        component: component.name,
        key: id === "sched.resources" ? `resources ${component.name}` : component.name,
        hard: id !== "sched.taint" && ageMs(condition.since, facts.nowMs) > 30_000,
        since: condition.since,
        words: {
          component: component.title,
          name: [...new Set(lacking.map((it) => it === "cpu" ? "processor power" : it))].join(" and "),
          detail: clip(condition.message, 240),
        },
        evidence: podEvidence(pod, condition.message),
      })];
    });
  },
};
